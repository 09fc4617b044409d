#include "ocpp/register_unit.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evtwin::ocpp {

namespace {

constexpr double thousand = 1000.0, tolerance = 0.2;
constexpr std::size_t least_transactions = 3;

/// Energy by the power readings between the first and the last of them; NaN: fewer than three.
double integral_kwh(const Transaction& transaction) {
  const Sample* before = nullptr;
  double sum = 0.0;
  std::size_t readings = 0;
  for (const Sample& sample : transaction.samples) {
    if (!kernel::is_known(sample.power_kw)) continue;
    ++readings;
    if (before != nullptr)
      sum += 0.5 * (before->power_kw + sample.power_kw) * kernel::hours_between(before->time_ns, sample.time_ns);
    before = &sample;
  }
  return readings < 3 ? kernel::unknown : sum;
}

}  // namespace

void mend_register_unit(std::vector<Transaction>& of_station, FlagList& flags) {
  // The station's transactions vote: among those whose power readings tell an energy, at least three and at least
  // half must show a register that counts a thousandth of it.
  std::size_t read = 0, thousandfold = 0;
  for (const Transaction& t : of_station) {
    const double integral = integral_kwh(t);
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
