// The control pilot of an EVSE, told from what a run knows of it (IEC 61851-1).
#pragma once
#include <string>

#include "kernel/unknown.hpp"
#include "physics/control_pilot.hpp"

namespace evtwin::analysis {

/// An EVSE at an instant of a run.
struct EvseFacts {
  bool in_service = true;
  bool connected = false;  ///< a vehicle is plugged in
  bool dc = false;
  int phases = 3;            ///< load phases of an AC EVSE
  double voltage_v = 230.0;  ///< across one of them
  double max_kw = 0.0;
  double kw = 0.0;  ///< at its meter, > 0 into the vehicle
  /// In force, after the guard. Unknown: none was asked for, and the rating is offered.
  double setpoint_kw = kernel::unknown;
};

struct PilotReading {
  physics::PilotState state = physics::PilotState::none;
  bool oscillates = false;  ///< B2, C2; else B1, C1 and all others
  /// %. Unknown: it does not oscillate; or no duty cycle can offer what flows (below 6 A per phase).
  double duty = kernel::unknown;
  double offered_a = kernel::unknown;  ///< per phase. Unknown: nothing is offered, or by digital communication
};

/// | what the run tells | state | duty cycle |
/// | out of service | F | none |
/// | no vehicle | A | none |
/// | energy flows | C2 | of the current offered: the set-point's, never less than what flows nor above the rating |
/// | a vehicle, nothing flows, the set-point is above 0 | B2: the vehicle takes no more | likewise |
/// | a vehicle, and nothing is offered | C1: as OCPP's SuspendedEVSE | none |
///
/// DC, and AC in the direction of the grid, are agreed on digitally: 5 %. A cable carries 80 A at most. D (a battery
/// that needs ventilation) and E (no mains) are of no run; whether a vehicle that is offered nothing has opened its
/// switch (B1) it does not tell either.
PilotReading pilot_of(const EvseFacts& facts);

/// "A", "B2", "C1", "F".
std::string name_of(const PilotReading& reading);

/// "C2, 26.7 % (16.0 A)", "C2, 5 %", "A".
std::string text_of(const PilotReading& reading);

}  // namespace evtwin::analysis
