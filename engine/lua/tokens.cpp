#include "lua/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include "kernel/static_checks.hpp"

namespace evtwin::lua {
namespace {

bool is_decimal(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_decimal(c) || c == '_'; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Length of a long bracket "[[...]]", "[=[...]=]" that begins at `at`; 0 if none does.
std::size_t long_bracket(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '[') return 0;
  std::size_t level = at + 1;
  while (level < text.size() && text[level] == '=') ++level;
  if (level >= text.size() || text[level] != '[') return 0;
  const std::string close = "]" + std::string(level - at - 1, '=') + "]";
  const std::size_t end = text.find(close, level);
  return (end == std::string_view::npos ? text.size() : end + close.size()) - at;
}

// Length of a string in quotes; one that is not closed ends with its line.
std::size_t quoted(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') {
    if (text[end] != '\\') {
      ++end;
    } else if (end + 1 < text.size() && text[end + 1] == 'z') {  // skips the blanks behind it, line ends included
      end += 2;
      while (end < text.size() && is_blank(text[end])) ++end;
    } else {
      end += text.substr(end, 3) == "\\\r\n" ? 3U : 2U;
    }
  }
  return std::min(end + 1, text.size()) - at;
}

std::size_t comment(std::string_view text, std::size_t at) {
  if (const std::size_t length = long_bracket(text, at + 2); length > 0) return length + 2;
  return std::min(text.find('\n', at), text.size()) - at;
}

// Digits, letters and points, and the sign of an exponent: 0x1p-4, 3e+5.
std::size_t number(std::string_view text, std::size_t at) {
  const bool hex = at + 1 < text.size() && text[at] == '0' && (text[at + 1] | 0x20) == 'x';
  std::size_t end = at;
  while (end < text.size() && (is_word(text[end]) || text[end] == '.')) {
    const char letter = static_cast<char>(text[end] | 0x20);
    ++end;
    if (letter == (hex ? 'p' : 'e') && end < text.size() && (text[end] == '+' || text[end] == '-')) ++end;
  }
  return end - at;
}

std::size_t sign(std::string_view text, std::size_t at) {
  constexpr std::array<std::string_view, 11> signs{"...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", ""};
  static_assert(kernel::none_is_hidden(
                    signs, kernel::RowItself{},
                    [](std::string_view earlier, std::string_view later) { return later.starts_with(earlier); }),
                "the longest sign is tried first");
  for (const std::string_view known : signs) {
    if (text.substr(at, known.size()) == known) return std::max<std::size_t>(known.size(), 1);
  }
  return 1;
}

}  // namespace

std::vector<Token> tokens_of(std::string_view source) {
  std::vector<Token> tokens;
  std::size_t at = source.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  // A first line that begins with # is for the shell.
  if (source.substr(at, 1) == "#") at = std::min(source.find('\n', at), source.size());
  int line = 1;
  while (at < source.size()) {
    const char c = source[at];
    const char next = at + 1 < source.size() ? source[at + 1] : '\0';
    Token token{Token::Kind::sign, {}, line};
    std::size_t length = 1;
    bool is_token = true;

    if (is_blank(c)) {
      is_token = false;
    } else if (c == '-' && next == '-') {
      length = comment(source, at);
      is_token = false;
    } else if (c == '"' || c == '\'') {
      length = quoted(source, at);
      token.kind = Token::Kind::text;
    } else if (const std::size_t bracket = long_bracket(source, at); bracket > 0) {
      length = bracket;
      token.kind = Token::Kind::text;
    } else if (is_decimal(c) || (c == '.' && is_decimal(next))) {
      length = number(source, at);
      token.kind = Token::Kind::word;
    } else if (is_word(c)) {
      while (at + length < source.size() && is_word(source[at + length])) ++length;
      token.kind = Token::Kind::word;
    } else {
      length = sign(source, at);
    }

    token.text = source.substr(at, length);
    if (is_token) tokens.push_back(token);
    line += static_cast<int>(std::count(token.text.begin(), token.text.end(), '\n'));
    at += length;
  }
  return tokens;
}

}  // namespace evtwin::lua
