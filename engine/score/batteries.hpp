// What a run took of each of its batteries, and how long they last if they are used like that.
#pragma once
#include <string>
#include <vector>

#include "kernel/unknown.hpp"
#include "market/calendar.hpp"
#include "physics/battery_life.hpp"

namespace evtwin::score {

struct BatteryRow {
  std::string name, type;  ///< type: of the vehicle; empty for a storage
  double capacity_kwh = 0.0;
  double soc_start = 0.0, soc_end = 0.0;  ///< 0..1
  physics::AgeingUse use;                 ///< over the run, or while plugged in
  double cycles = 0.0;                    ///< full equivalent ones: half of what flowed both ways, in capacities
  double wear = 0.0;                      ///< fraction of the capacity that the run took, as recorded
  double life_years = 0.0;                ///< of a new one; of a vehicle that comes like that once a day
  double soh_5y = kernel::unknown;        ///< of a storage after five years of it
  /// Of a battery that was new at the start, after the run; of a vehicle, after the time for which it was plugged in.
  double soh_after = kernel::unknown;
  double replaced_at = 0.8;  ///< health that ends its life
};

struct Batteries {
  std::string run, strategy;
  market::Calendar calendar;
  kernel::TimeNs start_ns = 0;
  std::vector<BatteryRow> storages, vehicles;
  std::size_t unknown_vehicles = 0;  ///< sessions whose battery nobody knows
  std::vector<physics::FleetOfLaw> fleets;
  double fleet_life_years = 0.0;  ///< unknown without a vehicle
};

/// From a run file's recorded powers. @throws record::RunFileError
Batteries read_batteries(const std::string& run_file);

}  // namespace evtwin::score
