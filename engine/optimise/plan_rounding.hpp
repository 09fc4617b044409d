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

/// Of `values`, the directions of storages, and those of vehicles that a linear plan may turn: by turns, so that over
/// the steps they store what the plan stores while its powers are full ones. A plan nets what was charged and
/// discharged at once, for which a price below zero pays; in turns a lossy battery earns most of that.
/// @param lends_only vehicles of linear plans, whose `on` is a direction and nothing else
void round_by_turns(const PlanProblem& problem, const ModelBlock& block, const Plan& plan, bool lends_only,
                    std::vector<double>& values);

/// Nothing charges, nothing is given back: always possible.
void set_at_rest(const PlanProblem& problem, const ModelBlock& block, std::vector<double>& values);

}  // namespace evtwin::optimise
