// What would happen without a plan.
#pragma once
#include "optimise/plan.hpp"
#include "optimise/plan_problem.hpp"

namespace evtwin::milp {

/// Uncontrolled charging over the problem's horizon, as a plan of it: every car at full power from its first step until
/// it has what it wants, in the order of the problem while the import limit lasts; storage stands still. So that what
/// it costs can be told by the same rules as what a plan costs.
optimise::Plan uncontrolled(const optimise::PlanProblem& problem);

}  // namespace evtwin::milp
