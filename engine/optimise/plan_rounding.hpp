// Whole numbers from a linear plan, without a search.
#pragma once
#include <vector>

#include "optimise/plan_model.hpp"

namespace evtwin::optimise {

/// Values for a model's whole-number columns: what charges in the plan with at least `threshold` of its least power is
/// on, rates are rounded (down where threshold is 1), the larger of two directions is kept, and of too many starts
/// those with the most energy. With these numbers fixed the linear model may have no answer where vehicles give back.
void round_plan(const PlanProblem& problem, const ModelBlock& block, const Plan& plan, double threshold,
                std::vector<double>& values);

/// Nothing charges, nothing is given back: always possible.
void set_at_rest(const PlanProblem& problem, const ModelBlock& block, std::vector<double>& values);

}  // namespace evtwin::optimise
