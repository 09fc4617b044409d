// Cuts of the contract power: in force when they are, wherever the run begins, and seen when they are announced.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

constexpr double exact_kw = 1e-9;
constexpr double contract_kw = 40.0;

TimeNs response_h(double h) { return monday_ns + static_cast<TimeNs>(h * static_cast<double>(hour_ns)); }

twin::LimitCut cut(double from_h, double to_h, double limit_kw, double notice_h = 0.25) {
  return {response_h(from_h), response_h(to_h), response_h(from_h - notice_h), limit_kw, 0.0};
}

/// Six cars that would draw 42 kW all the time, behind 40 kW.
twin::World busy_world(std::vector<twin::LimitCut> cuts, int days = 1) {
  twin::World world = small_world(6, days);
  world.sites[0].contract_kw = contract_kw;
  world.sites[0].cuts = std::move(cuts);
  for (auto& evse : world.sites[0].evses) evse.min_a = 0.0;
  std::vector<demand::Visit> visits;
  for (std::int32_t i = 0; i < 6; ++i) visits.push_back(visit(0, 24 * days, 1e5, i));
  add_visits(world, visits);
  return world;
}

/// Mean power of the cars from one hour to another, from the recorded segments.
double mean_kw(const Outcome& o, double from_h, double to_h) {
  double kwh = 0.0;
  for (const twin::PowerSegment& p : o.seen.power) {
    EXPECT_EQ(p.slope_kw_per_kwh, 0.0);
    const TimeNs from = std::max(p.start_ns, response_h(from_h)), to = std::min(p.end_ns, response_h(to_h));
    if (from < to) kwh += p.kw * kernel::hours_between(from, to);
  }
  return kwh / (to_h - from_h);
}

TEST(DemandResponse, ACutHoldsFromItsBeginToItsEndToTheNanosecond) {
  const Outcome o = run_world(busy_world({cut(18.0, 19.0 + 1.0 / 60.0, 30.0)}), full_power());
  EXPECT_NEAR(mean_kw(o, 17.0, 18.0), 40.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 18.0, 19.0 + 1.0 / 60.0), 30.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 19.0 + 1.0 / 60.0, 24.0), 40.0, 1e-8);  // a mean over hours that are no whole numbers
  EXPECT_EQ(o.ledger().overload_kwh, 0.0);
}

// EV2Gym: an event at 03:00 of a run from 05:00 cut steps 103 to 106 of 112, because a negative index counts from the
// end.
TEST(DemandResponse, ACutBeforeTheRunIsOver) {
  const Outcome cut_before = run_world(busy_world({cut(-2.0, -1.0, 5.0)}), full_power());
  const Outcome none = run_world(busy_world({}), full_power());
  EXPECT_EQ(cut_before.ledger().import_kwh, none.ledger().import_kwh);
  EXPECT_NEAR(none.ledger().import_kwh, 24 * 40.0, 1e-8);
}

TEST(DemandResponse, ACutThatHasBegunIsInForceAtTheStart) {
  const Outcome o = run_world(busy_world({cut(-2.0, 1.5, 10.0)}), full_power());
  EXPECT_NEAR(mean_kw(o, 0.0, 1.5), 10.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 1.5, 24.0), 40.0, exact_kw);
}

TEST(DemandResponse, ACutAcrossMidnightIsOne) {
  const Outcome o = run_world(busy_world({cut(23.0, 26.0, 12.0)}, 2), full_power());
  EXPECT_NEAR(mean_kw(o, 22.0, 23.0), 40.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 23.0, 26.0), 12.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 26.0, 48.0), 40.0, exact_kw);
}

TEST(DemandResponse, OfCutsThatOverlapTheLowestHolds) {
  twin::LimitCut quarter = cut(10.0, 14.0, physics::infinite);
  quarter.reduce_fraction = 0.25;  // 30 kW
  const Outcome o = run_world(busy_world({quarter, cut(12.0, 16.0, 20.0)}), full_power());
  EXPECT_NEAR(mean_kw(o, 10.0, 12.0), 30.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 12.0, 14.0), 20.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 14.0, 16.0), 20.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 16.0, 24.0), 40.0, exact_kw);
}

TEST(DemandResponse, ACutLongerThanTheRunHoldsAllTheTime) {
  const Outcome o = run_world(busy_world({cut(-100.0, 100.0, 7.0)}), full_power());
  EXPECT_NEAR(o.ledger().import_kwh, 24 * 7.0, exact_kw);
}

TEST(DemandResponse, AScriptedContractIsWhatACutIsTakenFrom) {
  struct Lower : twin::Script {
    void run_event(std::uint32_t, TimeNs, twin::SiteControls& controls) override { controls.set_contract_kw(0, 20.0); }
  } script;
  twin::LimitCut half = cut(10.0, 14.0, physics::infinite);
  half.reduce_fraction = 0.5;
  twin::World world = busy_world({half});
  world.events.push_back({response_h(12.0), 0, "test"});
  const Outcome o = run_world(world, full_power(), &script);
  EXPECT_NEAR(mean_kw(o, 10.0, 12.0), 20.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 12.0, 14.0), 10.0, exact_kw);
  EXPECT_NEAR(mean_kw(o, 14.0, 24.0), 20.0, exact_kw);
}

TEST(DemandResponse, StrategiesSeeItFromItsNoticeOnAndAreAskedThen) {
  std::map<TimeNs, double> lowest_ahead;
  std::map<TimeNs, std::uint32_t> why;
  run_world(busy_world({cut(18.0, 19.0, 30.0, 0.3)}),
            strategy(
                [&](const evtwin_view& view, evtwin_decision&) {
                  double lowest = INFINITY;
                  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
                    lowest = std::min(lowest, view.horizon_contract_kw[k]);
                    // Seen in the steps it touches and in no other.
                    const bool touches =
                        view.horizon_start_ns[k] < response_h(19.0) && view.horizon_start_ns[k + 1] > response_h(18.0);
                    const bool known = view.now_ns >= response_h(17.7) && view.now_ns < response_h(19.0);
                    EXPECT_EQ(view.horizon_contract_kw[k], known && touches ? 30.0 : contract_kw);
                  }
                  lowest_ahead[view.now_ns] = lowest;
                  why[view.now_ns] = view.why;
                },
                EVTWIN_WHY_LIMIT, 96));
  EXPECT_EQ(lowest_ahead.at(response_h(17.5)), contract_kw);
  ASSERT_TRUE(lowest_ahead.contains(response_h(17.7)));  // the announcement, 18 min before, is no tick
  EXPECT_EQ(lowest_ahead.at(response_h(17.7)), 30.0);
  for (const double h : {17.7, 18.0, 19.0}) EXPECT_NE(why.at(response_h(h)) & EVTWIN_WHY_LIMIT, 0U) << h;
  EXPECT_EQ(lowest_ahead.at(response_h(19.0)), contract_kw);
}

}  // namespace
}  // namespace evtwin::testing
