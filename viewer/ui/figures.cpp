#include "viewer/ui/figures.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evtwin::viewer::ui {

std::string figure_text(double value, std::string_view unit, int decimals) {
  if (!std::isfinite(value)) return "-";
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.front() == '-' && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);

  // A comma before every third digit of the whole part.
  const std::size_t first = text.front() == '-' ? 1 : 0;
  const std::size_t point = text.find('.');
  for (std::size_t at = point == std::string::npos ? text.size() : point; at > first + 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  if (unit.empty()) return text;
  return text.append(" ").append(unit);
}

std::string signed_figure(double value, std::string_view unit, int decimals) {
  const std::string text = figure_text(value, unit, decimals);
  const bool plus = value > 0.0 && text.find_first_of("123456789") != std::string::npos;
  return plus ? "+" + text : text;
}

}  // namespace evtwin::viewer::ui
