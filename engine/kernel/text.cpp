#include "kernel/text.hpp"

#include <algorithm>
#include <array>

namespace evtwin::kernel {
namespace {

struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

/// Whether ranges ascend and do not overlap, so that none is written twice.
template <std::size_t Count>
constexpr bool are_apart(const std::array<Range, Count>& ranges) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (ranges[i].first > ranges[i].last || (i > 0 && ranges[i].first <= ranges[i - 1].last)) return false;
  }
  return true;
}

template <std::size_t Count>
bool is_in(const std::array<Range, Count>& ranges, std::uint32_t code) {
  for (const Range& range : ranges) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

// Blocks of Unicode TR 11 (EastAsianWidth) classes W and F, rounded to whole blocks.
constexpr std::array<Range, 12> wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0x33FF},
                                      {0x3400, 0x4DBF},
                                      {0x4E00, 0x9FFF},
                                      {0xA000, 0xA4CF},
                                      {0xA960, 0xA97F},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0x1F300, 0x1FAFF}}};
static_assert(are_apart(wide));

// Combining marks, Hangul medial vowels and finals, zero-width characters.
constexpr std::array<Range, 6> zero_width{
    {{0x0300, 0x036F}, {0x1160, 0x11FF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
static_assert(are_apart(zero_width));

// C0, DEL and C1; the marks of writing direction; and the characters that no font shows (Unicode 15.0: fillers,
// DefaultIgnorable without joiners and variation selectors, tags, noncharacters).
constexpr std::array<Range, 19> control{{{0x00, 0x1F},
                                         {0x7F, 0x9F},
                                         {0xAD, 0xAD},
                                         {0x034F, 0x034F},
                                         {0x061C, 0x061C},
                                         {0x115F, 0x1160},
                                         {0x17B4, 0x17B5},
                                         {0x180E, 0x180E},
                                         {0x200B, 0x200B},
                                         {0x200E, 0x200F},
                                         {0x2028, 0x202E},
                                         {0x2060, 0x206F},
                                         {0x3164, 0x3164},
                                         {0xFDD0, 0xFDEF},
                                         {0xFEFF, 0xFEFF},
                                         {0xFFA0, 0xFFA0},
                                         {0xFFF0, 0xFFFB},
                                         {0xFFFE, 0xFFFF},
                                         {0xE0000, 0xE00FF}}};
static_assert(are_apart(control));

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789ABCDEF"[(value >> shift) & 15U];
}

void append_byte(std::string& out, char byte) {
  switch (byte) {
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
      append_hex(out, static_cast<unsigned char>(byte), 2);
  }
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < bytes) return {};
  std::uint32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  // No overlong forms, no surrogates, nothing beyond Unicode.
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (code < smallest[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, bytes};
}

std::size_t tag_flag_bytes(std::string_view text) {
  using namespace std::string_view_literals;
  // A black flag, gbeng, gbsct or gbwls in tags, and the tag that ends them.
  for (const std::string_view flag : {"\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F"sv,
                                      "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"sv,
                                      "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F"sv}) {
    if (text.starts_with(flag)) return flag.size();
  }
  return 0;
}

bool is_control(std::uint32_t code) { return code < 0x7F ? code < 0x20 : is_in(control, code); }

bool is_printable_ascii(std::string_view text) {
  bool all = true;
  for (const char c : text) all &= c >= 0x20 && c < 0x7F;
  return all;
}

std::string make_printable(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const std::size_t flag = tag_flag_bytes(text); flag > 0) {
      out.append(text.substr(0, flag));
      text.remove_prefix(flag);
      continue;
    }
    const Utf8Character character = first_character(text);
    const std::size_t bytes = character.bytes == 0 ? 1 : character.bytes;
    if (character.bytes == 0 || (character.bytes == 1 && is_control(character.code))) {
      append_byte(out, text.front());
    } else if (is_control(character.code)) {
      out += "\\u{";
      append_hex(out, character.code, character.code > 0xFFFF ? 5 : 4);
      out += '}';
    } else {
      out.append(text.substr(0, bytes));
    }
    text.remove_prefix(bytes);
  }
  return out;
}

std::string make_printable(std::string_view text, std::size_t bytes) {
  std::string out;
  std::size_t cut = 0;  // where the text ends if "..." must follow
  while (!text.empty()) {
    // Bytes that are no UTF-8 go one by one.
    const std::size_t size = std::max({std::size_t{1}, tag_flag_bytes(text), first_character(text).bytes});
    out += make_printable(text.substr(0, size));
    text.remove_prefix(size);
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
    const std::size_t bytes = first_character(text).bytes;
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    text.remove_prefix(std::max({std::size_t{1}, tag_flag_bytes(text), character.bytes}));
    if (is_in(zero_width, character.code) && character.bytes != 0) continue;
    columns += is_in(wide, character.code) ? 2U : 1U;
  }
  return columns;
}

}  // namespace evtwin::kernel
