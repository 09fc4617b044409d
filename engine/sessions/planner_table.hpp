#pragma once
// The demand table of a day-ahead planner (github.com/ngo-lap/smartcharging), written: a vehicle a row in seven
// columns, vehicle, powerNom, energyRequired, energyMax, arrivalTime, departureTime, arrivalSOE. session_table.hpp
// reads it.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "demand/synthetic.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::sessions {

/// NaN: not known, an empty cell.
struct PlannerRow {
  std::string vehicle;
  double nominal_kw = kernel::unknown;
  double required_kwh = 0.0;  ///< more in the battery at departure
  double battery_kwh = kernel::unknown;
  TimeNs arrival_ns = 0, departure_ns = 0;
  double arrival_kwh = kernel::unknown;  ///< in the battery
};

/// Rows of a table of any layout, in its order. Of tables that are not a planner's the energy is the metered one.
std::vector<PlannerRow> planner_rows(const SessionTable& table);
/// Cars of one local day, called EV-1, EV-2, ... @throws market::CalendarError where that day leaves a car's time out
std::vector<PlannerRow> planner_rows(std::span<const demand::SyntheticCar> cars, market::LocalDate day,
                                     const market::Calendar& calendar);

/// Times are local, with an offset only where the clock shows them twice.
std::string planner_csv(std::span<const PlannerRow> rows, const market::Calendar& calendar);

/// The demand as it would be drawn with each vehicle at its nominal power from its arrival on, without losses.
struct DemandFacts {
  double required_kwh = 0.0;
  std::size_t most_plugged_in = 0;  ///< vehicles at the same time
  double peak_kw = 0.0;
  TimeNs peak_ns = 0;  ///< when it begins; of several the first
  /// Vehicles that their nominal power can not give what they require in their stay, and how much that leaves.
  std::size_t short_vehicles = 0;
  double short_kwh = 0.0;
};
/// Rows without a nominal power count among those plugged in, with their energy, and in nothing else.
DemandFacts facts_of(std::span<const PlannerRow> rows);

}  // namespace evtwin::sessions
