// Laws one by one: where they end, that they end exactly there, and that no battery takes endlessly many of them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel/time.hpp"
#include "physics/battery.hpp"
#include "random_batteries.hpp"

namespace evtwin::physics {
namespace {

using testing::draw_battery;
using testing::draw_between;
using testing::draw_curve;
using testing::draw_setpoint_kw;

/// 60 kWh, 50 kW up to 80 %, then falling in a line to nothing at 100 %.
BatterySpec tapering() {
  BatterySpec battery;
  battery.capacity_kwh = 60.0;
  battery.charge = {{{0.0, 50.0}, {0.8, 50.0}, {1.0, 0.0}}};
  return battery;
}

// P = 50 x (1 - s) / 0.2 from 80 %: t = ln(0.2 / 0.05) x 0.2 x 60 / 50 h = ln 4 x 0.24 h = 1197.758 s.
TEST(Battery, TaperReaches95PercentWhenTheClosedFormSays) {
  const double seconds = hours_to_soc(tapering(), 48.0, 50.0, 0.95) * 3600.0;
  EXPECT_NEAR(seconds, std::log(4.0) * 0.24 * 3600.0, 1e-9);
  EXPECT_NEAR(seconds, 1197.758, 5e-4);
}

TEST(Battery, ConstantPowerThenTaperAreTwoLaws) {
  const BatterySpec battery = tapering();
  const Law flat = law_at(battery, 12.0, 50.0, infinite, 0.0);
  EXPECT_EQ(flat.kw, 50.0);
  EXPECT_EQ(flat.rate_per_h, 0.0);
  EXPECT_DOUBLE_EQ(flat.hours, 36.0 / 50.0);
  EXPECT_EQ(flat.end, LawEnd::curve);
  EXPECT_EQ(flat.end_stored_kwh, 0.8 * 60.0);

  const Law taper = law_at(battery, flat.end_stored_kwh, 50.0, infinite, 0.0);
  EXPECT_EQ(taper.kw, 50.0);
  EXPECT_NEAR(taper.rate_per_h, -50.0 / 12.0, 1e-13);
}

TEST(Battery, CurveThatEndsAtZeroNeverFills) {
  const BatterySpec battery = tapering();
  const Law taper = law_at(battery, 50.0, 50.0, infinite, 0.0);
  EXPECT_EQ(taper.end, LawEnd::never);
  EXPECT_EQ(taper.hours, infinite);
  EXPECT_DOUBLE_EQ(taper.metered_kwh, 10.0);
  EXPECT_EQ(hours_to_soc(battery, 12.0, 50.0, 1.0), infinite);

  const Outcome century = run_for(battery, 12.0, 50.0, 24.0 * 365.0 * 100.0);
  EXPECT_LE(century.stored_kwh, 60.0);
  EXPECT_NEAR(century.metered_kwh, 48.0, 1e-12);
}

TEST(Battery, SetpointBelowTheCurveMovesTheStartOfTheTaper) {
  const Law law = law_at(tapering(), 12.0, 25.0, infinite, 0.0);
  EXPECT_EQ(law.kw, 25.0);
  EXPECT_DOUBLE_EQ(law.end_stored_kwh, 0.9 * 60.0);  // where the taper has come down to 25 kW
  EXPECT_EQ(law.end, LawEnd::curve);
}

TEST(Battery, LossesAreBetweenMeterAndBattery) {
  BatterySpec battery = tapering();
  battery.charge_efficiency = 0.9;
  const Outcome outcome = run_for(battery, 0.0, 10.0, 1.0);
  EXPECT_DOUBLE_EQ(outcome.metered_kwh, 10.0);
  EXPECT_DOUBLE_EQ(outcome.stored_kwh, 9.0);
}

TEST(Battery, RisingCurveGrowsExponentially) {
  BatterySpec battery;
  battery.capacity_kwh = 100.0;
  battery.charge = {{{0.0, 10.0}, {1.0, 110.0}}};
  // P = 10 + E: E(t) = 10 (exp(t) - 1); the setpoint of 60 kW is reached at E = 50.
  const Law law = law_at(battery, 0.0, 60.0, infinite, 0.0);
  EXPECT_EQ(law.kw, 10.0);
  EXPECT_DOUBLE_EQ(law.rate_per_h, 1.0);
  EXPECT_DOUBLE_EQ(law.hours, std::log(6.0));
  EXPECT_DOUBLE_EQ(law.end_stored_kwh, 50.0);
  EXPECT_EQ(law.end, LawEnd::curve);
  EXPECT_DOUBLE_EQ(law.kw_at(1.0), 10.0 * std::exp(1.0));
  EXPECT_DOUBLE_EQ(law.metered_after(1.0), 10.0 * std::expm1(1.0));

  const Law rest = law_at(battery, law.end_stored_kwh, 60.0, infinite, 0.0);
  EXPECT_EQ(rest.kw, 60.0);
  EXPECT_EQ(rest.rate_per_h, 0.0);
  EXPECT_EQ(rest.end, LawEnd::full);
  EXPECT_EQ(rest.end_stored_kwh, 100.0);
}

TEST(Battery, KnotOfZeroPowerIsNeverLeft) {
  BatterySpec battery;
  battery.capacity_kwh = 40.0;
  battery.charge = {{{0.0, 20.0}, {0.5, 0.0}, {1.0, 20.0}}};
  EXPECT_EQ(law_at(battery, 20.0, 11.0, infinite, 0.0).kw, 0.0);
  EXPECT_EQ(law_at(battery, 20.0, 11.0, infinite, 0.0).end, LawEnd::never);
  EXPECT_EQ(law_at(battery, 15.0, 11.0, infinite, 0.0).end, LawEnd::never);  // decays towards it
  EXPECT_EQ(hours_to_soc(battery, 30.0, 11.0, 1.0) < infinite, true);        // behind it, it charges
  EXPECT_EQ(charge_range(battery, 20.0).highest_kw, 0.0);
  EXPECT_EQ(charge_range(battery, 10.0).highest_kw, 10.0);  // and not the 20 kW behind the knot
}

TEST(Battery, AcceptanceBoundIsTheLargestPowerStillToCome) {
  BatterySpec battery;
  battery.capacity_kwh = 100.0;
  battery.charge = {{{0.0, 30.0}, {0.2, 90.0}, {0.8, 50.0}, {1.0, 5.0}}};
  EXPECT_EQ(charge_range(battery, 0.0).highest_kw, 90.0);
  EXPECT_EQ(charge_range(battery, 20.0).highest_kw, 90.0);
  EXPECT_DOUBLE_EQ(charge_range(battery, 50.0).highest_kw, 70.0);
  EXPECT_EQ(charge_range(battery, 100.0).highest_kw, 0.0);
}

TEST(Battery, BmsCurveLimitsPowerWhateverTheSetpoint) {
  BatterySpec battery = tapering();
  EXPECT_DOUBLE_EQ(law_at(battery, 54.0, 350.0, infinite, 0.0).kw, 25.0);
  EXPECT_EQ(law_at(battery, 10.0, 350.0, infinite, 0.0).kw, 50.0);
  EXPECT_EQ(law_at(battery, 60.0, 350.0, infinite, 0.0).kw, 0.0);
}

TEST(Battery, HiddenStopEndsChargingAtExactlyTheMeteredEnergy) {
  const BatterySpec battery = tapering();
  const Law flat = law_at(battery, 12.0, 10.0, 7.5, 0.0);
  EXPECT_EQ(flat.end, LawEnd::metered);
  EXPECT_EQ(flat.metered_kwh, 7.5);
  EXPECT_DOUBLE_EQ(flat.hours, 0.75);
  EXPECT_DOUBLE_EQ(flat.end_stored_kwh, 19.5);

  // In the taper: 60 - E decays at 50/12 per hour, so 10 -> 4 kWh below full takes ln(10/4) x 12/50 h.
  const Law taper = law_at(battery, 50.0, 50.0, 6.0, 0.0);
  EXPECT_EQ(taper.end, LawEnd::metered);
  EXPECT_NEAR(taper.hours, std::log(2.5) * 0.24, 1e-14);

  // A stop behind the bend does not shorten the law before it; nothing left is no power; discharging has no stop.
  EXPECT_EQ(law_at(battery, 12.0, 50.0, 40.0, 0.0).end, LawEnd::curve);
  EXPECT_EQ(law_at(battery, 12.0, 50.0, 0.0, 0.0).kw, 0.0);
  BatterySpec v2g = battery;
  v2g.discharge = Curve::constant(10.0);
  EXPECT_EQ(law_at(v2g, 12.0, -10.0, 0.0, 0.0).kw, -10.0);

  EXPECT_EQ(run_for(battery, 12.0, 50.0, 100.0, 38.0).metered_kwh, 38.0);
}

TEST(Battery, UnknownBatteryTakesTheSetpointUntilTheHiddenStop) {
  const BatterySpec unknown_battery;
  const Law open = law_at(unknown_battery, 0.0, 7.0, infinite, 0.0);
  EXPECT_EQ(open.kw, 7.0);
  EXPECT_EQ(open.end, LawEnd::never);
  EXPECT_DOUBLE_EQ(open.metered_after(3.0), 21.0);
  const Law stopped = law_at(unknown_battery, 0.0, 7.0, 14.0, 0.0);
  EXPECT_EQ(stopped.end, LawEnd::metered);
  EXPECT_DOUBLE_EQ(stopped.hours, 2.0);
  EXPECT_EQ(stopped.metered_kwh, 14.0);
  EXPECT_EQ(hours_to_soc(unknown_battery, 0.0, 7.0, 0.5), infinite);
}

TEST(Battery, DischargingStopsAtTheFloor) {
  BatterySpec battery = tapering();
  battery.discharge = Curve::constant(20.0);
  battery.discharge_efficiency = 0.9;
  const Law law = law_at(battery, 30.0, -50.0, infinite, 12.0);
  EXPECT_EQ(law.kw, -20.0);
  EXPECT_EQ(law.end, LawEnd::floor);
  EXPECT_EQ(law.end_stored_kwh, 12.0);
  EXPECT_DOUBLE_EQ(law.metered_kwh, -18.0 * 0.9);
  EXPECT_DOUBLE_EQ(law.hours, 18.0 * 0.9 / 20.0);
  EXPECT_EQ(law_at(battery, 12.0, -50.0, infinite, 12.0).kw, 0.0);
  EXPECT_EQ(law_at(battery, 10.0, -50.0, infinite, 12.0).kw, 0.0);  // arrived below the floor
}

TEST(Battery, HeldAcceptanceIsConstantPowerToTheEnd) {
  const BatterySpec battery = tapering();
  const Law held = held_law(battery, 54.0, 25.0, infinite, 0.0);
  EXPECT_EQ(held.kw, 25.0);
  EXPECT_EQ(held.rate_per_h, 0.0);
  EXPECT_EQ(held.end, LawEnd::full);
  EXPECT_EQ(held.end_stored_kwh, 60.0);
  EXPECT_DOUBLE_EQ(held.hours, 6.0 / 25.0);
  EXPECT_EQ(held_law(battery, 54.0, 25.0, 2.0, 0.0).end, LawEnd::metered);
  EXPECT_EQ(held_law(battery, 60.0, 25.0, infinite, 0.0).kw, 0.0);
  const Law back = held_law(battery, 54.0, -25.0, infinite, 50.0);
  EXPECT_EQ(back.kw, -25.0);
  EXPECT_EQ(back.end, LawEnd::floor);
  EXPECT_DOUBLE_EQ(back.metered_kwh, -4.0);
}

TEST(Battery, HoursToSocIsInfiniteWithoutPowerAndZeroWhenItLiesBehind) {
  const BatterySpec battery = tapering();
  EXPECT_EQ(hours_to_soc(battery, 12.0, 0.0, 0.8), infinite);
  EXPECT_EQ(hours_to_soc(battery, 50.0, 10.0, 0.8), 0.0);
}

RC_GTEST_PROP(Battery, RoundTripLosesExactlyWhatTheEfficienciesSay, ()) {
  BatterySpec battery = draw_battery(1.0);
  const double start_kwh = battery.capacity_kwh * draw_between(0.0, 0.8);
  const Outcome up = run_for(battery, start_kwh, draw_setpoint_kw(battery.charge), draw_between(0.1, 5.0));
  // Down again to the very energy it started with: the floor stops it there.
  const Outcome down = run_for(battery, up.stored_kwh, -draw_setpoint_kw(battery.discharge), 1e6, infinite, start_kwh);
  RC_ASSERT(down.stored_kwh == start_kwh);
  const double lost_kwh = up.metered_kwh + down.metered_kwh;
  const double expected_kwh = up.metered_kwh * (1.0 - battery.charge_efficiency * battery.discharge_efficiency);
  RC_ASSERT(std::abs(lost_kwh - expected_kwh) <= 1e-13 * battery.capacity_kwh);
}

/// Follows law after law the way a simulation does: state set to the threshold, time rounded up to the next ns.
void follow_to_the_end(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double floor_kwh) {
  const Curve& curve = setpoint_kw > 0.0 ? battery.charge : battery.discharge;
  // Each piece is entered once, and crosses the setpoint at most once.
  const std::size_t most_laws = 2 * curve.knots.size();
  std::size_t laws = 0;
  kernel::TimeNs now_ns = 0;
  for (;;) {
    const Law law = law_at(battery, stored_kwh, setpoint_kw, infinite, floor_kwh);
    if (law.kw == 0.0 || law.end == LawEnd::never) break;
    RC_ASSERT(++laws <= most_laws);
    RC_ASSERT(law.hours > 0.0);
    RC_ASSERT(std::isfinite(law.hours));
    const double direction = setpoint_kw > 0.0 ? 1.0 : -1.0;
    RC_ASSERT(direction * law.end_stored_kwh > direction * stored_kwh);
    RC_ASSERT(direction * law.metered_kwh > 0.0);
    RC_ASSERT(std::abs(law.kw) <= std::abs(setpoint_kw));
    const kernel::TimeNs then_ns = kernel::after_hours_rounded_up(now_ns, law.hours);
    RC_ASSERT(then_ns > now_ns);
    now_ns = then_ns;
    stored_kwh = law.end_stored_kwh;
    if (law.end != LawEnd::curve) {
      RC_ASSERT(stored_kwh == (setpoint_kw > 0.0 ? battery.capacity_kwh : floor_kwh));
      RC_ASSERT(law_at(battery, stored_kwh, setpoint_kw, infinite, floor_kwh).kw == 0.0);
    }
  }
  const bool zero_power_somewhere =
      std::any_of(curve.knots.begin(), curve.knots.end(), [](const Knot& knot) { return knot.kw == 0.0; });
  if (!zero_power_somewhere) RC_ASSERT(stored_kwh == (setpoint_kw > 0.0 ? battery.capacity_kwh : floor_kwh));
}

RC_GTEST_PROP(Battery, ReachesFullInABoundedNumberOfLawsNoneOfZeroLength, ()) {
  const BatterySpec battery = draw_battery(*rc::gen::element(0.0, 1.0));
  follow_to_the_end(battery, battery.capacity_kwh * draw_between(0.0, 1.0), draw_setpoint_kw(battery.charge), 0.0);
}

RC_GTEST_PROP(Battery, ReachesTheFloorInABoundedNumberOfLawsNoneOfZeroLength, ()) {
  const BatterySpec battery = draw_battery(*rc::gen::element(0.0, 1.0));
  const double floor_kwh = battery.capacity_kwh * draw_between(0.0, 0.5);
  const double stored_kwh = floor_kwh + (battery.capacity_kwh - floor_kwh) * draw_between(0.0, 1.0);
  follow_to_the_end(battery, stored_kwh, -draw_setpoint_kw(battery.discharge), floor_kwh);
}

// One double beside a knot or a crossing is where a rounding error would make a law that ends where it starts.
RC_GTEST_PROP(Battery, NeighboursOfAThresholdAreNoTrap, ()) {
  BatterySpec battery = draw_battery(1.0);
  const double setpoint_kw = draw_setpoint_kw(battery.charge);
  const Law law = law_at(battery, battery.capacity_kwh * draw_between(0.0, 0.95), setpoint_kw, infinite, 0.0);
  RC_PRE(law.kw > 0.0);
  const double threshold_kwh = law.end_stored_kwh;
  follow_to_the_end(battery, std::nextafter(threshold_kwh, 0.0), setpoint_kw, 0.0);
  follow_to_the_end(battery, threshold_kwh, setpoint_kw, 0.0);
  if (threshold_kwh < battery.capacity_kwh)
    follow_to_the_end(battery, std::nextafter(threshold_kwh, infinite), setpoint_kw, 0.0);
}

RC_GTEST_PROP(Battery, PowerAtTheEndOfALawIsWhatTheNextOneStartsWith, ()) {
  const BatterySpec battery = draw_battery(1.0);
  const double setpoint_kw = draw_setpoint_kw(battery.charge);
  const Law law = law_at(battery, battery.capacity_kwh * draw_between(0.0, 0.99), setpoint_kw, infinite, 0.0);
  RC_PRE(law.end == LawEnd::curve);
  const Law next = law_at(battery, law.end_stored_kwh, setpoint_kw, infinite, 0.0);
  // Slopes reach 150 kW over 1 % of 5 kWh; a rounding of 120 kWh there is 4e-11 kW.
  RC_ASSERT(std::abs(law.kw_at(law.hours) - next.kw) <= 1e-9);
  RC_ASSERT(std::abs(law.metered_after(std::nextafter(law.hours, 0.0)) - law.metered_kwh) <= 1e-9);
}

}  // namespace
}  // namespace evtwin::physics
