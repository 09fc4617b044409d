// A comparison over several seeds, as tables for people and as JSON.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "analysis/seed_comparison.hpp"
#include "analysis/text_table.hpp"

namespace evtwin::analysis {

/// "1..5, 9": runs of three and more neighbours as a range.
std::string seeds_text(std::span<const std::uint64_t> seeds);

/// Why the share of the possible saving is missing, or is of fewer seeds; empty where it is there for all.
std::string saving_note(std::span<const SeedRuns> rounds, Language language);

/// {"currency", "seeds", "reference" (strategy), "confidence": 0.95, "seeds_matter", "bounds": [{seed, bound, error}],
/// "runs": [{seed, and the keys of a run in comparison_json}], by seed and strategy,
/// "summary": [{strategy, failed_seeds, serves_less_seeds, compared_for_cost (in every seed), among_best,
/// kpi{name: {seeds, mean, standard_deviation}}, difference{seeds, mean, low, high, cheaper_seeds} of the objective
/// against the reference}]}. Unknown figures are null; where seeds do not matter deviations, differences and
/// among_best are.
nlohmann::ordered_json seed_comparison_json(std::span<const SeedRuns> rounds, const std::string& currency);

/// Two tables - figures as mean +- standard deviation, then differences against the first strategy - and what is to be
/// known of them. Where seeds change nothing: that, and the table of the one run that all of them are.
std::string seed_comparison_text(std::span<const SeedRuns> rounds, const std::string& currency, Language language);

}  // namespace evtwin::analysis
