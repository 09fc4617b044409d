#include "analysis/forecast_score.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/hash.hpp"
#include "kernel/random.hpp"

namespace evtwin::analysis {

void add_step(ForecastDay& day, double mean, std::span<const double> quantiles, double truth) {
  if (std::isnan(truth)) return;
  ++day.steps;
  day.error += mean - truth;
  day.absolute_error += std::abs(mean - truth);
  day.squared_error += (mean - truth) * (mean - truth);
  const auto quantile = [&](std::size_t l) { return quantiles.empty() ? mean : quantiles[l]; };
  double pinball = 0.0;
  for (std::size_t l = 0; l < judged_levels.size(); ++l) {
    const double beyond = truth - quantile(l);
    pinball += beyond >= 0.0 ? beyond * judged_levels[l] : -beyond * (1.0 - judged_levels[l]);
  }
  day.pinball += pinball / static_cast<double>(judged_levels.size());
  const double low = quantile(0), high = quantile(judged_levels.size() - 1);
  // The sun at night is no feat, and neither is what a sum rounds to.
  constexpr double rounding = 1e-9;
  const double size = rounding * (std::abs(low) + std::abs(high));
  if (high - low <= size && std::abs(truth - low) <= size) return;
  ++day.banded;
  if (truth >= low && truth <= high) ++day.within_80;
}

ForecastScore score_forecast(std::span<const ForecastDay> days, std::span<const ForecastDay> reference, double scale) {
  ForecastScore out;
  ForecastDay sum;
  std::vector<double> gain, scale_of_gain;
  for (std::size_t d = 0; d < days.size(); ++d) {
    if (days[d].steps == 0) continue;
    ++out.days;
    sum.steps += days[d].steps;
    sum.error += days[d].error;
    sum.absolute_error += days[d].absolute_error;
    sum.squared_error += days[d].squared_error;
    sum.pinball += days[d].pinball;
    sum.banded += days[d].banded;
    sum.within_80 += days[d].within_80;
    // Pinball loss that this day spares against the reference, for the interval of the skill.
    gain.push_back(reference[d].pinball - days[d].pinball);
    scale_of_gain.push_back(reference[d].pinball);
  }

  out.steps = sum.steps;
  if (sum.steps == 0) return out;
  const auto steps = static_cast<double>(sum.steps);
  out.bias = sum.error / steps;
  out.mae = sum.absolute_error / steps;
  out.rmse = std::sqrt(sum.squared_error / steps);
  if (scale > 0.0) out.mase = out.mae / scale;
  out.pinball = sum.pinball / steps;
  // Exact over these nine levels (Bracher et al. 2021).
  out.wis = 2.0 * out.pinball;
  if (sum.banded > 0) out.coverage_80 = static_cast<double>(sum.within_80) / static_cast<double>(sum.banded);

  out.skill = ratio_of_sums(gain, scale_of_gain, 1);
  return out;
}

Interval ratio_of_sums(std::span<const double> top, std::span<const double> bottom, std::size_t block) {
  constexpr std::size_t draws = 2000;
  constexpr std::uint32_t purpose = kernel::purpose_of("analysis.forecast_score");
  Interval out;
  const std::size_t days = top.size();
  double all_top = 0.0, all_bottom = 0.0;

  for (std::size_t d = 0; d < days; ++d) {
    all_top += top[d];
    all_bottom += bottom[d];
  }
  if (all_bottom == 0.0) return out;
  out.value = all_top / all_bottom;

  // Days that follow each other share their weather: they are drawn in blocks (block bootstrap, Kuensch 1989).
  const std::size_t blocks = (days + block - 1) / block;
  if (blocks < 2) return out;
  std::vector<double> ratios;
  ratios.reserve(draws);

  for (std::size_t draw = 0; draw < draws; ++draw) {
    double sum_top = 0.0, sum_bottom = 0.0;
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::size_t chosen = kernel::draw_u64(days, draw, purpose, b) % blocks;
      for (std::size_t d = chosen * block; d < std::min(days, (chosen + 1) * block); ++d) {
        sum_top += top[d];
        sum_bottom += bottom[d];
      }
    }
    if (sum_bottom != 0.0) ratios.push_back(sum_top / sum_bottom);
  }

  if (ratios.empty()) return out;
  // 95 % of the draws lie between these two.
  std::sort(ratios.begin(), ratios.end());
  const auto at = [&](double share) {
    return ratios[static_cast<std::size_t>(std::lround(share * static_cast<double>(ratios.size() - 1)))];
  };
  out.low = at(0.025);
  out.high = at(0.975);
  return out;
}

}  // namespace evtwin::analysis
