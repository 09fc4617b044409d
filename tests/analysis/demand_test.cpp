// The demand charge where plans and bounds are made: metering windows of 15, 30 and 60 min, and the end of a month.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "analysis/bound.hpp"
#include "analysis/bound_grid.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

control::StrategyFactory planner(const std::string& id, const control::TextParams& params = {}) {
  return control::choose_strategy(paths::plugin_dir + "/milp.so#" + id, params).factory;
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

/// A day on Lord Howe, where the clock changes by half an hour at 02:00, with windows of an hour at 300 a kW. `load_kw`
/// flow from 125 min after midnight to 135, and from 150 to 210; a car of 7.04 kW stays from `from_min` to 210 and
/// wants `kwh`.
twin::World clock_changes(market::LocalDate date, double peak_kw, double later_kw, int from_min, double kwh) {
  twin::World world = small_world(1);
  world.calendar = market::Calendar("Australia/Lord_Howe");
  world.start_ns = world.calendar.start_of(date);
  world.end_ns = world.start_ns + kernel::day_ns;
  twin::Site& site = world.sites[0];
  const auto after_midnight = [&](TimeNs minutes) { return world.start_ns + minutes * minute_ns; };
  site.load_kw = market::Series(
      {world.start_ns, after_midnight(125), after_midnight(135), after_midnight(150), after_midnight(210)},
      {0.0, peak_kw, 0.0, later_kw, 0.0}, world.end_ns);
  site.forecast = control::Forecast{control::Forecast::Kind::perfect};
  site.tariff.demand.price_per_kw.fill(300.0);
  site.tariff.demand.window_ns = hour_ns;
  site.part_month = market::PartMonth::full;
  site.unmet_price_per_kwh = 1000.0;
  site.evses[0].min_a = 0.0;
  demand::Visit car = visit(0.0, 0.0, kwh);
  car.arrival_ns = after_midnight(from_min);
  car.departure_ns = car.claimed_departure_ns = after_midnight(210);
  add_visits(world, {car});
  return world;
}

// April, back by half an hour: windows of 60, 90 and 60 minutes. 10 kWh of load lie in the second, 8 kW in the third,
// and a car that is there in all three wants 15 kWh: 7.04 kWh in the first, a and b in the others with (10 + a) / 1.5 =
// 8 + b make 10.384 kW. October, forward: 60, 60, 30 and 60 minutes. 2 kWh of load lie in the third, 2 kW in the
// fourth, the car comes with the second and wants 11 kWh: p + (p / 2 - 2) + (p - 2) make 6 kW. Whoever takes every
// window for an hour pays more.
const control::TextParams by_their_word{{"drivers", "claimed"}, {"demand_share", "1"}, {"peak_target_kw", "0"}};

TEST(DemandWindows, PlansAndBoundsKnowTheWindowsThatAChangeOfTheClockMakes) {
  const std::pair<twin::World, double> cases[] = {{clock_changes({2026, 4, 5}, 60.0, 8.0, 0, 15.0), 10.384},
                                                  {clock_changes({2026, 10, 4}, 12.0, 2.0, 60, 11.0), 6.0}};
  for (const auto& [world, kw] : cases) {
    const analysis::Bound bound = bound_of(world);
    EXPECT_NEAR(bound.proven, 300.0 * kw, 1e-4);
    for (const char* id : {"lp", "milp"}) {
      const Outcome run = run_world(world, planner(id, by_their_word));
      EXPECT_NEAR(run.ledger().demand_charge, 300.0 * kw, 0.3) << id;
      EXPECT_NEAR(run.ledger().unmet_kwh, 0.0, 1e-3) << id;
    }
    // What strategies are told ahead is what the meter does.
    std::vector<TimeNs> ahead;
    run_world(world, strategy(
                         [&](const evtwin_view& view, evtwin_decision&) {
                           if (!ahead.empty()) return;
                           ahead.assign(view.horizon_window_end_ns, view.horizon_window_end_ns + view.horizon_steps);
                         },
                         EVTWIN_WHY_TICK, 96));
    ahead.erase(std::unique(ahead.begin(), ahead.end()), ahead.end());
    const std::vector<TimeNs> edges = analysis::metering_edges(world, world.sites[0]);
    EXPECT_TRUE(std::equal(edges.begin() + 1, edges.end() - 1, ahead.begin()));
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
    const double objective = analysis::objective_of_site(world, run.result, 0);
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
