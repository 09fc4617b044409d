// A basis to begin with where no last one is: each vehicle alone at its cheapest, limits left to the solver.
#pragma once
#include <vector>

#include "optimise/plan_model.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

/// Every vehicle fills its goal with what costs least, as if it were alone at the site: with the marginal power basic
/// in its goal's row this basis is dual feasible, and the dual simplex has left only the limits that the vehicles break
/// together. Steps with columns of their own rest on import or export, levels on their chains.
Basis start_basis(const PlanModel& model, const std::vector<const PlanProblem*>& problems);

}  // namespace evtwin::optimise
