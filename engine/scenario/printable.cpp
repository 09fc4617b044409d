#include "scenario/printable.hpp"

#include <array>
#include <cstdint>
#include <limits>

namespace evtwin::scenario {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// First character of a non-empty text; well-formed sequences are those of table 3-7 of the Unicode standard.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xC2 || first > 0xF4) return {};
  const std::size_t bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < bytes) return {};
  std::uint32_t code = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  static constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, bytes};
}

bool needs_escape(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789ABCDEF"[(value >> shift) & 15u];
}

// Appends the first character of `text` in its shown form and returns how many bytes it took.
std::size_t append_shown(std::string& out, std::string_view text) {
  const Character c = decode(text);
  if (c.bytes == 0 || (c.bytes == 1 && needs_escape(c.code))) {
    switch (text[0]) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\x";
        append_hex(out, static_cast<std::uint8_t>(text[0]), 2);
    }
    return 1;
  }
  if (needs_escape(c.code)) {
    out += "\\u{";
    append_hex(out, c.code, 4);
    out += '}';
  } else {
    out.append(text.substr(0, c.bytes));
  }
  return c.bytes;
}

}  // namespace

std::string printable(std::string_view text) { return printable(text, std::numeric_limits<std::size_t>::max()); }

std::string printable(std::string_view text, std::size_t bytes) {
  std::string out;
  std::size_t cut = 0;  // where the text ends if "..." must follow
  while (!text.empty()) {
    text.remove_prefix(append_shown(out, text));
    if (out.size() > bytes) {
      out.resize(cut);
      return out += "...";
    }
    if (bytes >= 3 && out.size() <= bytes - 3) cut = out.size();
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character c = decode(text);
    if (c.bytes == 0) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

}  // namespace evtwin::scenario
