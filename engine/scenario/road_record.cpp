#include <algorithm>
#include <map>
#include <memory>

#include "roads/ways.hpp"
#include "scenario/road_region.hpp"

namespace evtwin::scenario {
namespace {

/// The ways of the legs, each once: one search for each node that any begins at.
void add_legs(const RoadRegion& region, twin::RoadRecord& out) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> way_of;  // by (from, to)
  for (const roads::Leg& leg : region.traffic.legs) {
    // From a place to a station beside it.
    if (leg.end_ns <= leg.start_ns || leg.from == leg.to) continue;
    way_of.try_emplace({leg.from, leg.to}, 0);
  }

  roads::WaySearch search(region.network);
  std::vector<std::uint32_t> targets;
  for (auto first = way_of.begin(); first != way_of.end();) {
    const std::uint32_t from = first->first.first;
    auto last = first;
    targets.clear();
    while (last != way_of.end() && last->first.first == from) targets.push_back((last++)->first.second);
    search.search_from(from, roads::Toward::everywhere, targets);
    for (; first != last; ++first) {
      first->second = static_cast<std::uint32_t>(out.ways.size());
      std::vector<std::uint32_t>& way = out.ways.emplace_back();
      for (std::uint32_t node = first->first.second; node != from;) {
        way.push_back(search.edge_of(node));
        node = region.network.edges()[way.back()].from;
      }
      std::reverse(way.begin(), way.end());
    }
  }

  for (const roads::Leg& leg : region.traffic.legs) {
    const auto way = way_of.find({leg.from, leg.to});
    if (way != way_of.end()) out.legs.push_back({leg.driver, way->second, leg.start_ns, leg.end_ns});
  }
}

void add_visits(const RoadRegion& region, twin::RoadRecord& out) {
  for (const roads::StationVisit& visit : region.traffic.visits) {
    const bool over = visit.end_ns > visit.begin_ns;
    out.visits.push_back({visit.station, visit.driver, visit.arrive_ns, visit.begin_ns,
                          over ? visit.end_ns : region.plan.end_ns, over ? visit.meter_kwh : kernel::unknown,
                          over ? visit.money : kernel::unknown});
  }
  for (const roads::VainWait& wait : region.traffic.vain_waits)
    out.visits.push_back({wait.station, wait.driver, wait.arrive_ns, kernel::time_never, wait.until_ns, kernel::unknown,
                          kernel::unknown});
}

}  // namespace

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
  for (const roads::PriceStep& step : region->traffic.prices)
    out->prices.push_back({step.station, step.from_ns, step.price_per_kwh});
  for (const roads::StationFailure& failure : region->plan.failures)
    out->closures.push_back({failure.station, failure.from_ns, failure.to_ns});
  for (const roads::Stranding& one : region->traffic.stranded)
    out->stranded.push_back({one.driver, one.node, one.at_ns});
  add_visits(*region, *out);
  add_legs(*region, *out);
  return out;
}

}  // namespace evtwin::scenario
