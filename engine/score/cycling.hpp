// Capacities of cells or packs over their life, from a file of a laboratory or a fleet.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernel/unknown.hpp"

namespace evtwin::score {

using kernel::is_known;
using kernel::unknown;

struct CapacityPoint {
  double cycles = 0.0;    ///< full equivalent cycles so far
  double days = unknown;  ///< since it was new
  double capacity = 0.0;  ///< in the file's unit
};

struct AgedCell {
  std::string name;
  std::vector<CapacityPoint> points;  ///< by cycles
};

struct CyclingFile {
  std::vector<AgedCell> cells;
  std::string unit;         ///< of capacities: "Ah" or "kWh"
  std::string cycles_from;  ///< the column that counts them
  bool has_days = false;
  bool is_fleet = false;                 ///< points are of many batteries: kilometres of cars
  std::uint64_t rows = 0, left_out = 0;  ///< left out: capacity or count missing, negative or no number
};

/// Layouts: NASA's per-cycle table (SampleId, Cycle, Capacity(Ah)), summaries of cyclers such as Severson's (cell or
/// barcode, cycle_index or cycle, discharge_capacity or QD), fleets (Mileage, kWh, Year: km at 0.186 kWh/km, full
/// capacities of the first year's median). A column days or time_days tells days, Year tells years.
/// @throws sessions::InputError
CyclingFile read_cycling(const std::string& file);

}  // namespace evtwin::score
