#include "control/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/distributions.hpp"
#include "kernel/hash.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {

double forecast_error(const Forecast& forecast, std::uint64_t seed, std::uint64_t site, std::uint32_t purpose,
                      TimeNs issued_ns, TimeNs target_ns) {
  const auto draw = kernel::mix_bits(static_cast<std::uint64_t>(issued_ns)) ^
                    static_cast<std::uint64_t>(target_ns / kernel::second_ns);
  return forecast.bias + forecast.std * kernel::standard_normal(kernel::draw_unit(seed, site, purpose, draw));
}

Forecaster::Forecaster(const SiteForecast& forecast, const market::Calendar& calendar, TimeNs tick_ns,
                       std::uint64_t seed, std::uint64_t site, market::SignalClock pv, market::SignalClock load,
                       market::SignalClock co2, market::TariffClock tariff)
    : forecast_(forecast),
      clock_(calendar),
      window_clock_(calendar),
      days_before_(calendar),
      tick_ns_(tick_ns),
      seed_(seed),
      site_(site),
      pv_(std::move(pv)),
      load_(std::move(load)),
      co2_(std::move(co2)),
      tariff_(std::move(tariff)) {}

namespace {

std::vector<double> divisors_of(const Forecast& rule, const std::vector<double>& levels) {
  std::vector<double> divisors;
  for (const double level : levels)
    divisors.push_back(rule.kind == Forecast::Kind::noisy ? level_divisor(rule.std, level) : 1.0);
  return divisors;
}

TimeNs later(TimeNs t, TimeNs by) { return t >= kernel::time_never - by ? kernel::time_never : t + by; }

}  // namespace

double mean_of(market::SignalClock& signal, TimeNs from_ns, TimeNs to_ns) {
  StepMean mean;
  for (TimeNs t = from_ns; t < to_ns;) {
    const market::Sample sample = signal.sample_at(t);
    const TimeNs until = std::min(sample.until_ns, to_ns);
    if (!std::isnan(sample.value)) mean.add_value(sample.value, until - t);
    t = until;
  }
  return mean.mean_or_nan();
}

void blank_unread(Horizon& horizon) {
  constexpr double blank = std::numeric_limits<double>::quiet_NaN();
  const std::size_t steps = horizon.start_ns.size() - 1, cells = horizon.level.size() * steps;
  const auto clear = [&](std::uint32_t columns, std::initializer_list<std::vector<double>*> values,
                         std::initializer_list<std::vector<double>*> levels) {
    if (horizon.wants_columns(columns)) return;
    for (std::vector<double>* column : values) column->assign(steps, blank);
    for (std::vector<double>* column : levels) column->assign(cells, blank);
  };
  clear(EVTWIN_READS_PV, {&horizon.pv_kw}, {&horizon.level_pv_kw});
  clear(EVTWIN_READS_LOAD, {&horizon.load_kw}, {&horizon.level_load_kw});
  clear(EVTWIN_READS_PRICES, {&horizon.buy_per_kwh, &horizon.sell_per_kwh, &horizon.co2_kg_per_kwh},
        {&horizon.level_buy_per_kwh});
  clear(EVTWIN_READS_ARRIVALS, {&horizon.arrivals, &horizon.arrivals_kwh},
        {&horizon.level_arrivals, &horizon.level_arrivals_kwh});
}

double level_divisor(double std, double level) {
  if (std <= 0.0) return 1.0;
  // Of the errors drawn, those at or below -1 show nothing at all: the others are spread over what is left.
  const double none = 0.5 * std::erfc(1.0 / (std * std::sqrt(2.0)));
  return 1.0 + std * kernel::standard_normal(none + (1.0 - level) * (1.0 - none));
}

/// Value foreseen from `t` on, as one constant piece.
Forecaster::Piece Forecaster::piece_at(const Foreseen& what, TimeNs now_ns, TimeNs t) {
  if (t < what.now_until_ns) return {what.now_value, what.now_until_ns, true};
  TimeNs back_ns = 0;
  TimeNs day_end_ns = kernel::time_never;
  if (what.rule.kind == Forecast::Kind::model) return {what.now_value, kernel::time_never, true};
  if (what.rule.kind == Forecast::Kind::yesterday) {
    const DaysBefore::Back back = days_before_.look_back(now_ns, t);
    back_ns = back.by_ns;
    day_end_ns = back.until_ns;
  }
  const market::Sample sample = what.signal.sample_at(t - back_ns);
  const TimeNs until = std::min(later(sample.until_ns, back_ns), day_end_ns);
  if (std::isnan(sample.value)) return {what.now_value, until, true};
  return {sample.value, until, false};
}

void Forecaster::fill_step(const Foreseen& what, std::uint32_t k, const Horizon& horizon, std::vector<double>& values,
                           std::vector<double>& levels) {
  const TimeNs now_ns = horizon.start_ns[0], from_ns = horizon.start_ns[k], to_ns = horizon.start_ns[k + 1];
  StepMean all, uncertain;
  TimeNs uncertain_ns = 0;

  for (TimeNs t = from_ns; t < to_ns;) {
    const Piece piece = piece_at(what, now_ns, t);
    const TimeNs until = std::min(piece.until_ns, to_ns);
    all.add_value(piece.value, until - t);
    if (!piece.known) {
      uncertain.add_value(piece.value, until - t);
      uncertain_ns += until - t;
    }
    t = until;
  }

  const std::size_t steps = values.size();
  values[k] = all.mean_or_nan();
  // The part of the mean that the error is on; all of it but in step 0, to the bit.
  double share = 0.0;
  if (what.rule.kind == Forecast::Kind::noisy && uncertain_ns > 0) {
    // A step is known by the tick it begins with, also while it lasts.
    const TimeNs target_ns = k > 0 ? from_ns : to_ns - tick_ns_;
    const double factor = 1.0 + forecast_error(what.rule, seed_, site_, what.purpose, what.issued_ns, target_ns);
    const bool whole = uncertain_ns == to_ns - from_ns;
    const double truth =
        whole ? all.mean_or_nan()
              : uncertain.mean_or_nan() * (static_cast<double>(uncertain_ns) / static_cast<double>(to_ns - from_ns));
    share = std::max(0.0, truth * factor);
    if (factor != 1.0) values[k] = whole ? share : values[k] - truth + share;
  }

  // Levels spread the uncertain part alone.
  for (std::size_t l = 0; l < what.divisors.size(); ++l) {
    levels[l * steps + k] = share == 0.0 ? values[k] : values[k] - share + share / what.divisors[l];
  }
}

/// Where prices or CO2 end, the last one known holds on.
void Forecaster::fill_prices(Horizon& horizon) {
  const bool published = forecast_.price.kind != Forecast::Kind::model;
  const auto hold = [](double& last, double now) { return last = std::isnan(now) ? last : now; };
  double last_buy = std::numeric_limits<double>::quiet_NaN(), last_sell = last_buy, last_co2 = last_buy;
  for (std::size_t k = 0; k < horizon.buy_per_kwh.size(); ++k) {
    const TimeNs to_ns = horizon.start_ns[k + 1];
    StepMean buy, sell, co2;
    for (TimeNs t = horizon.start_ns[k]; t < to_ns;) {
      // Prices that nobody publishes: those of now, in all steps.
      const market::PriceNow price = published ? tariff_.price_at(t) : tariff_.price_at(horizon.start_ns[0]);
      const TimeNs until = published ? std::min(price.until_ns, to_ns) : to_ns;
      buy.add_value(hold(last_buy, price.buy_per_kwh), until - t);
      sell.add_value(hold(last_sell, price.sell_per_kwh), until - t);
      t = until;
    }

    // CO2 changes at instants of its own.
    for (TimeNs t = horizon.start_ns[k]; t < to_ns;) {
      const market::Sample sample = co2_.sample_at(t);
      const TimeNs until = std::min(sample.until_ns, to_ns);
      co2.add_value(hold(last_co2, sample.value), until - t);
      t = until;
    }

    horizon.buy_per_kwh[k] = buy.mean_or_nan();
    horizon.sell_per_kwh[k] = sell.mean_or_nan();
    horizon.co2_kg_per_kwh[k] = co2.mean_or_nan();
  }
}

namespace {

/// Takes memory at the first horizon only: no later one is longer.
void size_columns(Horizon& horizon, std::uint32_t steps) {
  const std::size_t cells = horizon.level.size() * steps;
  horizon.start_ns.resize(steps + 1);
  horizon.window_end_ns.resize(steps);
  for (auto* column :
       {&horizon.pv_kw, &horizon.load_kw, &horizon.buy_per_kwh, &horizon.sell_per_kwh, &horizon.co2_kg_per_kwh}) {
    column->resize(steps);
  }
  for (auto* column : {&horizon.level_pv_kw, &horizon.level_load_kw, &horizon.level_buy_per_kwh}) column->resize(cells);
}

/// Published prices have no spread: every level shows them.
void show_prices_at_all_levels(Horizon& horizon) {
  const std::size_t steps = horizon.buy_per_kwh.size();
  for (std::size_t l = 0; l < horizon.level.size(); ++l) {
    std::copy(horizon.buy_per_kwh.begin(), horizon.buy_per_kwh.end(),
              horizon.level_buy_per_kwh.begin() + static_cast<std::ptrdiff_t>(l * steps));
  }
}

}  // namespace

void Forecaster::lay_out_steps(TimeNs now_ns, std::uint32_t steps, Horizon& horizon) {
  horizon.start_ns[0] = now_ns;
  for (std::uint32_t k = 0; k < steps; ++k) {
    horizon.start_ns[k + 1] = clock_.next_tick(horizon.start_ns[k], tick_ns_);
  }

  // A step belongs to the metering window in which it begins.
  TimeNs window_end_ns = now_ns;
  for (std::uint32_t k = 0; k < steps; ++k) {
    while (window_end_ns <= horizon.start_ns[k])
      window_end_ns = window_clock_.next_tick(window_end_ns, tariff_.tariff().demand.window_ns);
    horizon.window_end_ns[k] = window_end_ns;
  }
}

void Forecaster::fill_horizon(TimeNs now_ns, std::uint32_t steps, double pv_now_kw, double load_now_kw,
                              Horizon& horizon) {
  size_columns(horizon, steps);

  // Levels do not change during a run, so that their divisors are worked out once.
  if (pv_divisors_.size() != horizon.level.size()) {
    pv_divisors_ = divisors_of(forecast_.pv, horizon.level);
    load_divisors_ = divisors_of(forecast_.load, horizon.level);
  }

  // Noisy forecasts are issued at local midnight: every question of a day sees the same errors.
  const bool noisy = forecast_.pv.kind == Forecast::Kind::noisy || forecast_.load.kind == Forecast::Kind::noisy ||
                     forecast_.arrivals.kind == Forecast::Kind::noisy;
  const TimeNs midnight_ns = noisy ? clock_.calendar().day_start(now_ns) : now_ns;
  horizon.issued_ns = midnight_ns;
  lay_out_steps(now_ns, steps, horizon);

  // The present value holds until the signal changes, or did yesterday.
  const auto foreseen = [&](const Forecast& rule, market::SignalClock& signal, double now_value, std::uint32_t purpose,
                            const std::vector<double>& divisors) {
    const TimeNs back_ns = rule.kind == Forecast::Kind::yesterday ? days_before_.look_back(now_ns, now_ns).by_ns : 0;
    const TimeNs change_ns = later(signal.sample_at(now_ns - back_ns).until_ns, back_ns);
    const TimeNs issued_ns = rule.kind == Forecast::Kind::noisy ? midnight_ns : now_ns;
    return Foreseen{rule,
                    signal,
                    now_value,
                    purpose,
                    divisors,
                    issued_ns,
                    std::min(change_ns, horizon.start_ns[steps == 0 ? 0 : 1])};
  };

  if (horizon.wants_columns(EVTWIN_READS_PV)) {
    const Foreseen pv = foreseen(forecast_.pv, pv_, pv_now_kw, kernel::purpose_of("control.forecast_pv"), pv_divisors_);
    for (std::uint32_t k = 0; k < steps; ++k) fill_step(pv, k, horizon, horizon.pv_kw, horizon.level_pv_kw);
  }
  if (horizon.wants_columns(EVTWIN_READS_LOAD)) {
    const Foreseen load =
        foreseen(forecast_.load, load_, load_now_kw, kernel::purpose_of("control.forecast_load"), load_divisors_);
    for (std::uint32_t k = 0; k < steps; ++k) fill_step(load, k, horizon, horizon.load_kw, horizon.level_load_kw);
  }

  if (horizon.wants_columns(EVTWIN_READS_PRICES)) {
    fill_prices(horizon);
    show_prices_at_all_levels(horizon);
  }
  if (horizon.reads != EVTWIN_READS_ALL) blank_unread(horizon);
}

}  // namespace evtwin::control
