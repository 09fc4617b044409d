// A vehicle that left, as strategies are told of it.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernel/time.hpp"

namespace evtwin::control {

struct Departure {
  std::uint32_t evse = 0;
  std::uint64_t session = 0;  ///< 0: it left before the run
  kernel::TimeNs at_ns = 0;
  double got_kwh = 0.0, requested_kwh = 0.0;
  kernel::TimeNs arrived_ns = 0, claimed_ns = 0;
  std::uint64_t driver = 0;  ///< 0: not known
  double max_kw = 0.0;       ///< the most it could be given
  std::uint8_t draws = 0;    ///< 1: it would have taken power when it left

  template <class A>
  void archive_fields(A& a) {
    a(evse, session, at_ns, got_kwh, requested_kwh, arrived_ns, claimed_ns, driver, max_kw, draws);
  }
};
static_assert(sizeof(Departure) == 80, "a new field must be archived, and the title of checkpoints changed");

/// Departures that a view has room for between two decisions.
inline constexpr std::size_t most_departures = std::size_t{1} << 20;

}  // namespace evtwin::control
