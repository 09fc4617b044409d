#include "least_squares.hpp"

#include <cmath>

namespace evtwin::forecast {

LeastSquares::LeastSquares(std::size_t unknowns) : n_(unknowns), gram_(n_ * n_, 0.0), right_(n_, 0.0) {}

void LeastSquares::add_row(std::span<const Entry> row, double y, double weight) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const double x = weight * row[i].x;
    for (std::size_t j = 0; j <= i; ++j) gram_[row[i].at * n_ + row[j].at] += x * row[j].x;
    right_[row[i].at] += x * y;
  }
}

void LeastSquares::fade_rows(double factor) {
  for (double& g : gram_) g *= factor;
  for (double& r : right_) r *= factor;
}

std::vector<double> LeastSquares::solve_ridge(double ridge) const {
  std::vector<double> factor = gram_;
  std::vector<double> b = right_;
  std::vector<bool> silent(n_, false);

  // Cholesky's factor of the equations, with the ridge on their diagonal in proportion to it.
  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double sum = factor[i * n_ + j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i * n_ + k] * factor[j * n_ + k];
      factor[i * n_ + j] = silent[j] ? 0.0 : sum / factor[j * n_ + j];
    }
    const double own = gram_[i * n_ + i];
    double pivot = own * (1.0 + ridge);
    for (std::size_t k = 0; k < i; ++k) pivot -= factor[i * n_ + k] * factor[i * n_ + k];
    // A rest this small, beside the unknowns before it, is rounding.
    silent[i] = !(pivot > 1e-12 * own);
    factor[i * n_ + i] = silent[i] ? 1.0 : std::sqrt(pivot);
  }

  for (std::size_t i = 0; i < n_; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= factor[i * n_ + k] * b[k];
    b[i] = silent[i] ? 0.0 : b[i] / factor[i * n_ + i];
  }
  for (std::size_t i = n_; i-- > 0;) {
    for (std::size_t k = i + 1; k < n_; ++k) b[i] -= factor[k * n_ + i] * b[k];
    b[i] = silent[i] ? 0.0 : b[i] / factor[i * n_ + i];
  }
  return b;
}

}  // namespace evtwin::forecast
