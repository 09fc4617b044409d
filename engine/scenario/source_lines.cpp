#include "scenario/source_lines.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <vector>

namespace evtwin::scenario {
namespace {

struct Token {
  std::string_view text;  // a name, a number, one sign, or a string with its quotes
  int line = 1;
};

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Length of a long bracket "[[...]]", "[=[...]=]" that begins at `at`; 0 if none does.
std::size_t long_bracket(std::string_view text, std::size_t at) {
  std::size_t level = at + 1;
  while (level < text.size() && text[level] == '=') ++level;
  if (text[at] != '[' || level >= text.size() || text[level] != '[') return 0;
  const std::string close = "]" + std::string(level - at - 1, '=') + "]";
  const std::size_t end = text.find(close, level);
  return (end == std::string_view::npos ? text.size() : end + close.size()) - at;
}

std::size_t quoted(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') end += text[end] == '\\' ? 2U : 1U;
  return std::min(end + 1, text.size()) - at;
}

std::size_t comment(std::string_view text, std::size_t at) {
  if (at + 2 < text.size()) {
    if (const std::size_t length = long_bracket(text, at + 2); length > 0) return length + 2;
  }
  const std::size_t end = text.find('\n', at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

// The text's tokens without comments. Rough where Lua is finer (numbers, operators): only names, strings and brackets
// matter.
std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  int line = 1;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t length = 1;
    bool is_token = std::isspace(static_cast<unsigned char>(c)) == 0;
    if (text.substr(at, 2) == "--") {
      length = comment(text, at);
      is_token = false;
    } else if (c == '"' || c == '\'') {
      length = quoted(text, at);
    } else if (c == '[' && long_bracket(text, at) > 0) {
      length = long_bracket(text, at);
    } else if (is_word(c)) {
      while (at + length < text.size() && is_word(text[at + length])) ++length;
    }
    const std::string_view piece = text.substr(at, length);
    if (is_token) tokens.push_back({piece, line});
    for (const char p : piece) line += p == '\n' ? 1 : 0;
    at += length;
  }
  return tokens;
}

bool opens(std::string_view token) {
  return token == "{" || token == "(" || token == "[" || token == "function" || token == "do" || token == "then";
}
bool closes(std::string_view token) {
  return token == "}" || token == ")" || token == "]" || token == "end" || token == "elseif";
}

// Whether the entry that begins at `i` has the key, and where its value begins: name = , ["name"] = , [3] = .
bool has_key(const std::vector<Token>& tokens, std::size_t i, std::string_view key, std::size_t& value) {
  if (i + 1 < tokens.size() && tokens[i].text == key && tokens[i + 1].text == "=") {
    value = i + 2;
    return true;
  }
  if (i + 3 >= tokens.size() || tokens[i].text != "[" || tokens[i + 2].text != "]" || tokens[i + 3].text != "=")
    return false;
  std::string_view inner = tokens[i + 1].text;
  std::string_view wanted = key;
  if (wanted.starts_with('['))
    wanted = wanted.substr(1, wanted.size() - 2);
  else if (inner.size() > 2)
    inner = inner.substr(1, inner.size() - 2);
  value = i + 4;
  return inner == wanted;
}

// Index of the value of `key` inside the braces that open at `brace`; 0 if it is not written there.
std::size_t find_entry(const std::vector<Token>& tokens, std::size_t brace, const std::string& key, int& line) {
  int depth = 0;
  int position = 0;
  bool begins = true;
  const bool by_position = key.starts_with('[');
  std::size_t found = 0;  // a key that is written twice holds as it was written last
  for (std::size_t i = brace + 1; i < tokens.size(); ++i) {
    const std::string_view token = tokens[i].text;
    if (depth == 0 && begins && !closes(token)) {
      std::size_t value = 0;
      if (has_key(tokens, i, key, value)) {
        line = tokens[i].line;
        found = value;
      }
      const bool keyed = token == "[" || (i + 1 < tokens.size() && tokens[i + 1].text == "=");
      if (!keyed && by_position && "[" + std::to_string(++position) + "]" == key) {
        line = tokens[i].line;
        return i;
      }
    }
    begins = depth == 0 && (token == "," || token == ";");
    if (opens(token)) ++depth;
    if (closes(token) && --depth < 0) break;
  }
  return found;
}

}  // namespace

int line_of(std::string_view text, std::string_view call, int call_line, std::span<const std::string> path) {
  const std::vector<Token> tokens = tokens_of(text);
  std::size_t brace = 0;
  for (std::size_t i = 0; i < tokens.size() && tokens[i].line <= call_line; ++i) {
    if (tokens[i].line == call_line && tokens[i].text == call) brace = i + 1;
    if (brace != 0) break;
  }
  if (brace != 0 && brace < tokens.size() && tokens[brace].text == "(") ++brace;
  if (brace == 0) return call_line;
  int line = call_line;
  for (const std::string& key : path) {
    if (brace >= tokens.size()) break;
    // An entry that is a call: from_sessions("f.csv", { kw = 7 }), or one of the language with its own braces.
    while (brace < tokens.size() && tokens[brace].text != "{" && tokens[brace].line <= line) ++brace;
    if (brace >= tokens.size() || tokens[brace].text != "{") break;
    const std::size_t value = find_entry(tokens, brace, key, line);
    if (value == 0) break;
    brace = value;
  }
  return line;
}

}  // namespace evtwin::scenario
