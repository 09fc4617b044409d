// Bounds of feeders and rows that change over time: obeyed at the instant of the change, shown to strategies, counted.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

using Of = twin::LimitSeries::Of;

constexpr TimeNs change_ns = monday_ns + 9 * hour_ns + 7 * minute_ns;  // no tick

market::Series falling(double before, double after) {
  return {{monday_ns, change_ns}, {before, after}, monday_ns + kernel::day_ns};
}

/// A car from 08:00 to 12:00 that wants 28 kWh, at an EVSE of 7.04 kW.
///
///   grid --- feeder --- EVSE
twin::World one_below_a_feeder() {
  twin::World world = small_world(1);
  world.sites[0].feeders.push_back({"feeder", -1});
  world.sites[0].evses[0].feeder = 0;
  add_visits(world, {visit(8.0, 12.0, 28.0)});
  return world;
}

const double before_h = kernel::hours_between(monday_ns + 8 * hour_ns, change_ns);

TEST(LimitSeries, OfAFeederInKwIsObeyedAtOnce) {
  twin::World world = one_below_a_feeder();
  world.sites[0].feeders[0].max_kw = 6.0;
  world.sites[0].limit_series.push_back({Of::feeder_kw, 0, falling(6.0, 2.0)});
  const Outcome outcome = run_world(world, full_power());
  EXPECT_NEAR(outcome.ledger().ev_charge_kwh, 6.0 * before_h + 2.0 * (4.0 - before_h), 1e-9);
  EXPECT_EQ(outcome.ledger().feeder_overload_kwh, 0.0);
}

TEST(LimitSeries, OfAFeederInAIsObeyedAtOnce) {
  twin::World world = one_below_a_feeder();
  world.sites[0].feeders[0].max_a = 25.0;  // at 220 V: 5.5 kW
  world.sites[0].limit_series.push_back({Of::feeder_a, 0, falling(25.0, 10.0)});
  const Outcome outcome = run_world(world, full_power());
  EXPECT_NEAR(outcome.ledger().ev_charge_kwh, 5.5 * before_h + 2.2 * (4.0 - before_h), 1e-9);
}

TEST(LimitSeries, OfAPhaseIsObeyedAtOnce) {
  twin::World world = one_below_a_feeder();
  world.sites[0].rows.push_back({"phase", physics::LimitKind::magnitude_a, -physics::infinite, 25.0, {{0, 1.0, 0.0}}});
  world.sites[0].limit_series.push_back({Of::row_upper, 0, falling(25.0, 10.0)});
  const Outcome outcome = run_world(world, full_power());
  EXPECT_NEAR(outcome.ledger().ev_charge_kwh, 5.5 * before_h + 2.2 * (4.0 - before_h), 1e-9);
}

TEST(LimitSeries, IsCountedWhereItIsRecordedOnly) {
  twin::World world = one_below_a_feeder();
  world.sites[0].limits = twin::LimitMode::record;
  world.sites[0].feeders[0].max_kw = 8.0;
  world.sites[0].limit_series.push_back({Of::feeder_kw, 0, falling(8.0, 2.0)});
  const Outcome outcome = run_world(world, full_power());
  const double charging_h = 28.0 / 7.04;
  EXPECT_NEAR(outcome.ledger().feeder_overload_kwh, 5.04 * (charging_h - before_h), 1e-9);
}

TEST(LimitSeries, IsShownToStrategiesWhichAreAskedAtTheChange) {
  twin::World world = one_below_a_feeder();
  world.sites[0].feeders[0].max_kw = 6.0;
  world.sites[0].limit_series.push_back({Of::feeder_kw, 0, falling(6.0, 2.0)});
  double at_change_kw = 0.0;
  run_world(world, strategy(
                       [&](const evtwin_view& view, evtwin_decision&) {
                         if ((view.why & EVTWIN_WHY_LIMIT) == 0) return;
                         EXPECT_EQ(view.now_ns, change_ns);
                         at_change_kw = view.limit_upper[1];
                       },
                       EVTWIN_WHY_LIMIT));
  EXPECT_EQ(at_change_kw, 2.0);
}

// Steps of a quarter of an hour from 08:00: the one that begins at 09:00 has the change in it, and its tightest bound.
TEST(LimitSeries, IsShownOverTheHorizonTheTightestWithinEachStep) {
  for (const bool lower : {false, true}) {
    twin::World world = one_below_a_feeder();
    world.sites[0].contract_kw = 50.0;
    if (lower) {
      world.sites[0].rows.push_back({"row", physics::LimitKind::power_kw, -9.0, physics::infinite, {{0, 1.0, 0.0}}});
      world.sites[0].limit_series.push_back({Of::row_lower, 0, falling(-9.0, -2.0)});
    } else {
      world.sites[0].feeders[0].max_kw = 6.0;
      world.sites[0].limit_series.push_back({Of::feeder_kw, 0, falling(6.0, 2.0)});
    }
    std::vector<double> shown, of_the_grid;
    double other_side = 0.0;
    run_world(world, strategy(
                         [&](const evtwin_view& view, evtwin_decision&) {
                           if (view.now_ns != monday_ns + 8 * hour_ns) return;
                           ASSERT_EQ(view.n_limits_ahead, view.n_limits);
                           const double* const bounds = lower ? view.horizon_limit_lower : view.horizon_limit_upper;
                           shown.assign(bounds + view.horizon_steps, bounds + 2 * view.horizon_steps);
                           of_the_grid.assign(view.horizon_limit_upper, view.horizon_limit_upper + view.horizon_steps);
                           other_side =
                               (lower ? view.horizon_limit_upper : view.horizon_limit_lower)[view.horizon_steps];
                         },
                         EVTWIN_WHY_TICK, 7));
    const double before = lower ? -9.0 : 6.0, after = lower ? -2.0 : 2.0;
    EXPECT_EQ(shown, (std::vector{before, before, before, before, after, after, after}));
    EXPECT_EQ(of_the_grid, std::vector(7, 50.0));
    EXPECT_TRUE(std::isinf(other_side));
  }
}

TEST(LimitSeries, ASiteWithoutCurvesHasNoBoundsAhead) {
  run_world(one_below_a_feeder(), strategy(
                                      [](const evtwin_view& view, evtwin_decision&) {
                                        EXPECT_EQ(view.n_limits_ahead, 0U);
                                        EXPECT_EQ(view.horizon_limit_upper, nullptr);
                                      },
                                      EVTWIN_WHY_TICK, 7));
}

}  // namespace
}  // namespace evtwin::testing
