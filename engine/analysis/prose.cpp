#include "analysis/prose.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/text_table.hpp"
#include "kernel/text.hpp"

namespace evtwin::analysis {

std::string wrap_words(const std::string& text) {
  constexpr std::size_t line_width = 80;
  std::string out;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    const std::size_t columns_of_word = kernel::display_width(word);
    if (width > 0 && width + 1 + columns_of_word > line_width) {
      out += "\n  ";
      width = 2;
    } else if (width > 0) {
      out += ' ';
      ++width;
    }
    out += word;
    width += columns_of_word;
  }
  return out + "\n";
}

std::string signed_money(double value, std::string_view currency) {
  const std::string text = money_text(value, currency);
  const std::string bare = text.substr(0, text.find(' '));
  return value > 0.0 && bare.find_first_of("123456789") != std::string::npos ? "+" + bare : bare;
}

std::string percent_text(double fraction) {
  return std::isnan(fraction) ? "-" : number_text(100.0 * fraction, 1) + " %";
}

}  // namespace evtwin::analysis
