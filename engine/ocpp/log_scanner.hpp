// Text of a log to frames with what the log says around them, line by line and across lines.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ocpp/frame_parse.hpp"
#include "ocpp/frame_text.hpp"
#include "ocpp/line_facts.hpp"
#include "ocpp/log_reader.hpp"
#include "ocpp/log_table.hpp"
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

class LogScanner {
 public:
  LogScanner(const ReadOptions& options, const Manner& manner, ScanListener& listener);

  /// @param text  goes on where the last call stopped; text_padding readable bytes follow it
  /// @param last  nothing follows
  /// @returns how much was used; the rest must come again, with more behind it
  std::size_t scan_text(std::string_view text, bool last);
  /// Reads a part of a line too long to be held; the rest of the line follows in the next text.
  void scan_part(std::string_view text) {
    scan_text(text, true);
    --line_number_;
  }
  std::uint64_t line_count() const { return line_number_ - 1; }

 private:
  /// Facts known of the frames of one line, row or object.
  struct Context {
    LineFacts facts;
    LogTime time, answer_time;
    std::string_view action;
    std::optional<LogStamp> stamp;
    std::uint64_t line = 0, record = 0;
    std::string_view layout;
    std::string_view outer, before, behind;
    bool stamp_in_outer = false;
  };
  struct Line {
    std::size_t begin = 0, end = 0;
    std::size_t prefix = 0;        // where the text before the next frame begins
    std::size_t last_bracket = 0;  // one past the last ']' of the line; 0: not looked for yet
    std::uint64_t number = 0;
    bool tried_whole = false, has_frame = false, continued = false;
    Context context;
    bool context_known = false;
  };
  static constexpr std::size_t need_more = static_cast<std::size_t>(-1);
  static constexpr std::string_view told_twice = "told a second time, by the WebSocket library";

  /// How far a line was read; `more`: what follows can only be read with the text behind it.
  struct Progress {
    std::size_t at = 0;
    bool more = false;
  };
  Progress scan_line(std::string_view text, std::size_t begin, std::size_t end, bool last);
  std::size_t scan_row(std::string_view text, std::size_t begin, bool last);
  std::size_t frame_at(std::string_view text, std::size_t at, const Beginning& beginning, Line& line, bool last);
  std::size_t object_at(std::string_view text, std::size_t at, Line& line, bool last);
  std::size_t wrapped_at(std::string_view text, std::size_t at, Wrap wrap, Line& line, bool last);
  bool join_columns(std::string_view text, std::size_t at, std::size_t& end, Line& line);
  void plain_line(std::string_view line);
  std::size_t frames_in(std::string_view piece, const Context& context, unsigned level);
  bool payload_only(std::string_view text, std::size_t at, const simdjson::dom::element& payload, Line& line);

  /// Parts of scan_line.
  /// The line before, where it may be the head of the first frame of this one.
  std::string_view head_line(const Line& line) const { return line.has_frame ? std::string_view() : previous_line_; }
  void resume_carried(Line& line);
  void carry(const Line& line);
  static void go_to_line_of(std::string_view text, std::size_t at, Line& line);
  bool begins_table(std::string_view line, std::uint64_t number);

  /// A beginning of a frame in a text, and where its brackets end.
  struct Candidate {
    std::size_t at = 0;
    Beginning beginning;
    Extent extent;
  };
  std::size_t closed_at(std::string_view text, const Candidate& candidate, Line& line, const Context& context,
                        bool last);
  std::size_t unclosed_at(std::string_view text, const Candidate& candidate, Line& line, const Context& context);
  bool read_or_mend(std::string_view text, int type, const Context& context);
  void odd_text(const ParseOutcome& outcome, int type, std::uint64_t line, std::string_view text);
  void odd_unclosed(const Extent& extent, int type, std::uint64_t line, std::string_view text);

  void add_words_before(std::string_view before, bool first_frame, Context& context);
  /// Parts of object_at, in its file: called once a message, they become part of it.
  static inline void add_fields(const MessageObject& message, Context& context);
  inline std::size_t frames_of(const MessageObject& message, const Context& context);

  const Context& context_of(std::string_view text, std::size_t at, Line& line);
  /// Results of facts_of and layout_name, remembered: the text around the time is the same on many lines.
  void read_prefix(std::string_view prefix, const std::optional<LogStamp>& stamp, Context& context);
  LogTime time_of(const std::optional<LogStamp>& stamp);
  /// Sets the station by the learnt rule, which stands above the words of the log.
  void apply_rule(Context& context);
  FoundFrame frame_with_context(const ParsedFrame& frame, const Context& given);
  void put_together(const MessageObject& message, const Context& context);
  void take_outcome(const ParseOutcome& outcome, std::string_view text, const Context& context);
  void report_oddity(OddityKind kind, std::string_view reason, std::uint64_t line, std::string_view text);

  ReadOptions options_;
  Manner manner_;
  ScanListener& listener_;
  FrameParser parser_;
  MessageObjectReader objects_;
  StampReader stamps_;
  std::optional<TableHead> table_;
  std::vector<Cell> cells_;
  struct KnownPrefix {
    std::string before, after;  // the time stamp
    std::size_t stamp_bytes = 0, station_at = 0, station_bytes = 0;
    LineFacts facts;
    std::string_view layout;
    bool filled = false;
  };
  std::vector<KnownPrefix> known_prefixes_;
  std::vector<std::string> scratch_;
  std::string around_, ruled_station_;
  struct Ruled {
    std::string station;
    Sender sender = Sender::unknown;
  };
  std::unordered_map<std::string, Ruled> ruled_;  ///< by the text around a frame without its time
  std::string previous_line_, path_station_;
  std::optional<Context> carried_;  // of a line that goes on in the next text
  std::string carried_text_;        // that its views point into
  bool many_paths_ = false;
  std::optional<TimeNs> day_ns_;  // midnight of the day that times of day belong to
  TimeNs last_of_day_ = 0;
  std::uint64_t line_number_ = 1, record_ = 0;
  std::uint64_t whole_hits_ = 0, whole_misses_ = 0;
};

}  // namespace evtwin::ocpp
