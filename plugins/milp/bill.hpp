// The bill that a plan is expected to have.
#pragma once
#include "optimise/plan.hpp"
#include "optimise/plan_problem.hpp"

namespace evtwin::milp {

/// The bill that a plan foresees, in the site's money: energy imported less energy exported over the horizon, and the
/// demand charge that its months come to, floors included, as far as the run pays it. No unmet energy, no waiting, no
/// wear, no worth of what is stored: those are weights of a plan, nobody is billed for them.
/// @param metered  the same steps with windows and periods as they are billed (billed_from_view)
double bill_of(const optimise::PlanProblem& problem, const optimise::PlanProblem& metered, const optimise::Plan& plan);

}  // namespace evtwin::milp
