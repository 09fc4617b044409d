#include "twin/owed.hpp"

#include <algorithm>
#include <vector>

namespace evtwin::twin {

double efficiency_of_way(const physics::FeederTree& tree, std::int32_t node) {
  double efficiency = 1.0;
  for (const std::int32_t feeder : tree.path_up(node))
    efficiency *= tree.feeders()[static_cast<std::size_t>(feeder)].efficiency;
  return efficiency;
}

double full_kw(const physics::Evse& evse, const OpenStay& stay) {
  return std::min(physics::couple_vehicle(evse, *stay.vehicle, stay.v2g).max_kw, stay.vehicle->battery.charge.max_kw());
}

std::vector<double> parts_together(const Site& site, const physics::FeederTree& tree, double room_kw,
                                   std::span<const MeanPower> stays) {
  const bool limits_currents = std::any_of(site.feeders.begin(), site.feeders.end(), [](const physics::Feeder& feeder) {
    return feeder.max_a < physics::infinite;
  });
  if (limits_currents || !site.rows.empty()) return std::vector<double>(stays.size(), 0.0);
  std::vector<double> own_kw(site.feeders.size()), into_kw(site.feeders.size());
  double total_kw = 0.0;
  for (const MeanPower& stay : stays) {
    const physics::Evse& evse = site.evses[stay.evse];
    (evse.feeder < 0 ? total_kw : own_kw[static_cast<std::size_t>(evse.feeder)]) += stay.kw / evse.efficiency;
  }
  total_kw += tree.sum_flows(own_kw, into_kw);
  const auto part_of = [](double kw, double max_kw) { return kw > max_kw ? std::max(0.0, max_kw) / kw : 1.0; };
  std::vector<double> parts;
  for (const MeanPower& stay : stays) {
    double part = part_of(total_kw, room_kw);
    for (const std::int32_t node : tree.path_up(site.evses[stay.evse].feeder)) {
      const auto f = static_cast<std::size_t>(node);
      part = std::min(part, part_of(into_kw[f], site.feeders[f].max_kw));
    }
    parts.push_back(part);
  }
  return parts;
}

market::OwedEnergy owed_after(const Site& site, const physics::FeederTree& tree, const market::TariffClock& tariff,
                              const OpenStay& stay) {
  const physics::Evse& evse = site.evses[stay.evse];
  market::RestOfStay rest;
  rest.from_ns = stay.end_ns;
  rest.to_ns = stay.departure_ns;
  rest.max_kw = full_kw(evse, stay);
  rest.grid_kw_per_kw = 1.0 / (evse.efficiency * efficiency_of_way(tree, evse.feeder));
  rest.unmet_price_per_kwh = site.unmet_price_per_kwh;
  return market::OwedEnergy(tariff, rest);
}

}  // namespace evtwin::twin
