// The way of a session's messages through five actors, with the time that each leg takes:
//
//   charger ── OCPP ──▶ CSMS ──▶ CPMS DB ──▶ OCPI server ── OCPI ──▶ eMSP app
//
// What a charger says (OCPP 1.6), what it becomes in OCPI 2.2.1, and when it is where.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "replay/recorded_run.hpp"

namespace evtwin::replay {

inline constexpr std::array<std::string_view, 5> trace_actors{"charger", "CSMS", "CPMS DB", "OCPI", "eMSP app"};

struct TraceOptions {
  /// Seconds of each leg, from one actor to the next; round figures: a mobile network, a queue, a roaming job, a push.
  std::array<double, trace_actors.size() - 1> leg_s{0.3, 0.05, 0.5, 1.0};
  double sample_s = 60.0;  ///< between MeterValues, from the start of the session on; > 0
  bool anonymise = true;   ///< sessions are numbered
};

struct TraceSummary {
  std::uint64_t messages = 0, rows = 0;
  double way_s = 0.0;  ///< of a message, from the charger to the app
};

/// "0.3,0.05,0.5,1" -> the four legs. @throws std::invalid_argument with what is due
std::array<double, trace_actors.size() - 1> trace_legs(const std::string& text);

/// CSV: session, evse, message, carried_as, from, to, sent, received, kwh (imported so far by the session); a row for
/// each leg of each message, session by session in order of plug-in. Times ISO 8601 with milliseconds.
TraceSummary write_message_trace(const RecordedRun& run, const TraceOptions& options,
                                 const std::function<void(std::string_view)>& sink);

}  // namespace evtwin::replay
