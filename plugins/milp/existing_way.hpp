// Uncontrolled charging over a plan's horizon, to compare the plan with.
#pragma once
#include "optimise/plan.hpp"
#include "optimise/plan_problem.hpp"

namespace evtwin::milp {

/// Uncontrolled charging as a plan of the problem: in each step every car draws all it can until it has what it wants;
/// storage stands still. Where the grid connection, a limit row or a phase magnitude binds, its members share it as the
/// guard does: each gets the same part of what it would draw, what that leaves elsewhere goes to those who lack most.
/// It keeps all limits of the problem but those that are broken with every car at 0, so check_plan finds it sound and
/// cost_of counts it by the same rules as any plan. A phase may carry what surely lies within a plan's polygon (0.12 %
/// less than its limit): a linear plan is never dearer than this one.
optimise::Plan plan_uncontrolled(const optimise::PlanProblem& problem);

/// Energy that a plan does not give to its vehicles, kWh by their own count.
double unmet_kwh(const optimise::Plan& plan);

}  // namespace evtwin::milp
