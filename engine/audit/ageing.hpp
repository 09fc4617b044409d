// What use takes of a battery's capacity, from the powers it saw. Written from the published law, for the recount.
//
// Source: J. Schmalstieg, S. Kaebitz, M. Ecker, D. U. Sauer, J. Power Sources 257 (2014) 325-334, doi
// 10.1016/j.jpowsour.2014.02.012, with the line for the voltage and the history of a used car of EV2Gym (arXiv
// 2404.01849).
#pragma once

#include "audit/local_clock.hpp"
#include "audit/power_sum.hpp"
#include "audit/recorded.hpp"

namespace evtwin::audit {

struct Wear {
  double calendar = 0.0, cyclic = 0.0;  ///< fractions of the capacity
};

/// What wear follows from.
struct UseUntil {
  double days = 0.0;
  double mean_soc = 0.0;   ///< over time
  double flow_kwh = 0.0;   ///< through the battery, both directions
  double cycle_soc = 0.5;  ///< mean at which that energy flowed; 0.5 where none did
  double depth = 0.0;      ///< mean depth of half cycles, by their energy
};

/// A battery from its first instant to its last: content over time, energy through it, depth of its half cycles.
///
/// What moves it: a change that alters the content, kept in kWh with the 53 bits of a double. One of less than about
/// 1e-16 of the content (1e-14 kWh in 100 kWh) is the rounding of a power that was meant to be none: no energy through
/// the battery, and no end of a half cycle. Without that bound a planner's -1e-17 kW between two hours of charging
/// would halve the depth.
class BatteryUse {
 public:
  /// @param charge_gain, discharge_gain  stored kWh per kWh metered
  BatteryUse(double capacity_kwh, double stored_kwh, double charge_gain, double discharge_gain, Ns begin_ns);

  /// Metered power from `from_ns` on for `hours`; not before the power that was added last has ended.
  void add_power(Ns from_ns, Ns to_ns, const Taper& metered);

  double stored_kwh() const { return stored_kwh_; }
  UseUntil use_until(Ns end_ns) const;
  /// Until `end_ns`. @param history_kwh  through the battery before, both directions
  Wear wear_until(Ns end_ns, double history_kwh, const AgeingTerms& terms) const;

 private:
  double capacity_kwh_, stored_kwh_, charge_gain_, discharge_gain_;
  Ns begin_ns_, known_until_ns_;
  double content_kwh_h_ = 0.0;                            ///< integral of the content over time
  double flow_kwh_ = 0.0, flow_level_kwh2_ = 0.0;         ///< |change|, and content over it
  double half_cycle_kwh_ = 0.0, half_cycles_kwh2_ = 0.0;  ///< signed, going on; squares of those that ended
};

/// Through a car's battery before: two years of 15,000 km a year at 0.186 kWh/km, charged as much as driven (EV2Gym).
double car_history_kwh();
/// Through a storage's battery before: a full cycle a day for two years.
double storage_history_kwh(double capacity_kwh);

/// What a battery sees in a day, when every day is like that.
struct DailyUse {
  double mean_soc = 0.0;
  double turns = 0.0;  ///< capacities that flow through it, both directions
  double cycle_soc = 0.5, depth = 0.0;
};
/// A run's use as a rate; nothing where no time passed: days is 0.
DailyUse daily_use(const UseUntil& use, double capacity_kwh);

/// State of health, 0..1 and below, of a battery that was new so many days ago.
double health_after(const AgeingTerms& terms, const DailyUse& day, double days);
/// Years until it is replaced, at most 100.
double years_until_replaced(const AgeingTerms& terms, const DailyUse& day);
double health_after_five_years(const AgeingTerms& terms, const DailyUse& day);

}  // namespace evtwin::audit
