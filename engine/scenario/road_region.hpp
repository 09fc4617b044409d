// The roads of a scenario: where its stations stand, which cars drive, which trips they make.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "roads/near.hpp"
#include "roads/traffic.hpp"
#include "twin/road_record.hpp"

namespace evtwin::scenario {

/// `roads = { ... }` of a scenario, built. One car of `plan` for each of the scenario's `cars`, or for each vehicle.
struct RoadRegion {
  roads::Network network;
  std::vector<roads::Station> stations;
  std::vector<std::string> car_names;   ///< [cars] the vehicle's name
  std::vector<std::uint32_t> vehicles;  ///< [cars] rows of World::vehicles
  std::vector<double> shares;           ///< [cars] weights of the mix
  std::vector<std::int32_t> sites;      ///< [stations] the site that a station is; -1: none of the run
  roads::TrafficPlan plan;              ///< with a driver for each trip drawn
  roads::TrafficFigures traffic;        ///< as lived on the roads alone; empty without trips

  /// @throws roads::RoadError with the nearest name.
  std::uint32_t require_car(const std::string& vehicle) const;
};

/// What a run file keeps of it; null for null.
std::shared_ptr<const twin::RoadRecord> road_record(const RoadRegion* region);

}  // namespace evtwin::scenario
