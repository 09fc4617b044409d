#include "plugin_check/random_site.hpp"

#include <fmt/format.h>

namespace evtwin::plugin_check {

namespace {

using physics::infinite;

physics::Evse random_evse(Dice& dice, int number, bool dc) {
  physics::Evse evse;
  evse.id = fmt::format("E-{}", number + 1);
  evse.phase_angle_deg = 120.0 * dice.draw_whole(-1, 1);
  if (dice.draw_chance(0.3) && dc) {
    evse.phases = 0;
    evse.max_kw = dice.draw_chance(0.2) ? 350.0 : dice.draw_real(3.7, 150.0);
    evse.min_kw = dice.draw_chance(0.5) ? 0.0 : dice.draw_real(0.0, 3.0);
    evse.efficiency = dice.draw_real(0.85, 1.0);
  } else {
    evse.phases = static_cast<std::uint8_t>(dice.draw_whole(1, 3));
    evse.voltage_v = dice.draw_chance(0.5) ? 230.0 : dice.draw_real(110.0, 277.0);
    evse.max_a = dice.draw_chance(0.5) ? 32.0 : dice.draw_real(6.0, 80.0);
    evse.min_a = dice.draw_chance(0.8) ? 6.0 : 0.0;
    if (dice.draw_chance(0.2)) {
      evse.rates_a = {6, 8, 10, 13, 16, 20, 25, 32};
      evse.max_a = 32.0;
    }
  }
  evse.bidirectional = dice.draw_chance(0.3);
  evse.max_discharge_a = evse.max_a;
  evse.max_discharge_kw = evse.max_kw;
  return evse;
}

physics::Vehicle random_vehicle(Dice& dice, int number) {
  physics::Vehicle car;
  car.name = fmt::format("car {}", number);
  car.ac_phases = static_cast<std::uint8_t>(dice.draw_whole(1, 3));
  car.max_ac_kw = dice.draw_chance(0.2) ? infinite : dice.draw_real(3.0, 22.0);
  car.max_dc_kw = dice.draw_chance(0.2) ? infinite : dice.draw_real(20.0, 250.0);
  car.v2g_capable = dice.draw_chance(0.5);
  car.max_discharge_kw = dice.draw_real(3.0, 20.0);
  car.soc_floor = dice.draw_chance(0.3) ? 0.0 : dice.draw_real(0.0, 0.6);
  car.soc_known = dice.draw_chance(0.6);
  physics::BatterySpec& battery = car.battery;
  if (!car.soc_known && dice.draw_chance(0.5)) return car;  // a battery that nobody knows
  battery.capacity_kwh = dice.draw_chance(0.1) ? 0.5 : dice.draw_real(20.0, 120.0);
  battery.charge_efficiency = dice.draw_real(0.8, 1.0);
  battery.discharge_efficiency = dice.draw_real(0.8, 1.0);
  const double most_kw = dice.draw_real(10.0, 250.0);
  battery.charge = dice.draw_chance(0.2) ? physics::Curve::constant(infinite)
                                         : physics::Curve{{{0.0, dice.draw_chance(0.3) ? 0.5 * most_kw : most_kw},
                                                           {dice.draw_real(0.3, 0.95), most_kw},
                                                           {1.0, dice.draw_chance(0.5) ? 0.0 : 0.1 * most_kw}}};
  battery.discharge = physics::Curve::constant(dice.draw_real(3.0, 50.0));
  return car;
}

physics::Storage random_storage(Dice& dice, int number) {
  physics::Storage storage;
  storage.id = fmt::format("S-{}", number + 1);
  storage.capacity_kwh = dice.draw_chance(0.1) ? 1e6 : dice.draw_real(5.0, 500.0);
  storage.max_charge_kw = dice.draw_chance(0.1) ? 0.0 : dice.draw_real(5.0, 250.0);
  storage.max_discharge_kw = dice.draw_chance(0.1) ? 0.0 : dice.draw_real(5.0, 250.0);
  storage.charge_efficiency = dice.draw_real(0.8, 1.0);
  storage.discharge_efficiency = dice.draw_real(0.8, 1.0);
  storage.soc_min = dice.draw_real(0.0, 0.3);
  storage.soc_max = dice.draw_real(0.7, 1.0);
  storage.soc_start = dice.draw_real(storage.soc_min, storage.soc_max);
  return storage;
}

physics::LimitRow random_row(Dice& dice, const std::vector<physics::Evse>& evses, int number) {
  physics::LimitRow row;
  row.name = fmt::format("row {}", number + 1);
  row.kind = static_cast<physics::LimitKind>(dice.draw_whole(0, 2));
  row.upper = dice.draw_chance(0.15) ? 0.0 : dice.draw_chance(0.1) ? infinite : dice.draw_real(10.0, 200.0);
  if (row.kind != physics::LimitKind::magnitude_a && dice.draw_chance(0.3)) row.lower = -dice.draw_real(0.0, 50.0);
  for (std::uint32_t i = 0; i < evses.size(); ++i) {
    const bool alternating = evses[i].phases != 0;
    if ((alternating || row.kind == physics::LimitKind::power_kw) && dice.draw_chance(0.6))
      row.members.push_back({i,
                             dice.draw_chance(0.7)   ? 1.0
                             : dice.draw_chance(0.5) ? -1.0
                                                     : dice.draw_real(0.1, 2.0),
                             row.kind == physics::LimitKind::magnitude_a ? evses[i].phase_angle_deg : 0.0});
  }
  return row;
}

}  // namespace

RandomSite random_site(Dice& dice, const SceneShape& shape) {
  RandomSite site;
  const int evses = shape.evses >= 0 ? shape.evses : dice.draw_whole(1, 24);
  for (int i = 0; i < evses; ++i) site.evses.push_back(random_evse(dice, i, shape.dc));
  const int storages = shape.storages >= 0 ? shape.storages : dice.draw_whole(0, 2);
  for (int s = 0; s < storages; ++s) site.storages.push_back(random_storage(dice, s));
  for (int v = 0; v < 5; ++v) site.vehicles.push_back(random_vehicle(dice, v));
  if (!shape.limits) return site;
  if (dice.draw_chance(0.5)) {
    site.feeders.push_back({"top", -1, dice.draw_real(10.0, 300.0),
                            dice.draw_chance(0.5) ? infinite : dice.draw_real(0.0, 100.0), infinite,
                            dice.draw_chance(0.5) ? 1.0 : dice.draw_real(0.9, 1.0)});
    site.feeders.push_back({"below", 0, dice.draw_chance(0.3) ? infinite : dice.draw_real(10.0, 100.0), infinite,
                            dice.draw_chance(0.5) ? dice.draw_real(16.0, 200.0) : infinite, 0.97});
    for (physics::Evse& evse : site.evses) evse.feeder = dice.draw_whole(-1, 1);
  }
  for (int r = dice.draw_whole(0, 3); r > 0; --r) site.rows.push_back(random_row(dice, site.evses, r));
  return site;
}

}  // namespace evtwin::plugin_check
