// Roads, their stations and what happened there, as a run file keeps them: they are lived before the world begins, and
// the twin itself only knows the visits that come of them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/time.hpp"

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
  struct Use {
    std::uint32_t station = 0;
    kernel::TimeNs from_ns = 0;
    std::uint32_t charging = 0, waiting = 0;  ///< cars
    bool open = true;
  };
  /// Of a station until its next row.
  struct Price {
    std::uint32_t station = 0;
    kernel::TimeNs from_ns = 0;
    double price_per_kwh = 0.0;  ///< at the meter
  };

  std::vector<Node> nodes;
  std::vector<Road> roads;
  std::vector<Station> stations;
  std::vector<Use> uses;      ///< in order of time; empty without trips
  std::vector<Price> prices;  ///< station by station; empty without trips
};

}  // namespace evtwin::twin
