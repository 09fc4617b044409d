// From what is planned for a car to what its EVSE can offer.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <evtwin/strategy.hpp>
#include <span>
#include <vector>

#include "view_problem.hpp"

namespace evtwin::milp {

/// A car that is plugged in, and the power that is meant for it.
struct Wish {
  std::uint32_t evse = 0;
  double kw = 0.0;        ///< negative: discharge
  double laxity_h = 0.0;  ///< time that may be lost before the request can no longer be met
  bool beyond = false;    ///< goes on when the request is met
};

/// Hours until the departure estimate less the margin, less what the rest takes at full power.
double laxity_h(const evtwin_view& view, std::uint32_t evse, const ProblemTerms& terms, const SiteMemory& memory);

/// Largest offer the EVSE can make this car up to `kw` (>= 0), and the smallest one above it (infinite: none).
double offer_up_to(const evtwin_view& view, std::uint32_t evse, double kw);
double offer_above(const evtwin_view& view, std::uint32_t evse, double kw);

/// Writes wishes as set-points that EVSEs can make, 0 for all other cars, and when the first request will be met.
/// Powers between two offers (0 and the minimum current, two finite rates) become the lower one; what is lost by that
/// is given, least laxity first, to cars that it lifts to their next offer, and what is left of it to cars that take
/// any power, as far as they can use it until the next tick. So the sum stays at most what was planned, and what a car
/// did not get now it gets from a later plan. A car that has no time to lose gets its next offer all the same. A car
/// that is known to take less than its EVSE offers gets a tenth more than that, so that it can show when it takes more
/// again.
/// @returns the instant to be woken at, 0 for none
std::int64_t write_offers(const evtwin_view& view, const SiteMemory& memory, std::vector<Wish> wishes,
                          sdk::Decision& decision);

}  // namespace evtwin::milp
