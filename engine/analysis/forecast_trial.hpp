// Forecasters tried on the days of a world: asked as a run would ask them, their answers held against what came; and
// the cost of each day under one forecast.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/forecast_score.hpp"
#include "control/forecast_history.hpp"
#include "control/forecast_model.hpp"
#include "twin/observer.hpp"
#include "twin/result.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

/// The past of a site as forecasters are told it, in steps of that length, from so many days before the run on; it
/// reaches as far as it is asked to.
control::ForecastHistory history_of_site(const twin::World& world, std::uint32_t site, kernel::TimeNs period_ns,
                                         int history_days);

/// How forecasters are asked.
struct TrialRules {
  kernel::TimeNs period_ns = kernel::hour_ns;     ///< length of the steps
  kernel::TimeNs every_ns = 6 * kernel::hour_ns;  ///< asked at its multiples on the local clock
  kernel::TimeNs lead_ns = 24 * kernel::hour_ns;  ///< how far ahead
  int days = 0;                                   ///< the last so many local days of the run; 0: all but the first 7
  int history_days = 56;                          ///< before the run, see control::SiteForecast
};

/// One forecaster on one quantity.
struct Trial {
  std::vector<ForecastDay> days;       ///< [judged days] by the local day on which it was asked
  bool has_spread = false;             ///< it told quantiles
  std::vector<std::string> remarks{};  ///< what it said beside its answers, such as that another stood in for it
  std::uint64_t calls = 0;
  double median_ms = 0.0, longest_ms = 0.0;  ///< wall time of a call
};

/// A site's history to try forecasters on; of each moment they are shown only what had been.
class ForecastTrials {
 public:
  /// @throws std::invalid_argument  one line: no day is left to judge
  ForecastTrials(const twin::World& world, std::uint32_t site, const TrialRules& rules);
  ~ForecastTrials();
  ForecastTrials(const ForecastTrials&) = delete;
  ForecastTrials& operator=(const ForecastTrials&) = delete;

  std::size_t judged_days() const;
  /// Whether there is something to foresee: the quantity is known, and not the same all the time.
  bool quantity_varies(std::uint32_t quantity) const;
  /// Mean absolute difference to the same time a day before, on the days before those judged; where there are none, on
  /// all. For MASE.
  double mase_scale(std::uint32_t quantity) const;
  /// @throws control::StrategyError of the forecaster, or for an answer that is none
  Trial operator()(const control::ForecastSource& forecaster, std::uint32_t quantity) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Cost of each local day of a run; their sum is the objective.
class DailyCost : public twin::Observer {
 public:
  explicit DailyCost(const twin::World& world);
  void on_meter(const twin::MeterRecord& record) override;
  /// [local days] once the run is over. @param objective  of the run: what is booked at its end belongs to the last day
  std::vector<double> cost_by_day(double objective) const;

 private:
  const twin::World& world_;
  std::int64_t first_day_;
  std::vector<double> cost_;
};

}  // namespace evtwin::analysis
