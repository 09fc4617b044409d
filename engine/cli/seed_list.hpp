// The seeds of a comparison, as they are written: 1..10, 1,3,7 or 1..5,9.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace evtwin::cli {

/// In the order in which they are written, each once, `least` to `most` of them.
/// @throws std::invalid_argument saying what is wrong, and what would be right
std::vector<std::uint64_t> parse_seeds(const std::string& text, std::size_t least = 2, std::size_t most = 1000);

}  // namespace evtwin::cli
