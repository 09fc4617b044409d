// The exact greedy: where a plan only charges, and a kWh costs by the slot alone, slots are filled from the cheapest
// on.
//
// Energies that the vehicles can put into the slots are then a polymatroid, over which greedy is exact for costs that
// do not fall with the amount (Federgruen & Groenevelt 1986, "The greedy procedure for resource allocation problems",
// Operations Research 34(6)): each slot takes all it can, by a maximum flow that may move energy between the slots
// filled before but never lowers their totals.
#pragma once
#include <string>

#include "optimise/plan.hpp"

namespace evtwin::optimise {

/// Whether the greedy is exact for the problem: no V2G, no storage, no demand charge or wishes of the grid; one value
/// of a kWh for all vehicles (unmet price less charge price, per kWh at the meter) and the same losses on the way; 0 <=
/// sell <= buy; limits whose members are nested or disjoint, one coefficient in each; no limit broken at rest. Whole
/// numbers are not looked at: a greedy plan is a plan of the relaxation, as an LP's.
/// @param why  what does not fit, in words, where it does not; may be null
bool fits_greedy(const PlanProblem& problem, std::string* why = nullptr);

/// The optimum, of equally cheap slots the earlier first. @pre fits_greedy(problem)
Plan greedy_plan(const PlanProblem& problem);

}  // namespace evtwin::optimise
