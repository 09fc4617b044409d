// Limits over several sites, recounted from what flowed at each site's grid connection.
#pragma once

#include <vector>

#include "audit/recorded.hpp"
#include "audit/sums.hpp"

namespace evtwin::audit {

/// Energy that the sites of a limit imported together above it, kWh; a site that feeds back counts as 0. What a guard's
/// rounding leaves, a billionth of the limit, is not above it.
/// @param recounts  by site
double energy_above_shared_limit(const Recorded& run, const SharedLimit& limit, const std::vector<Recount>& recounts);

}  // namespace evtwin::audit
