// Of equally good answers the nearest to the last plan, or the earliest: a second stage on the optimal face.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "optimise/plan_model.hpp"
#include "optimise/planner.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

/// Power of the last plan by owner and lasting step number; NaN where it said nothing.
using LastPower = std::function<double(Part part, std::uint64_t owner, std::int64_t number)>;

/// Goes on from the optimum that the solver holds: a column with a reduced cost stays at its bound, a row with a dual
/// at its side, so that the cost can not change; within that face powers move towards the last ones (TieBreak::steady)
/// and to earlier steps. A column that lies between does not move past its last power.
/// @param first `solver`'s answer. @returns the answer, or `first` where the second stage found none.
Solution break_ties(LpSolver& solver, const PlanModel& model, const Solution& first, TieBreak tie_break,
                    const LastPower& last_power);

}  // namespace evtwin::optimise
