// What sessions got of what they wanted, and of what their EVSE could have given them, by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/kpi.hpp"
#include "twin/worlds.hpp"

namespace evtwin::analysis::test {
namespace {

using namespace evtwin::testing;

/// Every car gets half of what its EVSE could offer: 3.52 of 7.04 kW.
control::StrategyFactory half_power() {
  return strategy([](const evtwin_view& view, evtwin_decision& decision) {
    for (std::uint32_t i = 0; i < view.n_evses; ++i)
      if (view.evse_session[i] != 0) decision.evse_kw[i] = view.evse_car_max_kw[i] / 2;
  });
}

TEST(Satisfaction, OfWhatWasWantedAndOfWhatWasPossible) {
  twin::World world = small_world(4);
  physics::Vehicle small;  // full power up to 80 %, then a line to 0
  small.name = "small";
  small.battery.capacity_kwh = 10.0;
  small.battery.charge = {{{0.0, 7.04}, {0.8, 7.04}, {1.0, 0.0}}};
  world.vehicles.push_back(small);

  demand::Visit tapering = visit(8.0, 9.0, 2.0, 2);
  tapering.vehicle = 1;
  tapering.soc_start = 0.8;
  const demand::Visit open = visit(23.0, 30.0, 40.0, 3);  // does not end
  add_visits(world, {visit(8.0, 9.0, 10.0, 0), visit(8.0, 9.0, 2.0, 1), tapering, open});
  const Outcome run = run_world(world, half_power());

  // 10 kWh wanted, 7.04 possible in an hour, 3.52 got. 2 kWh wanted and got. 2 kWh wanted at 80 %: full power would
  // give 2 (1 - e^-3.52); half power gives 1 kWh up to 90 % in 1/3.52 h, then 1 - e^-(3.52 - 1).
  const double got = 1.0 + (1.0 - std::exp(-2.52)), possible = 2.0 * (1.0 - std::exp(-3.52));
  const double of_wanted[] = {0.352, 1.0, got / 2.0}, of_possible[] = {0.5, 1.0, got / possible};
  const auto mean = [](const double(&x)[3]) { return (x[0] + x[1] + x[2]) / 3; };
  const double middle = mean(of_possible);
  double squares = 0.0;
  for (const double x : of_possible) squares += (x - middle) * (x - middle);

  const std::vector<Kpi> all = kpis_of_run(world, run.result);
  EXPECT_EQ(value_of(all, "vehicles_served"), 3.0);
  EXPECT_NEAR(value_of(all, "satisfaction_mean"), mean(of_wanted), 1e-12);
  EXPECT_NEAR(value_of(all, "energy_satisfaction_mean"), middle, 1e-12);
  EXPECT_NEAR(value_of(all, "energy_satisfaction_std"), std::sqrt(squares / 3), 1e-12);
  EXPECT_NEAR(value_of(all, "energy_satisfaction_min"), 0.5, 1e-12);
}

TEST(Satisfaction, FullPowerIsAllThatIsPossible) {
  twin::World world = small_world();
  add_visits(world, {visit(8.0, 9.0, 10.0)});
  const Outcome run = run_world(world, full_power());
  const std::vector<Kpi> all = kpis_of_run(world, run.result);
  EXPECT_NEAR(value_of(all, "satisfaction_mean"), 0.704, 1e-12);
  EXPECT_NEAR(value_of(all, "energy_satisfaction_min"), 1.0, 1e-12);
}

TEST(Satisfaction, ACarThatLeavesWithLessGotNothing) {
  twin::World world = small_world();
  physics::Vehicle& car = world.vehicles[0];
  car.battery.capacity_kwh = 50.0;
  car.battery.discharge = physics::Curve::constant(5.0);
  car.v2g_capable = true;
  car.max_discharge_kw = 5.0;
  world.sites[0].evses[0].bidirectional = true;
  world.sites[0].evses[0].max_discharge_a = 32.0;
  demand::Visit giving = visit(8.0, 9.0, 10.0);
  giving.v2g = true;
  giving.soc_start = 0.5;
  add_visits(world, {giving});
  const Outcome run = run_world(world, strategy([](const evtwin_view& view, evtwin_decision& decision) {
                                  if (view.evse_session[0] != 0) decision.evse_kw[0] = -5.0;
                                }));
  EXPECT_LT(run.seen.sessions.at(0).record.got_kwh, -4.9);
  const std::vector<Kpi> all = kpis_of_run(world, run.result);
  EXPECT_EQ(value_of(all, "satisfaction_mean"), 0.0);
  EXPECT_EQ(value_of(all, "energy_satisfaction_mean"), 0.0);
}

/// EV2Gym's user satisfaction is the state of charge reached over the one wanted: at nothing, half and all.
TEST(Satisfaction, BySocIsWhatWasReachedOfWhatWasWanted) {
  // 40 kWh, half full, 0.8 into the battery; 12.5 kWh at the meter are 10 stored: 0.75 wanted.
  const auto with_hours = [](double hours) {
    twin::World world = small_world(1);
    physics::BatterySpec& battery = world.vehicles[0].battery;
    battery.capacity_kwh = 40.0;
    battery.charge_efficiency = 0.8;
    demand::Visit v = visit(8.0, 12.0, 12.5);
    v.soc_start = 0.5;
    add_visits(world, {v});
    const auto how = strategy([hours](const evtwin_view& view, evtwin_decision& decision) {
      const double since_h = kernel::hours_between(monday_ns, view.now_ns) - 8.0;
      decision.evse_kw[0] = view.n_connected > 0 && since_h < hours ? 6.25 : 0.0;
    });
    return value_of(kpis_of_run(world, run_world(world, how).result), "soc_satisfaction_mean");
  };
  EXPECT_NEAR(with_hours(0.0), 0.5 / 0.75, 1e-12);
  EXPECT_NEAR(with_hours(1.0), 0.625 / 0.75, 1e-12);
  EXPECT_NEAR(with_hours(2.0), 1.0, 1e-12);
}

}  // namespace
}  // namespace evtwin::analysis::test
