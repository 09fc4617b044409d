// Several ways the hours ahead may go, drawn around the forecast.
#pragma once
#include <evtwin/strategy.h>

#include <vector>

#include "view_problem.hpp"

namespace evtwin::milp {

/// `n` futures of a problem; in each of them
///
///  - PV from step 1 on is the forecast x max(0, 1 + pv_std x z), one z per local day: clouds last
///  - the arrivals foreseen for an hour, `count` of them, become count x max(0, 1 + z / sqrt(count)), their energy in
///    proportion: the spread of a Poisson law
///
/// with z standard normal. Day and hour, not the moment of planning, key the draws: a future stays the same from plan
/// to plan as it comes nearer. Cars that are here or announced are the same in all.
std::vector<optimise::PlanProblem> futures_of(const evtwin_view& view, const evtwin_host& host,
                                              const ViewProblem& posed, const optimise::PlanProblem& problem,
                                              std::uint32_t n, double pv_std);

}  // namespace evtwin::milp
