#include "demand/visit.hpp"

#include <algorithm>

namespace evtwin::demand {

double soc_for(const physics::BatterySpec& battery, double wanted_kwh, double soc_target) {
  if (battery.capacity_kwh == physics::infinite) return 0.0;
  const double gained_soc = wanted_kwh * battery.charge_efficiency / battery.capacity_kwh;
  const double leaves_at = gained_soc <= soc_target ? soc_target : 1.0;
  return std::clamp(leaves_at - gained_soc, 0.0, 1.0);
}

}  // namespace evtwin::demand
