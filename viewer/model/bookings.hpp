// Bookings: the sessions of a run as a table that can be read again by a scenario.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

struct Booking {
  std::uint32_t session = no_row;  ///< row of Run::sessions
  TimeNs arrive_ns = 0, leave_ns = 0;
  double soc_start = none, soc_target = none;  ///< 0..1; NaN: the battery is unknown
  double energy_kwh = 0.0;                     ///< wanted, at the EVSE meter
};

/// All sessions of a run, by arrival. The target is what the wanted energy would bring the battery to.
std::vector<Booking> bookings_of(const Run& run);
/// The energy that brings the battery of that session from soc_start to soc_target; 0 where it is above already.
/// Unchanged where the battery is unknown.
void set_energy(const Run& run, Booking& booking);

/// CSV with the columns that `sessions "FILE"` of a scenario reads; times with their offset from UTC.
void write_bookings(std::ostream& out, const Run& run, const std::vector<Booking>& bookings);

}  // namespace evtwin::viewer::model
