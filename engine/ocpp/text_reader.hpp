// Reads frames out of text: out of lines of a log, and out of cells, fields and strings that stand in records.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/frame_parse.hpp"
#include "ocpp/frame_text.hpp"
#include "ocpp/log_reader.hpp"
#include "ocpp/record.hpp"

namespace evtwin::ocpp {

/// A stretch of text that is searched for frames: a line, which frames may leave behind, or the inside of something.
struct TextSpan {
  std::size_t begin = 0, end = 0;
  std::size_t prefix = 0;          ///< where the text before the next frame begins
  std::size_t last_bracket = 0;    ///< one past the last ']' of it; 0: not looked for yet
  std::uint64_t line = 0;          ///< number of the line, from 1
  std::string_view head;           ///< the line before: perhaps the head of the first frame of this one
  const Record* inside = nullptr;  ///< of what the text stands in; null for lines
  unsigned level = 0;              ///< wrappings that were taken off
  std::uint64_t frames = 0;        ///< that were found in it
  bool tried_whole = false, has_frame = false;
  bool continued = false;  ///< its beginning was part of an earlier text
  bool record_known = false;
  Record record;  ///< of a line
};

class TextReader {
 public:
  TextReader(const ReadOptions& options, RecordClock& clock, RecordSink& sink);

  static constexpr std::size_t need_more = static_cast<std::size_t>(-1);

  /// Reads the frame that begins at the '[' at `at`, if one does.
  /// @param text  text_padding readable bytes follow it
  /// @param last  nothing follows the text
  /// @returns where reading goes on; at + 1: no frame begins here. need_more: only with more text behind can be told
  std::size_t read_bracket(std::string_view text, std::size_t at, TextSpan& span, bool last);
  /// Reads all frames of a text that stands inside a record. @returns how many
  std::uint64_t read_inside(std::string_view text, const Record& record, unsigned level = 0);
  /// The record of a line, as the text before `at` and behind its frames tells.
  const Record& record_of(std::string_view text, std::size_t at, TextSpan& line);

 private:
  /// A beginning of a frame in a text, and where its brackets end.
  struct Candidate {
    std::size_t at = 0;
    Beginning beginning;
    Extent extent;
  };
  std::size_t frame_at(std::string_view text, std::size_t at, const Beginning& beginning, TextSpan& span, bool last);
  std::size_t wrapped_at(std::string_view text, std::size_t at, Wrap wrap, TextSpan& span, bool last);
  bool whole_frame(std::string_view text, std::size_t at, TextSpan& span);
  std::size_t closed_at(std::string_view text, const Candidate& candidate, TextSpan& span, bool last);
  std::size_t unclosed_at(std::string_view text, const Candidate& candidate, TextSpan& span);
  /// Firmware that breaks its lines at a fixed width. @returns where its last line ends; 0: this is none
  std::size_t join_columns(std::string_view text, std::size_t at, TextSpan& line);

  Record record_at(std::string_view text, std::size_t at, TextSpan& span, std::size_t frame_end);
  void add_words_before(std::string_view before, bool first_frame, Record& record);
  void add_words_between(std::string_view words, Record& record);
  /// Results of facts_of and layout_name, remembered: the text around the time is the same on many lines.
  void read_prefix(std::string_view prefix, const std::optional<LogStamp>& stamp, Record& record);

  const ReadOptions& options_;
  RecordClock& clock_;
  RecordSink& sink_;
  FrameParser parser_;
  struct KnownPrefix {
    std::string before, after;  // the time stamp
    std::size_t stamp_bytes = 0, station_at = 0, station_bytes = 0;
    LineFacts facts;
    std::string_view layout;
    bool filled = false;
  };
  std::vector<KnownPrefix> known_prefixes_;
  std::vector<std::string> unwrapped_;  ///< by level
  std::string joined_;
  std::uint64_t whole_hits_ = 0, whole_misses_ = 0;
};

/// Where the line of `from` ends: its '\n', or the end of the text.
std::size_t line_end(std::string_view text, std::size_t from);
bool is_all_blank(std::string_view text);

}  // namespace evtwin::ocpp
