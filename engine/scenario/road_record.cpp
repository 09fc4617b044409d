#include <memory>

#include "scenario/road_region.hpp"

namespace evtwin::scenario {

std::shared_ptr<const twin::RoadRecord> road_record(const RoadRegion* region) {
  if (region == nullptr) return nullptr;
  auto out = std::make_shared<twin::RoadRecord>();
  for (const roads::Node& node : region->network.nodes()) out->nodes.push_back({node.id, node.lat_deg, node.lon_deg});
  for (const roads::Edge& road : region->network.edges())
    out->roads.push_back({road.from, road.to, road.km, road.speed_kmh, road.grade});
  for (std::size_t s = 0; s < region->stations.size(); ++s) {
    const roads::Station& station = region->stations[s];
    out->stations.push_back({station.name, station.node, station.lat_deg, station.lon_deg, region->sites[s],
                             station.operator_name, station.own, station.kw, station.chargers});
  }
  for (const roads::StationStep& step : region->traffic.steps)
    out->uses.push_back({step.station, step.from_ns, step.charging, step.waiting, step.open});
  for (const roads::PriceStep& step : region->traffic.prices)
    out->prices.push_back({step.station, step.from_ns, step.price_per_kwh});
  return out;
}

}  // namespace evtwin::scenario
