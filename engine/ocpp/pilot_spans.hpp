// Control pilot of an EVSE, as the statuses of a log imply it.
#pragma once
#include <vector>

#include "ocpp/site_log.hpp"
#include "physics/control_pilot.hpp"

namespace evtwin::ocpp {

using physics::PilotState;

/// The state that goes with a status.
PilotState pilot_state(Status status);

/// A current is offered (B2, C2, D2): while it charges, and where the vehicle itself has stopped taking it.
bool oscillates_in(Status status);

/// A state over a time. Of statuses that skip states, those in between appear with to == from.
struct PilotSpan {
  PilotState state = PilotState::none;
  bool oscillates = false;  ///< B2, C2, D2: a current is offered; else B1, C1, D1
  bool implied = false;     ///< no status tells it
  TimeNs from_ns = 0, to_ns = 0;
  friend bool operator==(const PilotSpan&, const PilotSpan&) = default;
};

/// States of the pilot of an EVSE, as far as its statuses tell. Energy flows in C2 and D2 alone.
std::vector<PilotSpan> pilot_spans(const EvseTimeline& timeline);

}  // namespace evtwin::ocpp
