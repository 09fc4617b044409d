#include "roads/station.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"
#include "roads/ways.hpp"

namespace evtwin::roads {
namespace {

std::string called(const Station& station) { return "station \"" + kernel::make_printable(station.name, 60) + "\""; }

void check_station(const StationRow& row) {
  const Station& s = row.station;
  if (s.name.empty()) throw RoadError(row.where, "a station without a name");
  if (s.chargers == 0) throw RoadError(row.where, called(s) + " has no charger");
  if (!(s.kw > 0.0 && s.kw <= 1500.0))
    throw RoadError(row.where, fmt::format("{} has kw = {}; due is above 0 to 1500", called(s), s.kw));
  if (!(s.price_per_kwh >= 0.0 && s.price_per_kwh < infinite))
    throw RoadError(row.where, fmt::format("{} has price_per_kwh = {}; due is 0 or more", called(s), s.price_per_kwh));
  for (const double price : s.price_by_hour) {
    if (!(price >= 0.0 && price < infinite))
      throw RoadError(row.where, fmt::format("{} has a price of {}; due is 0 or more", called(s), price));
  }
  if (!s.price_by_hour.empty() && s.price_by_hour.size() != 24)
    throw RoadError(row.where,
                    fmt::format("{} has {} prices; due is one, or 24 by the hour", called(s), s.price_by_hour.size()));
}

std::uint32_t node_of(const Network& network, const StationRow& row) {
  if (!row.node.empty()) return network.require_node(row.node, row.where);
  const auto [node, km] = network.nearest_node(row.station.lat_deg, row.station.lon_deg);
  if (km > most_km_from_road)
    throw RoadError(row.where, fmt::format("{} is on no road: the nearest node, {}, is {:.1f} km away (at most {} km)",
                                           called(row.station), network.nodes()[node].id, km, most_km_from_road));
  return node;
}

}  // namespace

double PriceByLoad::operator()(const PriceQuestion& asked) const {
  return std::clamp(asked.base_per_kwh * (1.0 + gain * (asked.use - use)), lowest_per_kwh, highest_per_kwh);
}

SocketSet socket_of(std::string_view name, std::string_view where) {
  std::vector<std::string_view> known;
  std::string all;
  if (const auto found = physics::find_socket(name)) return *found;
  for (const physics::SocketKind& kind : physics::socket_kinds()) {
    known.push_back(kind.name);
    all += (all.empty() ? "" : ", ") + std::string(kind.name);
  }
  throw RoadError(where, "\"" + kernel::make_printable(std::string(name), 30) + "\" is no kind of socket (there are " +
                             all + ")" + kernel::did_you_mean(name, known));
}

std::vector<Station> place_stations(const Network& network, std::span<const StationRow> rows) {
  const Parts parts = strong_parts(network);
  const std::uint32_t main_part = parts.largest_part();
  std::map<std::string, const StationRow*> names;
  std::vector<Station> stations;

  for (const StationRow& row : rows) {
    check_station(row);
    Station station = row.station;
    station.node = node_of(network, row);
    const Node& node = network.nodes()[station.node];
    if (!row.has_place) {
      station.lat_deg = node.lat_deg;
      station.lon_deg = node.lon_deg;
    }
    const auto [first_out, last_out] = network.edges_out(station.node);
    if (first_out == last_out && network.edges_in(station.node).empty())
      throw RoadError(row.where,
                      fmt::format("{} is on no road: no road leads to its node {}", called(station), node.id));

    // A station beside the network would be offered to nobody, or be one that nobody gets away from.
    if (parts.part_of[station.node] != main_part)
      throw RoadError(
          row.where,
          fmt::format("{} stands at node {}, which the rest of the roads can not reach and leave "
                      "again: {} of {} nodes hang together with it",
                      called(station), node.id, parts.size[parts.part_of[station.node]], network.node_count()));
    if (!names.emplace(station.name, &row).second)
      throw RoadError(row.where, called(station) + " is there twice; names differ");
    stations.push_back(std::move(station));
  }
  return stations;
}

RoadCar road_car(const physics::Vehicle& vehicle, const DriveClass& drive, SocketSet sockets) {
  RoadCar car{drive, vehicle.battery, vehicle.has_dc ? vehicle.max_dc_kw : 0.0, vehicle.max_ac_kw, sockets};
  if (!vehicle.has_dc) car.sockets = static_cast<SocketSet>(car.sockets & ~physics::dc_sockets());
  return car;
}

double offered_kw(const RoadCar& car, const Station& station) {
  const auto common = static_cast<SocketSet>(car.sockets & station.sockets);
  if (common == 0) return 0.0;
  return std::min(station.kw, (common & physics::dc_sockets()) != 0 ? car.max_dc_kw : car.max_ac_kw);
}

ChargeTable::ChargeTable(const physics::BatterySpec& battery, double offer_kw, double step)
    : battery_(battery), offer_kw_(offer_kw) {
  const auto steps = static_cast<std::uint32_t>(std::llround(1.0 / step));
  hours_.assign(steps + 1, 0.0);
  for (std::uint32_t level = 1; level <= steps; ++level) {
    const double from = static_cast<double>(level - 1) / steps;
    hours_[level] = hours_[level - 1] + physics::hours_to_soc(battery_, from * battery_.capacity_kwh, offer_kw_,
                                                              static_cast<double>(level) / steps);
  }
}

double ChargeTable::soc_of(std::uint32_t level) const {
  return static_cast<double>(level) / static_cast<double>(hours_.size() - 1);
}

double ChargeTable::hours_to_level(double soc, std::uint32_t level) const {
  const double steps = static_cast<double>(hours_.size() - 1);
  const auto next = static_cast<std::uint32_t>(std::min(steps, std::floor(soc * steps) + 1.0));
  if (soc_of(level) <= soc) return 0.0;
  const double to_next = physics::hours_to_soc(battery_, soc * battery_.capacity_kwh, offer_kw_, soc_of(next));
  return level <= next ? to_next : to_next + (hours_[level] - hours_[next]);
}

double ChargeTable::hours_at(double soc) const {
  const double steps = static_cast<double>(hours_.size() - 1);
  const double place = std::clamp(soc, 0.0, 1.0) * steps;
  const auto below = std::min(static_cast<std::size_t>(place), hours_.size() - 2);
  return hours_[below] + (place - static_cast<double>(below)) * (hours_[below + 1] - hours_[below]);
}

double ChargeTable::hours_between(double soc_from, double soc_to) const {
  return soc_to <= soc_from ? 0.0 : hours_at(soc_to) - hours_at(soc_from);
}

}  // namespace evtwin::roads
