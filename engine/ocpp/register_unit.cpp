#include "ocpp/register_unit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ocpp/energy.hpp"

namespace evtwin::ocpp {

namespace {

constexpr double thousand = 1000.0, tolerance = 0.2;
constexpr std::size_t least_transactions = 3;

/// Whether start and stop, taken as kWh, fit the readings between them, and their power where it is told.
enum class Fit : std::uint8_t { as_told, as_kwh, neither };
Fit fit_of_ends(const Transaction& t) {
  if (!kernel::is_known(t.meter_start_kwh) || !kernel::is_known(t.meter_stop_kwh) || t.stop_ns < t.start_ns)
    return Fit::neither;
  const auto told = [](const Sample& s) { return kernel::is_known(s.register_kwh); };
  const auto first = std::find_if(t.samples.begin(), t.samples.end(), told);
  const auto last = std::find_if(t.samples.rbegin(), t.samples.rend(), told);
  if (first == t.samples.end() || !(last->register_kwh > first->register_kwh)) return Fit::neither;

  // A register in whole kWh may lie one of them beyond.
  const auto lies_behind = [](double before_kwh, double behind_kwh, TimeNs from, TimeNs to) {
    const double kwh = behind_kwh - before_kwh;
    return kwh >= -1.0 && kwh <= 1.0 + most_exchanged_kwh(kernel::hours_between(from, std::max(from, to)));
  };
  const auto fits = [&](double factor) {
    return lies_behind(factor * t.meter_start_kwh, first->register_kwh, t.start_ns, first->time_ns) &&
           lies_behind(last->register_kwh, factor * t.meter_stop_kwh, last->time_ns, t.stop_ns);
  };
  if (fits(1.0)) return Fit::as_told;
  if (!fits(thousand)) return Fit::neither;

  const double by_power = power_integral_kwh(t.samples);
  const double counted = last->register_kwh - first->register_kwh;
  if (kernel::is_known(by_power) && std::abs(by_power - counted) > tolerance * counted + 1.0) return Fit::neither;
  return Fit::as_kwh;
}

}  // namespace

void mend_end_registers(std::vector<Transaction>& of_station, FlagList& flags) {
  std::size_t read = 0, in_kwh = 0;
  for (const Transaction& t : of_station) {
    const Fit fit = fit_of_ends(t);
    if (fit == Fit::neither) continue;
    ++read;
    if (fit == Fit::as_kwh) ++in_kwh;
  }
  if (in_kwh < least_transactions || in_kwh * 2 < read) return;

  // Whole kWh: no reading lies outside them, and the energy is as coarse.
  for (Transaction& t : of_station) {
    t.meter_start_kwh *= thousand;
    t.meter_stop_kwh *= thousand;
    const bool whole =
        std::floor(t.meter_start_kwh) == t.meter_start_kwh && std::floor(t.meter_stop_kwh) == t.meter_stop_kwh;
    if (whole) t.register_step_kwh = 1.0;
    for (const Sample& s : t.samples) {
      if (s.register_kwh < t.meter_start_kwh && s.register_kwh >= t.meter_start_kwh - 1.0)
        t.meter_start_kwh = s.register_kwh;
      if (s.register_kwh > t.meter_stop_kwh && s.register_kwh <= t.meter_stop_kwh + 1.0)
        t.meter_stop_kwh = s.register_kwh;
    }
    t.flags.emplace_back("register_in_kwh");
  }

  const Transaction& first = of_station.front();
  flags.add_flag(
      "register_in_kwh", first.station,
      fmt::format("meterStart and meterStop of {} are a thousandth of its readings, in {} of {} transactions: "
                  "they are taken as kWh",
                  quoted_text(first.station), in_kwh, read),
      first.start_place);
}

void mend_register_unit(std::vector<Transaction>& of_station, FlagList& flags) {
  // The station's transactions vote: among those whose power readings tell an energy, at least three and at least
  // half must show a register that counts a thousandth of it.
  std::size_t read = 0, thousandfold = 0;
  for (const Transaction& t : of_station) {
    const double integral = power_integral_kwh(t.samples);
    if (!(integral > 0.5) || !(t.energy_kwh > 0.0)) continue;
    ++read;
    if (std::abs(integral / (thousand * t.energy_kwh) - 1.0) <= tolerance) ++thousandfold;
  }
  if (thousandfold < least_transactions || thousandfold * 2 < read) return;

  // One meter counts all of them in one unit, also those with too few readings to show it.
  for (Transaction& t : of_station) {
    for (double* kwh : {&t.meter_start_kwh, &t.meter_stop_kwh, &t.energy_kwh, &t.exported_kwh, &t.export_start_kwh,
                        &t.register_step_kwh})
      *kwh *= thousand;
    for (Sample& sample : t.samples) {
      sample.register_kwh *= thousand;
      sample.export_register_kwh *= thousand;
    }
    t.flags.emplace_back("register_in_kwh");
  }

  const Transaction& first = of_station.front();
  flags.add_flag("register_in_kwh", first.station,
                 fmt::format("the register of {} counts a thousandth of what its power readings add up to, in {} of {} "
                             "transactions: they are taken as kWh",
                             quoted_text(first.station), thousandfold, read),
                 first.start_place);
}

}  // namespace evtwin::ocpp
