// A few yes-or-no numbers by branching on one warm linear programme: without the preparations of a general search,
// which cost more than the search where a dozen directions are to be found.
#pragma once
#include "optimise/solver.hpp"

namespace evtwin::optimise {

/// Depth first, the side nearest to the relaxed answer first; deterministic.
/// @param lp     holds the model, bounds of the whole columns as the model's or narrower; they are left as they end up
/// @param model  its whole columns are 0 or 1
/// @param known  objective of an answer that is at hand already; infinite: none
/// @param limits the gap at which a branch is left, and how many programmes are solved at most
/// @returns the best answer below `known`; without values where there is none. Outcome::optimal where nothing is left
///          that could be better by more than the gap, Outcome::limit where programmes ran out or one of them failed;
///          `bound` holds either way. `iterations` and `nodes` count all of it
Solution branch_and_bound(LpSolver& lp, const LinearModel& model, double known, const MilpLimits& limits);

}  // namespace evtwin::optimise
