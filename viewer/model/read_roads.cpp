// Tables road*: none of them has a row where the scenario has no roads.
#include <algorithm>
#include <cmath>

#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

void read_network(const Source& source, Roads& out) {
  Rows nodes = source.all_rows("road_node", "name, lat_deg, lon_deg");
  while (nodes.next_row()) {
    out.nodes.push_back({nodes.column_text(1), nodes.column_number(2), nodes.column_number(3)});
    if (!(std::abs(out.nodes.back().lat_deg) <= 90.0 && std::abs(out.nodes.back().lon_deg) <= 180.0))
      nodes.throw_bad_row("a place that is not on earth");
  }
  Rows roads = source.all_rows("road", "from_node, to_node, km, speed_kmh");
  while (roads.next_row()) {
    out.roads.push_back({roads.column_row(1, out.nodes.size()), roads.column_row(2, out.nodes.size()),
                         roads.column_number(3), roads.column_number(4)});
    if (!(out.roads.back().km > 0.0 && out.roads.back().speed_kmh > 0.0 && out.roads.back().hours() < 1e9 &&
          out.roads.back().hours() > 1e-9))
      roads.throw_bad_row("a road that takes no time, or for ever");
  }
}

void read_road_stations(const Source& source, std::size_t sites, Roads& out) {
  Rows stations = source.all_rows("road_station", "name, operator, node, lat_deg, lon_deg, site, own, kw, chargers");
  while (stations.next_row()) {
    RoadStation station;
    station.name = stations.column_text(1);
    if (!stations.is_null(2)) station.operator_name = stations.column_text(2);
    station.node = stations.column_row(3, out.nodes.size());
    station.lat_deg = stations.column_number(4);
    station.lon_deg = stations.column_number(5);
    if (!(std::abs(station.lat_deg) <= 90.0 && std::abs(station.lon_deg) <= 180.0))
      stations.throw_bad_row("a place that is not on earth");
    station.site = stations.row_or_none(6, sites);
    station.own = stations.column_integer(7) != 0;
    station.kw = stations.column_number(8);
    station.chargers = static_cast<std::uint32_t>(std::min<std::uint64_t>(stations.column_count(9), 1'000'000));
    out.stations.push_back(std::move(station));
  }

  Rows prices = source.all_rows("road_price", "station, start_ns, price_per_kwh");
  while (prices.next_row()) {
    std::vector<RoadPrice>& steps = out.stations[prices.column_row(1, out.stations.size())].prices;
    steps.push_back({prices.column_time(2), prices.column_number(3)});
    if (steps.size() > 1 && steps.back().from_ns < steps[steps.size() - 2].from_ns)
      prices.throw_bad_row("a price out of order");
  }
  Rows closures = source.all_rows("road_closure", "station, start_ns, end_ns");
  while (closures.next_row())
    out.stations[closures.column_row(1, out.stations.size())].closures.emplace_back(closures.column_time(2),
                                                                                    closures.column_time(3));
}

/// Who comes or goes at an instant.
struct UseChange {
  TimeNs at_ns = 0;
  std::int64_t charging = 0, waiting = 0;
};

/// Steps of who is there: those of one instant are one.
std::vector<RoadUse> uses_of(std::vector<UseChange> changes) {
  std::ranges::stable_sort(changes, {}, &UseChange::at_ns);
  std::vector<RoadUse> uses;
  std::int64_t charging = 0, waiting = 0;
  for (const UseChange& change : changes) {
    charging += change.charging;
    waiting += change.waiting;
    if (uses.empty() || uses.back().from_ns != change.at_ns) uses.push_back({change.at_ns, 0, 0});
    uses.back().charging = static_cast<std::uint32_t>(std::max<std::int64_t>(charging, 0));
    uses.back().waiting = static_cast<std::uint32_t>(std::max<std::int64_t>(waiting, 0));
  }
  return uses;
}

void read_visits(const Source& source, Roads& out) {
  std::vector<std::vector<UseChange>> changes(out.stations.size());
  Rows rows = source.all_rows("road_visit", "station, arrive_ns, begin_ns, end_ns, kwh, money");
  while (rows.next_row()) {
    const std::uint32_t row = rows.column_row(1, out.stations.size());
    RoadStation& station = out.stations[row];
    const TimeNs arrive = rows.column_time(2), end = rows.column_time(4);
    const bool in_vain = rows.is_null(3);
    const TimeNs begin = in_vain ? end : rows.column_time(3);
    if (begin < arrive || end < begin) rows.throw_bad_row("a visit that ends before it begins");
    const double wait_h = kernel::hours_between(arrive, begin);
    (in_vain ? station.in_vain : station.visits) += 1;
    station.waited += begin > arrive ? 1U : 0U;
    station.wait_h += wait_h;
    station.longest_wait_h = std::max(station.longest_wait_h, wait_h);
    if (const double kwh = rows.number_or_none(5); !std::isnan(kwh)) station.kwh += kwh;
    if (const double money = rows.number_or_none(6); !std::isnan(money)) station.money += money;
    changes[row].push_back({arrive, 0, 1});
    changes[row].push_back({begin, in_vain ? 0 : 1, -1});
    if (!in_vain) changes[row].push_back({end, -1, 0});
  }
  double most_h = 0.0;
  for (std::uint32_t s = 0; s < out.stations.size(); ++s) {
    out.stations[s].uses = uses_of(std::move(changes[s]));
    if (out.stations[s].wait_h <= most_h) continue;
    most_h = out.stations[s].wait_h;
    out.bottleneck = s;
  }
}

void read_legs(const Source& source, Roads& out) {
  Rows parts = source.all_rows("road_way_part", "way, road");
  while (parts.next_row()) {
    const std::uint64_t way = parts.column_count(1);
    if (way != out.ways.size() && way != out.ways.size() + 1) parts.throw_bad_row("a way out of order");
    if (way == 0) parts.throw_bad_row("a way that there is not");
    if (way > out.ways.size()) out.ways.emplace_back();
    out.ways.back().push_back(parts.column_row(2, out.roads.size()));
  }
  Rows legs = source.all_rows("road_leg", "way, start_ns, end_ns");
  while (legs.next_row()) {
    const RoadLeg leg{legs.column_time(2), legs.column_time(3), legs.column_row(1, out.ways.size())};
    if (leg.end_ns <= leg.start_ns) legs.throw_bad_row("a drive that takes no time");
    if (!out.legs.empty() && leg.start_ns < out.legs.back().start_ns) legs.throw_bad_row("a drive out of order");
    out.longest_leg_ns = std::max(out.longest_leg_ns, leg.end_ns - leg.start_ns);
    out.legs.push_back(leg);
  }
  Rows stranded = source.all_rows("road_stranded", "node, at_ns");
  while (stranded.next_row()) {
    out.stranded.push_back({stranded.column_time(2), stranded.column_row(1, out.nodes.size())});
    const std::size_t count = out.stranded.size();
    if (count > 1 && out.stranded[count - 1].at_ns < out.stranded[count - 2].at_ns)
      stranded.throw_bad_row("a driver stranded out of order");
  }
}

}  // namespace

void read_roads(const Source& source, Run& run) {
  read_network(source, run.roads);
  read_road_stations(source, run.sites.size(), run.roads);
  read_visits(source, run.roads);
  read_legs(source, run.roads);
}

}  // namespace evtwin::viewer::model
