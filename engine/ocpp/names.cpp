#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

// IEC 61851-1 table A.6 as far as a status tells it: suspended by the vehicle it withdraws to B, suspended by the EVSE
// the vehicle stays ready (C1: no PWM).
PilotState pilot_state(Status status) {
  switch (status) {
    case Status::available:
    case Status::reserved:
      return PilotState::a;
    case Status::preparing:
    case Status::suspended_ev:
    case Status::finishing:
    case Status::occupied:
      return PilotState::b;
    case Status::charging:
    case Status::suspended_evse:
      return PilotState::c;
    case Status::faulted:
      return PilotState::e;
    case Status::unavailable:
      return PilotState::f;
    case Status::unknown:
      break;
  }
  return PilotState::unknown;
}

std::string_view name_of(Status status) {
  switch (status) {
    case Status::available:
      return "Available";
    case Status::preparing:
      return "Preparing";
    case Status::charging:
      return "Charging";
    case Status::suspended_ev:
      return "SuspendedEV";
    case Status::suspended_evse:
      return "SuspendedEVSE";
    case Status::finishing:
      return "Finishing";
    case Status::reserved:
      return "Reserved";
    case Status::unavailable:
      return "Unavailable";
    case Status::faulted:
      return "Faulted";
    case Status::occupied:
      return "Occupied";
    case Status::unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(PilotState state) {
  constexpr std::string_view names[] = {"unknown", "A", "B", "C", "D", "E", "F"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view name_of(Version version) {
  constexpr std::string_view names[] = {"", "1.6", "2.0.1", "2.1"};
  return names[static_cast<std::size_t>(version)];
}

}  // namespace evtwin::ocpp
