// One pass over a site's recorded time, from edge to edge: where a power begins or ends, a signal changes or a metering
// window closes. Between two edges everything is a sum of tapers, and all that is counted is exact.
#pragma once

#include "audit/recorded.hpp"
#include "audit/sums.hpp"

namespace evtwin::audit {

/// Energies, energy cost, CO2, overloads, peaks, ramp and tracking, what sessions and storages had, and the highest
/// window of each month. Bill, unmet energy and objective follow from these and are not in it yet.
Recount recount_site(const Recorded& run, const Site& site);

}  // namespace evtwin::audit
