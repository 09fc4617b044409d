#include "scenario/source_lines.hpp"

#include <cstddef>
#include <vector>

#include "lua/tokens.hpp"

namespace evtwin::scenario {
namespace {

using lua::Token;

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
  for (std::size_t i = brace + 1; i < tokens.size(); ++i) {
    const std::string_view token = tokens[i].text;

    // Only what stands directly in these braces counts: entries of tables inside have their own.
    if (depth == 0 && begins && !closes(token)) {
      std::size_t value = 0;
      if (has_key(tokens, i, key, value)) {
        line = tokens[i].line;
        return value;
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
  return 0;
}

}  // namespace

int line_of(std::string_view text, std::string_view call, int call_line, std::span<const std::string> path) {
  const std::vector<Token> tokens = lua::tokens_of(text);
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
