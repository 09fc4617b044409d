// Parts of a model that are left out at first and come only where an answer breaks them: sides of magnitude polygons,
// time shared between opposite powers, the one-way road of a storage that starts outside of its window.
#pragma once
#include <vector>

#include "optimise/plan_model.hpp"

namespace evtwin::optimise {

/// Adds the polygon side nearest to each sum that lies outside of its circle. @returns how many were added; 0: all keep
/// within. Ends: there are finitely many sides.
std::size_t add_broken_sides(const PlanProblem& problem, const ModelBlock& block, const std::vector<double>& values,
                             ModelContents& contents);

/// Of a bound: who both charges and discharges in a step, or imports and exports, shares its time between the two, so
/// that the shares of the highest powers add up to 1 at most. Where an answer breaks that, the row is asked for: the
/// linear relaxation of one direction at a time.
/// @param grid_too  only where what could flow is constant within each step
/// @returns how many were added; 0: all keep it
std::size_t add_shared_time(const PlanProblem& problem, const PlanModel& model, std::size_t block,
                            const std::vector<double>& values, bool grid_too, ModelContents& contents);

/// Where a storage outside of its window moved outwards again, it may go no further out from there on. The plan until
/// then, and rest after it, keeps that bound: there is always an answer. @param hold the level stays where it starts
/// @returns whether a bound was moved
bool narrow_storage_levels(const PlanProblem& problem, const Plan& plan, ModelContents& contents, bool hold = false);

}  // namespace evtwin::optimise
