// Power alone: laws, what they meter and store, and when they cross. And the cuts that its curves ask for.
#include <gtest/gtest.h>

#include <cmath>

#include "twin/grid_power.hpp"
#include "twin/one_part.hpp"
#include "twin/power.hpp"
#include "twin/random_world.hpp"

namespace evtwin::twin {
namespace {

using kernel::after_hours_rounded_up;
using testing::at_h;
using testing::Bench;

/// 64 kWh; takes 8 kW up to 48 kWh, then 0.375 kW less for each kWh, 2 kW when full: P' = -0.375 P.
World tapering_world() {
  World world = testing::small_world(2);
  physics::BatterySpec& battery = world.vehicles[0].battery;
  battery.capacity_kwh = 64.0;
  battery.charge = {{{0.0, 8.0}, {0.75, 8.0}, {1.0, 2.0}}};
  battery.discharge = physics::Curve::constant(8.0);
  return world;
}

struct Plugged {
  explicit Plugged(double soc, World world = tapering_world(), double taken_kwh = physics::unknown)
      : bench(std::move(world)), power(bench.context) {
    power.begin();
    power.plug_in(0, {1, &bench.world.vehicles[0], taken_kwh, at_h(0)}, soc);
  }
  /// States follow the law in force until `t`. @returns kWh metered.
  double follow(TimeNs t) {
    double kwh = 0.0;
    for (const MemberFlow& flow : power.flow_until(t).members) kwh += flow.kwh;
    return kwh;
  }
  Bench bench;
  Power power;
};

// A decision at the very instant at which a car has what it takes comes before its crossing: the new set-point finds
// nothing left, and says so. Of its own accord the car would have stood at 0 kW "drawing" until it left.
TEST(PartPower, ASetPointAtTheInstantOfTheEndFindsACarThatDrawsNoMore) {
  Plugged car(0.0, tapering_world(), 2.0);
  EXPECT_TRUE(car.power.would_draw(0));
  car.power.renew_law(0, 8.0, at_h(0));
  EXPECT_EQ(car.follow(at_h(0.25)), 2.0);
  car.power.renew_law(0, 5.0, at_h(0.25));
  EXPECT_FALSE(car.power.would_draw(0));
  EXPECT_EQ(car.follow(at_h(1)), 0.0);
}

// 5 kW from 32 kWh: the curve falls to 5 kW at 48 + (8 - 5) / 0.375 = 56 kWh, after 24 / 5 = 4.8 h. From there
// P = 5 exp(-0.375 t) reaches 2 kW, at 64 kWh, after ln(5 / 2) / 0.375 h.
TEST(PartPower, FollowsTheCurveToFullAndCrossesWhenTheClosedFormSays) {
  Plugged car(0.5);
  car.power.renew_law(0, 5.0, at_h(0));
  const TimeNs bends_ns = after_hours_rounded_up(at_h(0), 24.0 / 5.0);
  kernel::Event event = car.bench.queue.pop();
  EXPECT_EQ(event.time, bends_ns);
  EXPECT_EQ(event.kind, static_cast<std::uint8_t>(EventKind::crossing));
  EXPECT_EQ(event.phase, kernel::Phase::crossing);
  EXPECT_EQ(event.entity, 0U);
  EXPECT_EQ(car.follow(bends_ns), 24.0);
  EXPECT_EQ(car.power.cross_threshold(0, bends_ns), physics::LawEnd::curve);
  EXPECT_EQ(car.power.stored_kwh(0), 56.0);
  EXPECT_TRUE(car.power.is_stale(0));

  car.power.renew_law(0, 5.0, bends_ns);
  EXPECT_TRUE(car.power.any_falls());
  const TimeNs full_ns = after_hours_rounded_up(bends_ns, std::log(5.0 / 2.0) / 0.375);
  event = car.bench.queue.pop();
  EXPECT_EQ(event.time, full_ns);
  EXPECT_NEAR(car.power.kw_at(0, bends_ns + testing::hour_ns), 5.0 * std::exp(-0.375), 1e-14);
  car.follow(full_ns);
  EXPECT_EQ(car.power.cross_threshold(0, full_ns), physics::LawEnd::full);
  EXPECT_EQ(car.power.stored_kwh(0), 64.0);
  EXPECT_EQ(car.power.got_kwh(0), 32.0);
  EXPECT_FALSE(car.power.would_draw(0));
  EXPECT_FALSE(car.power.any_falls());
  car.power.renew_law(0, 5.0, full_ns);
  EXPECT_EQ(car.power.kw_at(0, full_ns), 0.0);
  EXPECT_TRUE(car.bench.queue.empty());

  ASSERT_EQ(car.bench.seen.power.size(), 2U);
  EXPECT_EQ(car.bench.seen.power[0].energy_kwh, 24.0);
  EXPECT_EQ(car.bench.seen.power[1].slope_kw_per_kwh, -0.375);
  EXPECT_EQ(car.bench.seen.power[1].end_ns, full_ns);
}

TEST(PartPower, StopsWhereTheDriverTakesNoMore) {
  Plugged car(0.25, tapering_world(), 10.0);
  car.power.renew_law(0, 5.0, at_h(0));
  EXPECT_EQ(car.bench.queue.pop().time, at_h(2));  // 10 kWh at 5 kW
  car.follow(at_h(2));
  EXPECT_EQ(car.power.cross_threshold(0, at_h(2)), physics::LawEnd::metered);
  EXPECT_EQ(car.power.got_kwh(0), 10.0);
  EXPECT_FALSE(car.power.would_draw(0));
  EXPECT_EQ(car.power.charge_range(0).now_kw, 0.0);
}

// At 52 kWh the car takes 8 - 0.375 * 4 = 6.5 kW. Held, it takes them for an hour, and 58.5 kWh are in it: then
// 8 - 0.375 * 10.5 = 4.0625 kW.
TEST(PartPower, AHeldAcceptanceStaysUntilItIsAskedAgain) {
  World world = tapering_world();
  world.vehicles[0].acceptance_hold = true;
  Plugged car(52.0 / 64.0, std::move(world));
  car.power.renew_law(0, 8.0, at_h(0));
  EXPECT_FALSE(car.power.any_falls());
  EXPECT_EQ(car.follow(at_h(1)), 6.5);
  EXPECT_EQ(car.power.stored_kwh(0), 58.5);
  EXPECT_EQ(car.power.charge_range(0).now_kw, 6.5);
  EXPECT_FALSE(car.power.is_stale(0));
  EXPECT_TRUE(car.power.hold_acceptances());
  EXPECT_TRUE(car.power.is_stale(0));
  EXPECT_EQ(car.power.charge_range(0).now_kw, 4.0625);
  car.power.renew_law(0, 8.0, at_h(1));
  EXPECT_EQ(car.power.kw_at(0, at_h(1.5)), 4.0625);
  EXPECT_FALSE(Plugged(0.5).power.hold_acceptances());  // nobody asks for it
}

TEST(PartPower, ManyStepsAreAsOne) {
  testing::Dice dice(11);
  for (const double setpoint_kw : {8.0, -6.0}) {
    Plugged one(0.8), many(0.8);
    one.power.renew_law(0, setpoint_kw, at_h(0));
    many.power.renew_law(0, setpoint_kw, at_h(0));
    double kwh = 0.0;
    for (TimeNs t = at_h(0); t < at_h(1.5);) {
      t = std::min(at_h(1.5), t + static_cast<TimeNs>(dice.real(1.0, 2e10)));
      kwh += many.follow(t);
    }
    const double at_once_kwh = one.follow(at_h(1.5));
    EXPECT_GT(std::abs(at_once_kwh), 5.0);
    EXPECT_NEAR(kwh, at_once_kwh, 1e-12);
    EXPECT_EQ(many.power.stored_kwh(0), one.power.stored_kwh(0));
    EXPECT_EQ(many.power.got_kwh(0), one.power.got_kwh(0));
    EXPECT_EQ(many.power.kw_at(0, at_h(1.5)), one.power.kw_at(0, at_h(1.5)));
  }
}

// 24 kWh in 4.8 h from 32 to 56 kWh, then nothing until 6 h: mean (44 x 4.8 + 56 x 1.2) / 6 = 46.4 kWh; the energy
// flowed at 44 kWh in the mean.
TEST(PartPower, CountsTheUseOfABattery) {
  Plugged car(0.5);
  car.power.renew_law(0, 5.0, at_h(0));
  const TimeNs bends_ns = car.bench.queue.pop().time;
  car.follow(bends_ns);
  car.power.cross_threshold(0, bends_ns);
  const physics::AgeingUse use = car.power.use_until(0, at_h(6));
  EXPECT_NEAR(use.days, 0.25, 1e-15);
  EXPECT_NEAR(use.mean_soc, 46.4 / 64.0, 1e-12);
  EXPECT_NEAR(use.stored_kwh, 24.0, 1e-12);
  EXPECT_NEAR(use.cycle_soc, 44.0 / 64.0, 1e-12);
}

TEST(PartPower, AStorageEndsAtItsWindowAndCountsItsLosses) {
  World world = tapering_world();
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 20.0;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  storage.charge_efficiency = 0.8;
  storage.discharge_efficiency = 0.5;
  storage.soc_start = 0.5;
  storage.soc_min = 0.1;
  storage.soc_max = 0.9;
  world.sites[0].storages = {storage};
  Bench bench(std::move(world));
  Power power(bench.context);
  power.begin();
  EXPECT_EQ(power.connected_count(), 0U);
  ASSERT_EQ(power.active_members().size(), 1U);
  const std::uint32_t member = power.active_members()[0];
  EXPECT_EQ(member, 2U);
  power.renew_law(member, 5.0, at_h(0));  // 8 kWh to the window's end at 0.8 x 5 kW: 2 h
  EXPECT_EQ(bench.queue.pop().time, at_h(2));
  EXPECT_EQ(power.flow_until(at_h(2)).members[0].kwh, 10.0);
  power.cross_threshold(member, at_h(2));
  EXPECT_EQ(power.stored_kwh(member), 18.0);
  power.renew_law(member, -4.0, at_h(2));  // 16 kWh down to 2 at 4 / 0.5 kW: 2 h
  EXPECT_EQ(bench.queue.pop().time, at_h(4));
  EXPECT_NEAR(power.flow_until(at_h(4)).members[0].kwh, -8.0, 1e-12);
  power.cross_threshold(member, at_h(4));
  EXPECT_EQ(power.stored_kwh(member), 2.0);
}

// 8 exp(-0.375 t) kW are 5 kW after ln(8 / 5) / 0.375 h. Under 5 kW of sun the site imports until then.
TEST(PartGridPower, CutsWhereImportTurnsToExportWhileACarTapers) {
  Plugged car(0.75);
  car.power.renew_law(0, 8.0, at_h(0));
  const physics::FeederTree tree;
  GridPower grid(car.bench.site, tree);
  SignalValues now;
  now.pv_kw = 5.0;
  const TimeNs turns_ns = after_hours_rounded_up(at_h(0), std::log(8.0 / 5.0) / 0.375);
  const TimeNs cut_ns = grid.next_cut(car.power, now, at_h(0), at_h(3));
  EXPECT_EQ(cut_ns, turns_ns - 1);  // the last instant of import
  EXPECT_GT(grid.kw_at(car.power, now, cut_ns), 0.0);
  EXPECT_LE(grid.kw_at(car.power, now, cut_ns + 1), 0.0);
  EXPECT_EQ(grid.next_cut(car.power, now, cut_ns, at_h(3)), cut_ns + 1);
  EXPECT_EQ(grid.next_cut(car.power, now, cut_ns + 1, at_h(3)), at_h(3));
  EXPECT_EQ(grid.next_cut(car.power, now, at_h(0), cut_ns), cut_ns);  // nothing to cut before
}

TEST(PartGridPower, CutsWhereTheContractIsCrossedAndNowhereUnderConstantPower) {
  Plugged car(0.75);
  car.power.renew_law(0, 8.0, at_h(0));
  const physics::FeederTree tree;
  GridPower grid(car.bench.site, tree);
  SignalValues now;
  now.load_kw = 1.0;
  now.contract_kw = 5.0;  // crossed when the car takes 4 kW: ln(2) / 0.375 h
  EXPECT_EQ(grid.next_cut(car.power, now, at_h(0), at_h(3)),
            after_hours_rounded_up(at_h(0), std::log(2.0) / 0.375) - 1);
  Plugged steady(0.25);
  steady.power.renew_law(0, 8.0, at_h(0));
  now.load_kw = -8.0;
  EXPECT_EQ(grid.next_cut(steady.power, now, at_h(0), at_h(3)), at_h(3));
}

}  // namespace
}  // namespace evtwin::twin
