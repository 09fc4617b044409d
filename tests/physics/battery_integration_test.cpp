// The closed form against a solver that knows nothing of pieces, bends or logarithms.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "physics/battery.hpp"
#include "random_batteries.hpp"

namespace evtwin::physics {
namespace {

using testing::draw_battery;
using testing::draw_between;
using testing::draw_setpoint_kw;

/// Metered power at stored energy `kwh`, by the definition alone.
long double power_kw(const BatterySpec& battery, long double kwh, double setpoint_kw) {
  const long double soc = std::clamp<long double>(kwh / battery.capacity_kwh, 0.0L, 1.0L);
  const Curve& curve = setpoint_kw > 0.0 ? battery.charge : battery.discharge;
  long double limit = curve.knots.back().kw;
  for (std::size_t i = 1; i < curve.knots.size(); ++i) {
    if (soc > curve.knots[i].soc) continue;
    const long double a = curve.knots[i - 1].soc;
    const long double b = curve.knots[i].soc;
    limit = curve.knots[i - 1].kw + (curve.knots[i].kw - curve.knots[i - 1].kw) * ((soc - a) / (b - a));
    break;
  }
  return setpoint_kw > 0.0 ? std::min<long double>(limit, setpoint_kw) : -std::min<long double>(limit, -setpoint_kw);
}

/// Hours to the next knot at the present speed. Steps end there: the curve may dip below a setpoint for so short a
/// while around a knot that it would lie unseen between two stages of a longer step.
long double hours_to_knot(const BatterySpec& battery, long double kwh, long double kwh_per_h) {
  long double hours = infinite;
  for (const Knot& knot : (kwh_per_h > 0.0L ? battery.charge : battery.discharge).knots) {
    const long double there = (static_cast<long double>(knot.soc) * battery.capacity_kwh - kwh) / kwh_per_h;
    if (there > 1e-15L) hours = std::min(hours, there);
  }
  return hours;
}

/// Runge-Kutta-Fehlberg 4(5) with its error estimate held below `tolerance` kWh a step; bends make it take small steps.
long double integrate(const BatterySpec& battery, long double kwh, double setpoint_kw, double hours,
                      long double tolerance) {
  const long double gain = setpoint_kw > 0.0 ? battery.charge_efficiency : 1.0L / battery.discharge_efficiency;
  const auto slope = [&](long double at_kwh) { return gain * power_kw(battery, at_kwh, setpoint_kw); };
  long double left = hours;
  long double step = left;
  while (left > 0.0L) {
    step = std::min({step, left, hours_to_knot(battery, kwh, slope(kwh))});
    const long double k1 = step * slope(kwh);
    const long double k2 = step * slope(kwh + k1 / 4);
    const long double k3 = step * slope(kwh + 3 * k1 / 32 + 9 * k2 / 32);
    const long double k4 = step * slope(kwh + (1932 * k1 - 7200 * k2 + 7296 * k3) / 2197);
    const long double k5 = step * slope(kwh + 439 * k1 / 216 - 8 * k2 + 3680 * k3 / 513 - 845 * k4 / 4104);
    const long double k6 =
        step * slope(kwh - 8 * k1 / 27 + 2 * k2 - 3544 * k3 / 2565 + 1859 * k4 / 4104 - 11 * k5 / 40);
    const long double error = std::abs(k1 / 360 - 128 * k3 / 4275 - 2197 * k4 / 75240 + k5 / 50 + 2 * k6 / 55);
    if (error <= tolerance || step < 1e-15L) {
      kwh += 16 * k1 / 135 + 6656 * k3 / 12825 + 28561 * k4 / 56430 - 9 * k5 / 50 + 2 * k6 / 55;
      left -= step;
    }
    const long double factor = error > 0.0L ? 0.9L * std::pow(tolerance / error, 0.2L) : 4.0L;
    step *= std::clamp(factor, 0.1L, 4.0L);
  }
  return kwh;
}

/// How far a rounding error in the state may grow: power, and with it the distance of two neighbouring paths, grows
/// along a rising curve at most by the ratio of its largest to its smallest power.
double amplification(const Curve& curve) {
  double low = curve.knots.front().kw;
  for (const Knot& knot : curve.knots) low = std::min(low, knot.kw);
  return curve.max_kw() / low;
}

// Until just before the end: beyond it the definition above would go on past full or empty.
double usable_hours(const BatterySpec& battery, double stored_kwh, double setpoint_kw) {
  const double end_soc = setpoint_kw > 0.0 ? 1.0 : 0.0;
  return 0.999 * std::min(hours_to_soc(battery, stored_kwh, setpoint_kw, end_soc), 24.0);
}

RC_GTEST_PROP(Battery, ClosedFormIsTheNumericalIntegralOfTheCurve, ()) {
  const BatterySpec battery = draw_battery(1.0);
  const double stored_kwh = battery.capacity_kwh * draw_between(0.02, 0.98);
  const bool charges = *rc::gen::arbitrary<bool>();
  const Curve& curve = charges ? battery.charge : battery.discharge;
  const double setpoint_kw = draw_setpoint_kw(curve) * (charges ? 1.0 : -1.0);
  const double hours = usable_hours(battery, stored_kwh, setpoint_kw) * draw_between(0.01, 1.0);

  const Outcome exact = run_for(battery, stored_kwh, setpoint_kw, hours);
  const auto numeric_kwh = static_cast<double>(integrate(battery, stored_kwh, setpoint_kw, hours, 1e-17L));

  // A few hundred steps of 1e-17 kWh, a few roundings of up to 120 kWh in double, and what rising curves make of them.
  const double tolerance_kwh = 1e-12 * std::max(1.0, amplification(curve)) + 1e-14 * battery.capacity_kwh;
  RC_ASSERT(std::abs(exact.stored_kwh - numeric_kwh) <= tolerance_kwh);

  const double gain = charges ? battery.charge_efficiency : 1.0 / battery.discharge_efficiency;
  RC_ASSERT(std::abs(exact.metered_kwh * gain - (exact.stored_kwh - stored_kwh)) <= 1e-13 * battery.capacity_kwh);
}

RC_GTEST_PROP(Battery, SplittingAnIntervalAnywhereGivesTheSameEnergy, ()) {
  const BatterySpec battery = draw_battery(1.0);
  const double stored_kwh = battery.capacity_kwh * draw_between(0.0, 1.0);
  const bool charges = *rc::gen::arbitrary<bool>();
  const Curve& curve = charges ? battery.charge : battery.discharge;
  const double setpoint_kw = draw_setpoint_kw(curve) * (charges ? 1.0 : -1.0);
  const double hours = draw_between(0.001, 6.0);
  const double first_hours = hours * draw_between(0.0, 1.0);

  const Outcome whole = run_for(battery, stored_kwh, setpoint_kw, hours);
  const Outcome first = run_for(battery, stored_kwh, setpoint_kw, first_hours);
  const Outcome second = run_for(battery, first.stored_kwh, setpoint_kw, hours - first_hours);

  const double tolerance_kwh = 1e-12 * std::max(1.0, amplification(curve));
  RC_ASSERT(std::abs(whole.stored_kwh - second.stored_kwh) <= tolerance_kwh);
  RC_ASSERT(std::abs(whole.metered_kwh - (first.metered_kwh + second.metered_kwh)) <= 2.0 * tolerance_kwh);
}

// Both directions, any curve, any setpoint: the solver, run for the time that the closed form says, is at the SoC asked
// for.
RC_GTEST_PROP(Battery, HoursToSocIsTheTimeTheNumericalIntegralNeeds, ()) {
  const BatterySpec battery = draw_battery(1.0);
  const bool charges = *rc::gen::arbitrary<bool>();
  const double low_soc = draw_between(0.02, 0.9), high_soc = draw_between(low_soc, 0.98);
  const double from_soc = charges ? low_soc : high_soc, to_soc = charges ? high_soc : low_soc;
  const Curve& curve = charges ? battery.charge : battery.discharge;
  const double setpoint_kw = draw_setpoint_kw(curve) * (charges ? 1.0 : -1.0);
  const double hours = hours_to_soc(battery, from_soc * battery.capacity_kwh, setpoint_kw, to_soc);
  RC_ASSERT(std::isfinite(hours));
  const auto numeric_kwh =
      static_cast<double>(integrate(battery, from_soc * battery.capacity_kwh, setpoint_kw, hours, 1e-17L));
  const double tolerance_kwh = 1e-12 * std::max(1.0, amplification(curve)) + 1e-14 * battery.capacity_kwh;
  RC_ASSERT(std::abs(numeric_kwh - to_soc * battery.capacity_kwh) <= tolerance_kwh);
}

RC_GTEST_PROP(Battery, HoursToSocIsTheTimeAfterWhichRunForIsThere, ()) {
  const BatterySpec battery = draw_battery(1.0);
  const double from_soc = draw_between(0.0, 0.9);
  const double to_soc = draw_between(from_soc, 1.0);
  const double setpoint_kw = draw_setpoint_kw(battery.charge);

  const double hours = hours_to_soc(battery, from_soc * battery.capacity_kwh, setpoint_kw, to_soc);
  RC_ASSERT(std::isfinite(hours));
  const Outcome there = run_for(battery, from_soc * battery.capacity_kwh, setpoint_kw, hours);
  const double tolerance_kwh = 1e-12 * std::max(1.0, amplification(battery.charge)) + 1e-14 * battery.capacity_kwh;
  RC_ASSERT(std::abs(there.stored_kwh - to_soc * battery.capacity_kwh) <= tolerance_kwh);
}

}  // namespace
}  // namespace evtwin::physics
