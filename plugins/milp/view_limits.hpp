// The view's limit rows in the words of a plan.
#pragma once
#include "view_problem.hpp"

namespace evtwin::milp {

/// Puts each vehicle's share at the grid connection (row 0, losses on the way included), and every other row: sums to
/// PlanLimit, phasor magnitudes to PlanMagnitude. Rows in A count a member by the kW of 1 A of the car that is plugged
/// in, or of the EVSE's own phases where a car is only announced; DC EVSEs and storages count nothing in them, as with
/// the host's guard. A magnitude row's base has no angle: it is taken off the limit. Where cars leave within step 0 the
/// import limit and the sums hold there for powers while all are there, not only for the step's mean.
void put_limits(const evtwin_view& view, ViewProblem& out);

}  // namespace evtwin::milp
