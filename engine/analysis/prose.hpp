// Sentences of reports: in the reader's language, on lines that a terminal holds.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace evtwin::analysis {

/// A sentence in the reader's language; both texts take the same arguments in the same order.
template <class... Args>
std::string in_language(bool korean, std::string_view english, std::string_view in_korean, const Args&... args) {
  return fmt::vformat(korean ? in_korean : english, fmt::make_format_args(args...));
}

/// Words on lines of at most 80 columns, with an end of line; those after the first are set in by two.
std::string wrap_words(const std::string& text);

/// "+1,234" or "-0.52": as people write the currency, without its name; no sign where nothing is left of it.
std::string signed_money(double value, std::string_view currency);

/// "12.3 %"; "-" for NaN.
std::string percent_text(double fraction);

}  // namespace evtwin::analysis
