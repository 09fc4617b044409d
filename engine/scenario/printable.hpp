#pragma once
// Makes any bytes safe to show in a message: kernel/text.hpp, and a cut for messages of bounded length.

#include <cstddef>
#include <string>
#include <string_view>

#include "kernel/text.hpp"

namespace evtwin::scenario {

using kernel::printable;

/// The same, cut to at most `bytes` (3 or more) bytes between two characters (an escape counts as one), with "..."
/// where something is missing.
std::string printable(std::string_view text, std::size_t bytes);

/// Whether all of `text` is UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF).
bool is_utf8(std::string_view text);

}  // namespace evtwin::scenario
