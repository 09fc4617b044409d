// Energy of a transaction, by its registers.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

/// No connector gives more: the largest MCS connector is rated 3.75 MW (SAE J3271), the largest of cars 0.5 MW; what is
/// above 1 MW in the mean is a broken register.
inline constexpr double most_mean_kw = 1000.0;

struct Doubt {
  std::string code, text;
};

struct EnergyVerdict {
  double kwh = kernel::unknown;                                   ///< >= 0; NaN: can not be known
  double begin_kwh = kernel::unknown, end_kwh = kernel::unknown;  ///< registers that it lies between
  double exported_kwh = 0.0;
  double step_kwh = 0.001;     ///< resolution of the register
  bool start_refused = false;  ///< the register of the start is none of the readings'
  bool stop_refused = false;   ///< that of the stop
  std::vector<Doubt> doubts;
};

/// Registers of a transaction in kWh (NaN: not told) with what was sampled between, ascending in time.
struct Registers {
  double start_kwh = kernel::unknown, stop_kwh = kernel::unknown;
  std::span<const Sample> samples;
  TimeNs start_ns = 0, stop_ns = 0;
  bool start_seen = true, stop_seen = true;
};

/// Energy = stop - start. Where a register fell because it passed a usual width (2^31, 2^32, 10^6 to 10^10 Wh), or
/// the readings on both sides show the fall, the verdict is the energy that is certain: of the two that which the power
/// readings add up to, where they do. A stop of 0 below readings that rose, or one below them that their power speaks
/// against, was never read: what the readings show is the least. Otherwise the energy is unknown. It is never negative
/// and never invented.
EnergyVerdict energy_of(const Registers& registers);

/// Energy by the power readings between the first and the last of them, kWh; NaN: fewer than three.
double power_integral_kwh(std::span<const Sample> samples);

/// No car takes, or gives back, more in so many hours.
double most_exchanged_kwh(double hours);

}  // namespace evtwin::ocpp
