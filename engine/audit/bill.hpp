// The demand charge by month, from the highest window of each.
#pragma once

#include "audit/recorded.hpp"
#include "audit/sums.hpp"

namespace evtwin::audit {

/// Fills billed power and cost of each month that the run touches, and the charge of all. The power billed is the
/// contract, or the largest of the month's own peak, of ratchet months' peaks within the look-back, and of the floor.
void bill_demand(const Recorded& run, const Site& site, Recount& recount);

}  // namespace evtwin::audit
