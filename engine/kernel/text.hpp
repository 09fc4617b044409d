// Text that came from outside, made safe to show: on a terminal, in JSON, in a table whose columns line up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// First character of a non-empty text. `bytes` 0: it does not begin with well-formed UTF-8 (Unicode table 3-7).
struct Utf8Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};
Utf8Character first_character(std::string_view text);

/// Bytes of the flag of England, Scotland or Wales at the start of `text`, 0: there is none. The only sequences of tag
/// characters that fonts show (Unicode TR 51, RGI_Emoji_Tag_Sequence); other tags cannot be seen.
std::size_t tag_flag_bytes(std::string_view text);

/// Control characters (C0, DEL, C1), line separators, marks of writing direction, and what no font shows (U+200B).
bool is_control(std::uint32_t code);

/// Whether all of `text` are the characters 0x20 to 0x7E, which most texts are: nothing in it needs a closer look.
bool is_printable_ascii(std::string_view text);

/// Any bytes on one line of valid UTF-8: what `is_control` becomes \n, \t, \xNN or \u{NNNN}, bytes that are not UTF-8
/// become \xNN. Everything else, Korean included, stays as it is, and so do the tags of `tag_flag_bytes`.
std::string make_printable(std::string_view text);

/// The same, cut to at most `bytes` (3 or more) bytes between two characters (an escape counts as one), with "..."
/// where something is missing.
std::string make_printable(std::string_view text, std::size_t bytes);

/// Whether all of `text` is UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

/// Columns a terminal needs for `text`: 2 for Hangul, CJK and full-width forms (Unicode TR 11, "W" and "F"), 0 for
/// combining marks, 1 otherwise. The text should be printable.
std::size_t display_width(std::string_view text);

}  // namespace evtwin::kernel
