#include "clear_sky.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::forecast {
namespace {

constexpr std::size_t clear_days = 21;
/// Of the highest of a clear day, below which an hour tells nothing of the sky.
constexpr double least_light = 0.05;

}  // namespace

void find_clear_day(const Grid& grid, std::size_t now, std::vector<double>& highest) {
  highest.assign(grid.slots, 0.0);
  for (std::size_t c = now - std::min(now, clear_days * grid.slots); c < now; ++c) {
    double& slot = highest[grid.slot_of(c)];
    if (grid.value[c] > slot) slot = grid.value[c];
  }
}

ClearSkyPredictor::ClearSkyPredictor(const Grid& grid, double hours_of_light)
    : cells_of_light_(std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(hours_of_light / grid.step_h)))) {}

void ClearSkyPredictor::foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                                      std::span<double> mean) {
  find_clear_day(grid, now, clear_);
  if (std::ranges::none_of(clear_, [](double kw) { return kw > 0.0; })) {
    const WithoutPast without_past(grid, now);
    for (std::size_t k = 0; k < targets.size(); ++k) mean[k] = without_past.value_at(targets[k].cell);
    return;
  }
  const double index = index_at(grid, now);
  for (std::size_t k = 0; k < targets.size(); ++k) mean[k] = index * clear_[grid.slot_of(targets[k].cell)];
}

double ClearSkyPredictor::index_at(const Grid& grid, std::size_t now) const {
  const double bright = least_light * *std::ranges::max_element(clear_);
  double sum = 0.0, clear_sum = 0.0;
  std::size_t found = 0;
  for (std::size_t c = now; c-- > now - std::min(now, clear_days * grid.slots) && found < cells_of_light_;) {
    const double clear = clear_[grid.slot_of(c)];
    if (!(clear > bright) || std::isnan(grid.value[c])) continue;
    sum += grid.value[c];
    clear_sum += clear;
    ++found;
  }
  return clear_sum > 0.0 ? std::max(0.0, sum / clear_sum) : 1.0;
}

void ClearSkyPersistence::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  daily_.forecast(history, question, answer,
                  [this](const Grid& grid) { return std::make_unique<ClearSkyPredictor>(grid, hours_of_light_); });
}

}  // namespace evtwin::forecast
