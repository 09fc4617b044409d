#pragma once
// Finds the name that somebody probably meant.

#include <span>
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// Slips of a finger between two names, in half slips: optimal string alignment, that is letters inserted, left out,
/// replaced, or swapped with their neighbour, 2 each; 1 for a letter of the other case and for a '_' more or less. Of
/// longer texts the first 64 bytes count.
unsigned half_slips(std::string_view a, std::string_view b);

/// The known name nearest to `wrong` by half_slips, or "" if none is near enough to be a slip (more than a third of the
/// letters differ). Of equals, the first in byte order.
std::string nearest_name(std::string_view wrong, std::span<const std::string_view> known);

/// "; did you mean X?" for the nearest name, or "".
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace evtwin::kernel
