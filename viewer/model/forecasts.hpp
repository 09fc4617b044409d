// What strategies foresaw of sun and load, over what came.
#pragma once
#include <cstdint>
#include <string_view>

#include "analysis/forecast_over_time.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

/// A foreseen quantity as curves. Band: where a spread was stated; gaps elsewhere.
struct ForecastCurves {
  Series mean;
  Series band_middle, band_reach;  ///< the band reaches from middle - reach to middle + reach
};

/// Of one quantity of a site ("pv" or "load"): each day as it was shown at its first decision.
struct ForecastOfSite {
  ForecastCurves curves;
  analysis::ForecastOverTime over_time;
  Series skill;        ///< by day, at least -1; gaps where there is none
  bool given = false;  ///< it was told the truth
};
/// Empty where nothing was foreseen.
ForecastOfSite forecast_of_site(const Run& run, std::uint32_t site, std::string_view quantity);

/// Row of Run::forecasts that was the newest at t; no_row: none was.
std::uint32_t forecast_seen_at(const Run& run, std::uint32_t site, std::string_view quantity, TimeNs t);
ForecastCurves curves_of_forecast(const record::Foreseen& forecast);

}  // namespace evtwin::viewer::model
