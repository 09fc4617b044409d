// Calls to cars: who is asked, who says yes, promised against delivered, by hand.
#include <gtest/gtest.h>

#include "twin/split_runs.hpp"
#include "twin/v2g_world.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

TimeNs at_hour(double h) { return monday_ns + static_cast<TimeNs>(h * static_cast<double>(hour_ns)); }

/// Of 10:00 to 11:00, told at 9:45.
twin::DispatchCall morning_call(double kw, double yes = 1.0, double enrolled = 1.0) {
  return {at_hour(9.75), at_hour(10.0), at_hour(11.0), kw, enrolled, yes};
}

/// Three cars at 7.04 kW from 8:00 on.
twin::World three_cars(const twin::DispatchCall& call, double first_leaves_h = 20.0) {
  twin::World world = small_world(3);
  world.sites[0].calls = {call};
  add_visits(world, {visit(8.0, first_leaves_h, 70.0, 0), visit(8.0, 20.0, 70.0, 1), visit(8.0, 20.0, 70.0, 2)});
  return world;
}

double kwh_between(const Outcome& o, std::uint32_t row, double from_h, double to_h) {
  double kwh = 0.0;
  for (const twin::PowerSegment& p : o.seen.power) {
    const TimeNs from = std::max(p.start_ns, at_hour(from_h)), to = std::min(p.end_ns, at_hour(to_h));
    if (p.row == row && to > from) kwh += p.kw * kernel::hours_between(from, to);
  }
  return kwh;
}

// 10 kW: the first gives its 7.04, the second the other 2.96, the third is not asked.
TEST(Dispatch, CarsAreAskedUntilTheKwAreThereAndDeliverWhatTheyPromised) {
  const Outcome o = run_world(three_cars(morning_call(10.0)), full_power());
  const twin::DispatchSums& sums = o.site().dispatch;
  EXPECT_EQ(sums.calls, 1U);
  EXPECT_EQ(sums.asked, 2U);
  EXPECT_EQ(sums.yes, 2U);
  EXPECT_NEAR(sums.called_kwh, 10.0, 1e-12);
  EXPECT_NEAR(sums.promised_kwh, 10.0, 1e-9);
  EXPECT_NEAR(sums.delivered_kwh, 10.0, 1e-9);
  EXPECT_NEAR(kwh_between(o, 0, 10, 11), 0.0, 1e-9);
  EXPECT_NEAR(kwh_between(o, 1, 10, 11), 4.08, 1e-9);
  EXPECT_NEAR(kwh_between(o, 2, 10, 11), 7.04, 1e-9);
  // Before and after, as the strategy has it.
  EXPECT_NEAR(kwh_between(o, 0, 9, 10), 7.04, 1e-9);
  EXPECT_NEAR(kwh_between(o, 0, 11, 12), 7.04, 1e-9);
  EXPECT_EQ(o.seen.events[0],
            "dispatch_call: call 1 of 10 kW: 2 asked, 2 yes, 10 kW promised: A-1 7.04 kW, A-2 2.96 kW");
  EXPECT_EQ(o.seen.events[1], "dispatch_end: call 1 of 10 kW: 10 kW promised, 10 kW delivered");
}

// Who leaves at 10:30 has delivered half of his 7.04.
TEST(Dispatch, WhoLeavesDeliversNoMore) {
  const Outcome o = run_world(three_cars(morning_call(10.0), 10.5), full_power());
  EXPECT_NEAR(o.site().dispatch.promised_kwh, 10.0, 1e-9);
  EXPECT_NEAR(o.site().dispatch.delivered_kwh, 3.52 + 2.96, 1e-9);
  // Who has said that he will be gone is not asked.
  const Outcome gone = run_world(three_cars(morning_call(10.0), 10.0), full_power());
  EXPECT_NEAR(gone.site().dispatch.delivered_kwh, 10.0, 1e-9);
  EXPECT_NEAR(kwh_between(gone, 2, 10, 11), 4.08, 1e-9);
}

TEST(Dispatch, ANoIsNoPromiseAndWhoIsNotEnrolledIsNotAsked) {
  const Outcome no = run_world(three_cars(morning_call(10.0, 0.0)), full_power());
  EXPECT_EQ(no.site().dispatch.asked, 3U);
  EXPECT_EQ(no.site().dispatch.yes, 0U);
  EXPECT_EQ(no.site().dispatch.promised_kwh, 0.0);
  EXPECT_NEAR(kwh_between(no, 0, 10, 11), 7.04, 1e-9);
  const Outcome none = run_world(three_cars(morning_call(10.0, 1.0, 0.0)), full_power());
  EXPECT_EQ(none.site().dispatch.asked, 0U);
  EXPECT_EQ(none.site().dispatch.delivered_kwh, 0.0);
}

// The share of yes is that of the chance, over many calls.
TEST(Dispatch, TheYesesAreAsManyAsTheirChance) {
  twin::World world = small_world(40, 60);
  std::vector<demand::Visit> visits;
  for (int day = 0; day < 60; ++day) {
    for (std::int32_t e = 0; e < 40; ++e) {
      visits.push_back(visit(24.0 * day + 8.0, 24.0 * day + 20.0, 70.0, e));
      visits.back().id = "v" + std::to_string(day) + "-" + std::to_string(e);
    }
    const TimeNs noon = at_hour(24.0 * day + 12.0);
    world.sites[0].calls.push_back({noon - hour_ns, noon, noon + hour_ns, 1000.0, 0.5, 0.8});
  }
  add_visits(world, visits);
  const twin::DispatchSums sums = run_world(world, full_power()).site().dispatch;
  const double asked = static_cast<double>(sums.asked), yes = static_cast<double>(sums.yes);
  EXPECT_NEAR(asked / 2400.0, 0.5, 4.0 * std::sqrt(0.25 / 2400.0));
  EXPECT_NEAR(yes / asked, 0.8, 4.0 * std::sqrt(0.16 / asked));
}

// An idle car of 60 kWh at 0.25 with a floor of 0.2 has 3 kWh above it, 2.7 at the meter: 2.7 kW for an hour; of 20 kW
// at 0.75 it can give all that its discharger can, 20.
TEST(Dispatch, AV2gCarPromisesWhatItCanGiveForTheWholeCall) {
  for (const auto& [soc, kw] : {std::pair(0.25, 2.7), std::pair(0.75, 20.0)}) {
    twin::World world = v2g_world();
    world.vehicles[0].soc_floor = 0.2;
    world.vehicles[0].battery.discharge_efficiency = 0.9;
    world.sites[0].calls = {morning_call(50.0)};
    add_visits(world, {v2g_visit(8.0, 20.0, soc)});
    const Outcome o = run_world(world, hourly({0.0}));
    EXPECT_NEAR(o.site().dispatch.promised_kwh, kw, 1e-9) << soc;
    EXPECT_NEAR(o.site().dispatch.delivered_kwh, kw, 1e-6) << soc;
    EXPECT_NEAR(o.ledger().ev_discharge_kwh, kw, 1e-6) << soc;
  }
}

// A call to the very end of the run, and one that the end cuts: both are told.
TEST(Dispatch, ACallUntilTheEndOfTheRunIsToldAtItsEnd) {
  twin::World world = three_cars({at_hour(22.5), at_hour(23.0), at_hour(24.0), 5.0, 1.0, 1.0});
  world.sites[0].arrivals.clear();
  add_visits(world, {visit(22.0, 26.0, 70.0, 0)});
  const Outcome o = run_world(world, full_power());
  EXPECT_NEAR(o.site().dispatch.promised_kwh, 5.0, 1e-9);
  EXPECT_NEAR(o.site().dispatch.delivered_kwh, 5.0, 1e-9);
  EXPECT_NEAR(kwh_between(o, 0, 23, 24), 2.04, 1e-9);
}

// Left off between announcement and begin, and in mid-call: the same to the last bit.
TEST(Dispatch, GoesOnFromACheckpoint) {
  const twin::World world = three_cars(morning_call(10.0), 10.7);
  const Pieces whole = run_in_pieces(world, baseline("asap"), {});
  const Pieces cut = run_in_pieces(world, baseline("asap"), {at_hour(9.9), at_hour(10.5), at_hour(10.8)});
  EXPECT_EQ(cut.lines, whole.lines);
  EXPECT_EQ(cut.result.event_hash, whole.result.event_hash);
  EXPECT_EQ(cut.result.sites[0].dispatch.delivered_kwh, whole.result.sites[0].dispatch.delivered_kwh);
}

}  // namespace
}  // namespace evtwin::testing
