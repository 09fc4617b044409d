// A record of a log: a line, a row of a table or an object, and what it says of every message in it. Three readers
// (text_reader, table_reader, object_reader) make records, and all of them hand their messages to one RecordSink.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ocpp/frame_parse.hpp"
#include "ocpp/line_facts.hpp"
#include "ocpp/log_time.hpp"
#include "ocpp/message_object.hpp"
#include "ocpp/station_rule.hpp"

namespace evtwin::ocpp {

/// A frame as the text shows it. Views are valid during the call that hands it over.
struct FoundFrame {
  ParsedFrame frame;
  std::string_view text;  ///< its JSON; empty where it was put together out of fields
  std::string_view layout;
  Way way = Way::unknown;
  Sender sender = Sender::unknown;
  std::string_view station;  ///< empty: not given
  std::string_view action;   ///< that the text around an answer names; empty: none
  /// Text around it: of its line, object or row, of the field that it stands in, and what follows on the line.
  std::string_view outer, before, behind;
  const NamedCells* row = nullptr;  ///< of a table that it stands in; nullptr: none
  LogTime time;
  std::optional<LogStamp> stamp;  ///< that the time is from, if it stands in text
  bool blocked = false, retold = false;
  bool type_open = false;    ///< nothing tells whether it is a call or its answer
  std::uint64_t line = 0;    ///< from 1
  std::uint64_t record = 0;  ///< the same for frames of one line or row
};

enum class OddityKind : std::uint8_t { unused, repaired, lookalike };

class ScanListener {
 public:
  virtual ~ScanListener() = default;
  virtual void on_found(const FoundFrame& found) = 0;
  virtual void on_oddity(OddityKind kind, std::string_view reason, std::uint64_t line, std::string_view text) = 0;
  virtual void on_link(const LinkText&, const LogTime&, std::uint64_t /*line*/) {}
};

/// How a file is written, as its beginning shows.
struct Manner {
  bool objects = true;        ///< JSON objects around frames, or in their place
  bool payload_only = false;  ///< objects that hold nothing but payloads, the rest beside them
  bool context = true;        ///< a line without a frame may carry the time of frames on other lines
  bool skip_retold = false;   ///< frames that a WebSocket library retells stand in the log already
  DayOrder order = DayOrder::unknown;
  StationRule station;  ///< where the station stands, if the log's own words do not tell
};

/// Facts that hold for all messages of one line, row or object. Views point into the text that is being read.
struct Record {
  LineFacts facts;
  LogTime time, answer_time;
  std::string_view action;  ///< that a field beside the message names; empty: none
  std::optional<LogStamp> stamp;
  std::uint64_t line = 0, number = 0;
  std::string_view layout;
  std::string_view outer, before, behind;  ///< as in FoundFrame
  const NamedCells* row = nullptr;         ///< the same
  bool stamp_in_outer = false;             ///< `stamp` counts its bytes in `outer`
};

/// Times of records. A log that tells days apart from the times of day is read with the day that it told last.
class RecordClock {
 public:
  explicit RecordClock(DayOrder order) : order_(order), stamps_(order) {}

  std::optional<LogStamp> find_stamp(std::string_view text) { return stamps_.find_stamp(text); }
  /// The same in a text that is not where most stamps stand: it leaves no trace in how the next one is looked for.
  std::optional<LogStamp> find_stamp_elsewhere(std::string_view text) const {
    return StampReader(order_).find_stamp(text);
  }
  /// @returns an unknown time without a stamp, for a date alone, and for a time of day before any date
  LogTime time_of(const std::optional<LogStamp>& stamp);
  /// A line without a frame may tell the day of the lines below it.
  void take_day(const LogStamp& stamp);

 private:
  DayOrder order_;
  StampReader stamps_;
  std::optional<TimeNs> day_ns_;  // midnight of the day that times of day belong to
  TimeNs last_of_day_ = 0;
};

/// Messages of records on their way to the listener: each with its station, as the learnt rule or the words say, with
/// its time and the side that sent it.
class RecordSink {
 public:
  RecordSink(const Manner& manner, ScanListener& listener) : manner_(manner), listener_(listener) {}

  /// A frame that was parsed out of `text`. One told a second time by the WebSocket library is reported instead.
  void take_frame(const ParseOutcome& outcome, std::string_view text, const Record& record);
  /// A frame put together out of the fields of an object or row.
  void take_message(const MessageObject& message, const Record& record);
  /// The station in the path of a connection: that of all frames whose record names none, while there is one path only.
  void take_path(std::string_view station);
  void take_link(const LinkText& link, const LogTime& time, std::uint64_t line) { listener_.on_link(link, time, line); }
  void report_oddity(OddityKind kind, std::string_view reason, std::uint64_t line, std::string_view text) {
    listener_.on_oddity(kind, reason, line, text.substr(0, 400));
  }
  /// A frame that is left out because the log holds it already.
  void report_retold(std::uint64_t line, std::string_view text);
  bool skips(const Record& record) const { return record.facts.retold && manner_.skip_retold; }

  /// Number of the next record, from 1.
  std::uint64_t next_number() { return ++count_; }
  std::uint64_t record_count() const { return count_; }

 private:
  /// Sets the station by the learnt rule, which stands above the words of the log.
  void apply_rule(Record& record);
  FoundFrame found_of(const ParsedFrame& frame, const Record& given);

  const Manner& manner_;
  ScanListener& listener_;
  std::string around_, plain_, ruled_station_, path_station_;
  struct Ruled {
    std::string station;
    Sender sender = Sender::unknown;
  };
  std::unordered_map<std::string, Ruled> ruled_;  ///< by the text around a frame without its time
  bool many_paths_ = false;
  std::uint64_t count_ = 0;
};

/// Words of oddities that more than one reader reports.
inline constexpr std::string_view nested_too_deeply = "nested too deeply";
inline constexpr std::string_view station_left_empty = "the station's name is left empty: the file's name is used";

}  // namespace evtwin::ocpp
