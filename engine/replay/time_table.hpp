// A run as rows of equal steps of time, an EVSE after the other: for spreadsheets and for tools made for EnerV2Gize.
#pragma once
#include <cstdint>

#include "replay/ocpi_writer.hpp"
#include "replay/recorded_run.hpp"

namespace evtwin::replay {

/// CSV. Columns: Timestamp (ISO 8601 with offset, of the step's start), Date, Time, Charging Price and Discharging
/// Price (the site's buy and sell price per kWh, mean over the step), Average Price (of the charging price over the
/// local day, as far as it is in the run), CS Id (the EVSE), Algorithm Name, SoC (at the Timestamp, 0..1; empty: no
/// vehicle then, or unknown), Power kW (mean), Energy kWh (net, at the meter), Status (charging, discharging, holding:
/// a vehicle and nothing flows; free), Session, Vehicle, Site.
///
/// Exact: sums of what the run file has, tapers included; nothing is sampled. The last step ends with the run.
/// @param step_ns  > 0. @param anonymise  sessions are numbered by driver. @returns rows
std::uint64_t write_time_table(const RecordedRun& run, TimeNs step_ns, bool anonymise, const TextSink& sink);

}  // namespace evtwin::replay
