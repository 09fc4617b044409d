// The checks of forecasters: each a promise of forecaster.h, looked at in a child process of its own.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "plugin_check/forecast_play.hpp"

namespace evtwin::plugin_check {

struct ForecastCheck {
  std::string_view name;
  std::string_view promise;  ///< what holds where it passes
  void (*body)(const Foreseer&);
};

/// Looked at once for a forecaster, with the first quantity that it foresees; then those for each quantity.
std::span<const ForecastCheck> checks_of_a_forecaster();
std::span<const ForecastCheck> checks_of_a_quantity();

/// Keeps the answers in the black box, for the parent to compare between processes.
void forecasts_are_kept(const Foreseer& of);
/// One random scene under every rule that a scene can show: what --fuzz repeats and --reproduce runs.
void one_forecast_scene(const Foreseer& of, std::uint64_t number);

/// Keeps median and 99th percentile, ns as bit patterns of doubles, in the black box: forecast() issued hour after hour
/// from four weeks of steps of 15 min, for a day of them and nine levels.
void time_forecasts(const Foreseer& of);

}  // namespace evtwin::plugin_check
