#include "lua/repeated_key.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "lua/tokens.hpp"

namespace evtwin::lua {
namespace {

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

// A key of a table as text: "s" and the bytes of a string, "i" and a whole number, "b" and true or false.
using KeyText = std::string;

// The string that a literal stands for. Empty where an escape has to be worked out that keys hardly ever have (\z, a
// line end, \u{...}): such keys are not looked at.
std::optional<std::string> string_of(std::string_view literal) {
  if (literal.front() == '[') {
    // A long string, [==[...]==], has no escapes; a line end right behind its bracket is not part of it.
    const std::size_t open = literal.find('[', 1) + 1;
    std::string_view body = literal.substr(open, literal.size() - 2 * open);
    if (body.starts_with("\r\n")) body.remove_prefix(1);
    if (body.starts_with('\n')) body.remove_prefix(1);
    return std::string(body);
  }

  std::string out;
  const std::string_view body = literal.substr(1, literal.size() - 2);
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    if (++i == body.size()) return {};

    constexpr std::string_view letters = "abfnrtv\\\"'", meant = "\a\b\f\n\r\t\v\\\"'";
    static_assert(letters.size() == meant.size());
    unsigned code = 0;
    if (const std::size_t known = letters.find(body[i]); known != std::string_view::npos) {
      out += meant[known];
    } else if (body[i] == 'x' && i + 2 < body.size() && is_hex_digit(body[i + 1]) && is_hex_digit(body[i + 2])) {
      std::from_chars(body.data() + i + 1, body.data() + i + 3, code, 16);
      out += static_cast<char>(code);
      i += 2;
    } else if (body[i] >= '0' && body[i] <= '9') {
      const char* const begin = body.data() + i;
      const char* const end = body.data() + std::min(i + 3, body.size());
      i += static_cast<std::size_t>(std::from_chars(begin, end, code).ptr - begin) - 1;
      out += static_cast<char>(code);
    } else {
      return {};
    }
  }
  return out;
}

// 7, 0x07 and 7.0 are one key.
std::optional<KeyText> number_key(std::string_view text) {
  std::int64_t whole = 0;
  const bool hex = text.size() > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + (hex ? 2 : 0), end, whole, hex ? 16 : 10);
  if (read.ec != std::errc()) return {};
  const std::string_view rest(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (!rest.empty() && (hex || rest.front() != '.' || rest.find_first_not_of('0', 1) != std::string_view::npos))
    return {};
  return "i" + std::to_string(whole);
}

class KeyReader {
 public:
  explicit KeyReader(std::string_view source) : tokens_(tokens_of(source)) {}

  std::optional<RepeatedKey> find() {
    bool begins = false;  // an entry of the innermost table
    for (std::size_t i = 0; i < tokens_.size() && !found_; ++i) {
      if (begins && at(i) != "}") begin_entry(i);
      begins = read(i);
    }
    return found_;
  }

 private:
  // A table constructor, or a bracket or block inside which commas separate something else.
  struct OpenPart {
    bool table = false;
    std::map<KeyText, int> lines = {};     // of each constant key
    std::vector<int> position_lines = {};  // of each entry without a key
    std::size_t last_position = 0;         // token of the last entry where that has no key
  };

  std::string_view at(std::size_t i) const { return i < tokens_.size() ? tokens_[i].text : std::string_view(); }
  bool is(Token::Kind kind, std::size_t i) const { return i < tokens_.size() && tokens_[i].kind == kind; }

  // @returns whether an entry of a table begins with the next token.
  bool read(std::size_t i) {
    const std::string_view token = at(i);
    if (token == "{") {
      open_.push_back(OpenPart{.table = true});
      return true;
    }
    if (token == "(" || token == "[" || token == "function" || token == "if" || token == "do" || token == "repeat") {
      open_.push_back(OpenPart{});
    } else if (token == "}" || token == ")" || token == "]" || token == "end" || token == "until") {
      if (open_.empty()) return false;
      if (open_.back().table) compare_positions(i);
      open_.pop_back();
    }
    return (token == "," || token == ";") && !open_.empty() && open_.back().table;
  }

  void begin_entry(std::size_t i) {
    OpenPart& table = open_.back();
    table.last_position = 0;
    if (is(Token::Kind::word, i) && at(i + 1) == "=") {
      add("s" + std::string(at(i)), at(i), i);
    } else if (at(i) == "[") {
      const auto key = at(i + 2) == "]" && at(i + 3) == "=" ? key_of(i + 1) : std::nullopt;
      if (key) add(*key, "[" + std::string(at(i + 1)) + "]", i);
    } else {
      table.position_lines.push_back(tokens_[i].line);
      table.last_position = i;
    }
  }

  std::optional<KeyText> key_of(std::size_t i) const {
    if (!is(Token::Kind::text, i))
      return at(i) == "true" || at(i) == "false" ? "b" + std::string(at(i)) : number_key(at(i));
    auto text = string_of(at(i));
    return text ? std::optional("s" + *text) : std::nullopt;
  }

  void add(const KeyText& key, std::string_view shown, std::size_t i) {
    const auto [before, is_new] = open_.back().lines.emplace(key, tokens_[i].line);
    if (!is_new) found_ = RepeatedKey{std::string(shown), tokens_[i].line, before->second};
  }

  // { 7, [1] = 11 }: the entries without a key are 1, 2, 3. The table ends at token `end`.
  void compare_positions(std::size_t end) {
    const OpenPart& table = open_.back();
    std::size_t count = table.position_lines.size();
    // The last one may be a call or ..., which are no value or many; of one token, or a table, it is one value.
    const std::size_t last = table.last_position;
    const std::size_t tokens = end - last - (at(end - 1) == "," || at(end - 1) == ";" ? 1 : 0);
    if (last != 0 && at(last) != "{" && (tokens > 1 || at(last) == "...")) --count;
    for (const auto& [key, line] : table.lines) {
      if (key.front() != 'i') continue;
      const std::int64_t number = std::stoll(key.substr(1));
      if (number < 1 || number > static_cast<std::int64_t>(count)) continue;
      const int other = table.position_lines[static_cast<std::size_t>(number) - 1];
      found_ = RepeatedKey{"[" + key.substr(1) + "]", std::max(line, other), std::min(line, other)};
      return;
    }
  }

  std::vector<Token> tokens_;
  std::vector<OpenPart> open_;
  std::optional<RepeatedKey> found_;
};

}  // namespace

std::optional<RepeatedKey> find_repeated_key(std::string_view source) { return KeyReader(source).find(); }

}  // namespace evtwin::lua
