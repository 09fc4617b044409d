#include "twin/owed.hpp"

#include <algorithm>

namespace evtwin::twin {

market::OwedEnergy owed_after(const Site& site, const physics::FeederTree& tree, const market::TariffClock& tariff,
                              const OpenStay& stay) {
  const physics::Evse& evse = site.evses[stay.evse];
  market::RestOfStay rest;
  rest.from_ns = stay.end_ns;
  rest.to_ns = stay.departure_ns;
  rest.max_kw = std::min(physics::couple(evse, *stay.vehicle, stay.v2g).max_kw, stay.vehicle->battery.charge.max_kw());
  rest.grid_kw_per_kw = 1.0 / evse.efficiency;
  for (const std::int32_t feeder : tree.path_up(evse.feeder))
    rest.grid_kw_per_kw /= tree.feeders()[static_cast<std::size_t>(feeder)].efficiency;
  rest.unmet_price_per_kwh = site.unmet_price_per_kwh;
  return market::OwedEnergy(tariff, rest);
}

}  // namespace evtwin::twin
