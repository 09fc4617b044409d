#include "predictor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evtwin::forecast {
namespace {

double clear_day(double hour) { return std::max(0.0, std::sin(std::numbers::pi * (hour - 6.0) / 12.0)); }

}  // namespace

WithoutPast::WithoutPast(const Grid& grid, std::size_t now) : pv_(grid.pv()), step_h_(grid.step_h) {
  double sum = 0.0;
  double weights = 0.0;
  for (std::size_t c = now - std::min(now, grid.slots); c < now; ++c) {
    const double value = grid.value[c];
    if (std::isnan(value)) continue;
    if (pv_) {
      const double sun = clear_day((static_cast<double>(grid.slot_of(c)) + 0.5) * step_h_);
      sum += sun * value;
      weights += sun * sun;
    } else if (grid.counts()) {
      sum += value;
      weights += 1.0;
    } else {
      sum = value;
      weights = 1.0;
    }
  }
  if (weights > 0.0) level_ = sum / weights;
}

double WithoutPast::at(std::size_t slot) const {
  return pv_ ? level_ * clear_day((static_cast<double>(slot) + 0.5) * step_h_) : level_;
}

}  // namespace evtwin::forecast
