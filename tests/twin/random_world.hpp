// Random worlds for property tests: one seed gives a whole world, so that a failing case is one number.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "kernel/random.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {

/// Draws for one random world: a seed gives them all, so that a failing case is one number.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  double real(double from, double to) { return from + (to - from) * kernel::draw_unit(seed_, 1, 1, n_++); }
  int whole(int from, int to) { return from + static_cast<int>(real(0.0, 1.0) * (to - from + 1)); }
  bool chance(double p) { return real(0.0, 1.0) < p; }

 private:
  std::uint64_t seed_;
  std::uint64_t n_ = 0;
};

inline physics::Evse random_evse(Dice& dice, int number) {
  physics::Evse evse =
      ac_evse("E-" + std::to_string(number), dice.real(10, 63), static_cast<std::uint8_t>(dice.whole(1, 3)), 230.0);
  if (dice.chance(0.25)) {
    evse.phases = 0;
    evse.max_kw = dice.real(20, 150);
    evse.min_kw = dice.real(0, 3);
    evse.efficiency = dice.real(0.9, 1.0);
  } else if (dice.chance(0.3)) {
    evse.rates_a = {6, 8, 10, 13, 16, 20, 24, 32};
    evse.max_a = 32;
  }
  if (dice.chance(0.4)) {
    evse.bidirectional = true;
    evse.max_discharge_a = evse.max_a;
    evse.max_discharge_kw = evse.max_kw;
  }
  evse.phase_angle_deg = 120.0 * dice.whole(-1, 1);
  return evse;
}

inline physics::Vehicle random_vehicle(Dice& dice) {
  physics::Vehicle car;
  car.name = "car";
  car.ac_phases = static_cast<std::uint8_t>(dice.whole(1, 3));
  car.max_ac_kw = dice.real(3, 22);
  car.max_dc_kw = dice.real(20, 200);
  car.battery.capacity_kwh = dice.real(20, 100);
  car.battery.charge_efficiency = dice.real(0.8, 1.0);
  car.battery.discharge_efficiency = dice.real(0.8, 1.0);
  const double most = dice.real(20, 200);
  const double knee = dice.real(0.3, 0.95);
  car.battery.charge = {
      {{0.0, dice.chance(0.3) ? 0.5 * most : most}, {knee, most}, {1.0, dice.chance(0.5) ? 0.0 : 0.1 * most}}};
  car.battery.discharge = physics::Curve::constant(dice.real(3, 50));
  car.v2g_capable = dice.chance(0.5);
  car.max_discharge_kw = dice.real(3, 20);
  car.soc_floor = dice.real(0.0, 0.5);
  car.soc_known = dice.chance(0.5);
  car.acceptance_hold = dice.chance(0.2);
  return car;
}

/// Bounds of feeders and rows that change every half hour, some of them: never above what they are without.
inline void vary_limits(twin::Site& site, Dice& dice) {
  using Of = twin::LimitSeries::Of;
  const auto vary = [&](Of of, std::size_t index, double loosest) {
    if (loosest == physics::infinite || !dice.chance(0.4)) return;
    std::vector<double> day(48, loosest);
    for (double& value : day) {
      if (dice.chance(0.5)) value = dice.real(0.0, loosest);
    }
    day[static_cast<std::size_t>(dice.whole(0, 47))] = loosest;
    site.limit_series.push_back({of, static_cast<std::uint32_t>(index),
                                 market::DailyProfile{{{market::all_months, market::all_day_types, day}}, {}}});
  };
  for (std::size_t f = 0; f < site.feeders.size(); ++f) {
    vary(Of::feeder_kw, f, site.feeders[f].max_kw);
    vary(Of::feeder_export_kw, f, site.feeders[f].max_export_kw);
    vary(Of::feeder_a, f, site.feeders[f].max_a);
  }
  for (std::size_t r = 0; r < site.rows.size(); ++r) vary(Of::row_upper, r, site.rows[r].upper);
}

/// A site by chance; what stands in brackets is there in some of them.
///
///   grid (contract, [export limit]) --+-- [top (kW in and out, [0.9 to 1])] --+-- [below (kW, [A], 0.97)] --- EVSEs
///                                     |                                       +-- EVSEs
///                                     +-- EVSEs     1 to 8 together: AC of 1 and more phases, DC
///                                     +-- [PV], [load], [storages]
///   [phasor: |sum of +-i over the AC EVSEs, each at its angle| <= 10 to 80 A]
inline twin::World random_world(std::uint64_t seed) {
  Dice dice(seed);
  twin::World world = small_world(0, dice.whole(1, 3));
  world.seed = seed;
  world.tick_ns = dice.whole(1, 60) * minute_ns;
  world.vehicles.clear();
  for (int v = 0; v < 3; ++v) world.vehicles.push_back(random_vehicle(dice));
  twin::Site& site = world.sites[0];
  const int evses = dice.whole(1, 8);
  for (int i = 0; i < evses; ++i) site.evses.push_back(random_evse(dice, i));
  if (dice.chance(0.5)) {
    site.feeders.push_back({"top", -1, dice.real(20, 200), dice.real(5, 100), physics::infinite,
                            dice.chance(0.5) ? 1.0 : dice.real(0.9, 1.0)});
    site.feeders.push_back({"below", 0, dice.real(10, 100), physics::infinite,
                            dice.chance(0.5) ? dice.real(16, 100) : physics::infinite, 0.97});
    for (auto& evse : site.evses) evse.feeder = dice.whole(-1, 1);
  }
  if (dice.chance(0.6)) {
    physics::LimitRow row{"phasor", physics::LimitKind::magnitude_a, -physics::infinite, dice.real(10, 80), {}};
    for (std::uint32_t i = 0; i < site.evses.size(); ++i) {
      if (site.evses[i].phases != 0)
        row.members.push_back({i, dice.chance(0.5) ? 1.0 : -1.0, site.evses[i].phase_angle_deg});
    }
    site.rows.push_back(row);
  }
  site.contract_kw = dice.real(5, 150);
  site.export_limit_kw = dice.chance(0.5) ? dice.real(0, 30) : physics::infinite;
  site.load_kw = dice.chance(0.5) ? dice.real(0, 20) : 0.0;
  if (dice.chance(0.6)) {
    std::vector<double> day(24, 0.0);
    for (std::size_t h = 7; h < 19; ++h) day[h] = dice.real(0, 40);
    site.pv_kw = market::DailyProfile{{{market::all_months, market::all_day_types, day}}, {}};
  }
  if (dice.chance(0.6)) {
    physics::Storage s;
    s.id = "S";
    s.capacity_kwh = dice.real(10, 200);
    s.max_charge_kw = dice.real(5, 100);
    s.max_discharge_kw = dice.real(5, 100);
    s.charge_efficiency = dice.real(0.8, 1.0);
    s.discharge_efficiency = dice.real(0.8, 1.0);
    s.soc_min = dice.real(0.0, 0.3);
    s.soc_max = dice.real(0.7, 1.0);
    s.soc_start = dice.real(s.soc_min, s.soc_max);
    s.standby_kw = dice.real(0, 0.2);
    site.storages.push_back(s);
  }
  site.waiting_room = {static_cast<std::uint32_t>(dice.whole(0, 3)), dice.real(0.1, 2.0)};
  demand::Poisson law;
  law.rate_per_h.assign(168, dice.real(0.2, 6.0));
  law.energy_kwh = {demand::Distribution::Kind::lognormal, 15.0, 0.7, 0.1, 90.0, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 2.0, 0.8, 0.05, 20.0, {}};
  law.claim_stay_factor_std = 0.3;
  law.v2g_share = 0.7;
  law.vehicles = {0, 1, 2};
  site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  site.tariff.rates[0].price_per_kwh = 0.2;
  site.tariff.sell = market::SellFactor{0.5};
  vary_limits(site, dice);
  return world;
}

}  // namespace evtwin::testing
