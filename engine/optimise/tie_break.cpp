// The face of optimal answers, by complementary slackness, and a second objective on it.
//
//   minimise c x over l <= A x <= u, lower <= x <= upper       c in the tariff's currency per unit of a column
//   y   duals of the rows, d = c - A' y the reduced costs      in the currency per unit of a row, of a column
//
// 1. For every x: c x = y A x + d x. Less the same of the optimum x*:
//      c x - c x* = sum over rows of y_i ((A x)_i - (A x*)_i) + sum over columns of d_j (x_j - x*_j)
// 2. At the optimum y_i > 0 only where row i stands at l_i, y_i < 0 only at u_i; d_j > 0 only where x*_j is at its
//    lower bound, d_j < 0 only at its upper one. So for every feasible x each term is >= 0. (Duals and reduced costs up
//    to 1e-9 of the largest cost count as 0.)
// 3. c x = c x* therefore means that each term is 0: where d_j is not 0 the column stays, where y_i is not 0 the row
//    stays at its side, all else is free. That is the whole face, and no row c x = c x* is needed, whose rounding would
//    loosen it.
// 4. On it minimise sum of w_j p_j over powers p_j, k steps from the first:
//      earliest   w = 1 + 0.01 k                 as little power as can be, the earlier the better
//      steady     w = -1000 + 0.01 k if p* < last, and then p <= last; else w = 1000 + 0.01 k, and p >= last
//    |p - last| is a straight line on either side of the last power, so a power that may not pass it has a linear
//    distance, and needs no columns of its own.
//
// 1 to 3 are the textbook's (Bertsimas and Tsitsiklis, Introduction to Linear Optimization, 1997, chapter 4), 4 is
// ours. Example: 7 kWh in two steps of an hour at one price, 7 kW each: every split costs the same, y of the goal is
// the price and d of both powers is 0. Earliest: (7, 0). Last plan (3, 4), answer (0, 7): p_0 rises to 3 and p_1 falls
// to 4.
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
  Solution second = solver.solve_model(linear.columns() + linear.rows() + 1000);
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
