#include "physics/equipment.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::physics {

namespace {
constexpr double same_rate = 1e-9;
}

double rated_kw(const Evse& evse) {
  return evse.phases == 0 ? evse.max_kw : evse.phases * evse.voltage_v * evse.max_a / 1000.0;
}

namespace {

SocketSet common_sockets(const Evse& evse, const Vehicle& vehicle) {
  return static_cast<SocketSet>(evse.sockets & vehicle.sockets & (evse.phases == 0 ? dc_sockets() : ac_sockets()));
}

}  // namespace

bool fits_inlet(const Evse& evse, const Vehicle& vehicle) {
  return common_sockets(evse, vehicle) != 0 && (evse.phases == 0 ? vehicle.has_dc : vehicle.max_ac_kw > 0.0);
}

double charge_share(const Vehicle& vehicle, double temperature_c) {
  const std::vector<TemperatureKnot>& knots = vehicle.power_by_temperature;
  if (knots.empty()) return 1.0;
  if (temperature_c <= knots.front().temperature_c) return knots.front().share;
  for (std::size_t i = 1; i < knots.size(); ++i) {
    const TemperatureKnot &a = knots[i - 1], &b = knots[i];
    if (temperature_c > b.temperature_c) continue;
    return a.share + (b.share - a.share) * (temperature_c - a.temperature_c) / (b.temperature_c - a.temperature_c);
  }
  return knots.back().share;
}

BatterySpec battery_at(const Vehicle& vehicle, double temperature_c) {
  BatterySpec battery = vehicle.battery;
  const double share = charge_share(vehicle, temperature_c);
  for (Knot& knot : battery.charge.knots) knot.kw *= share;
  return battery;
}

Coupling couple_vehicle(const Evse& evse, const Vehicle& vehicle, bool v2g_opted_in) {
  Coupling c;
  if (common_sockets(evse, vehicle) == 0) return c;  // another plug: nothing flows
  const bool may_discharge = evse.bidirectional && vehicle.v2g_capable && v2g_opted_in;
  if (evse.phases == 0) {
    if (!vehicle.has_dc) return c;  // the plug does not fit: nothing flows
    c.max_kw = std::min(evse.max_kw, vehicle.max_dc_kw);
    c.min_kw = evse.min_kw;
    if (may_discharge) c.max_discharge_kw = std::min(evse.max_discharge_kw, vehicle.max_discharge_kw);
    return c;
  }
  const int phases = std::min<int>(evse.phases, vehicle.ac_phases);
  if (phases == 0) return c;  // a car without AC inlet
  c.kw_per_a = phases * evse.voltage_v / 1000.0;
  const double on_board_kw = vehicle.max_ac_kw * phases / vehicle.ac_phases;
  c.max_kw = std::min(evse.max_a * c.kw_per_a, on_board_kw);
  c.min_kw = evse.min_a * c.kw_per_a;
  for (const double a : evse.rates_a) c.rates_kw.push_back(a * c.kw_per_a);
  if (!c.rates_kw.empty()) c.min_kw = c.rates_kw.front();
  if (may_discharge) c.max_discharge_kw = std::min(evse.max_discharge_a * c.kw_per_a, vehicle.max_discharge_kw);
  return c;
}

double floor_to_allowed(const Coupling& coupling, double kw) {
  if (coupling.rates_kw.empty()) return kw >= coupling.min_kw * (1.0 - same_rate) ? std::max(kw, coupling.min_kw) : 0.0;
  double allowed = 0.0;
  for (const double rate : coupling.rates_kw) {
    if (rate > kw * (1.0 + same_rate)) break;
    allowed = rate;
  }
  return allowed;
}

double smallest_discharge_kw(const Coupling& coupling) { return std::min(coupling.min_kw, coupling.max_discharge_kw); }

BatterySpec storage_battery(const Storage& storage) {
  BatterySpec b;
  b.capacity_kwh = storage.soc_max * storage.capacity_kwh;  // full is where the window ends
  b.charge_efficiency = storage.charge_efficiency;
  b.discharge_efficiency = storage.discharge_efficiency;
  b.charge = Curve::constant(storage.max_charge_kw);
  b.discharge = Curve::constant(storage.max_discharge_kw);
  return b;
}

double storage_clamp(const Storage& storage, double stored_kwh, double kw) {
  if (kw > 0.0) return stored_kwh < storage.soc_max * storage.capacity_kwh ? std::min(kw, storage.max_charge_kw) : 0.0;
  if (kw < 0.0)
    return stored_kwh > storage.soc_min * storage.capacity_kwh ? std::max(kw, -storage.max_discharge_kw) : 0.0;
  return 0.0;
}

}  // namespace evtwin::physics
