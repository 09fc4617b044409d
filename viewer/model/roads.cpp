#include "viewer/model/roads.hpp"

#include <algorithm>

namespace evtwin::viewer::model {
namespace {

/// The last step at or before t; null: none.
template <class Step>
const Step* step_at(const std::vector<Step>& steps, TimeNs t) {
  const auto next =
      std::upper_bound(steps.begin(), steps.end(), t, [](TimeNs at, const Step& step) { return at < step.from_ns; });
  return next == steps.begin() ? nullptr : &*(next - 1);
}

}  // namespace

RoadStationState road_station_state(const RoadStation& station, TimeNs t) {
  RoadStationState state;
  if (const RoadUse* use = step_at(station.uses, t)) {
    state.charging = use->charging;
    state.waiting = use->waiting;
  }
  if (const RoadPrice* price = step_at(station.prices, t)) state.price_per_kwh = price->per_kwh;
  state.free = station.chargers - std::min(station.chargers, state.charging);
  for (const auto& [from, to] : station.closures) {
    if (from <= t && t < to) state.open = false;
  }
  return state;
}

std::vector<RoadCarPlace> road_cars_at(const Roads& roads, TimeNs t) {
  std::vector<RoadCarPlace> cars;
  // Who set out longer ago than the longest drive has arrived.
  auto leg = std::lower_bound(roads.legs.begin(), roads.legs.end(), t - roads.longest_leg_ns,
                              [](const RoadLeg& one, TimeNs at) { return one.start_ns < at; });
  for (; leg != roads.legs.end() && leg->start_ns <= t; ++leg) {
    if (leg->end_ns <= t) continue;
    const std::vector<std::uint32_t>& way = roads.ways[leg->way];
    double whole_h = 0.0;
    for (const std::uint32_t road : way) whole_h += roads.roads[road].hours();
    double left_h = whole_h * static_cast<double>(t - leg->start_ns) / static_cast<double>(leg->end_ns - leg->start_ns);
    std::size_t at = 0;
    while (at + 1 < way.size() && left_h >= roads.roads[way[at]].hours()) left_h -= roads.roads[way[at++]].hours();
    cars.push_back({way[at], std::clamp(left_h / roads.roads[way[at]].hours(), 0.0, 1.0)});
  }
  return cars;
}

std::size_t stranded_by(const Roads& roads, TimeNs t) {
  const auto after = std::upper_bound(roads.stranded.begin(), roads.stranded.end(), t,
                                      [](TimeNs at, const RoadStranding& one) { return at < one.at_ns; });
  return static_cast<std::size_t>(after - roads.stranded.begin());
}

}  // namespace evtwin::viewer::model
