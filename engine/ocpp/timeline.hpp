// States of an EVSE over time, and what they tell of the transactions there.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {

/// A status at its (settled) time.
struct StatusPoint {
  TimeNs time_ns = 0;
  Status status = Status::unknown;
  std::string error_code;
  bool coarse = false;  ///< 2.0.1's Occupied: does not take back what a charging state told
};

/// Spans without gaps from the first status to `last_ns`; neighbours differ.
EvseTimeline timeline_of(std::string station, int evse, std::vector<StatusPoint> points, TimeNs last_ns);

/// Sets plug-in, plug-out and hours by state of the transactions of one EVSE.
/// @param transactions  ascending by start
void tell_states(const EvseTimeline& timeline, std::span<Transaction* const> transactions);

}  // namespace evtwin::ocpp
