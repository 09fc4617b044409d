// What a strategy may foresee of PV and base load: nothing that was not known at the time.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "kernel/time.hpp"
#include "market/calendar.hpp"
#include "market/series.hpp"
#include "market/tariff.hpp"

namespace evtwin::control {

using kernel::TimeNs;

/// How PV, base load and arrivals are foreseen. Prices and CO2 are known as far as the tariff or series reaches.
struct Forecast {
  enum class Kind : std::uint8_t { perfect, yesterday, noisy };
  Kind kind = Kind::yesterday;  ///< the value one or more whole days before; the present value where there is none
  double bias = 0.0;            ///< noisy: value x (1 + bias + std x N(0,1)), never negative, issued at local midnight
  double std = 0.0;
};

/// The relative error of a noisy forecast, bias + std x N(0,1): one draw per issue and target, so that asking twice
/// gives the same forecast. @param purpose  what is foreseen.
double forecast_error(const Forecast& forecast, std::uint64_t seed, std::uint64_t site, std::uint32_t purpose,
                      TimeNs issued_ns, TimeNs target_ns);

/// The horizon columns of a view. Step 0 covers [now, next tick), then one tick each.
struct Horizon {
  std::int64_t issued_ns = 0;
  std::vector<std::int64_t> start_ns;                                             ///< [steps + 1]
  std::vector<double> pv_kw, load_kw, buy_per_kwh, sell_per_kwh, co2_kg_per_kwh;  ///< [steps]
  std::vector<double> contract_kw;        ///< [steps] lowest import limit of the step as known now; the site's to fill
  std::vector<double> power_setpoint_kw;  ///< [steps] NaN where there is none; the site's to fill
  std::vector<double> arrivals, arrivals_kwh;  ///< [steps] expected vehicles and what they will request, kWh
};

class Forecaster {
 public:
  Forecaster(Forecast forecast, const market::Calendar& calendar, TimeNs tick_ns, std::uint64_t seed,
             std::uint64_t site, market::SignalClock pv, market::SignalClock load, market::SignalClock co2,
             market::TariffClock tariff);

  /// Fills `horizon` with `steps` steps as seen at `now_ns`; allocates on the first call only.
  void fill(TimeNs now_ns, std::uint32_t steps, double pv_now_kw, double load_now_kw, Horizon& horizon);

 private:
  double foreseen(market::SignalClock& signal, TimeNs now_ns, TimeNs at_ns, double now_value, std::uint32_t purpose,
                  TimeNs issued_ns);

  Forecast forecast_;
  market::LocalClock clock_;
  TimeNs tick_ns_;
  std::uint64_t seed_, site_;
  market::SignalClock pv_, load_, co2_;
  market::TariffClock tariff_;
};

}  // namespace evtwin::control
