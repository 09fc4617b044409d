// A comparison over single days, as tables for people and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "analysis/day_comparison.hpp"
#include "analysis/text_table.hpp"

namespace evtwin::analysis {

/// {"currency", "reference" (row), "confidence": 0.95, "resamples", "seed", "days": [date] (those that count),
/// "left_out": [date], "bound", "asap_objective" (sums), "bounds": [{date, bound, asap_objective, error}],
/// "runs": [{date, and the keys of a run in comparison_json}], by day and strategy, "summary": [{name, strategies,
/// objective, saving_share{value, low, high}, difference{mean_per_day, low, high} (null of the reference),
/// served_fraction, energy_served_kwh, unmet_kwh, mean_peak_kw, highest_peak_kw, storage_cycles, compared_for_cost}]}.
/// Unknown figures are null.
nlohmann::ordered_json day_comparison_json(std::span<const DayRuns> days, std::span<const DayRow> rows,
                                           const std::string& currency, std::uint64_t seed);

/// A table of sums, one of differences from the first row, and what is to be known of them.
std::string day_comparison_text(std::span<const DayRuns> days, std::span<const DayRow> rows,
                                const std::string& currency, std::uint64_t seed, Language language);

}  // namespace evtwin::analysis
