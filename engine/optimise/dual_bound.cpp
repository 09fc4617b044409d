#include "optimise/dual_bound.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace evtwin::optimise {

double dual_bound(const LinearModel& model, std::span<const double> row_prices, double most) {
  std::vector<double> price(row_prices.begin(), row_prices.end());
  double bound = model.constant;
  for (std::size_t i = 0; i < model.rows(); ++i) {
    const double side = price[i] > 0.0 ? model.row_lower[i] : model.row_upper[i];
    if (!std::isfinite(side)) price[i] = 0.0;
    if (price[i] != 0.0) bound += price[i] * side;
  }
  std::vector<double> reduced = model.cost;
  for (std::size_t e = 0; e < model.entries(); ++e)
    reduced[model.entry_column[e]] -= model.entry_value[e] * price[model.entry_row[e]];
  for (std::size_t j = 0; j < model.columns(); ++j) {
    if (reduced[j] == 0.0) continue;
    const double x = reduced[j] > 0.0 ? std::max(model.column_lower[j], -most) : std::min(model.column_upper[j], most);
    bound += reduced[j] * x;
  }
  return bound;
}

}  // namespace evtwin::optimise
