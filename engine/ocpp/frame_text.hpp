// Where frames of OCPP-J begin and end in text, and how other text wraps them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evtwin::ocpp {

/// How a frame's quotes are written: as they are, doubled in a CSV cell, escaped in a JSON string, as HTML entities, in
/// the quotes of Python's bytes and strings, as a list that Python or JavaScript shows: [2, 'id', 'Heartbeat', {}], or
/// with the backslashes of a row of PostgreSQL's COPY.
enum class Wrap : std::uint8_t { none, csv, json, html, python, literal, copy };

/// Kind of text that begins at a '['.
struct Beginning {
  enum class Kind : std::uint8_t {
    nothing,    ///< some other bracket
    frame,      ///< [2,"  [3,"  ...: the robust form
    lookalike,  ///< [2,{}  ["2","  [9,": not the form, but meant to look like it
    unknown     ///< the text ends before it can be told
  };
  Kind kind = Kind::nothing;
  int type = 0;
  Wrap wrap = Wrap::none;
};
Beginning beginning_at(std::string_view text, std::size_t at);

/// Where a frame that begins at a '[' ends.
struct Extent {
  enum class End : std::uint8_t {
    closed,   ///< `end` is one past its ']'
    cut,      ///< something else begins at `end`: another frame where JSON allows none, the next record, the end
    too_deep  ///< deeper than allowed; `end` is where that was noticed
  };
  End how = End::cut;
  std::size_t end = 0;
};

/// Shape of a log's next record, learned from the line on which the current one begins.
class RecordShape {
 public:
  RecordShape() = default;
  /// @param line  from its first byte; `prefix_bytes` of it stand before the frame
  RecordShape(std::string_view line, std::size_t prefix_bytes);
  /// Does a record begin with this line?
  bool begins_record(std::string_view line) const;

 private:
  static constexpr std::size_t length = 8;
  char shape_[length] = {};
  std::size_t used_ = 0;
};

/// Finds the end without recursion, in one pass. Frames may span lines; a line that begins a record cuts them off.
Extent extent_of(std::string_view text, std::size_t at, const RecordShape& record, unsigned most_depth);
/// The same for an object that begins at a '{'.
Extent object_extent(std::string_view text, std::size_t at, const RecordShape& record, unsigned most_depth);

/// One past the last byte of the wrapped text that a beginning at `at` stands in.
std::size_t wrapped_end(std::string_view text, std::size_t at, Wrap wrap);
/// Takes one wrapping off.
void unwrap_text(std::string_view text, Wrap wrap, std::string& out);

/// Appends a character in UTF-8.
void append_utf8(std::string& out, std::uint32_t code);

}  // namespace evtwin::ocpp
