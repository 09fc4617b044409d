// Bounds of feeders and rows that change over time: obeyed at the instant of the change, shown to strategies, counted.
#include <gtest/gtest.h>

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
  world.sites[0].rows.push_back(
      {"phase", physics::LimitKind::magnitude_a, -physics::infinite, 25.0, {{0, 1.0, 0.0}}});
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

}  // namespace
}  // namespace evtwin::testing
