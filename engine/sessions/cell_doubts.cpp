#include "sessions/cell_doubts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernel/name_text.hpp"
#include "kernel/text.hpp"

namespace evtwin::sessions {

CellDoubts::Column& CellDoubts::column_at(std::size_t column) {
  if (columns_.size() <= column) columns_.resize(column + 1);
  return columns_[column];
}

void CellDoubts::empty_cell(const CsvReader& csv, std::size_t column, std::string_view taken_as) {
  Column& c = column_at(column);
  if (c.empty++ > 0) return;
  c.first_empty_line = csv.line_number();
  c.taken_as = taken_as;
}

void CellDoubts::filled_cell(std::size_t column) { ++column_at(column).filled; }

void CellDoubts::id_cell(const CsvReader& csv, std::size_t column) {
  // A line end inside quotes is one of CSV's own.
  std::string id(trim_blanks(csv.field_text(column)));
  std::replace_if(
      id.begin(), id.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  const std::string trouble = kernel::name_trouble(id);
  if (trouble.empty()) return;
  Column& c = column_at(column);
  if (c.odd++ > 0) return;
  c.first_odd =
      fmt::format("{}:{}: {} {}", kernel::make_printable(csv.file()), csv.line_number(), csv.header()[column], trouble);
}

void CellDoubts::year_cell(const CsvReader& csv, std::size_t column) {
  Column& c = column_at(column);
  if (c.years++ == 0) c.first_year_line = csv.line_number();
}

void CellDoubts::add_flags(const CsvReader& csv, std::vector<TableFlag>& flags) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column& c = columns_[i];
    if (c.empty > 0 && c.filled > 0) {
      flags.push_back(
          {"",
           fmt::format("{}:{}: {} is empty and taken as {} ({} of {} rows)", kernel::make_printable(csv.file()),
                       c.first_empty_line, csv.header()[i], c.taken_as, c.empty, c.empty + c.filled),
           false});
    }
    if (c.years > 0) {
      flags.push_back({"",
                       fmt::format("{}:{}: {} has a year below 100, read as 20.. ({} row{} of this kind)",
                                   kernel::make_printable(csv.file()), c.first_year_line, csv.header()[i], c.years,
                                   c.years == 1 ? "" : "s"),
                       false});
    }
    if (c.odd > 0)
      flags.push_back(
          {"", fmt::format("{}; kept as it is ({} row{} of this kind)", c.first_odd, c.odd, c.odd == 1 ? "" : "s"),
           false});
  }
}

}  // namespace evtwin::sessions
