// Limits that the profiles of one EVSE set at an instant, and until when: the step from edge to edge that composite
// schedules and limits in force are made of.
#pragma once
#include <limits>
#include <span>
#include <string_view>

#include "ocpp/charging_profile.hpp"

namespace evtwin::ocpp {

/// Limits that hold together. Infinity: none of this unit.
struct Limit {
  double a = std::numeric_limits<double>::infinity();  ///< per phase
  double w = std::numeric_limits<double>::infinity();  ///< all phases
  int phases = 0;                                      ///< 0: nobody says

  static constexpr int phases_unsaid = 3;
  static_assert(phases_unsaid == SchedulePeriod{}.phases, "OCPP: numberPhases is 3 where it is not given");
  int most_phases() const { return phases > 0 ? phases : phases_unsaid; }
  bool is_limited() const;
  /// The limits as one figure; a limit of the other unit is spread over the phases.
  double limit_in(RateUnit unit, double voltage_v) const;
  /// Adds another limit: both hold.
  void tighten_by(const Limit& other);
};

/// A transaction on the EVSE asked about, at the instant asked about.
struct Running {
  bool runs = false;
  TimeNs start_ns = 0;
  std::string_view id;  ///< empty: any
};

/// An instant to ask about.
struct Instant {
  TimeNs t_ns = 0;
  TimeNs origin_ns = 0;  ///< where profiles begin that have no start of their own
};

/// The limit of the session on `evse`: TxProfile, where none holds TxDefaultProfile, of each the highest level that
/// holds, one set for this EVSE before one for all. @param next_ns  lowered to the next instant at which that may
/// change
Limit session_limit(std::span<const ProfileStore::Held> held, int evse, const Running& running, Instant at,
                    TimeNs& next_ns);

/// The limits that hold with or without a session: those of the station for evse 0 (maximum and constraints from
/// outside), those set for just this EVSE else.
Limit standing_limit(std::span<const ProfileStore::Held> held, int evse, Instant at, TimeNs& next_ns);

}  // namespace evtwin::ocpp
