#include "optimise/linear_model.hpp"

#include <algorithm>

namespace evtwin::optimise {

std::uint32_t LinearModel::add_column(double lower, double upper, double cost_per_unit, bool whole) {
  column_lower.push_back(lower);
  column_upper.push_back(upper);
  cost.push_back(cost_per_unit);
  integer.push_back(whole ? 1 : 0);
  return static_cast<std::uint32_t>(column_lower.size() - 1);
}

std::uint32_t LinearModel::add_row(double lower, double upper) {
  row_lower.push_back(lower);
  row_upper.push_back(upper);
  return static_cast<std::uint32_t>(row_lower.size() - 1);
}

void LinearModel::add_entry(std::uint32_t row, std::uint32_t column, double coefficient) {
  if (coefficient == 0.0) return;
  entry_row.push_back(row);
  entry_column.push_back(column);
  entry_value.push_back(coefficient);
}

bool LinearModel::has_integers() const {
  return std::any_of(integer.begin(), integer.end(), [](std::uint8_t whole) { return whole != 0; });
}

void LinearModel::clear() {
  for (auto* numbers : {&column_lower, &column_upper, &cost, &row_lower, &row_upper, &entry_value}) numbers->clear();
  integer.clear();
  entry_row.clear();
  entry_column.clear();
  constant = 0.0;
}

}  // namespace evtwin::optimise
