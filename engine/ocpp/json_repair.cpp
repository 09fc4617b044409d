#include "ocpp/json_repair.hpp"

#include <algorithm>
#include <array>

#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"
#include "ocpp/characters.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Word {
  std::string_view from, to;
};
constexpr std::array<Word, 8> literals{{{"NaN", "null"},
                                        {"nan", "null"},
                                        {"-Infinity", "null"},
                                        {"Infinity", "null"},
                                        {"undefined", "null"},
                                        {"None", "null"},
                                        {"True", "true"},
                                        {"False", "false"}}};
static_assert(kernel::none_is_hidden(literals, &Word::from,
                                     [](std::string_view earlier, std::string_view later) {
                                       return later.starts_with(earlier);
                                     }),
              "the first literal that fits is replaced");

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Repair {
 public:
  Repair(std::string_view text, std::string& out) : text_(text), out_(out) {}

  std::vector<std::string_view> run() {
    out_.clear();
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        string();
      } else if (is_digit(c) || (c == '-' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]))) {
        number();
      } else if (c == ',' && closes_next()) {
        note("a comma too many");
        ++at_;
      } else if (!word()) {
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') {
          note("control characters");
        } else {
          out_ += c;
        }
        ++at_;
      }
    }
    return std::move(notes_);
  }

 private:
  void note(std::string_view what) {
    if (std::find(notes_.begin(), notes_.end(), what) == notes_.end()) notes_.push_back(what);
  }

  bool closes_next() const {
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_ + 1);
    return next != std::string_view::npos && (text_[next] == ']' || text_[next] == '}');
  }

  bool word() {
    for (const Word& one : literals) {
      if (text_.substr(at_, one.from.size()) != one.from) continue;
      note(one.to == "null" && one.from != "None" ? "a value that is no number" : "words of Python");
      out_ += one.to;
      at_ += one.from.size();
      return true;
    }
    return false;
  }

  void number() {
    const std::size_t begin = at_;
    bool whole = true;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-') {
        whole = false;
      } else if (!is_digit(c)) {
        break;
      }
    }
    std::string_view digits = text_.substr(begin, at_ - begin);

    const bool negative = digits[0] == '-';
    std::string_view magnitude = digits.substr(negative ? 1 : 0);

    // Fractions and exponents are left to the parser.
    if (!whole) {
      out_ += digits;
      return;
    }

    // JSON allows no leading zero.
    const std::size_t significant = magnitude.find_first_not_of('0');
    if (magnitude.size() > 1 && significant != 0) {
      note("a number that begins with 0");
      magnitude = significant == std::string_view::npos ? "0" : magnitude.substr(significant);
    }

    // An integer beyond 64 bits would cost the whole frame in the parser: it becomes a text.
    const std::string_view most = negative ? "9223372036854775808" : "18446744073709551615";
    const bool fits = magnitude.size() < most.size() || (magnitude.size() == most.size() && magnitude <= most);
    if (!fits) note("an integer beyond 64 bits");
    if (!fits) out_ += '"';
    if (negative) out_ += '-';
    out_ += magnitude;
    if (!fits) out_ += '"';
  }

  std::uint32_t code_unit(std::size_t at) const {
    std::uint32_t code = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
      if (i >= text_.size() || !is_hex(text_[i])) return 0x110000;
      const char c = text_[i];
      code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return code;
  }

  void escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == 'u') {
      const std::uint32_t code = code_unit(at_ + 2);
      if (code > 0xFFFF) {
        // The `u` stays, the backslash goes.
        note("an escape that JSON does not know");
        out_ += 'u';
        at_ += 2;
        return;
      }

      // Characters beyond U+FFFF are written as a pair of escapes; half a pair is no character.
      const bool high = code >= 0xD800 && code < 0xDC00, low = code >= 0xDC00 && code < 0xE000;
      const std::uint32_t next = text_.substr(at_ + 6, 2) == "\\u" ? code_unit(at_ + 8) : 0;
      if (high && next >= 0xDC00 && next < 0xE000) {
        out_ += text_.substr(at_, 12);
        at_ += 12;
        return;
      }

      if (high || low) {
        note("half a surrogate pair");
        out_ += replacement;
      } else {
        out_ += text_.substr(at_, 6);
      }
      at_ += 6;
      return;
    }

    if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos && c != '\0') {
      out_ += '\\';
      out_ += c;
      at_ += 2;
    } else {
      // Only the backslash goes; the character behind it is read next, as it stands.
      note("an escape that JSON does not know");
      ++at_;
    }
  }

  void string() {
    out_ += '"';
    for (++at_; at_ < text_.size() && text_[at_] != '"';) {
      const char c = text_[at_];
      if (c == '\\') {
        escape();
      } else if (static_cast<unsigned char>(c) < 0x20) {
        note(c == '\0' ? "NUL bytes" : "control characters in a text");
        constexpr std::string_view hex = "0123456789abcdef";
        out_ += "\\u00";
        out_ += hex[static_cast<std::size_t>(c) >> 4];
        out_ += hex[static_cast<std::size_t>(c) & 15U];
        ++at_;
      } else {
        const std::size_t bytes = kernel::first_character(text_.substr(at_)).bytes;
        if (bytes == 0) note("bytes that are not UTF-8");
        out_ += bytes == 0 ? replacement : text_.substr(at_, bytes);
        at_ += bytes == 0 ? 1 : bytes;
      }
    }
    if (at_ < text_.size()) out_ += '"';
    ++at_;
  }

  std::string_view text_;
  std::string& out_;
  std::size_t at_ = 0;
  std::vector<std::string_view> notes_;
};

}  // namespace

std::vector<std::string_view> repair_json(std::string_view text, std::string& out) { return Repair(text, out).run(); }

}  // namespace evtwin::ocpp
