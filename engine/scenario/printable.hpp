#pragma once
// Makes any bytes safe to show on a terminal, in JSON and in a log line.

#include <cstddef>
#include <string>
#include <string_view>

namespace evtwin::scenario {

/// Valid UTF-8 on one line: control characters (C0, DEL, C1), line separators and the characters that turn the writing
/// direction become \n, \t, \xNN or \u{NNNN}; bytes that are not UTF-8 become \xNN. Everything else, Korean included,
/// stays.
std::string printable(std::string_view text);

/// The same, cut to at most `bytes` bytes between two characters (an escape counts as one), with "..." where something
/// is missing.
std::string printable(std::string_view text, std::size_t bytes);

/// Whether all of `text` is UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace evtwin::scenario
