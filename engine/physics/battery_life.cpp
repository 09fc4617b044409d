#include "physics/battery_life.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/unknown.hpp"

namespace evtwin::physics {
namespace {
constexpr double days_of_year = 365.25;
}  // namespace

double health_after(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use, double days) {
  AgeingUse until = use;
  until.days = days;
  until.stored_kwh = use.stored_kwh * days / use.days;
  const AgeingHistory fresh{0.0, 0.0, capacity_kwh};
  return 1.0 - calendar_loss(law, fresh, until) - cyclic_loss(law, fresh, until);
}

double health_after_5_years(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use) {
  if (!(use.days > 0.0)) return kernel::unknown;
  return std::max(0.0, health_after(law, capacity_kwh, use, 5.0 * days_of_year));
}

double life_years(const AgeingLaw& law, double capacity_kwh, const AgeingUse& use) {
  if (!(use.days > 0.0)) return kernel::unknown;
  const auto lasts = [&](double days) { return health_after(law, capacity_kwh, use, days) > law.replaced_at; };
  // Both terms grow with time, so the day is found between halves.
  double before = 0.0, after = most_life_years * days_of_year;
  if (lasts(after)) return most_life_years;
  while (after - before > 1e-10 * after) {
    const double middle = 0.5 * (before + after);
    (lasts(middle) ? before : after) = middle;
  }
  return after / days_of_year;
}

void FleetUse::add_battery(const AgeingUse& use, double capacity_kwh, double soc_rise) {
  const double cycles = use.stored_kwh / capacity_kwh;
  sessions += 1.0;
  days += use.days;
  soc_days += use.mean_soc * use.days;
  flow += cycles;
  level_flow += use.cycle_soc * cycles;
  depth_flow += use.depth * cycles;
  road += std::max(0.0, soc_rise);
}

FleetUse& FleetUse::operator+=(const FleetUse& other) {
  sessions += other.sessions;
  days += other.days;
  soc_days += other.soc_days;
  flow += other.flow;
  level_flow += other.level_flow;
  depth_flow += other.depth_flow;
  road += other.road;
  return *this;
}

double fleet_life_years(const AgeingLaw& law, const FleetUse& fleet) {
  if (!(fleet.sessions > 0.0) || !(fleet.days > 0.0)) return kernel::unknown;
  AgeingUse day;
  day.days = 1.0;
  day.mean_soc = fleet.soc_days / fleet.days;
  day.stored_kwh = (fleet.flow + fleet.road) / fleet.sessions;
  if (fleet.flow > 0.0) {
    day.cycle_soc = fleet.level_flow / fleet.flow;
    day.depth = fleet.depth_flow / fleet.flow;
  }
  return life_years(law, 1.0, day);
}

void add_fleet(std::vector<FleetOfLaw>& fleets, const FleetOfLaw& more) {
  const auto same =
      std::find_if(fleets.begin(), fleets.end(), [&](const FleetOfLaw& fleet) { return fleet.ageing == more.ageing; });
  if (same == fleets.end()) {
    fleets.push_back(more);
  } else {
    same->use += more.use;
  }
}

double fleet_life_years(std::span<const FleetOfLaw> fleets) {
  double least = kernel::unknown;
  for (const FleetOfLaw& fleet : fleets)
    least = std::fmin(least, fleet_life_years(fleet.ageing.fitted_law(), fleet.use));
  return least;
}

}  // namespace evtwin::physics
