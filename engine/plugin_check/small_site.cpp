#include "plugin_check/small_site.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

namespace evtwin::plugin_check {

namespace {

constexpr twin::TimeNs monday_ns = 1748790000LL * 1'000'000'000LL;  // 2025-06-02T00:00+09:00
static_assert((monday_ns + 9 * kernel::hour_ns) % kernel::day_ns == 0, "midnight in Korea");
static_assert(std::chrono::weekday(std::chrono::sys_days(std::chrono::days((monday_ns + 9 * kernel::hour_ns) /
                                                                           kernel::day_ns))) == std::chrono::Monday);

physics::Evse outlet(int number) {
  physics::Evse evse;
  evse.id = fmt::format("A-{}", number + 1);
  evse.voltage_v = 220.0;
  evse.max_a = 32.0;
  evse.min_a = 6.0;
  evse.feeder = number < 8 ? 0 : -1;
  if (number % 3 == 1) evse.phases = 3;
  if (number % 6 == 2) evse.rates_a = {8, 16, 24, 32};
  if (number >= 10) {
    evse.phases = 0;
    evse.max_kw = 50.0;
    evse.min_kw = 1.0;
    evse.efficiency = 0.95;
    evse.bidirectional = true;
    evse.max_discharge_kw = 20.0;
  }
  return evse;
}

std::vector<physics::Vehicle> cars() {
  physics::Vehicle small;
  small.name = "small";
  small.ac_phases = 1;
  small.max_ac_kw = 7.0;
  small.max_dc_kw = 50.0;
  small.battery.capacity_kwh = 40.0;
  small.battery.charge_efficiency = 0.9;
  small.battery.charge = {{{0.0, 50.0}, {0.8, 50.0}, {1.0, 3.0}}};

  physics::Vehicle large = small;
  large.name = "large";
  large.ac_phases = 3;
  large.max_ac_kw = 11.0;
  large.max_dc_kw = 150.0;

  large.v2g_capable = true;
  large.max_discharge_kw = 15.0;
  large.soc_floor = 0.4;
  large.soc_known = true;

  large.battery.capacity_kwh = 77.0;
  large.battery.discharge_efficiency = 0.92;
  large.battery.charge = {{{0.0, 120.0}, {0.6, 120.0}, {1.0, 10.0}}};
  large.battery.discharge = physics::Curve::constant(15.0);

  physics::Vehicle unknown_battery;  // nobody knows its battery
  unknown_battery.name = "unknown";
  unknown_battery.share = 0.5;
  return {small, large, unknown_battery};
}

market::Tariff tariff() {
  market::Tariff tariff;
  tariff.name = "three prices";
  tariff.currency = "KRW";
  const auto period = [](int from_h, int to_h, double price) {
    market::Rate rate;
    rate.from_minute = 60 * from_h;
    rate.to_minute = 60 * to_h;
    rate.price_per_kwh = price;
    return rate;
  };
  tariff.rates = {period(22, 8, 85.0), period(8, 11, 140.0), period(11, 18, 210.0), period(18, 22, 140.0)};
  tariff.sell = market::SellFactor{0.4};
  tariff.demand.price_per_kw.fill(7000.0);
  return tariff;
}

demand::Poisson drivers() {
  demand::Poisson law;
  for (int hour = 0; hour < 168; ++hour) {
    const int of_day = hour % 24;
    law.rate_per_h.push_back(of_day >= 7 && of_day < 10 ? 3.0 : of_day >= 10 && of_day < 20 ? 1.0 : 0.2);
  }
  law.energy_kwh = {demand::Distribution::Kind::lognormal, 14.0, 0.6, 1.0, 60.0, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 5.0, 0.6, 0.3, 14.0, {}};
  law.v2g_share = 0.8;
  law.claim_stay_factor_std = 0.2;
  law.vehicles = {0, 1, 2};
  return law;
}

/// Short stays around the end of the month, from Monday 18:00 to Tuesday 06:00: who gives nobody anything for an hour
/// there lets somebody leave with nothing.
demand::Poisson night_callers() {
  demand::Poisson law = drivers();
  constexpr std::size_t monday_evening = 18, tuesday_morning = 30;
  for (std::size_t hour = 0; hour < law.rate_per_h.size(); ++hour)
    law.rate_per_h[hour] = hour >= monday_evening && hour < tuesday_morning ? 5.0 : 0.0;
  law.energy_kwh = {demand::Distribution::Kind::lognormal, 3.0, 0.2, 1.0, 8.0, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 0.4, 0.2, 0.25, 0.7, {}};
  law.claim_stay_factor_std = 0.0;
  return law;
}

}  // namespace

namespace {

twin::World small_site(twin::TimeNs start_ns, int days) {
  twin::World world;
  world.name = "the week of evtwin plugin check";
  world.currency = "KRW";
  world.calendar = market::Calendar("Asia/Seoul");
  world.start_ns = start_ns;
  world.days = days;
  world.end_ns = start_ns + days * kernel::day_ns;
  world.seed = 7;
  world.vehicles = cars();

  // Small, with one of everything that a strategy meets: feeder, PV, storage, V2G, an outage, a queue.
  twin::Site site;
  for (int i = 0; i < 12; ++i) site.evses.push_back(outlet(i));
  site.feeders.push_back({"hall", -1, 40.0, physics::infinite, physics::infinite, 0.98});
  site.contract_kw = 90.0;
  site.export_limit_kw = 20.0;

  site.tariff = tariff();
  site.tariff_given = true;

  std::vector<double> sun(24, 0.0), load(24, 8.0);
  for (std::size_t hour = 6; hour < 20; ++hour) {
    sun[hour] = 45.0 * std::sin(3.14159265358979 * static_cast<double>(hour - 6) / 14.0);
    load[hour] = 25.0;
  }
  site.pv_kw = market::DailyProfile{{{market::all_months, market::all_day_types, sun}}, {}};
  site.load_kw = market::DailyProfile{{{market::all_months, market::all_day_types, load}}, {}};

  physics::Storage storage;
  storage.id = "S-1";
  storage.capacity_kwh = 60.0;
  storage.max_charge_kw = storage.max_discharge_kw = 30.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.96;
  storage.soc_min = 0.1;
  storage.soc_max = 0.95;
  storage.standby_kw = 0.1;
  site.storages.push_back(storage);

  site.unmet_price_per_kwh = 500.0;
  site.v2g_price_per_kwh = 150.0;
  site.outages.push_back({3, start_ns + 34 * kernel::hour_ns, start_ns + 40 * kernel::hour_ns});
  site.waiting_room = {3, 1.0};
  site.arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(drivers()));
  world.sites.push_back(std::move(site));
  return world;
}

}  // namespace

twin::World small_site_week() { return small_site(monday_ns, 7); }

twin::World small_site_month_end() {
  constexpr int days_to_the_26th = 24;
  twin::World world = small_site(monday_ns + days_to_the_26th * kernel::day_ns, 8);
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(night_callers()));
  return world;
}

}  // namespace evtwin::plugin_check
