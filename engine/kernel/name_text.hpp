// Names and ids that came from outside: what would make two of them look alike and be two, or one of them unreadable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// Characters of a name or an id: what OCPP 2.1 allows the longest of its ids (idToken, part 2).
inline constexpr std::size_t most_name_characters = 255;

/// Fault of a text of one line, as words to follow its name: "is empty", "has only blanks", "has control characters or
/// others that can not be seen (U+200B): "A\u{200B}"", bytes that are not UTF-8, U+FFFD, letters and their marks apart
/// (not Unicode NFC; Latin, Hangul and Kana are looked at). Empty: none.
std::string text_trouble(std::string_view text);

/// The same for a name or an id, which has no blank at either end and at most `most_name_characters` characters.
std::string name_trouble(std::string_view text);

/// "UTF-16" or "UTF-32" for bytes that begin with its mark, or have NUL bytes where such a text of mostly ASCII has
/// them; else "".
std::string_view wide_encoding(std::string_view bytes);

}  // namespace evtwin::kernel
