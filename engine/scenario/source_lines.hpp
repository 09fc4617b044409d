#pragma once
// Finds the line of a key in a scenario's text, so that messages can name it.

#include <span>
#include <string>
#include <string_view>

namespace evtwin::scenario {

/// Line of the entry that `path` leads to, inside the braces of the call at `call_line`.
/// @param call  the last word before the braces as written: "site", "poisson". @param path  names, or "[3]" for the
/// third entry without a key.
/// @returns the line of the deepest part of the path that is written out there; `call_line` when none is (a table made
/// elsewhere).
int line_of(std::string_view text, std::string_view call, int call_line, std::span<const std::string> path);

}  // namespace evtwin::scenario
