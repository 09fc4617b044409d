// A small site's log by hand: one line per message, as bare frames with their times.
#pragma once
#include <fmt/format.h>

#include <string>

#include "market/calendar.hpp"
#include "ocpp/site_log.hpp"

namespace evtwin::testing {

/// 2025-06-02T08:00Z.
inline constexpr kernel::TimeNs eight_ns = 1'748'851'200LL * kernel::second_ns;
inline constexpr kernel::TimeNs minute = kernel::minute_ns;

/// Writes a log of OCPP 1.6 as a CSMS with Python's library would.
class LogWriter {
 public:
  const std::string& text() const { return text_; }

  void start(kernel::TimeNs at, const std::string& station, int transaction, double wh,
             const std::string& tag = "TAG") {
    call(at, station, "receive message", "StartTransaction",
         fmt::format(R"({{"connectorId":1,"idTag":"{}","meterStart":{:.0f},"timestamp":"{}"}})", tag, wh, iso(at)),
         fmt::format(R"({{"transactionId":{},"idTagInfo":{{"status":"Accepted"}}}})", transaction));
  }
  void stop(kernel::TimeNs at, const std::string& station, int transaction, double wh) {
    call(at, station, "receive message", "StopTransaction",
         fmt::format(R"({{"transactionId":{},"meterStop":{:.0f},"timestamp":"{}"}})", transaction, wh, iso(at)), "{}");
  }
  void reading(kernel::TimeNs at, const std::string& station, int transaction, double wh, double w) {
    call(at, station, "receive message", "MeterValues",
         fmt::format(R"({{"connectorId":1,"transactionId":{},"meterValue":[{{"timestamp":"{}","sampledValue":[)"
                     R"({{"value":"{:.1f}"}},{{"value":"{:.1f}","measurand":"Power.Active.Import","unit":"W"}}]}}]}})",
                     transaction, iso(at), wh, w),
         "{}");
  }
  void status(kernel::TimeNs at, const std::string& station, const std::string& status) {
    call(at, station, "receive message", "StatusNotification",
         fmt::format(R"({{"connectorId":1,"errorCode":"NoError","status":"{}","timestamp":"{}"}})", status, iso(at)),
         "{}");
  }
  /// A message without connector or transaction of the station, or of the CSMS.
  void message(kernel::TimeNs at, const std::string& station, bool from_station, const char* action,
               const std::string& asked, const std::string& answer) {
    call(at, station, from_station ? "receive message" : "send", action, asked, answer);
  }
  /// A limit for the transaction from now on, in W.
  void limit(kernel::TimeNs at, const std::string& station, int transaction, double w) {
    call(at, station, "send", "SetChargingProfile",
         fmt::format(R"({{"connectorId":1,"csChargingProfiles":{{"chargingProfileId":1,"stackLevel":0,)"
                     R"("chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","transactionId":{},)"
                     R"("chargingSchedule":{{"startSchedule":"{}","chargingRateUnit":"W",)"
                     R"("chargingSchedulePeriod":[{{"startPeriod":0,"limit":{:.0f}}}]}}}}}})",
                     transaction, iso(at), w),
         R"({"status":"Accepted"})");
  }

 private:
  static std::string iso(kernel::TimeNs at) {
    std::string text = market::Calendar().format_iso(at);
    return text.substr(0, 19) + "Z";
  }
  void call(kernel::TimeNs at, const std::string& station, const char* way, const char* action,
            const std::string& asked, const std::string& answer) {
    const std::string time = iso(at).substr(0, 10) + " " + iso(at).substr(11, 8) + ",000";
    const bool to_csms = std::string_view(way) != "send";
    const int id = ++id_;
    text_ += fmt::format("{} - ocpp - INFO - {}: {} [2,\"m{}\",\"{}\",{}]\n", time, station, way, id, action, asked);
    text_ += fmt::format("{} - ocpp - INFO - {}: {} [3,\"m{}\",{}]\n", time, station,
                         to_csms ? "send" : "receive message", id, answer);
  }
  std::string text_;
  int id_ = 0;
};

}  // namespace evtwin::testing
