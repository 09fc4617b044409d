// Parties whose profit a plan is after: the site, the vehicle owners, the grid.
#pragma once
#include "settings.hpp"
#include "view_problem.hpp"

namespace evtwin::milp {

/// The problem with each party's money times its weight, divided by the largest of site and owner so that prices keep
/// their size:
///
///     site   import x buy - export x sell + demand charge - charged x driver price + discharged x V2G price
///            + storage wear + unmet energy
///     owner  charged x driver price - discharged x V2G price + vehicle wear + unmet energy
///     grid   peak, ramp and pressure, at the prices of the parameters
///
/// The V2G price is each driver's own: the site's, or the owner's minimum where that is more.
/// Transfers between driver and site drop out where the two weigh the same. Only the wishes of the grid are new: the
/// limits themselves hold whatever the weights are.
optimise::PlanProblem weigh_parties(const evtwin_view& view, const ViewProblem& posed, const Weights& weights);

}  // namespace evtwin::milp
