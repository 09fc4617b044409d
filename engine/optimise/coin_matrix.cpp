#include "optimise/coin_matrix.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::optimise {

namespace {

constexpr double rounding = 1e-7;  // the solvers' own tolerance

}  // namespace

CoinRange coin_range(double lower, double upper, double one_number) {
  const double apart = upper - lower;
  if (apart < 0.0 ? apart >= -rounding : apart <= one_number) {
    const double one = std::abs(lower) <= std::abs(upper) ? lower : upper;
    return {coin_bound(one), coin_bound(one)};
  }
  return {coin_bound(lower), coin_bound(upper)};
}

CoinRanges::CoinRanges(const std::vector<double>& from, const std::vector<double>& to, double one_number)
    : lower(from.size()), upper(to.size()) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const CoinRange range = coin_range(from[i], to[i], one_number);
    lower[i] = range.lower;
    upper[i] = range.upper;
  }
}

ColumnMatrix column_matrix(const LinearModel& model) {
  const std::size_t columns = model.columns(), rows = model.rows(), entries = model.entries();
  // Two stable counting sorts, by row and then by column, leave each column's rows ascending.
  std::vector<std::uint32_t> by_row(entries), by_column(entries);
  std::vector<std::size_t> next(std::max(rows, columns) + 1, 0);
  for (const std::uint32_t row : model.entry_row) ++next[row + 1];
  for (std::size_t r = 0; r < rows; ++r) next[r + 1] += next[r];
  for (std::uint32_t e = 0; e < entries; ++e) by_row[next[model.entry_row[e]]++] = e;

  std::fill(next.begin(), next.end(), 0);
  for (const std::uint32_t column : model.entry_column) ++next[column + 1];
  for (std::size_t c = 0; c < columns; ++c) next[c + 1] += next[c];
  for (const std::uint32_t e : by_row) by_column[next[model.entry_column[e]]++] = e;

  ColumnMatrix matrix;
  matrix.start.assign(columns + 1, 0);
  matrix.row.reserve(entries);
  matrix.value.reserve(entries);

  std::size_t e = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t begin = matrix.row.size();
    for (; e < entries && model.entry_column[by_column[e]] == c; ++e) {
      const int row = static_cast<int>(model.entry_row[by_column[e]]);
      const double value = model.entry_value[by_column[e]];
      // Entries of the same row and column add up.
      if (matrix.row.size() > begin && matrix.row.back() == row) {
        matrix.value.back() += value;
      } else {
        matrix.row.push_back(row);
        matrix.value.push_back(value);
      }
    }
    // Entries that cancelled: CLP aborts over an explicit zero.
    std::size_t kept = begin;
    for (std::size_t i = begin; i < matrix.row.size(); ++i) {
      if (matrix.value[i] == 0.0) continue;
      matrix.row[kept] = matrix.row[i];
      matrix.value[kept++] = matrix.value[i];
    }
    matrix.row.resize(kept);
    matrix.value.resize(kept);
    matrix.start[c + 1] = static_cast<int>(kept);
  }
  return matrix;
}

std::optional<Outcome> seen_at_once(const double* lower, const double* upper, std::size_t count) {
  std::optional<Outcome> seen;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isnan(lower[i]) || std::isnan(upper[i])) return Outcome::failed;
    if (lower[i] > upper[i] + rounding || lower[i] >= DBL_MAX || upper[i] <= -DBL_MAX) seen = Outcome::infeasible;
  }
  return seen;
}

std::optional<Outcome> seen_at_once(const LinearModel& model) {
  const auto finite = [](double number) { return std::isfinite(number); };
  if (!std::all_of(model.cost.begin(), model.cost.end(), finite) || !std::isfinite(model.constant) ||
      !std::all_of(model.entry_value.begin(), model.entry_value.end(), finite))
    return Outcome::failed;
  const auto outside = [](std::size_t size) { return [size](std::uint32_t index) { return index >= size; }; };
  if (std::any_of(model.entry_row.begin(), model.entry_row.end(), outside(model.rows())) ||
      std::any_of(model.entry_column.begin(), model.entry_column.end(), outside(model.columns())))
    return Outcome::failed;
  const auto columns = seen_at_once(model.column_lower.data(), model.column_upper.data(), model.columns());
  const auto rows = seen_at_once(model.row_lower.data(), model.row_upper.data(), model.rows());
  return columns == Outcome::failed || !rows ? columns : rows;
}

double objective_of(const LinearModel& model, const std::vector<double>& values) {
  double sum = model.constant;
  for (std::size_t c = 0; c < values.size(); ++c) sum += model.cost[c] * values[c];
  return sum;
}

double worst_violation(const LinearModel& model, const std::vector<double>& values) {
  std::vector<double> row(model.rows(), 0.0);
  for (std::size_t e = 0; e < model.entries(); ++e)
    row[model.entry_row[e]] += model.entry_value[e] * values[model.entry_column[e]];
  double worst = 0.0;
  const auto look = [&](const std::vector<double>& at, const std::vector<double>& lower,
                        const std::vector<double>& upper) {
    for (std::size_t i = 0; i < at.size(); ++i) worst = std::max({worst, lower[i] - at[i], at[i] - upper[i]});
  };
  look(values, model.column_lower, model.column_upper);
  look(row, model.row_lower, model.row_upper);
  return worst;
}

}  // namespace evtwin::optimise
