// How long a battery lasts that is used as it was, by the law of physics/ageing.hpp.
#pragma once
#include <span>
#include <vector>

#include "physics/ageing.hpp"

namespace evtwin::physics {

/// No life is told beyond this, years: nothing that is fitted to months of cycling says more.
inline constexpr double most_life_years = 100.0;

/// State of health of a battery that was new `days` ago and was used like this ever since:
/// 1 - alpha(mean SoC) x days^0.75 - beta(depth, SoC) x sqrt(Ah), Schmalstieg 2014. Falls without end.
/// @param use  over use.days > 0; its flow and days count as a rate
double health_after(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use, double days);

/// The same after five years, at least 0; unknown where use.days is 0.
double health_after_5_years(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use);

/// Years until the health of a new battery is `law.replaced_at`, at most most_life_years; unknown where use.days is 0.
double life_years(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use);

/// Use of a fleet's batteries at a site, as sums over sessions: of capacities, so that large and small cars count
/// alike.
struct FleetUse {
  double sessions = 0.0;
  double days = 0.0, soc_days = 0.0;  ///< plugged in; mean SoC x days
  double flow = 0.0, level_flow = 0.0,
         depth_flow = 0.0;  ///< both directions, in capacities; times mean SoC, times depth
  double road = 0.0;        ///< capacities that left on the road what the site put in: the sum of rises of SoC

  void add_battery(const AgeingUse& use, double capacity_kwh, double soc_rise);
  FleetUse& operator+=(const FleetUse& other);

  template <class A>
  void archive_fields(A& a) {
    a(sessions, days, soc_days, flow, level_flow, depth_flow, road);
  }
};
static_assert(sizeof(FleetUse) == 56, "a new field must be archived, and the title of checkpoints changed");

/// Years that a new battery of such a fleet lasts if every car comes once a day, stands at the site's mean SoC day and
/// night, and drives away what it took: its flow is what the site saw and the road took. Unknown without a session.
double fleet_life_years(const AgeingLaw& law, const FleetUse& fleet);

/// The vehicles of a site that age by one law.
struct FleetOfLaw {
  FittedAgeing ageing;
  FleetUse use;
};
/// Adds sessions to those of the same law.
void add_fleet(std::vector<FleetOfLaw>& fleets, const FleetOfLaw& more);
/// Life of those that are replaced first.
double fleet_life_years(std::span<const FleetOfLaw> fleets);

}  // namespace evtwin::physics
