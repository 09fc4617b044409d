// A power over a short time as what the run file makes it: a constant and tapers, each kw x exp(rate x hours). Values,
// integrals, crossings and the highest value are exact: no step, no sampling.
#pragma once

#include <vector>

namespace evtwin::audit {

/// kw x exp(rate_per_h x hours).
struct Taper {
  double kw = 0.0;
  double rate_per_h = 0.0;

  double kw_at(double hours) const;
  /// Energy of [from, to], kWh; hours.
  double energy_kwh(double from, double to) const;
};

class PowerSum {
 public:
  void clear();
  void add_constant(double kw) { constant_kw_ += kw; }
  void add_power(const Taper& taper, double factor = 1.0);
  void add_power(const PowerSum& other, double factor);

  double kw_at(double hours) const;
  double energy_kwh(double from, double to) const;
  bool is_constant() const { return tapers_.empty(); }
  /// The same power with hours counted from `hours` on.
  PowerSum from_hour_on(double hours) const;
  /// No less than its highest value in [from, to]: what its tapers come to at their higher ends.
  double bound_kw(double from, double to) const;

  /// Instants strictly within (from, to) at which the sum passes `level_kw`, ascending. A sum that only touches it may
  /// be listed or not: both sides are the same then.
  std::vector<double> crossing_hours(double level_kw, double from, double to) const;
  /// Integral over [from, to] of max(0, sum - level_kw). 0 for an infinite level.
  double energy_above(double level_kw, double from, double to) const;
  /// The same below: of max(0, level_kw - sum).
  double energy_below(double level_kw, double from, double to) const;
  /// How much of [from, to] the sum is above the level, hours.
  double hours_above(double level_kw, double from, double to) const;
  /// Highest value in [from, to].
  double highest_kw(double from, double to) const;

 private:
  struct Stretch {
    double from = 0.0, to = 0.0;
  };

  PowerSum slope_of_sum() const;
  std::vector<Stretch> stretches_above(double level_kw, double from, double to) const;

  double constant_kw_ = 0.0;
  std::vector<Taper> tapers_;  ///< each of a rate other than 0
};

}  // namespace evtwin::audit
