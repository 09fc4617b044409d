#pragma once
// Finds the name that somebody probably meant.

#include <span>
#include <string>
#include <string_view>

namespace evtwin::kernel {

/// The known name nearest to `wrong` by edit distance (insert, delete, replace, swap of neighbours; case and '_' cost
/// half), or "" if none is near enough to be a slip (more than a third of the letters differ). Of equals, the first in
/// byte order.
std::string nearest_name(std::string_view wrong, std::span<const std::string_view> known);

/// "; did you mean X?" for the nearest name, or "".
std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known);

}  // namespace evtwin::kernel
