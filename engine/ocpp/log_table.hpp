// Logs that are tables: what the names of the columns say, and rows cut into cells.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
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
  std::size_t find_column(FieldKind kind) const;  ///< columns.size(): there is none
};
/// The head of a table, if the line is one: cells with known names and nothing else, a time among them.
std::optional<TableHead> table_head(std::string_view line);

struct Cell {
  std::string_view text;  ///< without its outer quotes
  bool quoted = false;    ///< quotes inside are doubled
};
/// Cuts a row (RFC 4180; cells may hold line ends). The last column of a table with '|' takes what is left.
/// @returns where the row ends (its line end, or the end of the text); `open` when a cell was not closed.
std::size_t cut_row(std::string_view text, std::size_t at, const TableHead& head, std::vector<Cell>& cells, bool& open);

}  // namespace evtwin::ocpp
