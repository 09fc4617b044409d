// A visit: one vehicle that wants energy for a while. The driver's words and the truth are kept apart.
#pragma once
#include <cstdint>
#include <string>
#include <type_traits>

#include "kernel/static_checks.hpp"
#include "kernel/time.hpp"
#include "physics/battery.hpp"

namespace evtwin::demand {

using kernel::TimeNs;

inline constexpr std::int32_t any_evse = -1;

struct Visit {
  std::string id;
  std::uint64_t number = 0;  ///< within its law, in order of arrival
  TimeNs arrival_ns = 0;
  TimeNs departure_ns = 0;              ///< the truth
  TimeNs claimed_departure_ns = 0;      ///< what the driver said
  double requested_kwh = 0.0;           ///< what the driver said; strategies see it
  double taken_kwh = physics::unknown;  ///< hidden physical stop, metered; NaN = the battery alone stops
  std::uint32_t vehicle = 0;            ///< index into World::vehicles
  double soc_start = physics::unknown;  ///< NaN: chosen so that what is wanted fits (see soc_for)
  std::int32_t evse = any_evse;         ///< row of the EVSE, or any free one
  double priority = 0.0;
  TimeNs announced_ns = kernel::time_never;  ///< when it was reserved; see is_announced
  TimeNs reserved_from_ns = 0;               ///< what was reserved, as the driver said: [from, until)
  TimeNs reserved_until_ns = 0;
  bool v2g = false;                       ///< the driver opted in ...
  double v2g_min_price_per_kwh = 0.0;     ///< ... and takes no less than this for energy discharged
  bool stay_counts_from_plug_in = false;  ///< waiting shifts the departures
  /// The driver comes back so long after the car took no more, where that is before departure_ns; NaN: stays until
  /// then.
  double leaves_h_after_full = physics::unknown;

  template <class A>
  void archive_fields(A& a) {
    a(id, number, arrival_ns, departure_ns, claimed_departure_ns, requested_kwh, taken_kwh, vehicle, soc_start, evse,
      priority, announced_ns, reserved_from_ns, reserved_until_ns, v2g, v2g_min_price_per_kwh, stay_counts_from_plug_in,
      leaves_h_after_full);
  }
};
static_assert(kernel::has_size<Visit>(168), "a new field must be archived, and the title of checkpoints changed");
static_assert(std::is_nothrow_move_constructible_v<Visit>, "queues and heaps of visits grow by moves");

/// Whether the visit is announced beforehand: before it comes and no later than its reserved time begins, which ends
/// later.
inline bool is_announced(const Visit& v) {
  return v.announced_ns < v.arrival_ns && v.announced_ns <= v.reserved_from_ns &&
         v.reserved_from_ns < v.reserved_until_ns;
}

/// SoC at arrival of a visit that does not give one: the vehicle would leave at `soc_target` with what is wanted, or,
/// when that does not fit, full. @returns 0..1; 0 when even that does not fit. Unknown batteries (infinite) answer 0.
double soc_for(const physics::BatterySpec& battery, double wanted_kwh, double soc_target);

}  // namespace evtwin::demand
