// The seeds of a comparison, as they are written: 1..10, 1,3,7 or 1..5,9.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace evtwin::cli {

/// In the order in which they are written, each once, 2 to 1000 of them.
/// @throws std::invalid_argument saying what is wrong, and what would be right
std::vector<std::uint64_t> parse_seeds(const std::string& text);

}  // namespace evtwin::cli
