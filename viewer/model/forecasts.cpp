#include "viewer/model/forecasts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kernel/floor_divide.hpp"

namespace evtwin::viewer::model {
namespace {

/// Curves of steps that follow each other, gaps between those that do not.
class CurveMaker {
 public:
  void add_step(TimeNs from_ns, TimeNs to_ns, double mean, double low, double high) {
    if (from_ns > until_ns_) add_pieces(until_ns_, none, none, none);
    add_pieces(from_ns, mean, (low + high) / 2.0, (high - low) / 2.0);
    until_ns_ = to_ns;
  }
  ForecastCurves finished() {
    for (Series* series : {&curves_.mean, &curves_.band_middle, &curves_.band_reach}) series->finish_at(until_ns_);
    return std::move(curves_);
  }

 private:
  void add_pieces(TimeNs at_ns, double mean, double middle, double reach) {
    if (at_ns == nothing_yet) return;
    curves_.mean.add_piece(at_ns, mean);
    curves_.band_middle.add_piece(at_ns, middle);
    curves_.band_reach.add_piece(at_ns, reach);
  }

  static constexpr TimeNs nothing_yet = -kernel::time_never;
  TimeNs until_ns_ = nothing_yet;
  ForecastCurves curves_;
};

}  // namespace

ForecastCurves curves_of_forecast(const record::Foreseen& forecast) {
  CurveMaker maker;
  for (std::size_t k = 0; k < forecast.mean.size(); ++k) {
    const bool band = !forecast.low.empty();
    maker.add_step(forecast.start_of(k), forecast.end_of(k), forecast.mean[k], band ? forecast.low[k] : none,
                   band ? forecast.high[k] : none);
  }
  return maker.finished();
}

std::uint32_t forecast_seen_at(const Run& run, std::uint32_t site, std::string_view quantity, TimeNs t) {
  std::uint32_t newest = no_row;
  for (std::uint32_t row = 0; row < run.forecasts.size() && run.forecasts[row].seen_ns <= t; ++row) {
    if (run.forecasts[row].site == site && run.forecasts[row].quantity == quantity) newest = row;
  }
  return newest;
}

ForecastOfSite forecast_of_site(const Run& run, std::uint32_t site, std::string_view quantity) {
  ForecastOfSite of_site;
  if (site >= run.sites.size()) return of_site;
  std::vector<const record::Foreseen*> rows;
  for (const record::Foreseen& row : run.forecasts) {
    if (row.site == site && row.quantity == quantity) rows.push_back(&row);
  }
  const Series& signal = quantity == "pv" ? run.sites[site].pv_kw : run.sites[site].load_kw;
  const auto came = [&](TimeNs from_ns, TimeNs to_ns) {
    if (from_ns < run.start_ns) return none;
    const Extent extent = signal.extent_of(from_ns, to_ns);
    const bool whole = extent.covered_h >= kernel::hours_between(from_ns, to_ns) * (1.0 - 1e-9);
    return whole ? extent.mean() : none;
  };
  const auto day_of = [&run](TimeNs t) { return kernel::floor_divide(t + run.clock.utc_offset_ns(t), kernel::day_ns); };
  of_site.over_time = analysis::forecast_over_time(rows, run.known_until_ns, day_of, came);
  const auto& given = run.sites[site].given_forecasts;
  of_site.given = std::find(given.begin(), given.end(), quantity) != given.end();

  CurveMaker maker;
  for (const analysis::ForeseenStep& step : of_site.over_time.steps)
    maker.add_step(step.start_ns, step.end_ns, step.foreseen, step.low, step.high);
  of_site.curves = maker.finished();

  TimeNs until_ns = run.start_ns;
  for (const analysis::ForeseenDay& day : of_site.over_time.days) {
    const double skill = day.errors.skill();
    if (of_site.given || std::isnan(skill) || day.first_ns < until_ns) continue;
    if (day.first_ns > until_ns && !of_site.skill.empty()) of_site.skill.add_piece(until_ns, none);
    of_site.skill.add_piece(day.first_ns, std::max(skill, -1.0));
    until_ns = day.last_ns;
  }
  of_site.skill.finish_at(until_ns);
  return of_site;
}

}  // namespace evtwin::viewer::model
