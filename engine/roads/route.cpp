#include "roads/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>

#include "roads/ways.hpp"

namespace evtwin::roads {
namespace {

/// Of equally dear ways the faster one is wanted: an hour costs at least this much.
constexpr double least_hour_weight = 1e-9;

struct Label {
  double cost = 0.0;
  double soc = 0.0;
  double hours = 0.0;
  std::uint32_t node = 0;
  std::uint32_t before = no_index;   ///< label it came from
  std::uint32_t edge = no_index;     ///< driven from there ...
  std::uint32_t station = no_index;  ///< ... or charged at
};

/// Labels of a node that no other one beats: by ascending cost they ascend in state of charge too.
class Frontier {
 public:
  /// Adds a label, unless one is there that is no dearer and no emptier; drops those that it beats so.
  bool add_label(double cost, double soc, std::uint32_t label) {
    auto at = std::upper_bound(entries_.begin(), entries_.end(), cost,
                               [](double c, const Entry& entry) { return c < entry.cost; });
    if (at != entries_.begin() && std::prev(at)->soc >= soc) return false;
    if (at != entries_.begin() && std::prev(at)->cost == cost) --at;
    auto end = at;
    while (end != entries_.end() && end->soc <= soc) ++end;
    at = entries_.erase(at, end);
    entries_.insert(at, {cost, soc, label});
    return true;
  }
  bool holds(double cost, std::uint32_t label) const {
    const auto at = std::lower_bound(entries_.begin(), entries_.end(), cost,
                                     [](const Entry& entry, double c) { return entry.cost < c; });
    return at != entries_.end() && at->label == label;
  }

 private:
  struct Entry {
    double cost, soc;
    std::uint32_t label;
  };
  std::vector<Entry> entries_;
};

void check_query(const RouteQuery& q, const RoadCar& car) {
  const auto share = [](double x) { return x >= 0.0 && x <= 1.0; };
  if (!(share(q.soc) && share(q.reserve_soc) && share(q.arrive_soc) && share(q.most_soc)))
    throw RoadError("", "states of charge are 0 to 1: 80 % is 0.8");
  if (q.soc < q.reserve_soc)
    throw RoadError(
        "", fmt::format("the car starts at {:.0f} %, below its reserve of {:.0f} %", 100 * q.soc, 100 * q.reserve_soc));
  if (!(q.hour_weight >= 0.0 && q.money_weight >= 0.0 && q.hour_weight + q.money_weight > 0.0))
    throw RoadError("", "weights of time and money are 0 or more, one of them above");
  if (!(q.soc_step > 0.0 && q.soc_step <= 0.5))
    throw RoadError("", fmt::format("a step of the state of charge of {}; due is above 0 to 0.5", q.soc_step));
  if (!(car.battery.capacity_kwh < infinite)) throw RoadError("", "the car's battery is not known");
}

/// One search.
class Search {
 public:
  Search(const Network& network, std::span<const Station> stations, const RoadCar& car,
         std::span<const double> offer_kw, std::span<const std::vector<std::uint32_t>> stations_at,
         const RouteQuery& query);

  Route find_route();

 private:
  double bound_from(std::uint32_t node, double soc) const;
  void add_label(const Label& label);
  void drive_on(std::uint32_t from);
  void charge_at(std::uint32_t from, std::uint32_t station);
  [[noreturn]] void fail_search() const;
  Route route_of(std::uint32_t label) const;
  const ChargeTable& table_for(double kw);

  const Network& network_;
  std::span<const Station> stations_;
  const RoadCar& car_;
  std::span<const double> offer_kw_;
  std::span<const std::vector<std::uint32_t>> stations_at_;
  const RouteQuery& q_;
  double hour_weight_;
  std::vector<double> edge_soc_;    // share of the battery that each edge takes
  std::vector<double> left_h_;      // [nodes] hours of road to the destination
  std::vector<double> left_soc_;    // [nodes] least share of the battery to there; empty: not bounded
  double fastest_soc_per_h_ = 0.0;  // of charging anywhere
  double cheapest_per_soc_ = 0.0;
  std::map<double, ChargeTable> tables_;  // by kW offered
  std::vector<Label> labels_;
  std::vector<Frontier> frontiers_;
  struct Open {
    double bound;
    std::uint32_t label;
    bool operator<(const Open& other) const { return bound != other.bound ? bound > other.bound : label > other.label; }
  };
  std::priority_queue<Open> open_;
};

Search::Search(const Network& network, std::span<const Station> stations, const RoadCar& car,
               std::span<const double> offer_kw, std::span<const std::vector<std::uint32_t>> stations_at,
               const RouteQuery& query)
    : network_(network),
      stations_(stations),
      car_(car),
      offer_kw_(offer_kw),
      stations_at_(stations_at),
      q_(query),
      hour_weight_(std::max(query.hour_weight, least_hour_weight * query.money_weight)),
      frontiers_(network.node_count()) {
  edge_soc_ = edge_energies(network, car.drive, query.temperature_c);
  bool recuperates = false;
  for (double& soc : edge_soc_) {
    soc /= car.battery.capacity_kwh;
    recuperates = recuperates || soc < 0.0;
  }
  WaySearch ways(network);
  ways.search_from(query.to, Toward::here);
  left_h_ = ways.hours();
  if (left_h_[query.from] == infinite)
    throw RoadError(
        "", fmt::format("no road leads from {} to {}", network.nodes()[query.from].id, network.nodes()[query.to].id));
  if (recuperates) return;

  // What charging takes at least bounds what is missing; with roads that charge Dijkstra's algorithm can not say it.
  ways.search_by(edge_soc_, query.to, Toward::here);
  left_soc_ = ways.hours();
  cheapest_per_soc_ = infinite;
  for (std::size_t s = 0; s < stations.size(); ++s) {
    if (offer_kw[s] <= 0.0) continue;
    const double kw = std::min(offer_kw[s], car.battery.charge.max_kw());
    fastest_soc_per_h_ = std::max(fastest_soc_per_h_, kw * car.battery.charge_efficiency / car.battery.capacity_kwh);
    cheapest_per_soc_ = std::min(cheapest_per_soc_, stations[s].price_at(query.hour_of_day) * car.battery.capacity_kwh /
                                                        car.battery.charge_efficiency);
  }
}

// Never more than what is left costs, and along a road or a stop it falls by no more than that costs.
double Search::bound_from(std::uint32_t node, double soc) const {
  double bound = hour_weight_ * left_h_[node];
  if (left_soc_.empty()) return bound;
  const double missing = left_soc_[node] + q_.arrive_soc - soc;
  if (missing <= 0.0) return bound;
  if (fastest_soc_per_h_ <= 0.0) return infinite;
  return bound + missing * (hour_weight_ / fastest_soc_per_h_ + q_.money_weight * cheapest_per_soc_);
}

void Search::add_label(const Label& label) {
  const double bound = label.cost + bound_from(label.node, label.soc);
  if (bound == infinite) return;
  const auto index = static_cast<std::uint32_t>(labels_.size());
  if (!frontiers_[label.node].add_label(label.cost, label.soc, index)) return;
  labels_.push_back(label);
  open_.push({bound, index});
}

void Search::drive_on(std::uint32_t from) {
  const Label at = labels_[from];
  const auto [first, last] = network_.edges_out(at.node);
  for (std::uint32_t e = first; e < last; ++e) {
    const Edge& edge = network_.edges()[e];
    // A full battery takes nothing more: what a road down would charge is lost.
    const double soc = std::min(1.0, at.soc - edge_soc_[e]);
    if (soc < q_.reserve_soc || left_h_[edge.to] == infinite) continue;
    const double hours = edge.drive_h();
    add_label({at.cost + hour_weight_ * hours, soc, at.hours + hours, edge.to, from, e, no_index});
  }
}

const ChargeTable& Search::table_for(double kw) {
  const auto known = tables_.find(kw);
  if (known != tables_.end()) return known->second;
  return tables_.emplace(kw, ChargeTable(car_.battery, kw, q_.soc_step)).first->second;
}

void Search::charge_at(std::uint32_t from, std::uint32_t station) {
  const Label at = labels_[from];
  const StationState* state = q_.states.empty() ? nullptr : &q_.states[station];
  if (state != nullptr && !state->open) return;
  const ChargeTable& table = table_for(offer_kw_[station]);
  const double kwh_per_soc = car_.battery.capacity_kwh / car_.battery.charge_efficiency;
  const double price = stations_[station].price_at(q_.hour_of_day);
  const double fixed_h = q_.stop_h + (state != nullptr ? state->wait_h : 0.0);

  const double steps = static_cast<double>(table.levels() - 1);
  for (auto level = static_cast<std::uint32_t>(at.soc * steps) + 1; level < table.levels(); ++level) {
    const double soc = table.soc_of(level);
    if (soc <= at.soc) continue;
    if (soc > q_.most_soc + 1e-12) break;
    const double hours = fixed_h + table.hours_to_level(at.soc, level);
    if (hours == infinite) break;
    const double money = (soc - at.soc) * kwh_per_soc * price;
    add_label({at.cost + hour_weight_ * hours + q_.money_weight * money, soc, at.hours + hours, at.node, from, no_index,
               station});
  }
}

Route Search::find_route() {
  add_label({0.0, q_.soc, 0.0, q_.from, no_index, no_index, no_index});
  while (!open_.empty()) {
    const std::uint32_t label = open_.top().label;
    open_.pop();
    const Label at = labels_[label];
    if (!frontiers_[at.node].holds(at.cost, label)) continue;
    if (at.node == q_.to && at.soc >= q_.arrive_soc) return route_of(label);

    drive_on(label);
    // Twice at one station is never better than once, as each stop takes its time.
    for (const std::uint32_t station : stations_at_[at.node]) {
      if (at.station != station) charge_at(label, station);
    }
  }
  fail_search();
}

// Says how far the car came: nowhere at all, or not all the way.
void Search::fail_search() const {
  const std::string& to = network_.nodes()[q_.to].id;
  std::size_t within_reach = 0;
  std::vector<bool> seen(network_.node_count());
  double nearest_h = infinite;
  std::uint32_t nearest = q_.from;
  for (const Label& label : labels_) {
    if (!seen[label.node]) within_reach += stations_at_[label.node].size();
    seen[label.node] = true;
    if (left_h_[label.node] < nearest_h) {
      nearest_h = left_h_[label.node];
      nearest = label.node;
    }
  }

  if (within_reach == 0)
    throw RoadError("",
                    fmt::format("the car can not reach {} from {} at {:.0f} %, nor any station that fits it, without "
                                "going below its reserve of {:.0f} %",
                                to, network_.nodes()[q_.from].id, 100 * q_.soc, 100 * q_.reserve_soc));
  throw RoadError(
      "", fmt::format("the car can not reach {} from {} at {:.0f} %: of the way it gets to {}, and from the {} "
                      "station{} within reach no full battery leads further",
                      to, network_.nodes()[q_.from].id, 100 * q_.soc, network_.nodes()[nearest].id, within_reach,
                      within_reach == 1 ? "" : "s"));
}

Route Search::route_of(std::uint32_t label) const {
  std::vector<std::uint32_t> chain;
  for (std::uint32_t i = label; i != no_index; i = labels_[i].before) chain.push_back(i);
  std::reverse(chain.begin(), chain.end());

  Route route;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const Label &before = labels_[chain[i - 1]], &at = labels_[chain[i]];
    if (at.edge != no_index) {
      const Edge& edge = network_.edges()[at.edge];
      route.edges.push_back(at.edge);
      route.soc_at.push_back(at.soc);
      route.drive_h += edge.drive_h();
      route.km += edge.km;
      route.drive_kwh += edge_soc_[at.edge] * car_.battery.capacity_kwh;
      continue;
    }
    RouteStop stop{at.station, route.edges.size(), before.hours, 0.0, 0.0, before.soc, at.soc, 0.0, 0.0};
    if (!q_.states.empty()) stop.wait_h = q_.states[at.station].wait_h;
    stop.charge_h = at.hours - before.hours - stop.wait_h - q_.stop_h;
    stop.meter_kwh = (at.soc - before.soc) * car_.battery.capacity_kwh / car_.battery.charge_efficiency;
    stop.money = stop.meter_kwh * stations_[at.station].price_at(q_.hour_of_day);
    route.meter_kwh += stop.meter_kwh;
    route.money += stop.money;
    route.stops.push_back(stop);
  }
  route.hours = labels_[label].hours;
  route.soc_end = labels_[label].soc;
  route.cost = q_.hour_weight * route.hours + q_.money_weight * route.money;
  route.labels = labels_.size();
  return route;
}

}  // namespace

RoutePlanner::RoutePlanner(const Network& network, std::span<const Station> stations, const RoadCar& car)
    : network_(network), stations_(stations), car_(car), stations_at_(network.node_count()) {
  for (std::uint32_t s = 0; s < stations.size(); ++s) {
    offer_kw_.push_back(offered_kw(car_, stations[s]));
    if (offer_kw_[s] > 0.0) stations_at_[stations[s].node].push_back(s);
  }
}

bool RoutePlanner::has_station() const {
  return std::any_of(offer_kw_.begin(), offer_kw_.end(), [](double kw) { return kw > 0.0; });
}

Route RoutePlanner::plan_route(const RouteQuery& query) const {
  check_query(query, car_);
  Search search(network_, stations_, car_, offer_kw_, stations_at_, query);
  return search.find_route();
}

}  // namespace evtwin::roads
