// Stays on EVSEs and what may stand in their way, as plain data between those who know who is there and those who book.
#pragma once
#include <cstdint>
#include <span>

#include "demand/arrivals.hpp"
#include "kernel/static_checks.hpp"
#include "physics/equipment.hpp"
#include "twin/world.hpp"

namespace evtwin::twin {

/// A vehicle's stay on an EVSE.
struct Session {
  std::uint64_t number = 0;  ///< in order of plug-in, from 1; 0: nobody
  demand::Visit visit;
  const physics::Vehicle* vehicle = nullptr;
  TimeNs arrived_ns = 0;  ///< at the site; the visit's own arrival
  TimeNs plugged_in_ns = 0;
  double soc_start = 0.0;

  template <class A>
  void archive_fields(A& a) {
    a(number, visit, arrived_ns, plugged_in_ns, soc_start);
  }
};
static_assert(kernel::has_size<Session>(208), "a new field must be archived, and the title of checkpoints changed");

/// For whom an EVSE is kept, as far as reservations are.
struct Hold {
  TimeNs held_from_ns = kernel::time_never;  ///< nobody else gets it from here on; time_never: for nobody
  TimeNs from_ns = 0, until_ns = 0;          ///< its next reservation; 0: none
  double kwh = 0.0;
};

/// State of the EVSEs that an arriving vehicle depends on, beside the vehicles there.
struct Access {
  std::span<const double> outage;  ///< [evses] 1 while out of service
  std::span<const Hold> holds;     ///< [evses]; empty where nothing is ever held
};

/// A loaded visit must be of this site.
template <class A>
void check_visit(A& a, const World& world, const Site& site, const demand::Visit& visit) {
  a.require_that(visit.vehicle < world.vehicles.size(), "a vehicle that there is not");
  a.require_that(visit.evse >= demand::any_evse && visit.evse < static_cast<std::int32_t>(site.evses.size()),
                 "an EVSE that there is not");
}

}  // namespace evtwin::twin
