// Roads, their stations and who drove and charged there, as a run file keeps them: they are lived before the world
// begins, and the twin itself only knows the visits that come of them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "kernel/unknown.hpp"

namespace evtwin::twin {

struct RoadRecord {
  struct Node {
    std::string name;
    double lat_deg = 0.0, lon_deg = 0.0;  ///< WGS 84
  };
  /// In one direction.
  struct Road {
    std::uint32_t from = 0, to = 0;  ///< rows of nodes
    double km = 0.0, speed_kmh = 0.0, grade = 0.0;
  };
  struct Station {
    std::string name;
    std::uint32_t node = 0;
    double lat_deg = 0.0, lon_deg = 0.0;
    std::int32_t site = -1;     ///< of World::sites; -1: none
    std::string operator_name;  ///< empty: nobody says
    bool own = true;            ///< of the operator that asks
    double kw = 0.0;            ///< of one charger, at its outlet
    std::uint32_t chargers = 1;
  };
  /// Of a station until its next row.
  struct Price {
    std::uint32_t station = 0;
    kernel::TimeNs from_ns = 0;
    double price_per_kwh = 0.0;  ///< at the meter
  };
  /// A station without service.
  struct Closure {
    std::uint32_t station = 0;
    kernel::TimeNs from_ns = 0, to_ns = 0;
  };
  struct Visit {
    std::uint32_t station = 0, driver = 0;
    kernel::TimeNs arrive_ns = 0;
    kernel::TimeNs begin_ns = kernel::time_never;                 ///< time_never: waited until end_ns in vain
    kernel::TimeNs end_ns = 0;                                    ///< or the end of the run
    double meter_kwh = kernel::unknown, money = kernel::unknown;  ///< NaN: not over, or in vain
  };
  /// A drive without a stop.
  struct Leg {
    std::uint32_t driver = 0, way = 0;
    kernel::TimeNs start_ns = 0, end_ns = 0;
  };
  /// A driver who could go on neither to the destination nor to a station, out of the run from there on.
  struct Stranding {
    std::uint32_t driver = 0, node = 0;
    kernel::TimeNs at_ns = 0;
  };

  std::vector<Node> nodes;
  std::vector<Road> roads;
  std::vector<Station> stations;
  std::vector<Price> prices;  ///< station by station; empty without trips
  std::vector<Closure> closures;
  std::vector<Visit> visits;
  std::vector<std::vector<std::uint32_t>> ways;  ///< the roads of each, in the order driven
  std::vector<Leg> legs;                         ///< in order of their beginning
  std::vector<Stranding> stranded;               ///< in order of time
};

}  // namespace evtwin::twin
