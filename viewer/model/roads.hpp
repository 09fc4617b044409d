// The roads of a run: who drives, charges and waits where at an instant, and where most is waited. As lived on the
// roads alone, before the run: a site serves the visits that come to it in its own time.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "viewer/model/series.hpp"

namespace evtwin::viewer::model {

struct RoadNode {
  std::string name;
  double lat_deg = 0.0, lon_deg = 0.0;
};

/// In one direction.
struct Road {
  std::uint32_t from = 0, to = 0;  ///< rows of Roads::nodes
  double km = 0.0, speed_kmh = 0.0;
  double hours() const { return km / speed_kmh; }
};

/// Cars at a station from an instant on, until its next step.
struct RoadUse {
  TimeNs from_ns = 0;
  std::uint32_t charging = 0, waiting = 0;
};
struct RoadPrice {
  TimeNs from_ns = 0;
  double per_kwh = 0.0;
};

struct RoadStation {
  std::string name, operator_name;
  std::uint32_t node = 0;
  double lat_deg = 0.0, lon_deg = 0.0;
  std::uint32_t site = 0xFFFFFFFFU;  ///< that it is; no_row: none of the run
  bool own = true;
  double kw = 0.0;
  std::uint32_t chargers = 1;
  std::vector<RoadUse> uses;                        ///< in the order of time; nobody is there before the first
  std::vector<RoadPrice> prices;                    ///< likewise
  std::vector<std::pair<TimeNs, TimeNs>> closures;  ///< out of service

  // Of the whole run.
  std::uint32_t visits = 0, in_vain = 0;  ///< that charged; that waited and did not
  std::uint32_t waited = 0;               ///< of both
  double wait_h = 0.0, longest_wait_h = 0.0;
  double kwh = 0.0, money = 0.0;
  double mean_wait_h() const { return visits + in_vain == 0 ? 0.0 : wait_h / (visits + in_vain); }
};

/// A drive without a stop.
struct RoadLeg {
  TimeNs start_ns = 0, end_ns = 0;
  std::uint32_t way = 0;  ///< of Roads::ways
};

/// A driver who can go on neither to the destination nor to a station, from at_ns on.
struct RoadStranding {
  TimeNs at_ns = 0;
  std::uint32_t node = 0;
};

struct Roads {
  std::vector<RoadNode> nodes;
  std::vector<Road> roads;
  std::vector<RoadStation> stations;
  std::vector<std::vector<std::uint32_t>> ways;  ///< rows of roads, in the order driven; none is empty
  std::vector<RoadLeg> legs;                     ///< in the order of their beginning
  TimeNs longest_leg_ns = 0;
  std::vector<RoadStranding> stranded;     ///< in the order of time
  std::uint32_t bottleneck = 0xFFFFFFFFU;  ///< the station where most hours are waited; no_row: nobody waits

  bool empty() const { return nodes.empty(); }
};

/// A station at an instant.
struct RoadStationState {
  std::uint32_t charging = 0, waiting = 0, free = 0;
  bool open = true;
  double price_per_kwh = none;  ///< NaN: nobody says
};
RoadStationState road_station_state(const RoadStation& station, TimeNs t);

/// A car that drives.
struct RoadCarPlace {
  std::uint32_t road = 0;
  double share = 0.0;  ///< of the road that lies behind it, 0..1
};
/// Everybody who drives at an instant, in the order in which they set out.
std::vector<RoadCarPlace> road_cars_at(const Roads& roads, TimeNs t);

/// How many are stranded by then: the first of Roads::stranded.
std::size_t stranded_by(const Roads& roads, TimeNs t);

}  // namespace evtwin::viewer::model
