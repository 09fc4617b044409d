// The control pilot of every EVSE over a run: states of IEC 61851-1 and duty cycles, told from occupancy, set-points,
// power and outages (analysis/pilot.hpp).
#pragma once
#include <cstdint>
#include <vector>

#include "analysis/pilot.hpp"
#include "replay/ocpi_writer.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

struct PilotRow {
  TimeNs from_ns = 0, to_ns = 0;
  analysis::PilotReading reading;  ///< as at from_ns; within a taper the current that is offered stays
};

/// Of one EVSE, without holes from the start of the run to its end; neighbours differ in state or duty cycle.
std::vector<PilotRow> pilot_rows(const RecordedRun& run, std::size_t evse);

enum class PilotForm : std::uint8_t { csv, json };

struct PilotSummary {
  std::uint64_t rows = 0;
  double below_6_a_h = 0.0;  ///< energy flowed at a current that no duty cycle can offer
};

/// Rows of all EVSEs, one after the other: evse, from, to (ISO 8601 with offset), state ("A", "B2", "C1", "C2", "F"),
/// duty_percent and offered_a (empty, in JSON null: see PilotReading). JSON is a list of objects with these keys.
PilotSummary write_pilot_table(const RecordedRun& run, PilotForm form, const TextSink& sink);

}  // namespace evtwin::replay
