// Random linear models that have an answer and an end: a point inside is drawn first, and every column is bounded.
#pragma once
#include <algorithm>
#include <cmath>

#include "kernel/random.hpp"
#include "optimise/coin_matrix.hpp"

namespace evtwin::optimise {

struct ModelShape {
  std::uint32_t columns = 60, rows = 25;
  double whole_share = 0.0;  ///< of the columns
};

inline LinearModel random_model(std::uint64_t seed, const ModelShape& shape) {
  std::uint64_t drawn = 0;
  const auto unit = [&] { return kernel::draw_unit(seed, 0, kernel::purpose_of("test.model"), drawn++); };
  LinearModel model;
  std::vector<double> inside;
  for (std::uint32_t c = 0; c < shape.columns; ++c) {
    const bool whole = unit() < shape.whole_share;
    const double lower = std::floor(unit() * 3), upper = lower + 1 + std::floor(unit() * 10);
    model.add_column(lower, upper, unit() * 10 - 6, whole);
    const double at = lower + unit() * (upper - lower);
    inside.push_back(whole ? std::round(at) : at);
  }
  for (std::uint32_t r = 0; r < shape.rows; ++r) {
    double sum = 0.0;
    const auto row = model.add_row(0, 0);
    for (std::uint32_t c = 0; c < shape.columns; ++c) {
      if (unit() > 0.3) continue;
      const double coefficient = std::round(unit() * 20 - 6);
      model.add_entry(row, c, coefficient);
      sum += coefficient * inside[c];
    }
    model.row_lower[r] = unit() < 0.5 ? -infinite : sum - unit() * 5;
    model.row_upper[r] = sum + unit() * 5;
  }
  return model;
}

}  // namespace evtwin::optimise
