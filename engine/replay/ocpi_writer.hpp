// Sessions of a run as charge detail records of OCPI 2.2.1 (mod_cdrs), every required field given; and as a plain
// table.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "replay/recorded_run.hpp"

namespace evtwin::replay {

/// What OCPI wants to know and a run does not say: by key, with a placeholder that is valid and means nothing.
struct OcpiFact {
  std::string_view key, placeholder, help;
  std::size_t most_characters;
};
const std::vector<OcpiFact>& ocpi_facts();

struct OcpiSummary {
  std::size_t records = 0;
  std::size_t left_out = 0;               ///< open at the end of the run: a CDR is of a session that ended
  std::vector<std::string> placeholders;  ///< keys that were not given
};

using TextSink = std::function<void(std::string_view)>;

/// A JSON array of CDR objects. Charging periods: one per stretch with power and one per stretch without. Costs are
/// what the driver paid in the run, without VAT.
/// @param facts  by key of ocpi_facts(). @param anonymise  tokens are numbered.
/// @throws std::invalid_argument naming the key and what would be right, before anything is written.
OcpiSummary write_ocpi_cdrs(const RecordedRun& run, const std::map<std::string, std::string>& facts, bool anonymise,
                            const TextSink& sink);

/// What sessions are called in exports: as in the run, or "DRIVER#VISIT" with numbered drivers.
std::vector<std::string> session_ids(const RecordedRun& run, bool anonymise);

/// arrival,departure,energy_kwh,requested_kwh,evse,session_id: what `sessions "FILE"` of the scenario language reads.
/// Times are local with their UTC offset. Sessions that were open at the end of the run leave with it.
void write_session_table(const RecordedRun& run, bool anonymise, const TextSink& sink);

}  // namespace evtwin::replay
