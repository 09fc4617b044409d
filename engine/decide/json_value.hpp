// JSON text from outside as plain values, with everything refused that two readers could read in two ways.
#pragma once
#include <cstddef>
#include <string_view>

#include "scenario/value.hpp"

namespace evtwin::decide {

/// Bounds on what is read: a site of some ten thousand EVSEs fits many times.
inline constexpr std::size_t most_request_bytes = std::size_t{64} << 20;
inline constexpr std::size_t most_request_values = 2'000'000;
inline constexpr std::size_t deepest_request = 32;

/// Objects become tables with names, arrays tables with the numbers 1..n, null a nil.
/// @throws scenario::FieldError: not JSON (with line and column), not UTF-8, a key twice, a number that no double
/// holds, nested or larger than the bounds above.
scenario::Value value_of_json(std::string_view text);

}  // namespace evtwin::decide
