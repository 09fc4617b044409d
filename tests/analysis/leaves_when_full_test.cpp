// Drivers who come back when their car is full: finishing early makes room for who waits. By hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/bound.hpp"
#include "twin/v2g_world.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

/// One EVSE of 7.04 kW, a queue of one. The first car wants an hour's energy and stays from 8:00 to 14:00, the second
/// comes at 8:30, wants 7.04 kWh as well and waits until 12:00.
twin::World one_evse(double leaves_h_after_full) {
  twin::World world = small_world(1);
  world.sites[0].waiting_room.places = 1;
  world.sites[0].waiting_room.patience_h = 3.5;
  demand::Visit first = visit(8.0, 14.0, 7.04, demand::any_evse), second = visit(8.5, 16.0, 7.04, demand::any_evse);
  first.leaves_h_after_full = leaves_h_after_full;
  add_visits(world, {first, second});
  return world;
}

TEST(LeavesWhenFull, ChargingAtOnceMakesRoomForTheNext) {
  const Outcome outcome = run_world(one_evse(0.25), full_power());
  ASSERT_EQ(outcome.seen.sessions.size(), 2U);
  EXPECT_EQ(outcome.seen.sessions[0].record.departed_ns, monday_ns + 9 * hour_ns + 15 * minute_ns);
  EXPECT_EQ(outcome.seen.sessions[1].record.plugged_in_ns, monday_ns + 9 * hour_ns + 15 * minute_ns);
  EXPECT_EQ(outcome.site().turned_away, 0U);
  EXPECT_NEAR(outcome.site().energy_got_kwh, 14.08, 1e-9);
}

TEST(LeavesWhenFull, WhoStaysKeepsThePlace) {
  const Outcome outcome = run_world(one_evse(physics::unknown), full_power());
  EXPECT_EQ(outcome.site().turned_away, 1U);
  EXPECT_NEAR(outcome.site().turned_away_kwh, 7.04, 1e-12);
}

TEST(LeavesWhenFull, ChargingLateTurnsTheNextAway) {
  std::vector<double> kw(24, 0.0);
  kw[11] = kw[12] = kw[13] = 7.04;
  EXPECT_EQ(run_world(one_evse(0.25), hourly(kw)).site().turned_away, 1U);
}

TEST(LeavesWhenFull, NobodyStaysLongerThanMeant) {
  const Outcome outcome = run_world(one_evse(10.0), full_power());
  EXPECT_EQ(outcome.seen.sessions.at(1).record.departed_ns, monday_ns + 14 * hour_ns);
}

TEST(LeavesWhenFull, CarThatWantsNothingLeavesToo) {
  twin::World world = small_world(1);
  demand::Visit full = visit(8.0, 14.0, 0.0);
  full.leaves_h_after_full = 0.0;
  add_visits(world, {full});
  const Outcome outcome = run_world(world, full_power());
  EXPECT_EQ(outcome.seen.sessions.at(0).record.departed_ns, monday_ns + 8 * hour_ns + 1);
}

TEST(LeavesWhenFull, ThereIsNoBound) {
  twin::World world = small_world(2);
  demand::Poisson law;
  law.name = "street";
  law.rate_per_h.assign(168, 1.0);
  law.energy_kwh.a = 5.0;
  law.stay_h.a = 3.0;
  law.leaves_when_full_share = 0.5;
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  const analysis::Foresight foresight = analysis::foresee(world, full_power());
  try {
    analysis::find_bound(world, foresight);
    FAIL() << "a bound was found";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("drivers of street leave when their cars are full"));
  }
}

TEST(LeavesWhenFull, AShareOfTheDriversDoes) {
  // Everybody comes to an EVSE of his own and is full after half an hour of a stay of five.
  twin::World world = small_world(40, 20);
  demand::Poisson law;
  law.rate_per_h.assign(168, 2.0);
  law.energy_kwh.a = 3.52;
  law.stay_h.a = 5.0;
  law.leaves_when_full_share = 0.3;
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  const Outcome outcome = run_world(world, full_power());
  int early = 0, all = 0;
  for (const auto& session : outcome.seen.sessions) {
    const auto& record = session.record;
    if (record.end != twin::SessionEnd::departed) continue;
    const double hours = kernel::hours_between(record.plugged_in_ns, record.departed_ns);
    EXPECT_TRUE(std::abs(hours - 0.5) < 1e-6 || std::abs(hours - 5.0) < 1e-6) << hours;
    early += hours < 1.0 ? 1 : 0;
    ++all;
  }
  ASSERT_GT(all, 800);
  EXPECT_NEAR(static_cast<double>(early) / all, 0.3, 4 * std::sqrt(0.3 * 0.7 / all));
}

}  // namespace
}  // namespace evtwin::testing
