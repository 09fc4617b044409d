// A battery behind a meter: how much power it takes or gives over its state of charge, in closed form.
#pragma once
#include <limits>
#include <vector>

#include "kernel/static_checks.hpp"
#include "kernel/unknown.hpp"

namespace evtwin::physics {

inline constexpr double infinite = std::numeric_limits<double>::infinity();
using kernel::unknown;

/// One corner of a power curve: at state of charge `soc` (0..1) the meter sees at most `kw`.
struct Knot {
  double soc = 0.0;
  double kw = 0.0;
};

/// Largest power at the meter over SoC, linear between knots; first knot at SoC 0, last at 1, kw >= 0.
/// Constant power then linear taper to 0 at SoC 1 is {{0, kw}, {transition, kw}, {1, 0}}: ACN-Sim's continuous
/// two-stage battery.
struct Curve {
  std::vector<Knot> knots;

  static Curve constant(double kw) { return {{{0.0, kw}, {1.0, kw}}}; }
  double kw_at(double soc) const;
  double max_kw() const;
};

/// Figures of a battery that do not change while a vehicle is plugged in. An infinite capacity is a battery nobody
/// knows: it never fills.
struct BatterySpec {
  double capacity_kwh = infinite;
  double charge_efficiency = 1.0;     ///< stored = metered x efficiency
  double discharge_efficiency = 1.0;  ///< metered = stored x efficiency
  Curve charge = Curve::constant(infinite);
  Curve discharge = Curve::constant(0.0);
};

/// Why a law ends.
enum class LawEnd : unsigned char {
  never,    ///< no crossing: constant or decaying for ever
  curve,    ///< the curve bends, or starts or stops to bind
  full,     ///< SoC 1
  floor,    ///< discharged to the given floor
  metered,  ///< the metered energy asked for has flowed
};

/// The law of power until the next crossing: P(t) = kw x exp(rate_per_h x t), t in hours; kw > 0 charges, < 0
/// discharges.
struct Law {
  double kw = 0.0;
  double rate_per_h = 0.0;
  double hours = infinite;  ///< until the crossing; infinite when there is none
  double end_stored_kwh =
      0.0;  ///< stored energy at the crossing, to be set exactly (not for `metered` with unknown battery)
  double metered_kwh =
      0.0;  ///< metered energy until the crossing (signed), to be booked exactly; `never`: what it tends to
  LawEnd end = LawEnd::never;

  template <class A>
  void archive_fields(A& a) {
    a(kw, rate_per_h, hours, end_stored_kwh, metered_kwh);
    a.archive_choice(end, LawEnd::metered);
  }

  double kw_at(double hours_in) const;
  /// Metered energy (kWh, signed) of the first `hours_in` hours; hours_in <= hours.
  double metered_after(double hours_in) const;
};
static_assert(sizeof(Law) == 48, "a new field must be archived, and the title of checkpoints changed");
static_assert(kernel::is_last_enumerator<LawEnd::metered>(), "Law::archive takes no later one");

/// The law at stored energy `stored_kwh` under a constant setpoint.
/// @param setpoint_kw     signed; the power is what the curve leaves of it
/// @param metered_left    metered energy after which charging stops (a recorded session's hidden stop); infinite = none
/// @param floor_kwh       stored energy below which discharging stops
/// Exact for piecewise-linear curves: one exp or log per bend. Thresholds are compared in stored kWh, so that a state
/// that was set to a threshold is exactly at it.
Law law_at(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double metered_left, double floor_kwh);

/// As law_at, but the acceptance is frozen at `held_kw` (what stepped tools do): constant power until full, floor or
/// stop.
Law held_law(const BatterySpec& battery, double stored_kwh, double held_kw, double metered_left, double floor_kwh);

/// Power that a battery can take or give from here on, in one direction; kW at the meter, all >= 0.
struct PowerRange {
  double now_kw = 0.0;      ///< at this moment
  double highest_kw = 0.0;  ///< at this moment or later on the way
  bool falls = false;       ///< a power of now_kw or more would shrink from the very start

  template <class A>
  void archive_fields(A& a) {
    a(now_kw, highest_kw, falls);
  }
};
static_assert(sizeof(PowerRange) == 24, "a new field must be archived, and the title of checkpoints changed");

/// Charging from `stored_kwh` to full.
PowerRange charge_range(const BatterySpec& battery, double stored_kwh);
/// Discharging from `stored_kwh` to `floor_kwh`.
PowerRange discharge_range(const BatterySpec& battery, double stored_kwh, double floor_kwh);

/// Stored energy after `hours` under a constant setpoint, with the metered energy that flowed (signed). Follows every
/// bend.
struct Outcome {
  double stored_kwh = 0.0;
  double metered_kwh = 0.0;
};
Outcome run_for(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double hours,
                double metered_left = infinite, double floor_kwh = 0.0);

/// Hours until SoC `target_soc` is reached under a constant setpoint, 0 when it lies behind; infinite when it never is
/// (setpoint 0 and batteries of unknown capacity included).
double hours_to_soc(const BatterySpec& battery, double stored_kwh, double setpoint_kw, double target_soc);

}  // namespace evtwin::physics
