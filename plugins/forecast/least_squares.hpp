// Weighted least squares with few unknowns.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace evtwin::forecast {

/// A row has few entries that are not 0: unknown `at` of it is `x`.
struct Entry {
  std::size_t at;
  double x;
};

/// The normal equations X'WX b = X'Wy of rows added one by one.
class LeastSquares {
 public:
  explicit LeastSquares(std::size_t unknowns);
  /// @param row  in ascending order of `at`
  void add_row(std::span<const Entry> row, double y, double weight = 1.0);
  /// Makes all rows so far count `factor` times as much.
  void fade_rows(double factor);
  /// min sum(w (y - x b)^2) + ridge sum(s_i b_i^2), s_i the weighted sum of squares of x_i: so the same ridge shrinks
  /// unknowns alike whatever their units. By Cholesky's factors; unknowns of which the rows say nothing are 0.
  std::vector<double> solve_ridge(double ridge) const;

 private:
  std::size_t n_;
  std::vector<double> gram_;  // [n * n], lower triangle
  std::vector<double> right_;
};

}  // namespace evtwin::forecast
