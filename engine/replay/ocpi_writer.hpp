// Sessions of a run as Sessions and charge detail records of OCPI 2.2.1 (mod_sessions, mod_cdrs), every required field
// given; and as a plain table.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "replay/ocpi_records.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

/// A fact that OCPI requires and a run does not hold: by key, with a placeholder that is valid and means nothing.
struct OcpiFact {
  std::string_view key, placeholder, help;
  std::size_t most_characters;
};
const std::vector<OcpiFact>& ocpi_facts();

struct OcpiSummary {
  std::size_t records = 0;
  std::size_t left_out = 0;               ///< records without all that OCPI requires: an open session has no CDR
  std::vector<std::string> placeholders;  ///< keys that were not given
};

using TextSink = std::function<void(std::string_view)>;

/// A JSON array of CDRs or Sessions, by start and id. Charging periods: one per stretch with power and one per stretch
/// without. Costs are what the driver paid in the run, without VAT. Of a replay of OCPI documents the documents count:
/// what they say is written as it was read, also of sessions that were not replayed; what they lack of the required
/// fields comes from the run.
/// @param facts  by key of ocpi_facts(). @param anonymise  tokens are numbered, and what else may name somebody is left
/// out (ocpi_records.hpp).
/// @throws std::invalid_argument naming the key and what would be right, before anything is written.
OcpiSummary write_ocpi(const RecordedRun& run, OcpiObject kind, const std::map<std::string, std::string>& facts,
                       bool anonymise, const TextSink& sink);

/// Names of sessions in exports: as in the run, or "DRIVER#VISIT" where drivers are numbered or a log names them.
std::vector<std::string> session_ids(const RecordedRun& run, bool anonymise);

/// arrival,departure,energy_kwh,requested_kwh,evse,session_id,charging_type (ac, dc): what `sessions "FILE"` of the
/// scenario language reads. Times are local with their UTC offset. Sessions that were open at the end of the run leave
/// with it.
void write_session_table(const RecordedRun& run, bool anonymise, const TextSink& sink);

}  // namespace evtwin::replay
