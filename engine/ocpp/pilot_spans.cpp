#include "ocpp/pilot_spans.hpp"

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
  return PilotState::none;
}

bool oscillates_in(Status status) { return status == Status::charging || status == Status::suspended_ev; }

std::vector<PilotSpan> pilot_spans(const EvseTimeline& timeline) {
  std::vector<PilotSpan> spans;
  for (const StatusSpan& span : timeline.spans) {
    const PilotState state = pilot_state(span.status);
    if (!spans.empty()) {
      for (const PilotState passed : physics::passed_between(spans.back().state, state)) {
        spans.push_back(
            {.state = passed, .oscillates = false, .implied = true, .from_ns = span.from_ns, .to_ns = span.from_ns});
      }
    }
    const bool oscillates = oscillates_in(span.status);
    if (!spans.empty() && spans.back().state == state && spans.back().oscillates == oscillates &&
        spans.back().to_ns == span.from_ns) {
      spans.back().to_ns = span.to_ns;
      continue;
    }
    spans.push_back(
        {.state = state, .oscillates = oscillates, .implied = false, .from_ns = span.from_ns, .to_ns = span.to_ns});
  }
  return spans;
}

}  // namespace evtwin::ocpp
