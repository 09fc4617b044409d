// Random batteries and setpoints for the property tests.
#pragma once
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

#include "physics/battery.hpp"

namespace evtwin::physics::testing {

/// Uniform over low .. high - 1 whatever the size of the test, so that the first tests are no easier than the last.
inline int draw_int(int low, int high) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, high)); }

/// A multiple of (high - low) / 10,000 in [low, high].
inline double draw_between(double low, double high) { return low + (high - low) * (draw_int(0, 10001) / 10000.0); }

/// Piecewise linear over SoC 0..1, 2 to 7 knots, each of min_kw..150 kW; flat pieces and equal neighbours are common.
inline Curve draw_curve(double min_kw) {
  std::vector<double> socs{0.0, 1.0};
  const int inner = draw_int(0, 6);
  for (int i = 0; i < inner; ++i) socs.push_back(draw_int(1, 100) / 100.0);
  std::sort(socs.begin(), socs.end());
  socs.erase(std::unique(socs.begin(), socs.end()), socs.end());
  Curve curve;
  for (const double soc : socs) {
    const bool flat = !curve.knots.empty() && draw_int(0, 4) == 0;
    const double kw = flat ? curve.knots.back().kw : std::max(min_kw, draw_between(0.0, 150.0));
    curve.knots.push_back({soc, kw});
  }
  return curve;
}

inline BatterySpec draw_battery(double min_kw) {
  BatterySpec battery;
  battery.capacity_kwh = draw_between(5.0, 120.0);
  battery.charge_efficiency = draw_between(0.7, 1.0);
  battery.discharge_efficiency = draw_between(0.7, 1.0);
  battery.charge = draw_curve(min_kw);
  battery.discharge = draw_curve(min_kw);
  return battery;
}

/// Mostly any power; one time in three exactly the power of a knot, where the curve starts or stops to bind.
inline double draw_setpoint_kw(const Curve& curve) {
  if (draw_int(0, 3) > 0) return draw_between(0.1, 160.0);
  const auto knot = static_cast<std::size_t>(draw_int(0, static_cast<int>(curve.knots.size())));
  return std::max(curve.knots[knot].kw, 0.1);
}

}  // namespace evtwin::physics::testing
