// The demand charge where plans and bounds are made: metering windows of 15, 30 and 60 min, and the end of a month.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "analysis/bound.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

control::StrategyFactory planner(const std::string& id) {
  return control::choose_strategy(paths::plugin_dir + "/milp.so#" + id, {}).factory;
}

analysis::Bound bound_of(const twin::World& world) {
  return analysis::find_bound(world, analysis::foresee(world, baseline("asap")), {});
}

/// 60 kW of load from 12:05 to 12:15, and a car of 7.04 kW from 12:15 to 14:00 that wants 12 kWh, dear to miss. A kW
/// costs 300 in June, 10 a day; energy costs nothing.
twin::World spike_and_car(int window_min) {
  twin::World world = small_world(1);
  twin::Site& site = world.sites[0];
  const TimeNs from_ns = monday_ns + 12 * hour_ns + 5 * minute_ns;
  site.load_kw = market::Series({world.start_ns, from_ns, from_ns + 10 * minute_ns}, {0.0, 60.0, 0.0}, world.end_ns);
  site.tariff.demand.price_per_kw.fill(300.0);
  site.tariff.demand.window_ns = window_min * minute_ns;
  site.unmet_price_per_kwh = 1000.0;
  add_visits(world, {visit(12.25, 14.0, 12.0)});
  return world;
}

TEST(DemandWindows, TheBoundShavesTheWindowsThatAreBilled) {
  // The spike's 10 kWh lie in the window at 12:00. Windows of 15 min: the car charges in others, 40 kW stay. Of 30 min:
  // from 12:30 on it gets 10.56 kWh, 1.44 remain for the window of the spike. Of 60 min: 7.04 kWh after 13:00, 4.96
  // before.
  const std::pair<int, double> cases[] = {{15, 40.0}, {30, (10.0 + 1.44) / 0.5}, {60, 10.0 + 4.96}};
  for (const auto& [window_min, kw] : cases) {
    const twin::World world = spike_and_car(window_min);
    const analysis::Bound bound = bound_of(world);
    EXPECT_NEAR(bound.proven, 10.0 * kw, 1e-6) << window_min;
    EXPECT_NEAR(bound.planned, 10.0 * kw, 1e-6) << window_min;
    // Charging at once: 5.28 kWh before 13:00, of them 1.76 before 12:30.
    const double asap_kw = window_min == 15 ? 40.0 : window_min == 30 ? (10.0 + 1.76) / 0.5 : 10.0 + 5.28;
    EXPECT_NEAR(run_world(world, baseline("asap")).ledger().demand_charge, 10.0 * asap_kw, 1e-9) << window_min;
  }
}

/// The last half hour of May and a day of June: 102 kW of load in the first window, 2 kW from then on, an empty
/// storage. A kW costs 10 a month, a kWh 0.30, but 0.10 in the first quarter of an hour of a day.
twin::World peak_at_the_end_of_may() {
  twin::World world = small_world(0, 2);
  const TimeNs june_ns = world.calendar.start_of(market::LocalDate{2025, 6, 1});
  world.start_ns = june_ns - 30 * minute_ns;
  world.end_ns = june_ns + kernel::day_ns;
  twin::Site& site = world.sites[0];
  site.load_kw = market::Series({world.start_ns, june_ns - 15 * minute_ns}, {102.0, 2.0}, world.end_ns);
  site.forecast = control::Forecast{control::Forecast::Kind::perfect};
  site.tariff.rates = {{market::all_months, market::all_day_types, 0, 15, 0.10},
                       {market::all_months, market::all_day_types, 15, 24 * 60, 0.30}};
  site.part_month = market::PartMonth::full;
  site.tariff.demand.price_per_kw.fill(10.0);
  site.storage_policy = twin::StoragePolicy::peak_shaving;
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 400.0;
  storage.max_charge_kw = storage.max_discharge_kw = 100.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.95;
  storage.soc_start = 0.0;
  site.storages.push_back(storage);
  return world;
}

// 102 kW in May and 2 in June cost 1,040, and 74 kWh cost 22. A plan that fills the storage in the cheap first window
// of June, "for nothing, below what is billed already", when that is what May is billed for, costs 1,000 more.
TEST(DemandMonths, APlanDoesNotSpendThePeakOfTheMonthBefore) {
  const twin::World world = peak_at_the_end_of_may();
  const double least = bound_of(world).proven;
  for (const char* id : {"lp", "milp"}) {
    const Outcome run = run_world(world, planner(id));
    const double objective = analysis::objective(world, run.result, 0);
    ASSERT_EQ(run.site().months.size(), 2U);
    EXPECT_NEAR(run.site().months[0].billed_kw, 102.0, 1e-6) << id;
    EXPECT_LE(run.site().months[1].billed_kw, 2.0 + 1e-6) << id;
    EXPECT_LE(objective, 10.0 * (102.0 + 2.0) + 73.5 * 0.30 + 0.5 * 0.10 + 1e-6) << id;
    EXPECT_GE(objective, least - 1e-6) << id;
    EXPECT_EQ(run.site().strategy_warnings, 0U) << run.site().first_strategy_warning;
  }
}

}  // namespace
}  // namespace evtwin::testing
