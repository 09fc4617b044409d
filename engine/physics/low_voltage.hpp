// The 12 V battery of a parked car: what stands by drains it, and who looks after it tops it up from the traction
// battery.
#pragma once
#include <cstdint>

#include "physics/battery.hpp"

namespace evtwin::physics {

/// A low-voltage battery and what draws on it while the car stands. Defaults are round figures: 60 Ah at 12 V, a
/// telematics unit, an alarm and the battery's own discharge.
struct LowVoltageBattery {
  double capacity_wh = 720.0;
  double soc_start = 0.9;
  double drain_w = 0.8;
  double soc_limit = 0.5;          ///< below it the car does not wake: contactors and computers need more
  double charge_efficiency = 0.9;  ///< stored per Wh that the converter gives it
};

/// How a car looks after it. Awake, the high-voltage side takes `awake_w` from the traction battery.
struct LowVoltageCare {
  double from_soc = 0.65;              ///< topped up when it has fallen to here ...
  double to_soc = 0.95;                ///< ... until here
  double charge_w = 250.0;             ///< out of the converter: to what stands by, the rest into the battery
  double converter_efficiency = 0.92;  ///< traction battery to low voltage
  double awake_w = 120.0;
  double self_test_every_h = infinite;  ///< wakes to test itself, beside top-ups
  double self_test_h = 0.05;            ///< and is awake so long
};

/// What came of standing for a while.
struct Standing {
  double soc_end = 0.0, soc_lowest = 0.0;
  double hours_to_limit = infinite;  ///< until it was below soc_limit; infinite: never
  double hours_to_flat = infinite;
  std::uint64_t top_ups = 0, self_tests = 0;
  double drained_wh = 0.0;    ///< by what stands by, out of the low-voltage battery
  double stored_wh = 0.0;     ///< into it
  double traction_kwh = 0.0;  ///< out of the traction battery
};

/// Stands for `hours`; `care` null: nobody looks after it. Exact: levels are straight lines between the instants at
/// which a top-up begins or ends. Self-tests, at multiples of self_test_every_h, take traction energy alone.
/// @pre capacity_wh > 0, from_soc < to_soc, charge_w > drain_w
Standing stand_parked(const LowVoltageBattery& battery, const LowVoltageCare* care, double hours);

}  // namespace evtwin::physics
