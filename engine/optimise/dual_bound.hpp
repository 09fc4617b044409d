// A bound on a linear model from any row prices whatever: no trust in the solver that found them is needed.
#pragma once
#include <span>

#include "optimise/linear_model.hpp"

namespace evtwin::optimise {

/// The Lagrangian bound of the model's linear relaxation at the given prices of its rows: for any x within the bounds
/// cost x >= sum of price x (the bound of the row that the price pays for) + sum over columns of the least that
/// (cost - price A) x can be. Exact but for the rounding of its sums; equal to the optimum at optimal prices.
/// @param row_prices  [rows] as Solution::row_duals; one that pays for an infinite bound counts as 0
/// @param most        no column need be larger in absolute value than this; stands in for infinite column bounds
double dual_bound(const LinearModel& model, std::span<const double> row_prices, double most = infinite);

}  // namespace evtwin::optimise
