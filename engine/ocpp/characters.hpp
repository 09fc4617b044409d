// Letters, digits and blanks of ASCII, whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace evtwin::ocpp {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// Whether `text` is `letters` in either case. @param letters in lower case
inline bool same_letters(std::string_view text, std::string_view letters) {
  return text.size() == letters.size() &&
         std::equal(text.begin(), text.end(), letters.begin(), [](char x, char y) { return to_lower(x) == y; });
}

/// `text` without the blanks at both ends.
inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace evtwin::ocpp
