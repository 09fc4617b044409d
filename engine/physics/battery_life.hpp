// How long a battery lasts that is used as it was, by the law of physics/ageing.hpp.
#pragma once
#include "physics/ageing.hpp"

namespace evtwin::physics {

/// Fraction of the capacity at which a battery is replaced: what makers of cars warrant.
inline constexpr double replaced_at = 0.8;

/// State of health of a battery that was new `days` ago and was used like this ever since:
/// 1 - alpha(mean SoC) x days^0.75 - beta(depth, SoC) x sqrt(Ah), Schmalstieg 2014. Falls without end.
/// @param use  over use.days > 0; its flow and days count as a rate
double health_after(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use, double days);

/// Years until the health of a new battery is `replaced_at`; unknown where use.days is 0.
double life_years(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use);

/// What a fleet's batteries lived through at a site, as sums over sessions: of capacities, so that large and small cars
/// count alike.
struct FleetUse {
  double sessions = 0.0;
  double days = 0.0, soc_days = 0.0;  ///< plugged in; mean SoC x days
  double flow = 0.0, level_flow = 0.0,
         depth_flow = 0.0;  ///< both directions, in capacities; times mean SoC, times depth
  double road = 0.0;        ///< capacities that left on the road what the site put in: the sum of rises of SoC

  void add(const AgeingUse& use, double capacity_kwh, double soc_rise);
  FleetUse& operator+=(const FleetUse& other);

  template <class A>
  void archive(A& a) {
    a(sessions, days, soc_days, flow, level_flow, depth_flow, road);
  }
};

/// Years that a new battery of such a fleet lasts if every car comes once a day, stands at the site's mean SoC day and
/// night, and drives away what it took: its flow is what the site saw and the road took. Unknown without a session.
double fleet_life_years(const AgeingLaw& law, const FleetUse& fleet);

}  // namespace evtwin::physics
