// Logs that are tables: what the names of the columns say, and rows cut into cells.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::ocpp {

/// Kind of content of a column, or a field of an object, as far as its name tells.
enum class FieldKind : std::uint8_t {
  other,
  time,
  answer_time,
  station,
  station_maybe,  ///< "id", "name": the station if nothing else is
  way,
  type,
  action,
  id,
  payload,
  answer,
  error_code,
  error_description,
  error_details
};
FieldKind field_kind(std::string_view name);

struct TableHead {
  char separator = ',';
  std::vector<FieldKind> columns;
  bool repeated_name = false;                     ///< two columns are called the same
  std::vector<std::string> names = {};            ///< of the columns, in small letters
  std::size_t find_column(FieldKind kind) const;  ///< columns.size(): there is none
};
/// The head of a table, if the line is one: cells with known names and nothing else, a time among them.
/// @param station_column  a name by which the user knows the stations' column: a line with it is a head in any language
std::optional<TableHead> table_head(std::string_view line, std::string_view station_column = {});

struct Cell {
  std::string_view text;  ///< as it stands, without its outer quotes
  bool quoted = false;
  bool doubled = false;  ///< its text has quotes that stand for one; `RowCells::plain_text` takes that off
};

/// The cells of a row, cut in one pass. Room is kept from row to row.
class RowCells {
 public:
  /// Cuts a row (RFC 4180; cells may hold line ends). Cells may also stand in single quotes, on one line, that open and
  /// close a cell. The last column of a table with '|' takes what is left.
  /// @returns where the row ends: its line end, or the end of the text
  std::size_t cut_row(std::string_view text, std::size_t at, const TableHead& head);

  std::size_t size() const { return cells_.size(); }
  const Cell& operator[](std::size_t column) const { return cells_[column].cell; }
  /// The cell's text with one quote where two stand for one; `text_padding` bytes behind it are readable.
  std::string_view plain_text(std::size_t column);

 private:
  struct Kept {
    Cell cell;
    std::size_t room_at = 0, room_bytes = 0;  // in room_, of a cell with doubled quotes
  };
  std::size_t cut_quoted(std::string_view text, std::size_t at);
  bool cut_single_quoted(std::string_view text, std::size_t& at, char separator);

  std::vector<Kept> cells_;
  std::string room_;        // cells with one quote for two
  std::size_t used_ = 0;    // of room_
  std::string copy_;        // of a cell that has no doubled quotes
  bool no_single_ = false;  // no single quote closes a cell in the rest of the row
};

}  // namespace evtwin::ocpp
