#include "analysis/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::analysis {

std::string number_text(double value, int decimals) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string digits = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  for (std::size_t place = point; place > 3;) {
    place -= 3;
    digits.insert(place, 1, ',');
  }
  // A figure that rounds to zero has no sign.
  const bool is_zero = digits.find_first_of("123456789") == std::string::npos;
  return value < 0.0 && !is_zero ? "-" + digits : digits;
}

std::string money_text(double value, std::string_view currency) {
  const bool whole = currency == "KRW" || currency == "JPY";
  std::string text = number_text(value, whole ? 0 : 2);
  if (!currency.empty() && !std::isnan(value)) text.append(" ").append(currency);
  return text;
}

TextTable::TextTable(std::vector<std::string> heads, LastColumn last) : last_(last) { add_row(std::move(heads)); }

void TextTable::add_row(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = kernel::make_printable(cell);
  rows_.push_back(std::move(cells));
}

std::string TextTable::to_text() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], kernel::display_width(row[i]));
  }
  std::string out;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      const std::string padding(widths[i] - kernel::display_width(rows_[r][i]), ' ');
      if (i > 0) out += "  ";
      const bool last = i + 1 == rows_[r].size();
      const bool to_the_left = i == 0 || (last && last_ == LastColumn::prose);
      out += to_the_left ? rows_[r][i] + (last ? "" : padding) : padding + rows_[r][i];
    }
    out += '\n';
    if (r > 0) continue;
    for (std::size_t i = 0; i < widths.size(); ++i) out += (i > 0 ? "  " : "") + std::string(widths[i], '-');
    out += '\n';
  }
  return out;
}

}  // namespace evtwin::analysis
