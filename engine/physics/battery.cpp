// Power over time in closed form, from a curve that gives power over stored energy.
//
//   E       stored energy, kWh            a   stored kWh per metered kWh: the charging efficiency, or 1 / that of
//   P(E)    power at the meter, kW            discharging (E then counts downwards, and all of it is as if charging)
//   W(t)    metered energy, kWh           t   hours since the law began at E_0, P_0
//
// 1. Stored energy grows with what the meter counts:          dE/dt = a P
// 2. A piece of the curve is a straight line:                 P = P_0 + m (E - E_0), m in kW per stored kWh
// 3. Both together:                                           dP/dt = m dE/dt = r P, with r = m a in 1/h
// 4. so that power is an exponential:                         P(t) = P_0 exp(r t); m = 0, or a set-point: constant
// 5. whose integral is the metered energy:                    W(t) = P_0 (exp(r t) - 1) / r = P_0 t expm1(r t) / (r t)
// 6. Solved for t, with x = r W / P_0 the relative change:    t = log(1 + x) / r = (W / P_0) log1p(x) / x
// 7. In powers, where the piece ends at P_1:                  t = log(P_1 / P_0) / r
//
// x <= -1 is a piece that ends at 0 kW, which it never reaches: W tends to -P_0 / r. The forms with expm1 and log1p go
// over into P_0 t and W / P_0 as r goes to 0, without a difference of near numbers.
// Ours; a curve of constant power and linear taper is ACN-Sim's two-stage battery (doi
// 10.1109/SmartGridComm.2019.8909765).
// Example: 60 kWh, 50 kW up to SoC 0.8 (48 kWh), then a line to 0 at 60 kWh, a = 1. m = -50 / 12, r = -4.167 / h. To
// SoC 0.95 (57 kWh) power falls to 12.5 kW: t = log(0.25) / r = 0.3327 h = 1,198 s, and W = 50 (0.25 - 1) / r = 9 kWh.
#include "physics/battery.hpp"

#include <algorithm>
#include <cmath>

namespace evtwin::physics {

double Curve::kw_at(double soc) const {
  if (knots.empty()) return 0.0;
  if (soc <= knots.front().soc) return knots.front().kw;
  for (std::size_t i = 1; i < knots.size(); ++i) {
    if (soc > knots[i].soc) continue;
    const Knot& a = knots[i - 1];
    const Knot& b = knots[i];
    if (a.kw == b.kw) return a.kw;
    return a.kw + (b.kw - a.kw) * ((soc - a.soc) / (b.soc - a.soc));
  }
  return knots.back().kw;
}

double Curve::max_kw() const {
  double most = 0.0;
  for (const Knot& knot : knots) most = std::max(most, knot.kw);
  return most;
}

double Law::kw_at(double hours_in) const { return rate_per_h == 0.0 ? kw : kw * std::exp(rate_per_h * hours_in); }

double Law::metered_after(double hours_in) const {
  if (hours_in >= hours) return metered_kwh;
  const double grown = rate_per_h * hours_in;
  const double energy = kw * hours_in * (grown == 0.0 ? 1.0 : std::expm1(grown) / grown);
  return kw >= 0.0 ? std::min(energy, metered_kwh) : std::max(energy, metered_kwh);  // rounding must not pass the end
}

namespace {

/// Hours until `metered_kwh` (same sign as kw) have flowed under P = kw x exp(rate t): the inverse of kw (exp(rate t) -
/// 1) / rate. Written so that it is never 0 for a metered_kwh that is not; infinite when the power dies away before.
double hours_for(double metered_kwh, double kw, double rate_per_h) {
  const double change = rate_per_h * metered_kwh / kw;  // of the power, relative to kw
  if (change <= -1.0) return infinite;
  return metered_kwh / kw * (change == 0.0 ? 1.0 : std::log1p(change) / change);
}

/// One way through the curve: `along` runs from the present stored energy towards the end of the way (full, or the
/// floor). Charging moves up in stored energy, discharging down; `gain` is stored kWh per metered kWh (both positive).
struct Way {
  const Curve& curve;
  double capacity_kwh;
  double gain;
  double end_kwh;  ///< stored energy at which the way ends
  LawEnd end_reason;
  bool up;
};

double knot_kwh(const Way& way, std::size_t i) { return way.curve.knots[i].soc * way.capacity_kwh; }

bool before(const Way& way, double a, double b) { return way.up ? a < b : a > b; }
double nearer(const Way& way, double a, double b) { return before(way, a, b) ? a : b; }

/// A straight piece of the curve, oriented along the way.
struct Piece {
  double from_kwh, to_kwh;
  double from_kw, to_kw;
  /// Measured from the nearer end, so that both ends are met exactly and a small power keeps its digits.
  double kw_at(double kwh) const {
    if (from_kw == to_kw) return from_kw;
    const double along = (kwh - from_kwh) / (to_kwh - from_kwh);
    if (along < 0.5) return from_kw + (to_kw - from_kw) * along;
    return to_kw - (to_kw - from_kw) * ((to_kwh - kwh) / (to_kwh - from_kwh));
  }
  /// Where the piece crosses `kw`, within the piece; only asked when it does.
  double kwh_at(double kw) const {
    const double kwh = from_kwh + (to_kwh - from_kwh) * ((kw - from_kw) / (to_kw - from_kw));
    return std::clamp(kwh, std::min(from_kwh, to_kwh), std::max(from_kwh, to_kwh));
  }
};

Piece piece(const Way& way, std::size_t step) {
  const std::size_t last = way.curve.knots.size() - 1;
  const std::size_t a = way.up ? step : last - step;
  const std::size_t b = way.up ? step + 1 : last - step - 1;
  return {knot_kwh(way, a), knot_kwh(way, b), way.curve.knots[a].kw, way.curve.knots[b].kw};
}

/// The piece that lies ahead of `kwh`; the number of pieces when none does.
std::size_t piece_ahead(const Way& way, double kwh) {
  const std::size_t pieces = way.curve.knots.size() - 1;
  std::size_t step = 0;
  while (step < pieces && !before(way, kwh, piece(way, step).to_kwh)) ++step;
  return step;
}

/// Constant power `kw` (> 0) until stored energy `to_kwh`.
Law constant_law(const Way& way, double stored_kwh, double kw, double to_kwh, LawEnd end) {
  Law law;
  law.kw = kw;
  law.end = end;
  law.end_stored_kwh = to_kwh;
  law.metered_kwh = std::abs(to_kwh - stored_kwh) / way.gain;
  law.hours = law.metered_kwh / kw;
  return law;
}

/// Power along the curve from `kw` (> 0) at stored_kwh to the piece's value at `to_kwh`.
Law curve_law(const Way& way, const Piece& p, double stored_kwh, double kw, double to_kwh, LawEnd end) {
  const double slope = (p.to_kw - p.from_kw) / std::abs(p.to_kwh - p.from_kwh);  // kW per stored kWh along the way
  Law law;
  law.kw = kw;
  law.rate_per_h = slope * way.gain;
  law.end = end;
  law.end_stored_kwh = to_kwh;
  law.metered_kwh = std::abs(to_kwh - stored_kwh) / way.gain;
  const double end_kw = p.kw_at(to_kwh);
  if (end_kw <= 0.0) {
    law.hours = infinite;
    law.end = LawEnd::never;
  } else if (end_kw < 0.5 * kw) {  // the ratio of the powers keeps more digits here than their difference
    law.hours = std::log(end_kw / kw) / law.rate_per_h;
  } else {
    law.hours = hours_for(law.metered_kwh, kw, law.rate_per_h);
  }
  return law;
}

/// The law in the direction of the way, as if charging; the caller gives discharging its sign.
Law law_along(const Way& way, double stored_kwh, double setpoint_kw) {
  if (!before(way, stored_kwh, way.end_kwh) || setpoint_kw <= 0.0) return {};
  // A battery below empty takes what the empty one takes, until it is at the first knot.
  if (way.up && stored_kwh < knot_kwh(way, 0)) {
    const double kw = std::min(way.curve.knots.front().kw, setpoint_kw);
    return kw > 0.0 ? constant_law(way, stored_kwh, kw, knot_kwh(way, 0), LawEnd::curve) : Law{};
  }
  const std::size_t pieces = way.curve.knots.size() - 1;
  std::size_t step = piece_ahead(way, stored_kwh);
  if (step >= pieces) return {};

  const Piece here = piece(way, step);
  const double offered = here.kw_at(stored_kwh);
  if (offered <= 0.0) return {};  // a zero-power knot is never left

  // Does the curve bind here, or the setpoint? Inside a piece that crosses the setpoint the state's side of the
  // crossing decides.
  const double low = std::min(here.from_kw, here.to_kw);
  const double high = std::max(here.from_kw, here.to_kw);
  const bool crosses = low < setpoint_kw && setpoint_kw < high;
  const bool falls = here.to_kw < here.from_kw;
  const double level_kwh = crosses ? here.kwh_at(setpoint_kw) : here.to_kwh;
  const bool curve_binds = crosses ? before(way, stored_kwh, level_kwh) != falls : low < setpoint_kw;

  if (curve_binds) {
    double to_kwh = falls ? here.to_kwh : level_kwh;
    const bool ends = !before(way, to_kwh, way.end_kwh);
    to_kwh = nearer(way, to_kwh, way.end_kwh);
    const LawEnd reason = ends ? way.end_reason : LawEnd::curve;
    const double kw = std::min(offered, setpoint_kw);
    if (here.from_kw == here.to_kw) return constant_law(way, stored_kwh, kw, to_kwh, reason);
    return curve_law(way, here, stored_kwh, kw, to_kwh, reason);
  }

  // The setpoint binds: look ahead for the place where the curve falls below it.
  double to_kwh = way.end_kwh;
  LawEnd reason = way.end_reason;
  for (; step < pieces; ++step) {
    const Piece p = piece(way, step);
    if (!before(way, p.from_kwh, way.end_kwh)) break;
    if (p.to_kw >= setpoint_kw) continue;
    const double cross = p.from_kw <= setpoint_kw ? p.from_kwh : p.kwh_at(setpoint_kw);
    if (before(way, cross, way.end_kwh) && before(way, stored_kwh, cross)) {
      to_kwh = cross;
      reason = LawEnd::curve;
    }
    break;
  }

  return constant_law(way, stored_kwh, setpoint_kw, to_kwh, reason);
}

/// Ends a charging law early when only `metered_left` kWh may still flow.
Law stop_at(Law law, double stored_kwh, double gain, double metered_left) {
  if (metered_left <= 0.0) return {};
  if (law.kw <= 0.0 || metered_left >= law.metered_kwh) return law;
  const double hours = hours_for(metered_left, law.kw, law.rate_per_h);
  if (hours >= law.hours) return law;  // a stop within rounding of the end (or never reached) is the end
  law.hours = hours;
  law.metered_kwh = metered_left;
  law.end_stored_kwh = std::min(stored_kwh + metered_left * gain, law.end_stored_kwh);
  law.end = LawEnd::metered;
  return law;
}

Law unknown_battery_law(double kw, double metered_left) {
  Law law;
  if (kw == 0.0 || (kw > 0.0 && metered_left <= 0.0)) return law;
  law.kw = kw;
  law.metered_kwh = kw > 0.0 ? infinite : -infinite;
  if (kw < 0.0 || metered_left == infinite) return law;
  law.hours = metered_left / kw;
  law.metered_kwh = metered_left;
  law.end = LawEnd::metered;
  return law;
}

Law negated(Law law) {
  law.kw = -law.kw;
  law.metered_kwh = -law.metered_kwh;
  return law;
}

Way charging(const BatterySpec& b) {
  return {b.charge, b.capacity_kwh, b.charge_efficiency, b.capacity_kwh, LawEnd::full, true};
}
Way discharging(const BatterySpec& b, double floor_kwh) {
  return {b.discharge, b.capacity_kwh, 1.0 / b.discharge_efficiency, std::max(floor_kwh, 0.0), LawEnd::floor, false};
}

}  // namespace

Law law_at(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double metered_left, double floor_kwh) {
  if (setpoint_kw == 0.0) return {};
  if (battery.capacity_kwh == infinite) {
    const double most = setpoint_kw > 0.0 ? battery.charge.max_kw() : battery.discharge.max_kw();
    return unknown_battery_law(std::clamp(setpoint_kw, -most, most), metered_left);
  }
  if (setpoint_kw > 0.0) {
    return stop_at(law_along(charging(battery), stored_kwh, setpoint_kw), stored_kwh, battery.charge_efficiency,
                   metered_left);
  }
  return negated(law_along(discharging(battery, floor_kwh), stored_kwh, -setpoint_kw));
}

Law held_law(const BatterySpec& battery, double stored_kwh, double held_kw, double metered_left, double floor_kwh) {
  if (held_kw == 0.0) return {};
  if (battery.capacity_kwh == infinite) return unknown_battery_law(held_kw, metered_left);
  const Way way = held_kw > 0.0 ? charging(battery) : discharging(battery, floor_kwh);
  if (!before(way, stored_kwh, way.end_kwh)) return {};
  const Law law = constant_law(way, stored_kwh, std::abs(held_kw), way.end_kwh, way.end_reason);
  return held_kw > 0.0 ? stop_at(law, stored_kwh, way.gain, metered_left) : negated(law);
}

namespace {

PowerRange range_along(const Way& way, double stored_kwh) {
  if (!before(way, stored_kwh, way.end_kwh)) return {};
  const std::size_t pieces = way.curve.knots.size() - 1;
  std::size_t step = piece_ahead(way, stored_kwh);
  if (step >= pieces) return {};
  const Piece here = piece(way, step);
  PowerRange range;
  range.now_kw = here.kw_at(stored_kwh);
  if (range.now_kw <= 0.0) return {};  // a zero-power knot is never left
  range.falls = here.to_kw < here.from_kw;
  range.highest_kw = range.now_kw;
  for (; step < pieces && before(way, piece(way, step).from_kwh, way.end_kwh); ++step) {
    range.highest_kw = std::max(range.highest_kw, piece(way, step).to_kw);
    if (piece(way, step).to_kw <= 0.0) break;
  }
  return range;
}

}  // namespace

PowerRange charge_range(const BatterySpec& battery, double stored_kwh) {
  if (battery.capacity_kwh == infinite) return {battery.charge.max_kw(), battery.charge.max_kw(), false};
  return range_along(charging(battery), stored_kwh);
}

PowerRange discharge_range(const BatterySpec& battery, double stored_kwh, double floor_kwh) {
  if (battery.capacity_kwh == infinite) return {battery.discharge.max_kw(), battery.discharge.max_kw(), false};
  return range_along(discharging(battery, floor_kwh), stored_kwh);
}

Outcome run_for(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double hours, double metered_left,
                double floor_kwh) {
  Outcome now{stored_kwh, 0.0};
  while (hours > 0.0) {
    const Law law = law_at(battery, now.stored_kwh, setpoint_kw, metered_left, floor_kwh);
    if (law.kw == 0.0) break;
    if (law.hours <= hours) {
      now.stored_kwh = law.end_stored_kwh;
      now.metered_kwh += law.metered_kwh;
      metered_left -= law.metered_kwh;
      hours -= law.hours;
      continue;
    }
    const double metered = law.metered_after(hours);
    now.metered_kwh += metered;
    if (metered > 0.0) {
      now.stored_kwh = std::min(now.stored_kwh + metered * battery.charge_efficiency, battery.capacity_kwh);
    } else {
      now.stored_kwh =
          std::max(now.stored_kwh + metered / battery.discharge_efficiency, std::min(floor_kwh, now.stored_kwh));
    }
    break;
  }
  return now;
}

double hours_to_soc(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double target_soc) {
  if (setpoint_kw == 0.0 || battery.capacity_kwh == infinite) return infinite;
  const double target_kwh = target_soc * battery.capacity_kwh;
  const double gain = setpoint_kw > 0.0 ? battery.charge_efficiency : 1.0 / battery.discharge_efficiency;
  double hours = 0.0;
  while (setpoint_kw > 0.0 ? stored_kwh < target_kwh : stored_kwh > target_kwh) {
    const Law law = law_at(battery, stored_kwh, setpoint_kw, infinite, 0.0);
    if (law.kw == 0.0) return infinite;
    const double needed_kwh = (target_kwh - stored_kwh) / gain;  // metered, signed
    const double reachable = law.metered_kwh;
    if (std::abs(needed_kwh) > std::abs(reachable)) {
      if (law.hours == infinite) return infinite;
      hours += law.hours;
      stored_kwh = law.end_stored_kwh;
      continue;
    }
    return hours + std::min(hours_for(needed_kwh, law.kw, law.rate_per_h), law.hours);
  }
  return hours;
}

}  // namespace evtwin::physics
