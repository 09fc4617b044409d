#include "optimise/tie_break.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::optimise {

Solution break_ties(LpSolver& solver, const PlanModel& model, const Solution& first, TieBreak tie_break,
                    const LastPower& last_power) {
  if (tie_break == TieBreak::none || !first.has_answer() || first.reduced_costs.empty()) return first;
  const LinearModel& linear = model.linear;
  double largest = 1.0;
  for (const double cost : linear.cost) largest = std::max(largest, std::abs(cost));
  const double nothing = 1e-9 * largest;

  // The face: whatever has a price stays where it is.
  for (std::uint32_t c = 0; c < linear.columns(); ++c) {
    solver.set_cost(c, 0.0);
    if (std::abs(first.reduced_costs[c]) > nothing) solver.set_column_bounds(c, first.values[c], first.values[c]);
  }
  for (std::uint32_t r = 0; r < linear.rows(); ++r) {
    const double dual = first.row_duals[r];
    if (std::abs(dual) <= nothing || linear.row_lower[r] == linear.row_upper[r]) continue;
    const double side = dual > 0.0 ? linear.row_lower[r] : linear.row_upper[r];
    if (std::isfinite(side)) solver.set_row_bounds(r, side, side);
  }

  for (const Series& series : model.series) {
    const bool is_power = series.part == Part::charge || series.part == Part::discharge ||
                          series.part == Part::storage_charge || series.part == Part::storage_discharge;
    if (series.row || !is_power) continue;
    for (std::uint32_t i = 0; i < series.length; ++i) {
      const std::uint32_t column = model.ids[series.offset + i];
      if (std::abs(first.reduced_costs[column]) > nothing) continue;
      const double lower = linear.column_lower[column], upper = linear.column_upper[column];
      if (lower == upper) continue;

      // As little power as can be, the earlier the better; `steady`: as near to the last power as can be.
      const std::int64_t number = series.first_number + i;
      const auto later = static_cast<double>(number - model.first_number);
      double cost = 1.0 + 0.01 * later;
      if (tie_break == TieBreak::steady) {
        const double last = std::clamp(last_power(series.part, series.owner, number), lower, upper);
        if (!std::isnan(last)) {
          const bool below = first.values[column] < last;
          cost = (below ? -1000.0 : 1000.0) + 0.01 * later;
          // Only as far as the last power, where it lies between the bounds.
          if (below && last < upper) solver.set_column_bounds(column, lower, last);
          if (!below && last > lower) solver.set_column_bounds(column, last, upper);
        }
      }
      solver.set_cost(column, cost);
    }
  }
  // Where every column is tied the simplex may go in circles: beyond a pivot for each column the plan is good as it is.
  Solution second = solver.solve(linear.columns() + linear.rows() + 1000);
  if (second.outcome != Outcome::optimal) return first;
  // The face holds the cost but for rounding.
  double cost = linear.constant;
  for (std::uint32_t c = 0; c < linear.columns(); ++c) cost += linear.cost[c] * second.values[c];
  if (cost > first.objective + 1e-8 * std::max(1.0, std::abs(first.objective))) return first;
  second.iterations += first.iterations;
  second.objective = cost;
  second.bound = first.bound;
  second.row_duals = first.row_duals;
  second.reduced_costs = first.reduced_costs;
  return second;
}

}  // namespace evtwin::optimise
