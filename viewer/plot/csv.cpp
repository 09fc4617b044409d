#include "viewer/plot/csv.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evtwin::viewer::plot {

std::string csv_text(std::string_view text) {
  std::string cell;
  if (!text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos) cell = "'";
  cell += text;
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_number(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

}  // namespace evtwin::viewer::plot
