// In the steady state a decision asks for no memory: what a run allocates depends on its site and sessions, not on how
// long it lasts.
#include "support/allocations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

/// Four AC cars and a DC car, plugged in all the time, behind a lossy feeder and a phasor row, with storage, PV and
/// load that change every hour. Batteries are so large that nobody finishes; one car tapers all the time.
///
///   grid (30 kW) --+-- board (25 kW in and out, 0.98) --+-- EVSE 0   at 0 degrees
///                  |                                    +-- EVSE 1   at 120
///                  +-- EVSE 2                                        at -120
///                  +-- EVSE 3 (DC, 20 kW, 0.95)
///                  +-- EVSE 4                                        at 0, its car tapers
///                  +-- ess (40 kWh, 10 kW), PV, load
///   phases: |i0 + i1 + i2 + i4, each at its angle| <= 50 A
twin::World steady_world(int days) {
  constexpr int longest_days = 28;  // of June 2025: a new month may take memory
  twin::World world = small_world(5, days);
  twin::Site& site = world.sites[0];
  world.vehicles[0].battery.capacity_kwh = 1e6;
  world.vehicles[0].battery.charge = physics::Curve::constant(11.0);
  world.vehicles[0].battery.discharge = physics::Curve::constant(0.0);
  physics::Vehicle tapering = world.vehicles[0];
  tapering.battery.charge = {{{0.0, 11.0}, {1.0, 1.0}}};
  world.vehicles.push_back(tapering);
  std::vector<demand::Visit> visits;
  for (std::int32_t i = 0; i < 5; ++i) {
    visits.push_back(visit(0.0, 24.0 * (longest_days + 1), 5e5, i));
    visits.back().soc_start = 0.1;
    visits.back().vehicle = i == 4 ? 1 : 0;
  }
  add_visits(world, std::move(visits));
  // Every hour somebody comes and finds no place: expected arrivals.
  std::vector<demand::Visit> passing;
  for (int h = 1; h < 24 * longest_days; ++h) passing.push_back(visit(h, h + 1, 10.0, demand::any_evse));
  for (demand::Visit& v : passing) v.id = "passing";
  add_visits(world, std::move(passing));
  site.evses[3].phases = 0;
  site.evses[3].max_kw = 20.0;
  site.evses[3].efficiency = 0.95;
  site.feeders = {{"board", -1, 25.0, 25.0, physics::infinite, 0.98}};
  site.evses[0].feeder = site.evses[1].feeder = 0;
  site.rows.push_back({"phases",
                       physics::LimitKind::magnitude_a,
                       -physics::infinite,
                       50.0,
                       {{0, 1.0, 0.0}, {1, 1.0, 120.0}, {2, 1.0, -120.0}, {4, 1.0, 0.0}}});
  site.contract_kw = 30.0;
  physics::Storage storage;
  storage.id = "ess";
  storage.capacity_kwh = 40.0;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.95;
  site.storages.push_back(storage);
  site.storage_policy = twin::StoragePolicy::arbitrage;
  std::vector<TimeNs> times;
  std::vector<double> hourly;
  for (int h = 0; h < 24 * longest_days; ++h) {
    times.push_back(monday_ns + h * hour_ns);
    hourly.push_back(2.0 + (h % 24));
  }
  site.pv_kw = market::Series(times, hourly);
  std::reverse(hourly.begin(), hourly.end());
  site.load_kw = market::Series(times, hourly);
  site.tariff.rates.clear();
  for (auto& price : hourly) price *= 0.01;
  site.tariff.prices_per_kwh = market::Series(times, hourly);
  return world;
}

class SteadyState : public ::testing::TestWithParam<std::string> {};

void expect_no_memory_per_decision(const std::string& strategy_id, control::Forecast forecast,
                                   twin::CommandPath commands = {}) {
  const auto allocations = [&](twin::World world, std::uint64_t& decisions) {
    world.sites[0].forecast = forecast;
    world.sites[0].commands = commands;
    const control::StrategyFactory how = baseline(strategy_id);
    const std::uint64_t before = allocation_count();
    decisions = twin::simulate(world, how).sites[0].decisions;
    return allocation_count() - before;
  };
  const twin::World fortnight = steady_world(14), month = steady_world(28);
  std::uint64_t decisions_of_fortnight = 0, decisions_of_month = 0;
  allocations(fortnight, decisions_of_fortnight);  // the first run of a thread also sets up its fence
  const std::uint64_t shorter = allocations(fortnight, decisions_of_fortnight);
  const std::uint64_t longer = allocations(month, decisions_of_month);
  ASSERT_GT(decisions_of_month, decisions_of_fortnight + 1000);
  EXPECT_GT(shorter, 0U);  // the count counts
  EXPECT_EQ(longer, shorter);
}

TEST_P(SteadyState, ADecisionAsksForNoMemory) { expect_no_memory_per_decision(GetParam(), {}); }

TEST(SteadyStateForecasts, AHorizonAsksForNoMemory) {
  for (const auto kind : {control::Forecast::Kind::perfect, control::Forecast::Kind::noisy})
    expect_no_memory_per_decision("price-threshold", {kind, 0.1, 0.2});
}

TEST(SteadyStateCommands, APlanUnderWayAsksForNoMemory) {
  expect_no_memory_per_decision("price-threshold", {}, {kernel::second_ns, 2 * minute_ns, 20 * minute_ns, 0.1});
}

INSTANTIATE_TEST_SUITE_P(Baselines, SteadyState,
                         ::testing::Values("asap", "alap", "fcfs", "edf", "llf", "lrpt", "round-robin", "equal-share",
                                           "price-threshold", "price-mean"),
                         [](const auto& strategy_id) {
                           std::string name = strategy_id.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace evtwin::testing
