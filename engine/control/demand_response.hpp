// Demand response: stretches of time in which the grid operator allows a site less than its contract power.
#pragma once
#include <span>

#include "kernel/time.hpp"
#include "physics/battery.hpp"

namespace evtwin::control {

using kernel::TimeNs;

/// One cut of the import limit. Strategies know of it from `announced_ns` on.
struct LimitCut {
  TimeNs from_ns = 0, to_ns = 0;  ///< in force in [from, to); either may lie outside the run
  TimeNs announced_ns = 0;
  double limit_kw = physics::infinite;
  double reduce_fraction = 0.0;  ///< of the contract power at that time, 0..1; beside or instead of limit_kw
};

/// The import limit at `t`: the lowest of the contract and of what the cuts then in force leave. Cuts that overlap do
/// not add up: each says what the site may draw, and the strictest holds.
double limit_in_force(std::span<const LimitCut> cuts, double contract_kw, TimeNs t);

/// The lowest import limit within [from, to) as known at `now`.
double lowest_known_limit(std::span<const LimitCut> cuts, double contract_kw, TimeNs now, TimeNs from, TimeNs to);

/// The first instant after `t` at which a cut is announced, begins or ends; time_never when none is left.
TimeNs next_change(std::span<const LimitCut> cuts, TimeNs t);

}  // namespace evtwin::control
