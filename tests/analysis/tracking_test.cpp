// How well a site follows its power set-point, by hand.
#include <gtest/gtest.h>

#include "twin/worlds.hpp"

namespace evtwin::analysis::test {
namespace {

using namespace evtwin::testing;

/// 2 kW of base load all day, and a car that draws 7.04 kW from 10:05 to 10:35.
twin::World tracked_world(market::Signal setpoint_kw) {
  twin::World world = small_world();
  world.sites[0].load_kw = 2.0;
  world.sites[0].power_setpoint_kw = std::move(setpoint_kw);
  add_visits(world, {visit(10.0 + 5.0 / 60, 10.0 + 35.0 / 60, 50.0)});
  return world;
}

TEST(Tracking, MeanPowerOfEachWindowAgainstTheSetpoint) {
  const Outcome run = run_world(tracked_world(5.0), full_power());
  ASSERT_TRUE(run.site().tracking);
  const twin::Tracking& t = *run.site().tracking;
  // Windows at 10:00, 10:15, 10:30, and 93 with the base load alone, less the 5 kW asked for.
  const double at[] = {2 + 7.04 * 10 / 15 - 5, 2 + 7.04 - 5, 2 + 7.04 * 5 / 15 - 5, 2 - 5};
  EXPECT_NEAR(t.above_kw, at[0] + at[1], 1e-12);
  EXPECT_NEAR(t.squared_kw2, at[0] * at[0] + at[1] * at[1] + at[2] * at[2] + 93 * 9, 1e-9);
  EXPECT_NEAR(t.deviation_kwh, (at[0] + at[1] - at[2] + 93 * 3) / 4, 1e-10);
}

// Power set-point tracking ranks strategies as EV2Gym's public experiment does: round-robin, which keeps to the
// set-point, before charging as fast and as late as possible.
TEST(Tracking, RoundRobinFollowsASetpointBetterThanAsapAndAlap) {
  twin::World world = small_world(8);
  world.sites[0].power_setpoint_kw = market::Series({monday_ns, monday_ns + 8 * hour_ns, monday_ns + 18 * hour_ns},
                                                    {5.0, 22.0, 8.0}, monday_ns + kernel::day_ns);
  std::vector<demand::Visit> visits;
  for (std::int32_t i = 0; i < 8; ++i) visits.push_back(visit(6.3 + 0.37 * i, 19.2 + 0.2 * i, 18.0 + i, i));
  add_visits(world, visits);
  const auto error_kw2 = [&](const char* id) { return run_world(world, baseline(id)).site().tracking->squared_kw2; };
  const double round_robin = error_kw2("round-robin");
  EXPECT_LT(round_robin, error_kw2("asap"));
  EXPECT_LT(round_robin, error_kw2("alap"));
  EXPECT_NEAR(run_world(world, baseline("round-robin")).site().tracking->above_kw, 0.0, 1e-9);
}

TEST(Tracking, ASiteWithoutSetpointHasNone) {
  twin::World world = tracked_world(5.0);
  world.sites[0].power_setpoint_kw.reset();
  EXPECT_FALSE(run_world(world, full_power()).site().tracking);
}

TEST(Tracking, ASetpointThatChangesWithinAWindowCountsWithItsMean) {
  // 0 kW until 12:05, then 6 kW: the window at 12:00 asks for 4 kW.
  const kernel::TimeNs change = monday_ns + 12 * hour_ns + 5 * minute_ns;
  twin::World world = tracked_world(market::Series({monday_ns, change}, {0.0, 6.0}, monday_ns + kernel::day_ns));
  world.sites[0].arrivals.clear();
  const Outcome run = run_world(world, full_power());
  const twin::Tracking& t = *run.site().tracking;
  EXPECT_NEAR(t.above_kw, 48 * 2.0, 1e-10);
  EXPECT_NEAR(t.squared_kw2, 48 * 4.0 + 4.0 + 47 * 16.0, 1e-9);
  EXPECT_NEAR(t.deviation_kwh, (48 * 2.0 + 2.0 + 47 * 4.0) / 4, 1e-10);
}

TEST(Tracking, AFedBackSurplusIsNegativePower) {
  twin::World world = tracked_world(-3.0);
  world.sites[0].arrivals.clear();
  world.sites[0].pv_kw = 6.0;  // 4 kW out all day: 1 kW below what is asked for
  const Outcome run = run_world(world, full_power());
  const twin::Tracking& t = *run.site().tracking;
  EXPECT_EQ(t.above_kw, 0.0);
  EXPECT_NEAR(t.squared_kw2, 96.0, 1e-9);
  EXPECT_NEAR(t.deviation_kwh, 24.0, 1e-10);
}

TEST(Tracking, AWindowThatTheRunCutsCountsWithItsShare) {
  twin::World world = tracked_world(0.0);
  world.sites[0].arrivals.clear();
  world.start_ns += 10 * minute_ns;  // 5 min are left of the first window
  const Outcome run = run_world(world, full_power());
  const twin::Tracking& t = *run.site().tracking;
  EXPECT_NEAR(t.above_kw, (95 + 1.0 / 3) * 2, 1e-10);
  EXPECT_NEAR(t.squared_kw2, (95 + 1.0 / 3) * 4, 1e-9);
  EXPECT_NEAR(t.deviation_kwh, 2.0 * (24 - 1.0 / 6), 1e-10);
}

TEST(Tracking, AStrategyIsAskedWhenTheSetpointChanges) {
  const kernel::TimeNs change = monday_ns + 12 * hour_ns + 5 * minute_ns;
  const twin::World world = tracked_world(market::Series({monday_ns, change}, {0.0, 6.0}, monday_ns + kernel::day_ns));
  int asked = 0;
  run_world(world, strategy(
                       [&](const evtwin_view& view, evtwin_decision&) {
                         if (view.now_ns == change && (view.why & EVTWIN_WHY_LIMIT) != 0) ++asked;
                       },
                       EVTWIN_WHY_LIMIT));
  EXPECT_EQ(asked, 1);
}

TEST(Tracking, AStrategySeesTheSetpointNowAndAhead) {
  const kernel::TimeNs change = monday_ns + 12 * hour_ns;
  for (const bool given : {true, false}) {
    twin::World world = tracked_world(market::Series({monday_ns, change}, {0.5, 6.0}, monday_ns + kernel::day_ns));
    if (!given) world.sites[0].power_setpoint_kw.reset();
    int looked = 0;
    const auto look = [&](const evtwin_view& view, evtwin_decision&) {
      ASSERT_EQ(view.horizon_steps, 4U);
      EXPECT_EQ(std::isnan(view.power_setpoint_kw), !given);
      for (std::uint32_t k = 0; k < 4; ++k) {
        const bool known = given && view.horizon_start_ns[k] < monday_ns + kernel::day_ns;  // the series ends there
        EXPECT_EQ(std::isnan(view.horizon_power_setpoint_kw[k]), !known);
      }
      if (view.now_ns != change - 30 * minute_ns || !given) return;
      ++looked;
      EXPECT_EQ(view.power_setpoint_kw, 0.5);
      EXPECT_EQ(view.horizon_power_setpoint_kw[1], 0.5);
      EXPECT_EQ(view.horizon_power_setpoint_kw[2], 6.0);
    };
    run_world(world, strategy(look, 0, 4));
    EXPECT_EQ(looked, given ? 1 : 0);
  }
}

// It is no limit and no command: a strategy that does not look at it does what it did, and costs what it cost.
TEST(Tracking, ASetpointAloneChangesNothing) {
  twin::World without = tracked_world(5.0);
  without.sites[0].power_setpoint_kw.reset();
  const Outcome a = run_world(without, full_power());
  const Outcome b = run_world(tracked_world(5.0), full_power());
  EXPECT_EQ(a.result.event_hash, b.result.event_hash);
  EXPECT_EQ(a.ledger().energy_cost, b.ledger().energy_cost);
}

}  // namespace
}  // namespace evtwin::analysis::test
