// Internal to this room: cells that are read and yet doubtful, counted by column, so that each kind is one flag.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "sessions/csv.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::sessions {

class CellDoubts {
 public:
  /// A column that may be empty: `taken_as` says what an empty cell means ("the energy delivered").
  void empty_cell(const CsvReader& csv, std::size_t column, std::string_view taken_as);
  void filled_cell(std::size_t column);
  /// A cell with an id: kept, and doubtful where kernel::name_trouble finds something.
  void id_cell(const CsvReader& csv, std::size_t column);
  /// A date whose year has lost its century, read as one of this century.
  void year_cell(const CsvReader& csv, std::size_t column);

  /// One flag for each column that some rows leave empty and others fill, and one for each column of odd ids or years.
  void add_flags(const CsvReader& csv, std::vector<TableFlag>& flags) const;

 private:
  struct Column {
    std::size_t empty = 0, filled = 0, first_empty_line = 0;
    std::string taken_as;
    std::size_t years = 0, first_year_line = 0;
    std::size_t odd = 0;
    std::string first_odd;  ///< "week.csv:2: session_id has ..."
  };
  Column& column_at(std::size_t column);

  std::vector<Column> columns_;
};

}  // namespace evtwin::sessions
