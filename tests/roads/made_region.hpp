// A made region for tests and benchmarks: a square grid of towns and drivers who commute on it.
#pragma once
#include <cstdint>
#include <vector>

#include "roads/traffic.hpp"

namespace evtwin::roads {

struct MadeRegion {
  std::uint32_t side = 0;
  Network network;
  std::vector<Station> stations;
};

/// side x side places some 2 km apart, roads between neighbours, every tenth row and column a fast road, and `stations`
/// stations spread over it. No real region.
MadeRegion made_region(std::uint32_t side, std::uint32_t stations);

/// Drivers with a home and a place of work some 5 to 60 km away, who drive there and back every day; two in three
/// charge at home.
TrafficPlan commuter_plan(const MadeRegion& region, std::uint32_t drivers, int days);

}  // namespace evtwin::roads
