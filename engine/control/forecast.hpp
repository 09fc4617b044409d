// Forecasts of PV and base load for strategies: nothing that was not known at the time.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "control/days_before.hpp"
#include "kernel/time.hpp"
#include "market/calendar.hpp"
#include "market/series.hpp"
#include "market/tariff.hpp"

namespace evtwin::control {

using kernel::TimeNs;

class ForecastSource;

/// How one quantity is foreseen.
struct Forecast {
  enum class Kind : std::uint8_t {
    perfect,    ///< the truth
    yesterday,  ///< the value at the same local time one or more days before; the present value where there is none
    noisy,      ///< mean x (1 + bias + std x N(0,1)), never negative, issued at local midnight
    model,      ///< by a forecaster, from what has been
  };
  Kind kind = Kind::yesterday;
  double bias = 0.0;  ///< noisy
  double std = 0.0;
  std::shared_ptr<const ForecastSource> source{};  ///< model
};

/// How each quantity of a site is foreseen.
struct SiteForecast {
  SiteForecast() = default;
  /// PV, base load and arrivals by the same rule; prices are known.
  SiteForecast(const Forecast& all) : pv(all), load(all), arrivals(all) {}  // NOLINT(google-explicit-constructor)

  Forecast pv, load, arrivals;                        ///< arrivals: number and energy
  Forecast price{Forecast::Kind::perfect, 0.0, 0.0};  ///< of imported energy: known as far as tariff or series reach,
                                                      ///< or by a model
  TimeNs period_ns = 15 * kernel::minute_ns;  ///< models issue at its multiples on the local clock, and see and foresee
                                              ///< steps of that length
  int history_days = 56;                      ///< before the run, that models are shown where signals reach back

  bool uses_models() const {
    const auto model = [](const Forecast& rule) { return rule.kind == Forecast::Kind::model; };
    return model(pv) || model(load) || model(arrivals) || model(price);
  }
};

/// Mean of values that hold for so many nanoseconds each; of a value that holds throughout, that value to the bit.
class StepMean {
 public:
  void add_value(double value, TimeNs ns) {
    same_ = ns_ == 0 || (same_ && value == first_);
    if (ns_ == 0) first_ = value;
    sum_ += value * static_cast<double>(ns);
    ns_ += ns;
  }
  bool empty() const { return ns_ == 0; }
  /// NaN where nothing was added.
  double mean_or_nan() const { return same_ ? first_ : sum_ / static_cast<double>(ns_); }

 private:
  TimeNs ns_ = 0;
  double sum_ = 0.0, first_ = std::numeric_limits<double>::quiet_NaN();
  bool same_ = true;
};

/// Time-weighted mean of a signal over that part of [from, to) for which it has a value; NaN where it has none.
double mean_of(market::SignalClock& signal, TimeNs from_ns, TimeNs to_ns);

/// The relative error of a noisy forecast, bias + std x N(0,1): one draw per issue and target, so that asking twice
/// gives the same forecast. @param purpose  what is foreseen.
double forecast_error(const Forecast& forecast, std::uint64_t seed, std::uint64_t site, std::uint32_t purpose,
                      TimeNs issued_ns, TimeNs target_ns);

/// The horizon columns of a view. Step 0 covers [now, next tick), then one tick each. Values are means over the step.
struct Horizon {
  std::int64_t issued_ns = 0;
  std::vector<std::int64_t> start_ns;       ///< [steps + 1]
  std::vector<std::int64_t> window_end_ns;  ///< [steps] end of the metering window that the step begins in
  std::vector<double> pv_kw, load_kw, buy_per_kwh, sell_per_kwh, co2_kg_per_kwh;  ///< [steps]
  std::vector<double> contract_kw;        ///< [steps] lowest import limit of the step as known now; the site's to fill
  std::vector<double> power_setpoint_kw;  ///< [steps] NaN where there is none; the site's to fill
  /// [rows * steps], row by row: the tightest bounds within the step; empty where no row's bound changes over time. The
  /// site's to fill.
  std::vector<double> limit_lower, limit_upper;
  std::vector<double> arrivals, arrivals_kwh;  ///< [steps] expected vehicles and what they will request, kWh

  std::uint32_t reads = EVTWIN_READS_ALL;  ///< wanted, bits: set by whoever has the strategy
  bool wants_columns(std::uint32_t columns) const { return (reads & columns) != 0; }

  std::vector<double> level;  ///< wanted, ascending in (0, 1): set by whoever has the strategy; empty: none
  /// [levels * steps], level by level: the value that a step stays below with that probability.
  std::vector<double> level_pv_kw, level_load_kw, level_buy_per_kwh, level_arrivals, level_arrivals_kwh;
};

/// NaN, as many as there are steps, in the columns and levels that nobody reads.
void blank_unread(Horizon& horizon);

/// By how much a noisy forecast is to be divided for that level: the truth is forecast / (1 + std x z), of which the
/// forecaster knows the spread and not the bias. z is the quantile of a standard normal cut off where the forecast
/// would be negative, so that the divisor is above 0. @param level  in (0, 1)
double level_divisor(double std, double level);

class Forecaster {
 public:
  Forecaster(const SiteForecast& forecast, const market::Calendar& calendar, TimeNs tick_ns, std::uint64_t seed,
             std::uint64_t site, market::SignalClock pv, market::SignalClock load, market::SignalClock co2,
             market::TariffClock tariff);

  /// Fills `horizon` with `steps` steps as seen at `now_ns`, and its levels; allocates on the first call only.
  /// - perfect: the mean of the truth over the step.
  /// - yesterday: the mean at the same local time of the latest day on which it has wholly been by now.
  /// - noisy: the mean of the truth, with one error per issue and step.
  /// - model: the value known now, in all steps; for IssuedForecast to overwrite.
  /// Columns that the horizon does not want are NaN, arrivals too. A value known now holds on, in step 0, until the
  /// signal is foreseen to change. Prices and CO2 are known; where they end, the last one holds on. Where a model
  /// foresees prices, both are those of now, in all steps.
  void fill_horizon(TimeNs now_ns, std::uint32_t steps, double pv_now_kw, double load_now_kw, Horizon& horizon);

 private:
  /// One of the two signals that are foreseen by the rule of the forecast.
  struct Foreseen {
    const Forecast& rule;
    market::SignalClock& signal;
    double now_value;
    std::uint32_t purpose;
    const std::vector<double>& divisors;  ///< by level
    TimeNs issued_ns;
    TimeNs now_until_ns = 0;  ///< until when the present value is taken to hold, within step 0
  };
  /// A piece of a step: constant, from some instant until `until_ns`.
  struct Piece {
    double value;
    TimeNs until_ns;
    bool known;  ///< the present value, on which there is no error
  };
  Piece piece_at(const Foreseen& what, TimeNs now_ns, TimeNs t);
  void fill_step(const Foreseen& what, std::uint32_t k, const Horizon& horizon, std::vector<double>& values,
                 std::vector<double>& levels);
  void fill_prices(Horizon& horizon);
  /// Sets the starts of the steps, and the ends of the metering windows that they begin in.
  void lay_out_steps(TimeNs now_ns, std::uint32_t steps, Horizon& horizon);

  SiteForecast forecast_;
  market::LocalClock clock_, window_clock_;
  DaysBefore days_before_;
  TimeNs tick_ns_;
  std::uint64_t seed_, site_;
  market::SignalClock pv_, load_, co2_;
  market::TariffClock tariff_;
  std::vector<double> pv_divisors_, load_divisors_;  ///< by level
};

}  // namespace evtwin::control
