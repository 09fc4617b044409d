#include "roads/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "kernel/nearest.hpp"
#include "kernel/text.hpp"

namespace evtwin::roads {
namespace {

constexpr double radians_per_degree = std::numbers::pi / 180.0;

std::string shown(std::string_view id) { return "\"" + kernel::make_printable(std::string(id), 60) + "\""; }

/// A road may be drawn a little straighter than it is and coordinates are rounded: 1 % and 100 m are let pass.
constexpr double straightness = 0.99, rounding_km = 0.1;
constexpr double most_speed_kmh = 200.0, most_grade = 0.3;

void check_edge(const EdgeRow& row, double km, double straight_km) {
  const std::string road = fmt::format("the road from {} to {}", shown(row.from), shown(row.to));
  if (!(km > 0.0)) throw RoadError(row.where, fmt::format("{} has km = {}; a length is above 0", road, km));
  if (km < straightness * straight_km - rounding_km)
    throw RoadError(row.where, fmt::format("{} has km = {}, but its ends lie {:.1f} km apart in a straight line", road,
                                           km, straight_km));
  if (!(row.speed_kmh > 0.0 && row.speed_kmh <= most_speed_kmh))
    throw RoadError(row.where,
                    fmt::format("{} has speed_kmh = {}; due is above 0 to {}", road, row.speed_kmh, most_speed_kmh));
  if (!(std::abs(row.grade) <= most_grade))
    throw RoadError(row.where, fmt::format("{} has grade = {}; a grade is rise over run, -{} to {}: 5 % is 0.05", road,
                                           row.grade, most_grade, most_grade));
}

}  // namespace

RoadError::RoadError(std::string_view where, std::string_view text)
    : std::runtime_error(where.empty() ? std::string(text) : std::string(where) + ": " + std::string(text)) {}

double great_circle_km(double lat_a_deg, double lon_a_deg, double lat_b_deg, double lon_b_deg) {
  const double lat_a = lat_a_deg * radians_per_degree, lat_b = lat_b_deg * radians_per_degree;
  const double half_lat = std::sin(0.5 * (lat_b - lat_a));
  const double half_lon = std::sin(0.5 * (lon_b_deg - lon_a_deg) * radians_per_degree);
  const double h = half_lat * half_lat + std::cos(lat_a) * std::cos(lat_b) * half_lon * half_lon;
  return 2.0 * earth_radius_km * std::asin(std::min(1.0, std::sqrt(h)));
}

Network::Network(std::span<const NodeRow> nodes, std::span<const EdgeRow> edges) {
  if (nodes.empty()) throw RoadError("", "there is no node; roads need places to lead to");
  add_nodes(nodes);
  for (const EdgeRow& row : edges) {
    const std::uint32_t from = require_node(row.from, row.where), to = require_node(row.to, row.where);
    if (from == to) throw RoadError(row.where, fmt::format("a road from {} to itself", shown(row.from)));
    const Node &a = nodes_[from], &b = nodes_[to];
    const double straight_km = great_circle_km(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg);

    // Without a length a road is straight.
    const double km = std::isnan(row.km) ? straight_km : row.km;
    check_edge(row, km, straight_km);
    edges_.push_back({from, to, km, row.speed_kmh, row.grade});
    if (!row.one_way) edges_.push_back({to, from, km, row.speed_kmh, -row.grade});
  }
  link_edges();
}

void Network::add_nodes(std::span<const NodeRow> rows) {
  for (const NodeRow& row : rows) {
    if (row.id.empty()) throw RoadError(row.where, "a node without an id");
    if (!(std::abs(row.lat_deg) <= 90.0 && std::abs(row.lon_deg) <= 180.0))
      throw RoadError(row.where, fmt::format("node {} has lat = {}, lon = {}; due is -90 to 90 and -180 to 180",
                                             shown(row.id), row.lat_deg, row.lon_deg));
    nodes_.push_back({row.id, row.lat_deg, row.lon_deg});
  }
  by_id_.resize(nodes_.size());
  std::iota(by_id_.begin(), by_id_.end(), 0U);
  std::stable_sort(by_id_.begin(), by_id_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return nodes_[a].id < nodes_[b].id; });
  for (std::size_t i = 1; i < by_id_.size(); ++i) {
    if (nodes_[by_id_[i]].id != nodes_[by_id_[i - 1]].id) continue;
    const NodeRow& second = rows[by_id_[i]];
    const std::string& before = rows[by_id_[i - 1]].where;
    throw RoadError(second.where, fmt::format("node {} is there twice{}", shown(second.id),
                                              before.empty() ? "" : ", first at " + before));
  }
}

void Network::link_edges() {
  std::stable_sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.from < b.from; });
  first_out_.assign(nodes_.size() + 1, 0);
  first_in_.assign(nodes_.size() + 1, 0);
  for (const Edge& edge : edges_) {
    ++first_out_[edge.from + 1];
    ++first_in_[edge.to + 1];
  }
  std::partial_sum(first_out_.begin(), first_out_.end(), first_out_.begin());
  std::partial_sum(first_in_.begin(), first_in_.end(), first_in_.begin());
  in_edges_.resize(edges_.size());
  std::vector<std::uint32_t> next(first_in_.begin(), first_in_.end() - 1);
  for (std::uint32_t e = 0; e < edges_.size(); ++e) in_edges_[next[edges_[e].to]++] = e;
}

std::optional<std::uint32_t> Network::find_node(std::string_view id) const {
  const auto at = std::lower_bound(by_id_.begin(), by_id_.end(), id, [&](std::uint32_t node, std::string_view wanted) {
    return nodes_[node].id < wanted;
  });
  if (at == by_id_.end() || nodes_[*at].id != id) return std::nullopt;
  return *at;
}

std::uint32_t Network::require_node(std::string_view id, std::string_view where) const {
  if (const auto node = find_node(id)) return *node;
  std::vector<std::string_view> known;
  for (const Node& node : nodes_) known.push_back(node.id);
  throw RoadError(where, "there is no node " + shown(id) + kernel::did_you_mean(id, known));
}

std::pair<std::uint32_t, double> Network::nearest_node(double lat_deg, double lon_deg) const {
  std::pair<std::uint32_t, double> best{no_index, infinite};
  for (std::uint32_t n = 0; n < node_count(); ++n) {
    const double km = great_circle_km(lat_deg, lon_deg, nodes_[n].lat_deg, nodes_[n].lon_deg);
    if (km < best.second) best = {n, km};
  }
  return best;
}

}  // namespace evtwin::roads
