// Roads: stations near a place, a trip planned, and a week of a region's drivers.
#include <fmt/format.h>

#include "bench/suites.hpp"
#include "kernel/random.hpp"
#include "roads/made_region.hpp"
#include "roads/near.hpp"
#include "roads/route.hpp"

namespace evtwin::bench {
namespace {

double drawn_unit(std::uint64_t entity, std::uint64_t index) {
  return kernel::draw_unit(7, entity, kernel::purpose_of("bench.roads"), index);
}

/// Places all over the region, `km` around each, by distance.
Row measure_near(const roads::MadeRegion& region, double km) {
  constexpr std::uint64_t places = 20'000;
  const roads::StationIndex index(region.stations);
  std::vector<roads::NearQuery> queries(places);
  for (std::uint64_t i = 0; i < places; ++i) {
    const auto node = static_cast<std::size_t>(drawn_unit(i, 0) * region.network.node_count());
    queries[i].lat_deg = region.network.nodes()[node].lat_deg;
    queries[i].lon_deg = region.network.nodes()[node].lon_deg;
    queries[i].km = km;
  }
  std::vector<roads::NearHit> hits;
  double found = 0.0;
  const double seconds = median_cpu_s([&] {
    found = 0.0;
    for (const roads::NearQuery& query : queries) {
      index.find_near(query, {}, hits);
      found += static_cast<double>(hits.size());
    }
  });
  return {{fmt::format("near, {:g} km around, of {} stations", km, region.stations.size())},
          {1e6 * seconds / places, found / places}};
}

Row measure_routes(const roads::MadeRegion& region, const roads::TrafficPlan& plan) {
  constexpr std::uint64_t trips = 40;
  const roads::RoutePlanner planner(region.network, region.stations, plan.cars.front());
  double stops = 0.0;
  const double seconds = median_cpu_s(
      [&] {
        stops = 0.0;
        for (std::uint64_t i = 0; i < trips; ++i) {
          roads::RouteQuery query;
          query.from = static_cast<std::uint32_t>(drawn_unit(i, 1) * region.side);
          query.to = region.network.node_count() - 1 - static_cast<std::uint32_t>(drawn_unit(i, 2) * region.side);
          query.soc = 0.5;
          stops += static_cast<double>(planner.plan_route(query).stops.size());
        }
      },
      3);
  return {{"route right across, 40 kWh from 50 %"}, {1e6 * seconds / trips, stops / trips}};
}

Row measure_week(const roads::MadeRegion& region, const roads::TrafficPlan& plan) {
  roads::TrafficFigures figures;
  const double seconds = median_cpu_s([&] { figures = roads::run_traffic(region.network, region.stations, plan); }, 1);
  return {{fmt::format("{} drivers, a week: {} trips, {} stations", plan.drivers.size(), figures.trips,
                       region.stations.size())},
          {1e6 * seconds, static_cast<double>(figures.stops)}};
}

}  // namespace

Table roads_table() {
  Table table{
      "roads",
      "Roads of 10,000 nodes, made; one core. A week includes the search of all ways. Limits: near 10 us, a week "
      "of 100,000 drivers 60 s",
      {"case"},
      {"CPU us", "stations found / stops a trip / stops"},
      {}};
  const roads::MadeRegion region = roads::made_region(100, 300), dense = roads::made_region(100, 10'000);
  table.rows.push_back(measure_near(dense, 5.0));
  table.rows.push_back(measure_near(dense, 10.0));
  table.rows.push_back(measure_near(region, 20.0));
  const roads::TrafficPlan plan = roads::commuter_plan(region, 100'000, 7);
  table.rows.push_back(measure_routes(region, plan));
  table.rows.push_back(measure_week(region, plan));
  return table;
}

}  // namespace evtwin::bench
