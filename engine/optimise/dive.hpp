// From a relaxed answer to a whole one in a few warm linear programs.
#pragma once
#include <vector>

#include "optimise/solver.hpp"

namespace evtwin::optimise {

/// Rounds up what is not whole, all of it together, and solves for the rest; where that can not be, half of it, and
/// what can not be rounded up alone is rounded down. A plan's relaxed answer is nearly whole (a vertex has no more
/// powers strictly between 0 and their bounds than there are rows that bind), so a few rounds do.
/// @param lp  holds the model and has just solved it; its bounds of whole columns are changed
/// @returns values that are whole to 1e-7 in the whole columns; empty where a few programs did not find any
std::vector<double> dive_for_whole(LpSolver& lp, const LinearModel& model, const std::vector<double>& relaxed);

}  // namespace evtwin::optimise
