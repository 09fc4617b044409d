// Energy that drivers wanted, got and missed.
#pragma once

#include "audit/recorded.hpp"
#include "audit/sums.hpp"

namespace evtwin::audit {

/// Counts sessions, waiting, unmet and owed energy and satisfaction into the sums, from what the sessions had.
void count_service(const Recorded& run, const Site& site, Recount& recount);

/// Energy that an EVSE alone could have put into a vehicle: `max_kw` or what its battery accepts, whichever is less,
/// for `hours`, until it is full or has `most_kwh`. kWh at the meter, exact for a curve that is linear between its
/// knots.
double possible_kwh(const Vehicle& vehicle, double soc_start, double max_kw, double hours, double most_kwh);

}  // namespace evtwin::audit
