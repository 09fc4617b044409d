// Hours and energy between stations and every node, worked out once for all drivers.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roads/station.hpp"
#include "roads/ways.hpp"

namespace evtwin::roads {

/// Along the fastest ways from every node to every station, and from every station to every node. By node, so that what
/// a driver looks at stands together: [node x stations + station]; infinite where there is no way.
struct StationDistances {
  std::size_t stations = 0;
  std::vector<float> to_h, from_h;                   ///< to a station, from a station
  std::vector<float> to_km, from_km;                 ///< of those ways
  std::vector<std::vector<float>> to_kwh, from_kwh;  ///< [cars][...]

  std::span<const float> row(const std::vector<float>& table, std::uint32_t node) const {
    return {table.data() + node * stations, stations};
  }
};
/// @param edge_kwh  [cars][edges]
StationDistances station_distances(const Network& network, std::span<const Station> stations,
                                   std::span<const std::vector<double>> edge_kwh);

/// A way between two nodes for every car.
struct WayFigures {
  double hours = infinite;
  double km = 0.0;
  std::vector<float> kwh;  ///< [cars]
};

/// Ways of many pairs of nodes: one search for each node that any begins at, which ends when its last is known.
/// @param pairs  (from, to); equal ones are worked out once. @returns as many, in their order.
std::vector<WayFigures> pair_ways(const Network& network,
                                  std::span<const std::pair<std::uint32_t, std::uint32_t>> pairs,
                                  std::span<const std::vector<double>> edge_kwh);

}  // namespace evtwin::roads
