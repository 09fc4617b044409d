// A site with one EVSE whose cars give energy back: for money that is reckoned by hand.
#pragma once
#include <algorithm>
#include <vector>

#include "twin/worlds.hpp"

namespace evtwin::testing {

/// A world with one bidirectional DC EVSE of 20 kW, drivers who pay 300 and are paid 150, wear at 30, energy at 100
/// both ways.
inline twin::World v2g_world(int days = 1) {
  twin::World world = small_world(1, days);
  twin::Site& site = world.sites[0];
  site.evses[0].phases = 0;
  site.evses[0].max_kw = site.evses[0].max_discharge_kw = 20.0;
  site.evses[0].min_kw = 0.0;
  site.evses[0].bidirectional = true;
  site.driver_price_per_kwh = 300.0;
  site.v2g_price_per_kwh = 150.0;
  site.wear_price_per_kwh = 30.0;
  site.tariff.rates[0].price_per_kwh = 100.0;
  site.tariff.sell = market::SellFactor{1.0};
  physics::Vehicle car;
  car.name = "V2G";
  car.max_dc_kw = 50.0;
  car.v2g_capable = true;
  car.battery.capacity_kwh = 60.0;
  car.max_discharge_kw = 50.0;
  car.battery.discharge = physics::Curve::constant(50.0);
  world.vehicles = {car};
  return world;
}

inline demand::Visit v2g_visit(double from_h, double to_h, double soc, double min_price = 0.0) {
  demand::Visit v = visit(from_h, to_h, 60.0);
  v.taken_kwh = physics::unknown;
  v.soc_start = soc;
  v.v2g = true;
  v.v2g_min_price_per_kwh = min_price;
  return v;
}

/// So many kW from each hour of the run on, the last for ever.
inline control::StrategyFactory hourly(const std::vector<double>& kw) {
  return strategy([kw](const evtwin_view& view, evtwin_decision& decision) {
    const auto hour = static_cast<std::size_t>((view.now_ns - monday_ns) / hour_ns);
    for (std::uint32_t k = 0; k < view.n_connected; ++k)
      decision.evse_kw[view.connected_evse[k]] = kw[std::min(hour, kw.size() - 1)];
  });
}

}  // namespace evtwin::testing
