// Ageing of a lithium-ion battery: the share of its capacity that time and cycling take, and the exact statistics of
// its state of charge that this depends on.
//
// Model: J. Schmalstieg, S. Kaebitz, M. Ecker, D. U. Sauer, "A holistic aging model for Li(NiMnCo)O2 based 18650
// lithium-ion batteries", J. Power Sources 257 (2014) 325-334, doi 10.1016/j.jpowsour.2014.02.012:
//   capacity = 1 - alpha(V, T) x days^0.75 - beta(V, depth) x sqrt(Ah through the cell, both directions).
// Its voltage is taken as a line over SoC and a used car's history is assumed, as EV2Gym does (Orfanoudakis et al.,
// arXiv 2404.01849; ev2gym/models/ev.py of v2.0.0).
#pragma once

#include <cmath>
#include <optional>

#include "physics/battery.hpp"

namespace evtwin::physics {

/// The cell. Every figure is a measurement of another, so each names its source.
struct AgeingLaw {
  double calendar_per_v = 7.543e6;      ///< Schmalstieg 2014: alpha = (this x V - offset) x exp(-activation / T)
  double calendar_offset = 23.75e6;     ///< Schmalstieg 2014
  double calendar_activation_k = 6976;  ///< K; Schmalstieg 2014
  double calendar_power = 0.75;         ///< of days; Schmalstieg 2014
  double cyclic_per_v2 = 7.348e-3;      ///< Schmalstieg 2014: beta = this x (V - best)^2 + floor + per_depth x depth
  double cyclic_best_v = 3.667;         ///< V; Schmalstieg 2014
  double cyclic_floor = 7.6e-4;         ///< Schmalstieg 2014
  double cyclic_per_depth = 4.081e-3;   ///< per unit of SoC; Schmalstieg 2014
  double cyclic_power = 0.5;            ///< of Ah; Schmalstieg 2014
  double cell_ah = 2.05;                ///< Ah; the cell measured by Schmalstieg 2014
  double voltage_at_empty_v = 3.3324;   ///< V; line through the cell's open-circuit voltage, EV2Gym
  double voltage_per_soc_v = 0.8263;    ///< V from empty to full; EV2Gym
  double temperature_k = 298.15;        ///< K; 25 C all the time, EV2Gym
  double replaced_at = 0.8;             ///< fraction of the capacity that ends its life: what makers of cars warrant

  double voltage_at(double soc) const { return voltage_at_empty_v + voltage_per_soc_v * soc; }
};

/// What was fitted to the capacities of one's own cells, in place of a part of the published law:
/// capacity = 1 - calendar x days^0.75 - cyclic x cycles^power, whatever SoC, depth and temperature.
struct FittedAgeing {
  std::optional<double> calendar;  ///< per day^0.75; nothing: the published alpha, by mean SoC at 25 C
  std::optional<double> cyclic;    ///< per full equivalent cycle^power; nothing: the published beta, by depth and SoC
  double power = 0.5;              ///< of cycles
  double replaced_at = 0.8;        ///< fraction of the capacity that ends its life

  /// The published law with these figures in it.
  AgeingLaw fitted_law() const;
  bool operator==(const FittedAgeing&) const = default;
};

/// Past of a battery. Loss slows down with age, so the same use costs a young battery more.
struct AgeingHistory {
  double days = 730.0;         ///< two years; EV2Gym
  double stored_kwh = 0.0;     ///< through the battery so far, both directions, at the battery
  double capacity_kwh = 78.0;  ///< EV2Gym's pack; the fraction of it counts, not its size

  /// An EV of two years at 15,000 km a year and 0.186 kWh/km, charged as much as driven (EV2Gym).
  static AgeingHistory of_typical_car(double capacity_kwh);
  /// A stationary battery of two years with one full cycle a day (ours: no published figure).
  static AgeingHistory of_typical_storage(double capacity_kwh);
};

/// How a battery was used over some time.
struct AgeingUse {
  double days = 0.0;
  double mean_soc = 0.0;    ///< over time
  double stored_kwh = 0.0;  ///< through the battery, both directions, at the battery
  double cycle_soc = 0.5;   ///< mean SoC at which that energy flowed; EV2Gym: 0.5 always
  double depth = 0.0;       ///< of the cycles, 0..1
};

/// Fraction of the capacity lost by time: alpha x ((age + days)^0.75 - age^0.75).
double calendar_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use);
/// Fraction of the capacity lost by use: beta x (sqrt(Ah before + Ah now) - sqrt(Ah before)).
double cyclic_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use);

/// The same as the tangent at the battery's age, which EV2Gym uses. Above the true growth by days / (8 age): 0.02 % for
/// a day at two years, 6 % for a year.
double tangent_calendar_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use);
/// Above the true growth by a quarter of Ah now / Ah before. 0 where nothing flowed.
double tangent_cyclic_loss(const AgeingLaw& law, const AgeingHistory& history, const AgeingUse& use);

/// The two true losses for a battery whose law and history stand: what does not depend on the use is worked out once,
/// so that a session costs a few multiplications.
class Ageing {
 public:
  Ageing(const AgeingLaw& law, const AgeingHistory& history);
  double calendar_loss(const AgeingUse& use) const;
  double cyclic_loss(const AgeingUse& use) const;

 private:
  AgeingLaw law_;
  AgeingHistory history_;
  double arrhenius_, before_ah_, grown_days_, grown_ah_;
};

/// Sums from which an AgeingUse follows exactly, fed once per law of power. Both means are closed forms of the
/// exponential laws, nothing is sampled.
///
/// Depth: energy flows in half cycles, from one reversal of its direction to the next (a pause is none); the depth of
/// use is the mean of their depths, weighted with the energy that flowed in each, as wear is linear in both. A charge
/// from 20 % to 80 % has depth 0.6, and so has cycling between them, as in the paper's tests. EV2Gym takes twice the
/// mean |SoC - mean SoC| over its samples with current: 0.3 for that charge (its samples are even over 0.2..0.8), 0.6
/// for cycling that dwells at the two ends.
class AgeingMeter {
 public:
  /// A law that ended: the battery's content changed from `from_kwh` by `change_kwh` (signed) within `hours`, and
  /// `begin_h` hours after the meter's start.
  /// @param law           its power; the battery sees `change_kwh / metered_kwh` of it
  /// @param metered_kwh   of the law over these hours, signed, not 0
  void add_power(double from_kwh, double change_kwh, const Law& law, double metered_kwh, double begin_h, double hours);
  /// The same for a law of constant power, the common one: only its middle counts, `middle_h` hours after the start.
  void add_constant(double from_kwh, double change_kwh, double middle_h) {
    // Content over time, by parts: now x T less the sum of (when it changed) x change.
    moment_kwh_h_ += middle_h * change_kwh;
    add_flow(from_kwh, change_kwh);
  }

  /// Use from the meter's start until `hours` later, when the content is `now_kwh`.
  AgeingUse use_until(double capacity_kwh, double now_kwh, double hours) const;

  template <class A>
  void archive_fields(A& a) {
    a(moment_kwh_h_, stored_kwh_, level_kwh2_, half_cycle_kwh_, half_cycles_kwh2_);
  }

 private:
  void add_flow(double from_kwh, double change_kwh) {
    const double flow_kwh = std::abs(change_kwh);
    stored_kwh_ += flow_kwh;
    level_kwh2_ += flow_kwh * (from_kwh + 0.5 * change_kwh);
    if (half_cycle_kwh_ * change_kwh < 0.0) {
      half_cycles_kwh2_ += half_cycle_kwh_ * half_cycle_kwh_;
      half_cycle_kwh_ = 0.0;
    }
    half_cycle_kwh_ += change_kwh;
  }

  double moment_kwh_h_ = 0.0;      ///< integral of hours since the start over the content's changes
  double stored_kwh_ = 0.0;        ///< sum of |change|
  double level_kwh2_ = 0.0;        ///< integral of content over |change|
  double half_cycle_kwh_ = 0.0;    ///< of the half cycle that lasts, signed
  double half_cycles_kwh2_ = 0.0;  ///< sum of squares of those that ended
};
static_assert(sizeof(AgeingMeter) == 40, "a new field must be archived, and the title of checkpoints changed");

/// Integral over `hours` of the metered energy since a law's start, kWh h: the area under its energy curve.
/// Exact; a series where the closed form would cancel.
double energy_area(const Law& law, double metered_kwh, double hours);

}  // namespace evtwin::physics
