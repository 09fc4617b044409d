#include "seasonal_naive.hpp"

#include <cmath>

namespace evtwin::forecast {

NaivePredictor::NaivePredictor(const Grid&, std::size_t days) : days_(days) {}

void NaivePredictor::foresee_means(const Grid& grid, std::size_t now, std::span<const Target> targets,
                                   std::span<double> mean) {
  // The last value known before `cell` at its slot, going back `days` at a time; or the first that could be.
  const auto back = [&](std::size_t cell, std::size_t days, bool first_only) {
    const std::size_t stride = days * grid.slots;
    while (cell >= stride) {
      cell -= stride;
      if (cell >= now) continue;
      if (!std::isnan(grid.value[cell]) || first_only) return grid.value[cell];
    }
    return std::nan("");
  };

  double mean_of_all = std::nan("");
  const auto mean_so_far = [&] {
    if (!std::isnan(mean_of_all)) return mean_of_all;
    double sum = 0.0;
    std::size_t known = 0;
    for (std::size_t c = 0; c < now; ++c) {
      if (std::isnan(grid.value[c])) continue;
      sum += grid.value[c];
      ++known;
    }
    return mean_of_all = known == 0 ? 0.0 : sum / static_cast<double>(known);
  };

  for (std::size_t k = 0; k < targets.size(); ++k) {
    double value = back(targets[k].cell, days_, true);
    if (std::isnan(value)) value = back(targets[k].cell, 1, false);
    mean[k] = std::isnan(value) ? mean_so_far() : value;
  }
}

SeasonalNaive::SeasonalNaive(const sdk::ForecasterSetup& setup)
    : days_(static_cast<std::size_t>(setup.number("days"))) {}

void SeasonalNaive::forecast(const sdk::History& history, const sdk::Question& question, sdk::Answer& answer) {
  daily_.forecast(history, question, answer,
                  [this](const Grid& grid) { return std::make_unique<NaivePredictor>(grid, days_); });
}

}  // namespace evtwin::forecast
