// The outcome of one run: as JSON (`evtwin run --json`), and as a table for people.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"
#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

/// Keys: name, strategy, currency, kpi{name: value}, ledger_imbalance_kwh, event_hash (16 hex digits), sessions,
/// sessions_open, sessions_left_out[{id, reason}], decisions, corrections{reason: n}, events, wall_s, flags[{id,
/// reason}], strategy_notes[], sites[{name, kpi{}}]. Figures that do not apply are null; there is no NaN in JSON.
/// @param strategy label. @param kpis of kpis_of_run(world, result). @param wall_s seconds of the simulation.
nlohmann::ordered_json run_json(const twin::World& world, const twin::Result& result, const std::string& strategy,
                                std::span<const Kpi> kpis, double wall_s);

/// A strategy's conduct as its user should know it, in sentences: that it warned, that vehicles were left standing,
/// that not all it said was recorded. Empty: nothing.
std::vector<std::string> strategy_notes(const twin::Result& result);

/// {"total_cost": 12.5, ...} of one site, or of all together (-1).
nlohmann::ordered_json kpi_json(std::span<const Kpi> kpis, std::int32_t site = -1);

/// One line per KPI that says something (those that are 0 or do not apply and would only fill the page are left out),
/// with unit and explanation.
std::string kpi_table_text(std::span<const Kpi> kpis, Language language);

/// "2034-05-01": the local day on which a battery is replaced that was new at `start_ns` and lasts so many years;
/// "after 2125-05-01" where no end was found, "-" where the life is not known.
std::string replacement_text(const market::Calendar& calendar, kernel::TimeNs start_ns, double life_years,
                             Language language);
/// When storage and vehicles are replaced that go on like in this run, a line each; empty where neither is known.
std::string replacements_text(const twin::World& world, std::span<const Kpi> kpis, Language language);

/// JSON has neither NaN nor infinity: they become null.
nlohmann::ordered_json number_or_null(double value);

/// JSON text that is safe everywhere: UTF-8 (bytes that are not become U+FFFD), and DEL, C1 controls and marks that
/// turn the writing direction escaped as \u, so that it may go to a terminal.
std::string json_text(const nlohmann::ordered_json& json, int indent = 2);

}  // namespace evtwin::analysis
