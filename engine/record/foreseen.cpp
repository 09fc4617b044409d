#include "record/foreseen.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>

#include "record/run_file.hpp"

namespace evtwin::record {

bool parse_number_list(std::string_view text, std::vector<double>& values) {
  values.clear();
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  const std::string cells(text.substr(1, text.size() - 2));  // ends with the 0 that strtod needs
  const char* at = cells.c_str();
  for (;;) {
    char* end = nullptr;
    const bool is_null = std::string_view(at).starts_with("null");
    values.push_back(is_null ? std::numeric_limits<double>::quiet_NaN() : std::strtod(at, &end));
    if (is_null) end = const_cast<char*>(at) + 4;
    if (end == at) return false;
    if (*end == '\0') return true;
    if (*end != ',') return false;
    at = end + 1;
  }
}

std::vector<Foreseen> read_foreseen(const Database& database) {
  std::vector<Foreseen> all;
  Statement rows(database,
                 "SELECT site, quantity, seen_ns, issued_ns, first_end_ns, step_ns, mean, low, high FROM foreseen "
                 "ORDER BY id");
  while (rows.next_row()) {
    Foreseen& row = all.emplace_back();
    row.site = static_cast<std::size_t>(rows.column_integer(0) - 1);
    row.quantity = rows.column_text(1);
    row.seen_ns = rows.column_integer(2), row.issued_ns = rows.column_integer(3);
    row.first_end_ns = rows.column_integer(4), row.step_ns = rows.column_integer(5);
    bool whole = parse_number_list(rows.column_bytes(6), row.mean) && row.step_ns > 0;
    for (const auto& [column, values] : {std::pair{7, &row.low}, {8, &row.high}}) {
      if (const auto text = rows.column_bytes(column); !text.empty())
        whole = whole && parse_number_list(text, *values) && values->size() == row.mean.size();
    }
    if (!whole || row.low.empty() != row.high.empty())
      throw RunFileError(fmt::format("malformed: row {} of foreseen has a list that is none", all.size()));
  }
  return all;
}

}  // namespace evtwin::record
