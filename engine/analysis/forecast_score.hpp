// How good forecasts are: errors of the mean and of the quantiles against what came, day by day, and what they are
// worth in money.
//
// Measures, with their sources:
// - MASE: mean absolute error over that of the value a day before, on the days before those judged (Hyndman, Koehler,
//   International Journal of Forecasting 22, 2006).
// - pinball: mean over levels of (y - q) level where y >= q, (q - y) (1 - level) else (Koenker, Bassett, Econometrica
//   46, 1978).
// - WIS: the weighted interval score. Over the nine levels 0.1 .. 0.9 it is twice the mean pinball (Bracher et al.,
// PLOS Computational Biology 17, 2021), which also approximates the CRPS (Gneiting, Raftery, JASA 102, 2007).
// - coverage: share of the truths within the levels 0.1 to 0.9, where that is more than one value (PV at night is left
//   out).
// - skill: 1 - WIS / WIS of the reference.
// - captured: of what a perfect forecast saves against the reference, the share that this one saves.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace evtwin::analysis {

/// The levels that forecasts are judged at.
inline constexpr std::array<double, 9> judged_levels{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

/// Sums over the steps that were foreseen on one day.
struct ForecastDay {
  std::size_t steps = 0;        ///< of which the truth is known
  double error = 0.0;           ///< sum of foreseen - truth
  double absolute_error = 0.0;  ///< of the mean
  double squared_error = 0.0;   ///< of the mean
  double pinball = 0.0;         ///< mean over the judged levels
  std::size_t banded = 0;       ///< steps that are not foreseen as one value and come so: PV at night
  std::size_t within_80 = 0;    ///< of them, those whose truth lies from the level 0.1 to 0.9
};

/// Takes one foreseen step in. @param quantiles  [9] at judged_levels; empty: no spread is known, the mean stands for
/// all
void add_step(ForecastDay& day, double mean, std::span<const double> quantiles, double truth);

struct Interval {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = std::numeric_limits<double>::quiet_NaN();  ///< 95 %
  double high = std::numeric_limits<double>::quiet_NaN();
};

/// A forecaster on one quantity.
struct ForecastScore {
  std::size_t days = 0, steps = 0;
  double bias = std::numeric_limits<double>::quiet_NaN();  ///< mean of foreseen - truth
  double mae = std::numeric_limits<double>::quiet_NaN();
  double rmse = std::numeric_limits<double>::quiet_NaN();
  double mase = std::numeric_limits<double>::quiet_NaN();
  double pinball = std::numeric_limits<double>::quiet_NaN();
  double wis = std::numeric_limits<double>::quiet_NaN();
  double coverage_80 = std::numeric_limits<double>::quiet_NaN();
  Interval skill;  ///< against the reference; of the reference itself 0
};

/// @param days       [days] of the forecaster
/// @param reference  [days] of the reference, the same days
/// @param scale      mean absolute difference to the day before, for MASE; NaN or 0: no MASE
ForecastScore score_forecast(std::span<const ForecastDay> days, std::span<const ForecastDay> reference, double scale);

/// The ratio of two sums over days, with an interval by drawing blocks of days with replacement: a block bootstrap
/// (Kuensch, Annals of Statistics 17, 1989), percentiles of 2,000 draws, the same draws in every call of that many
/// days.
/// @param top, bottom  [days]
/// @param block        days that stay together
/// @returns value NaN where the sum of `bottom` is 0; the interval NaN with fewer than two blocks
Interval ratio_of_sums(std::span<const double> top, std::span<const double> bottom, std::size_t block);

}  // namespace evtwin::analysis
