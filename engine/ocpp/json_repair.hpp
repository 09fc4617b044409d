// JSON as loggers and stations damage it, made JSON again.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::ocpp {

/// Writes `text` to `out` as JSON that a strict parser takes: bytes that are not UTF-8 and lone surrogates become
/// U+FFFD, control characters in strings are escaped, integers beyond 64 bits become strings, NaN and infinities
/// become null, Python's True, False and None the JSON words; escapes that JSON does not know lose their backslash,
/// commas before a closing bracket go.
/// @returns what was done, each kind once, in words; empty: nothing was found to mend.
std::vector<std::string_view> repair_json(std::string_view text, std::string& out);

}  // namespace evtwin::ocpp
