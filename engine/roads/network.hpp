// A road network: places and the roads between them, checked.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/unknown.hpp"

namespace evtwin::roads {

inline constexpr double infinite = std::numeric_limits<double>::infinity();
inline constexpr std::uint32_t no_index = std::numeric_limits<std::uint32_t>::max();

/// Roads, stations or trips that can not be as they are written: "roads.csv:7: what, and what would be right".
struct RoadError : std::runtime_error {
  /// @param where  "roads.csv:7"; may be empty
  RoadError(std::string_view where, std::string_view text);
};

/// A node as it was read. `where` says in messages where it stands; may be empty.
struct NodeRow {
  std::string id;
  double lat_deg = 0.0;  ///< WGS 84, north is positive
  double lon_deg = 0.0;  ///< east is positive
  std::string where;
};

/// A road as it was read.
struct EdgeRow {
  std::string from, to;  ///< ids of nodes
  double km = kernel::unknown;
  double speed_kmh = 0.0;  ///< that cars drive there
  double grade = 0.0;      ///< rise over run in the direction from -> to; 0.05 is 5 % uphill
  bool one_way = false;    ///< else the way back is a road too, of grade -grade
  std::string where;
};

struct Node {
  std::string id;
  double lat_deg = 0.0;
  double lon_deg = 0.0;
};

/// A road in one direction.
struct Edge {
  std::uint32_t from = 0, to = 0;
  double km = 0.0;
  double speed_kmh = 0.0;
  double grade = 0.0;

  double drive_h() const { return km / speed_kmh; }
};

/// Great-circle distance by the haversine formula on a sphere of radius 6371.0088 km (IUGG mean radius), which is
/// within 0.6 % of the distance on the ellipsoid.
double great_circle_km(double lat_a_deg, double lon_a_deg, double lat_b_deg, double lon_b_deg);

inline constexpr double earth_radius_km = 6371.0088;

/// Directed roads, ordered by where they begin, so that those out of a node stand together.
class Network {
 public:
  Network() = default;
  /// @throws RoadError for no node, a node twice, a place that is not on Earth, a road to nowhere or from a node to
  /// itself, a length that is not above 0 or shorter than the straight line, a speed or grade out of range.
  Network(std::span<const NodeRow> nodes, std::span<const EdgeRow> edges);

  std::uint32_t node_count() const { return static_cast<std::uint32_t>(nodes_.size()); }
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Edge>& edges() const { return edges_; }
  /// Indices of the edges out of a node: [first, last).
  std::pair<std::uint32_t, std::uint32_t> edges_out(std::uint32_t node) const {
    return {first_out_[node], first_out_[node + 1]};
  }
  /// Indices of the edges into a node.
  std::span<const std::uint32_t> edges_in(std::uint32_t node) const {
    return {in_edges_.data() + first_in_[node], in_edges_.data() + first_in_[node + 1]};
  }

  std::optional<std::uint32_t> find_node(std::string_view id) const;
  /// @throws RoadError with the nearest id.
  std::uint32_t require_node(std::string_view id, std::string_view where) const;
  /// The node nearest to a place, and how far it is. Looks at all: for reading, not for loops.
  std::pair<std::uint32_t, double> nearest_node(double lat_deg, double lon_deg) const;

 private:
  void add_nodes(std::span<const NodeRow> rows);
  void link_edges();

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> by_id_;  // nodes in order of their ids
  std::vector<std::uint32_t> first_out_, first_in_, in_edges_;
};

}  // namespace evtwin::roads
