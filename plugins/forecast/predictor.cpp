#include "predictor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evtwin::forecast {
namespace {

constexpr double last_value_lasts_h = 3.0;

double clear_day(const Grid& grid, std::size_t cell) {
  const double hour = (static_cast<double>(grid.slot_of(cell)) + 0.5) * grid.step_h;
  return std::max(0.0, std::sin(std::numbers::pi * (hour - 6.0) / 12.0));
}

}  // namespace

WithoutPast::WithoutPast(const Grid& grid, std::size_t now) : grid_(grid), now_(now) {
  double sum = 0.0;
  double weights = 0.0;
  double last = 0.0;
  for (std::size_t c = now - std::min(now, grid.slots); c < now; ++c) {
    const double value = grid.value[c];
    if (std::isnan(value)) continue;
    const double weight = grid.pv() ? clear_day(grid, c) : 1.0;
    sum += weight * value;
    weights += weight * weight;
    last = value;
  }
  if (!(weights > 0.0)) return;
  level_ = sum / weights;
  if (!grid.pv() && !grid.counts()) last_ = last - level_;
}

double WithoutPast::value_at(std::size_t cell) const {
  if (grid_.pv()) return level_ * clear_day(grid_, cell);
  const double lead_h = static_cast<double>(cell - now_) * grid_.step_h;
  return level_ + last_ * std::exp(-lead_h / last_value_lasts_h);
}

}  // namespace evtwin::forecast
