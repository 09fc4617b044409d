#include "viewer/plot/csv.hpp"

#include <fmt/format.h>

#include <cmath>

#include "kernel/csv_cell.hpp"

namespace evtwin::viewer::plot {

std::string csv_text(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
  return kernel::csv_cell(formula ? "'" + std::string(text) : std::string(text));
}

std::string csv_number(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

}  // namespace evtwin::viewer::plot
