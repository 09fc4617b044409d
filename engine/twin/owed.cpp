#include "twin/owed.hpp"

#include <algorithm>

namespace evtwin::twin {

double efficiency_of_way(const physics::FeederTree& tree, std::int32_t node) {
  double efficiency = 1.0;
  for (const std::int32_t feeder : tree.path_up(node))
    efficiency *= tree.feeders()[static_cast<std::size_t>(feeder)].efficiency;
  return efficiency;
}

market::OwedEnergy owed_after(const Site& site, const physics::FeederTree& tree, const market::TariffClock& tariff,
                              const OpenStay& stay) {
  const physics::Evse& evse = site.evses[stay.evse];
  market::RestOfStay rest;
  rest.from_ns = stay.end_ns;
  rest.to_ns = stay.departure_ns;
  rest.max_kw = std::min(physics::couple(evse, *stay.vehicle, stay.v2g).max_kw, stay.vehicle->battery.charge.max_kw());
  rest.grid_kw_per_kw = 1.0 / (evse.efficiency * efficiency_of_way(tree, evse.feeder));
  rest.unmet_price_per_kwh = site.unmet_price_per_kwh;
  return market::OwedEnergy(tariff, rest);
}

}  // namespace evtwin::twin
