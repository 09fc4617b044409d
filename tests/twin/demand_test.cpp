// The demand charge of whole runs: metering windows of 15, 30 and 60 min by hand, and what happens where a month ends.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "twin/random_world.hpp"
#include "twin/worlds.hpp"

namespace evtwin::twin {
namespace {

using testing::baseline;
using testing::Dice;
using testing::full_power;
using testing::hour_ns;
using testing::minute_ns;
using testing::monday_ns;
using testing::Outcome;
using testing::run_world;
using testing::small_world;
using testing::visit;

/// 60 kW of load for 10 min, nothing else all day; a kW costs 300 in June, 10 a day.
World spike_world(int from_min, int window_min) {
  World world = small_world(1);
  Site& site = world.sites[0];
  const TimeNs from_ns = monday_ns + 12 * hour_ns + from_min * minute_ns;
  site.load_kw = market::Series({world.start_ns, from_ns, from_ns + 10 * minute_ns}, {0.0, 60.0, 0.0}, world.end_ns);
  site.power_setpoint_kw = 0.0;
  site.tariff.demand.price_per_kw.fill(300.0);
  site.tariff.demand.window_ns = window_min * minute_ns;
  return world;
}

TEST(Demand, AShortSpikeCountsWithTheMeanOfItsWindow) {
  struct Case {
    int from_min, window_min;
    std::vector<double> kw;  ///< of the windows it lies in
  };
  const Case cases[] = {{5, 15, {40.0}},        {5, 30, {20.0}},        {5, 60, {10.0}},
                        {25, 15, {20.0, 20.0}}, {25, 30, {10.0, 10.0}}, {25, 60, {10.0}},
                        {56, 15, {16.0, 24.0}}, {56, 30, {8.0, 12.0}},  {56, 60, {4.0, 6.0}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(std::to_string(c.from_min) + " " + std::to_string(c.window_min));
    const Outcome run = run_world(spike_world(c.from_min, c.window_min), full_power());
    ASSERT_EQ(run.seen.meters.size(), 24U * 60U / static_cast<unsigned>(c.window_min));
    double above_kw = 0.0, squared_kw2 = 0.0, ramp_kw = 0.0, last_kw = 0.0, peak_kw = 0.0;
    for (const double kw : c.kw) {
      peak_kw = std::max(peak_kw, kw);
      above_kw += kw;
      squared_kw2 += kw * kw;
      ramp_kw += std::abs(kw - last_kw);
      last_kw = kw;
    }
    EXPECT_NEAR(run.site().peak_kw, peak_kw, 1e-12);
    EXPECT_NEAR(run.site().months.at(0).peak_kw, peak_kw, 1e-12);
    EXPECT_NEAR(run.ledger().demand_charge, 10.0 * peak_kw, 1e-10);
    EXPECT_EQ(run.site().peak_instant_kw, 60.0);
    EXPECT_NEAR(run.site().ramp_kw, ramp_kw + last_kw, 1e-12);
    ASSERT_TRUE(run.site().tracking);
    EXPECT_NEAR(run.site().tracking->above_kw, above_kw, 1e-12);
    EXPECT_NEAR(run.site().tracking->squared_kw2, squared_kw2, 1e-10);
    EXPECT_NEAR(run.site().tracking->deviation_kwh, 10.0, 1e-12);
  }
}

TEST(Demand, ARunWithinOneWindowIsBilledWithTheWholeLengthOfIt) {
  // 12 kW from 12:03 to 12:08 is 1 kWh: 4, 2 and 1 kW.
  for (const int window_min : {15, 30, 60}) {
    World world = small_world(1);
    world.start_ns = monday_ns + 12 * hour_ns + 3 * minute_ns;
    world.end_ns = world.start_ns + 5 * minute_ns;
    Site& site = world.sites[0];
    site.load_kw = 12.0;
    site.power_setpoint_kw = 10.0;
    site.tariff.demand.price_per_kw.fill(300.0);
    site.tariff.demand.window_ns = window_min * minute_ns;
    site.past_peaks = {{{2025, 5}, 99.0}};  // no ratchet: nobody asks for it
    const Outcome run = run_world(world, full_power());
    const double kw = 60.0 / window_min;
    ASSERT_EQ(run.site().months.size(), 1U);
    EXPECT_EQ(run.site().months[0].month, (market::LocalMonth{2025, 6}));
    EXPECT_NEAR(run.site().months[0].peak_kw, kw, 1e-12);
    EXPECT_NEAR(run.ledger().demand_charge, kw * 300.0 * 5.0 / (30 * 24 * 60), 1e-12);
    EXPECT_EQ(run.site().ramp_kw, 0.0);
    // The set-point is judged by the mean of what was run, and counts with the share of the window that was.
    EXPECT_NEAR(run.site().tracking->above_kw, 2.0 * 5.0 / window_min, 1e-12);
    EXPECT_NEAR(run.site().tracking->deviation_kwh, 2.0 * 5.0 / 60.0, 1e-12);
  }
}

/// The last day of May and the first of June: 2 kW of load, 102 in the last window of May. A kW costs 10 a month.
World spike_at_the_end_of_may(int window_min, double stored_kwh) {
  World world = small_world(0, 2);
  world.start_ns = world.calendar.start_of(market::LocalDate{2025, 5, 31});
  world.end_ns = world.calendar.start_of(market::LocalDate{2025, 6, 2});
  Site& site = world.sites[0];
  const TimeNs june_ns = world.calendar.start_of(market::LocalDate{2025, 6, 1});
  site.load_kw =
      market::Series({world.start_ns, june_ns - window_min * minute_ns, june_ns}, {2.0, 102.0, 2.0}, world.end_ns);
  site.part_month = market::PartMonth::full;
  site.tariff.demand.price_per_kw.fill(10.0);
  site.tariff.demand.window_ns = window_min * minute_ns;
  site.storage_policy = StoragePolicy::peak_shaving;
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 400.0;
  storage.max_charge_kw = storage.max_discharge_kw = 100.0;
  storage.soc_start = stored_kwh / storage.capacity_kwh;
  site.storages.push_back(storage);
  return world;
}

// An empty storage charges "up to the billed peak", because that costs nothing more. May's peak is paid for in May: at
// 00:00 of 1 June nothing is billed yet, and a window at 102 kW would be billed all of June.
TEST(Demand, StorageDoesNotChargeUpToThePeakOfTheMonthBefore) {
  for (const int window_min : {15, 30, 60}) {
    const Outcome run = run_world(spike_at_the_end_of_may(window_min, 0.0), baseline("edf"));
    ASSERT_EQ(run.site().months.size(), 2U);
    EXPECT_NEAR(run.site().months[0].billed_kw, 102.0, 1e-9);
    EXPECT_NEAR(run.site().months[1].billed_kw, 2.0, 1e-9);
    EXPECT_NEAR(run.ledger().demand_charge, 10.0 * (102.0 + 2.0), 1e-8);
  }
}

// A storage that May left something in carries the load of June's first day: 48 kWh of 2 kW.
TEST(Demand, StorageShavesTheNewMonthFromNothing) {
  World world = spike_at_the_end_of_may(15, 200.0);
  world.sites[0].load_kw = 2.0;
  const Outcome run = run_world(world, baseline("edf"));
  EXPECT_NEAR(run.site().months[0].billed_kw, 0.0, 1e-9);
  EXPECT_NEAR(run.site().months[1].billed_kw, 0.0, 1e-9);
}

/// Random loads and cars over some hours on both sides of a month's end; nobody remembers anything.
World random_month_end(std::uint64_t seed) {
  Dice dice(seed);
  World world = small_world(3, 1);
  const struct {
    const char* zone;
    market::LocalDate first;
  } ends[] = {{"Asia/Seoul", {2025, 7, 1}}, {"Europe/Amsterdam", {2024, 4, 1}}, {"America/Havana", {2020, 11, 1}}};
  const auto& end = ends[dice.whole(0, 2)];
  world.calendar = market::Calendar(end.zone);
  const TimeNs first_ns = world.calendar.start_of(end.first);
  world.start_ns = first_ns - dice.whole(20, 50 * 60) * minute_ns;
  world.end_ns = first_ns + dice.whole(20, 50 * 60) * minute_ns;
  world.tick_ns = dice.whole(1, 60) * minute_ns;
  Site& site = world.sites[0];
  std::vector<TimeNs> times;
  std::vector<double> load_kw, pv_kw;
  for (TimeNs t = world.start_ns; t < world.end_ns; t += dice.whole(1, 90) * minute_ns) {
    times.push_back(t);
    load_kw.push_back(dice.real(0.0, 30.0));
    pv_kw.push_back(dice.real(0.0, 40.0));
  }
  site.load_kw = market::Series(times, load_kw, world.end_ns);
  site.pv_kw = market::Series(times, pv_kw, world.end_ns);
  site.tariff.rates = {{market::all_months, market::all_day_types, 7 * 60, 23 * 60, 0.3, "day"},
                       {market::all_months, market::all_day_types, 23 * 60, 7 * 60, 0.1, "night"}};
  site.tariff.sell = market::SellFixed{0.05};
  for (std::size_t m = 0; m < 12; ++m) site.tariff.demand.price_per_kw[m] = 5.0 + static_cast<double>(m);
  site.tariff.demand.window_ns = (dice.chance(0.4) ? 15 : dice.chance(0.5) ? 30 : 60) * minute_ns;
  site.part_month = dice.chance(0.5) ? market::PartMonth::full : market::PartMonth::pro_rata;
  return world;
}

/// Cars that come and go within [from, to), so that no session is cut where the months are.
std::vector<demand::Visit> cars_within(std::uint64_t seed, TimeNs from, TimeNs to) {
  std::vector<demand::Visit> visits;
  Dice dice(seed);
  for (std::int32_t evse = 0; evse < 3; ++evse) {
    TimeNs t = from + dice.whole(0, 60) * minute_ns;
    while (true) {
      const TimeNs until = t + dice.whole(5, 240) * minute_ns;
      if (until > to) break;
      demand::Visit car = visit(0.0, 0.0, dice.real(1.0, 30.0), evse);
      car.id = std::to_string(evse) + "-" + std::to_string(t);
      car.arrival_ns = t;
      car.departure_ns = car.claimed_departure_ns = until;
      visits.push_back(car);
      t = until + dice.whole(1, 60) * minute_ns;
    }
  }
  return visits;
}

TEST(Demand, MonthsRunApartCostWhatTheyCostTogether) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    const World both = random_month_end(seed);
    const TimeNs first_ns = both.calendar.start_of(both.calendar.local_month(both.end_ns - 1));
    ASSERT_GT(first_ns, both.start_ns);
    const std::vector<demand::Visit> old_cars = cars_within(seed + 1000, both.start_ns, first_ns);
    const std::vector<demand::Visit> new_cars = cars_within(seed + 2000, first_ns, both.end_ns);
    World together = both, before = both, after = both;
    before.end_ns = after.start_ns = first_ns;
    std::vector<demand::Visit> all_cars = old_cars;
    all_cars.insert(all_cars.end(), new_cars.begin(), new_cars.end());
    testing::add_visits(together, all_cars);
    testing::add_visits(before, old_cars);
    testing::add_visits(after, new_cars);

    const Outcome one = run_world(together, full_power());
    const Outcome first = run_world(before, full_power()), second = run_world(after, full_power());
    ASSERT_EQ(one.site().months.size(), 2U);
    ASSERT_EQ(first.site().months.size(), 1U);
    ASSERT_EQ(second.site().months.size(), 1U);
    const market::MonthDemand parts[] = {first.site().months[0], second.site().months[0]};
    for (std::size_t m = 0; m < 2; ++m) {
      EXPECT_EQ(one.site().months[m].month, parts[m].month);
      EXPECT_NEAR(one.site().months[m].peak_kw, parts[m].peak_kw, 1e-9);
      EXPECT_NEAR(one.site().months[m].cost, parts[m].cost, 1e-9 * (1.0 + parts[m].cost));
    }
    const auto cost = [](const Outcome& run) { return run.ledger().energy_cost + run.ledger().demand_charge; };
    EXPECT_NEAR(cost(one), cost(first) + cost(second), 1e-9 * (1.0 + std::abs(cost(one))));
    EXPECT_NEAR(one.ledger().import_kwh, first.ledger().import_kwh + second.ledger().import_kwh, 1e-7);
    EXPECT_NEAR(one.site().peak_kw, std::max(first.site().peak_kw, second.site().peak_kw), 1e-9);
  }
}

}  // namespace
}  // namespace evtwin::twin
