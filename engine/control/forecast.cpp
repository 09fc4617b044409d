#include "control/forecast.hpp"

#include <algorithm>
#include <cmath>

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

Forecaster::Forecaster(Forecast forecast, const market::Calendar& calendar, TimeNs tick_ns, std::uint64_t seed,
                       std::uint64_t site, market::SignalClock pv, market::SignalClock load, market::SignalClock co2,
                       market::TariffClock tariff)
    : forecast_(forecast),
      clock_(calendar),
      tick_ns_(tick_ns),
      seed_(seed),
      site_(site),
      pv_(std::move(pv)),
      load_(std::move(load)),
      co2_(std::move(co2)),
      tariff_(std::move(tariff)) {}

double Forecaster::foreseen(market::SignalClock& signal, TimeNs now_ns, TimeNs at_ns, double now_value,
                            std::uint32_t purpose, TimeNs issued_ns) {
  if (at_ns <= now_ns) return now_value;
  switch (forecast_.kind) {
    case Forecast::Kind::perfect: {
      const double value = signal.at(at_ns).value;
      return std::isnan(value) ? now_value : value;
    }
    case Forecast::Kind::yesterday: {
      // The latest day whose value at this time of day is already known.
      const TimeNs days_back = (at_ns - now_ns + kernel::day_ns - 1) / kernel::day_ns;
      const double value = signal.at(at_ns - days_back * kernel::day_ns).value;
      return std::isnan(value) ? now_value : value;
    }
    case Forecast::Kind::noisy: {
      const double value = signal.at(at_ns).value;
      if (std::isnan(value)) return now_value;
      return std::max(0.0, value * (1.0 + forecast_error(forecast_, seed_, site_, purpose, issued_ns, at_ns)));
    }
  }
  return now_value;
}

void Forecaster::fill(TimeNs now_ns, std::uint32_t steps, double pv_now_kw, double load_now_kw, Horizon& horizon) {
  horizon.start_ns.resize(steps + 1);
  for (auto* column :
       {&horizon.pv_kw, &horizon.load_kw, &horizon.buy_per_kwh, &horizon.sell_per_kwh, &horizon.co2_kg_per_kwh}) {
    column->resize(steps);
  }
  horizon.issued_ns = forecast_.kind == Forecast::Kind::noisy ? clock_.calendar().day_start(now_ns) : now_ns;

  constexpr std::uint32_t for_pv = kernel::purpose_of("control.forecast_pv");
  constexpr std::uint32_t for_load = kernel::purpose_of("control.forecast_load");
  TimeNs at = now_ns;
  for (std::uint32_t k = 0; k < steps; ++k) {
    horizon.start_ns[k] = at;
    horizon.pv_kw[k] = foreseen(pv_, now_ns, at, pv_now_kw, for_pv, horizon.issued_ns);
    horizon.load_kw[k] = foreseen(load_, now_ns, at, load_now_kw, for_load, horizon.issued_ns);
    const market::PriceNow price = tariff_.at(at);
    // Either may be a series that ends before the other: the last price known holds on.
    const auto price_or_last = [&](double now, const std::vector<double>& so_far) {
      return std::isnan(now) && k > 0 ? so_far[k - 1] : now;
    };
    horizon.buy_per_kwh[k] = price_or_last(price.buy_per_kwh, horizon.buy_per_kwh);
    horizon.sell_per_kwh[k] = price_or_last(price.sell_per_kwh, horizon.sell_per_kwh);
    const double co2 = co2_.at(at).value;
    horizon.co2_kg_per_kwh[k] = std::isnan(co2) && k > 0 ? horizon.co2_kg_per_kwh[k - 1] : co2;
    at = clock_.next_tick(at, tick_ns_);
  }
  horizon.start_ns[steps] = at;
}

}  // namespace evtwin::control
