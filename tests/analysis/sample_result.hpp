// Two sites whose KPIs are worked out by hand in the comments.
#pragma once

#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis::test {

/// 10 kWh that lose the same by every full cycle: cycled once a day, its state of health after five years and the years
/// until it is replaced are these.
inline physics::Storage storage_that_lasts(double years, double soh_5y) {
  physics::Storage storage;
  storage.capacity_kwh = 10.0;
  const double lost_per_day = (1.0 - soh_5y) / (5 * 365.25);
  storage.ageing = {0.0, lost_per_day, 1.0, 1.0 - lost_per_day * 365.25 * years};
  return storage;
}

/// A full cycle of it a day.
inline twin::StorageUse cycled_daily() {
  twin::StorageUse storage;
  storage.use.days = 3.0;
  storage.use.stored_kwh = 2.0 * 3.0 * 10.0;
  return storage;
}

inline twin::World sample_world() {
  twin::World world;
  world.name = "two sites";
  world.currency = "EUR";
  world.sites.resize(2);
  world.sites[0].name = "north";
  world.sites[0].unmet_price_per_kwh = 2.0;
  world.sites[0].wear_price_per_kwh = 0.075;
  world.sites[0].evses.resize(2);
  world.sites[0].storages = {storage_that_lasts(8.5, 0.875)};
  world.sites[1].name = "south";
  world.sites[1].evses.resize(1);
  world.days = 3;
  world.end_ns = 3 * kernel::day_ns;  // UTC
  world.sites[1].unmet_price_per_kwh = 0.5;
  world.flags.push_back({"s7", "arrives after the end", true});
  world.flags.push_back({"pv.csv", "row 3 is empty", false});
  return world;
}

/// North has PV and storage, and balances: 30 PV + 100 import + 4 from vehicles + 6 from storage
/// = 20 load + 90 to vehicles + 8 to storage + 18 export + 4 losses. South imports 50 for vehicles, 0.5 of it
/// unexplained.
inline twin::Result sample_result() {
  twin::SiteResult north;
  control::Ledger& l = north.ledger;
  l.import_kwh = 100, l.export_kwh = 18, l.pv_kwh = 30, l.load_kwh = 20;
  l.ev_charge_kwh = 90, l.ev_discharge_kwh = 4;
  l.storage_charge_kwh = 8, l.storage_discharge_kwh = 6;
  l.losses_kwh = 4, l.pv_used_kwh = 12;
  l.energy_cost = 25, l.demand_charge = 75;
  l.driver_revenue = 40, l.v2g_payment = 1.5, l.co2_kg = 45, l.unmet_kwh = 3, l.wear_cost = 0.75;
  l.overload_kwh = 0.25, l.export_overload_kwh = 0.125, l.feeder_overload_kwh = 0.0625;
  north.peak_kw = 40, north.peak_instant_kw = 44;
  // Two months, 5 and 3 kW above the contract; `south` one, 2 kW.
  north.contract_excess_h = 0.75;
  north.months = {{{2025, 5}, 40, 40, 1, 1, 5, 0.75, 40.75}, {{2025, 6}, 38, 38, 1, 1, 3, 0.5, 38.5}};
  north.ramp_kw = 12;
  north.energy_wanted_kwh = 80, north.energy_got_kwh = 77;
  north.sessions = 9, north.sessions_ended = 8, north.sessions_open = 1, north.turned_away = 1;
  north.waited = 2, north.waiting_at_end = 2, north.waiting_h = 1.5, north.open_kwh = 5, north.open_got_kwh = 3,
  north.open_cost = 2.5, north.open_to_come_kwh = 4.5, north.turned_away_kwh = 16;
  north.storage_capacity_kwh = 12, north.storage_losses_kwh = 0.5, north.vehicle_losses_kwh = 7,
  north.storage_energy_value = 0.5;
  north.decisions = 96;
  // Of 8 sessions one missed a quarter of what it wanted and an eighth of what was possible, one half and half.
  north.satisfaction.soc_sessions = 6, north.satisfaction.missing_of_soc = 0.75;
  north.satisfaction.add_session(0.25, 0.125);
  north.satisfaction.add_session(0.5, 0.5);
  l.ev_wear_calendar = 1.0 / 1024, l.ev_wear_cyclic = 1.0 / 512;
  l.storage_wear_calendar = 1.0 / 4096, l.storage_wear_cyclic = 1.0 / 2048;
  north.sessions_aged = 8;
  north.storage_use.push_back(cycled_daily());
  // By a law of its own, a full cycle a day: (0.2 / 0.01)^2 = 400 days.
  north.fleets.push_back({{0.0, 0.01, 0.5, 0.8}, {2.0, 1.0, 0.5, 2.0, 1.0, 1.0, 2.0}});
  north.tracking = {6, 20, 2.5};  // kW, kW2, kWh
  north.corrections[static_cast<std::size_t>(twin::Correction::limit)] = 3;

  twin::SiteResult south;
  south.months = {{{2025, 6}, 12, 12, 1, 1, 2, 0.25, 12.25}};
  south.ledger.import_kwh = 50, south.ledger.ev_charge_kwh = 49.5;
  south.ledger.energy_cost = 10, south.ledger.unmet_kwh = 4;
  south.peak_kw = 20, south.peak_instant_kw = 22;
  south.ramp_kw = 3;
  south.energy_wanted_kwh = 20, south.energy_got_kwh = 18;
  south.sessions = 2, south.sessions_ended = 2, south.decisions = 96;
  south.satisfaction.add_session(0.75, 0.75);
  south.corrections[static_cast<std::size_t>(twin::Correction::limit)] = 1;
  south.corrections[static_cast<std::size_t>(twin::Correction::min_current)] = 2;

  twin::Result result;
  result.sites = {north, south};
  result.event_hash = 0xabcU;
  result.events = 1234;
  return result;
}

}  // namespace evtwin::analysis::test
