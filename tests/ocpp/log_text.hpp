// Small logs for tests, one frame a line, as a CSMS in Python writes them; its clock says that it is UTC.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

class LogText {
 public:
  explicit LogText(std::string station = "CP1") : station_(std::move(station)) {}

  LogText& station(std::string name) {
    station_ = std::move(name);
    return *this;
  }
  /// A call of the station. @param time  "08:00:00" of 2 June 2025, or "2025-06-03 08:00:00"; of the log
  LogText& call(std::string_view time, std::string_view action, std::string_view payload) {
    return line(time, "receive message", fmt::format(R"([2,"m{}","{}",{}])", ++last_id_, action, payload), true);
  }
  /// A call of the CSMS.
  LogText& command(std::string_view time, std::string_view action, std::string_view payload) {
    return line(time, "send", fmt::format(R"([2,"m{}","{}",{}])", ++last_id_, action, payload), false);
  }
  /// The answer to the last call, or to the one `back` calls before it.
  LogText& answer(std::string_view time, std::string_view payload, int back = 0) {
    return line(time, last_from_station_ ? "send" : "receive message",
                fmt::format(R"([3,"m{}",{}])", last_id_ - back, payload), last_from_station_);
  }
  LogText& error(std::string_view time, std::string_view code) {
    return line(time, last_from_station_ ? "send" : "receive message",
                fmt::format(R"([4,"m{}","{}","",{{}}])", last_id_, code), last_from_station_);
  }

  // The usual messages of 1.6; payload times as the log's unless given.
  LogText& start(std::string_view time, int connector, int meter_wh, int id, std::string_view tag = "TAG1",
                 std::string_view payload_time = {}) {
    call(time, "StartTransaction",
         fmt::format(R"({{"connectorId":{},"idTag":"{}","meterStart":{},"timestamp":"{}"}})", connector, tag, meter_wh,
                     iso(payload_time.empty() ? time : payload_time)));
    return answer(time, fmt::format(R"({{"transactionId":{},"idTagInfo":{{"status":"Accepted"}}}})", id));
  }
  LogText& stop(std::string_view time, int meter_wh, int id, std::string_view payload_time = {},
                std::string_view more = "") {
    call(time, "StopTransaction",
         fmt::format(R"({{"transactionId":{},"meterStop":{},"timestamp":"{}"{}}})", id, meter_wh,
                     iso(payload_time.empty() ? time : payload_time), more));
    return answer(time, "{}");
  }
  /// One reading; `values`: the elements of sampledValue.
  LogText& meter(std::string_view time, int connector, std::string_view id, std::string_view values,
                 std::string_view payload_time = {}) {
    call(time, "MeterValues",
         fmt::format(R"({{"connectorId":{},{}"meterValue":[{{"timestamp":"{}","sampledValue":[{}]}}]}})", connector,
                     id.empty() ? std::string() : fmt::format(R"("transactionId":{},)", id),
                     iso(payload_time.empty() ? time : payload_time), values));
    return answer(time, "{}");
  }
  LogText& status(std::string_view time, int connector, std::string_view name, std::string_view error = "NoError") {
    call(time, "StatusNotification",
         fmt::format(R"({{"connectorId":{},"status":"{}","errorCode":"{}","timestamp":"{}"}})", connector, name, error,
                     iso(time)));
    return answer(time, "{}");
  }
  /// TransactionEvent of 2.0.1; `more`: further members, with a comma before them.
  LogText& event(std::string_view time, std::string_view type, int sequence, std::string_view id,
                 std::string_view info = "", std::string_view more = "") {
    call(time, "TransactionEvent",
         fmt::format(R"({{"eventType":"{}","timestamp":"{}","triggerReason":"Trigger","seqNo":{},)"
                     R"("transactionInfo":{{"transactionId":"{}"{}}}{}}})",
                     type, iso(time), sequence, id, info, more));
    return answer(time, "{}");
  }

  const std::string& text() const { return text_; }
  SiteLog read() const { return read_site_log_text("site.log", text_); }

  static std::string full(std::string_view time) {
    return time.size() > 8 ? std::string(time) : "2025-06-02 " + std::string(time);
  }
  static std::string iso(std::string_view time) {
    std::string text = full(time);
    text[10] = 'T';
    return text + "Z";
  }

 private:
  LogText& line(std::string_view time, std::string_view words, const std::string& frame, bool from_station) {
    last_from_station_ = from_station;
    text_ += fmt::format("{} - ocpp - INFO - {}: {} {}\n", iso(time), station_, words, frame);
    return *this;
  }

  std::string station_, text_;
  int last_id_ = 0;
  bool last_from_station_ = true;
};

/// An instant as the helper above writes it.
inline TimeNs at(std::string_view time) {
  const std::string text = LogText::full(time);
  const auto two = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const TimeNs days = 20241 + (two(8) - 2) + (two(5) - 6) * 30;  // days of June 2025; July by its first
  return days * kernel::day_ns + two(11) * kernel::hour_ns + two(14) * kernel::minute_ns + two(17) * kernel::second_ns;
}

inline bool has_flag(const SiteLog& log, std::string_view code) {
  return std::any_of(log.flags.begin(), log.flags.end(), [&](const LogFlag& f) { return f.code == code; });
}
inline std::string flag_text(const SiteLog& log, std::string_view code) {
  const auto found = std::find_if(log.flags.begin(), log.flags.end(), [&](const LogFlag& f) { return f.code == code; });
  return found == log.flags.end() ? "" : found->text;
}
/// All flags as one text, for tests that expect none.
inline std::string all_flags(const SiteLog& log) {
  std::string all;
  for (const LogFlag& f : log.flags) all += f.code + " | " + f.text + "\n";
  return all;
}

}  // namespace evtwin::ocpp
