// Several strategies on the same world, side by side.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/kpi.hpp"
#include "analysis/text_table.hpp"

namespace evtwin::analysis {

/// One run of the comparison.
struct Contender {
  std::string strategy;
  std::vector<Kpi> kpis;
  std::uint64_t event_hash = 0;
  double wall_s = 0.0;
  std::string error;                 ///< not empty: the strategy failed, and there are no figures
  std::vector<std::string> notes{};  ///< strategy_notes() of the run
};

/// A contest on one of several worlds.
struct RoundRuns {
  std::vector<Contender> contenders;  ///< the same strategies in the same order for every world
  std::string bound_error;            ///< why this world has no bound; empty: it has one, or none was looked for
  /// Objectives of all sites together: the least possible, and that of charging at once (`asap`). NaN without a bound.
  double bound = std::numeric_limits<double>::quiet_NaN(), reference = std::numeric_limits<double>::quiet_NaN();
};

/// By contender: whether its service_kwh is within 0.5 % of the most (serves_alike), so that its objective may be
/// called lower. A run without that figure competes.
std::vector<char> who_competes(std::span<const Contender> contenders);

/// By contender: whether it may be called the best by that figure. By the objective and what is made of it those of
/// who_competes, by the energy charged itself all, by any other figure those that had served alike by the end.
std::vector<char> who_may_be_best(std::string_view kpi, std::span<const Contender> contenders);

/// {"currency", "bound" (null without one), "runs": [{strategy, kpi{}, objective, compared_for_cost (by the
/// objective: who_competes), compared_for_bill (false where it had served over 0.5 % less by the end), regret (null
/// without a bound and where unmet energy has no price), event_hash, wall_s, error (null)}]}.
nlohmann::ordered_json comparison_json(std::span<const Contender> contenders, const std::string& currency);

/// A row per strategy, with what a site manager asks for: cost, its parts, peak, energy served. "*" marks the best of a
/// column where they differ, among those that serve alike by the end, or, for the objective and what is made of it, in
/// all (serves_alike); for the energy charged itself among all. Columns that say nothing (no CO2 figures, nobody turned
/// away) are left out.
/// @param width  columns of the terminal, 0: as wide as it needs. Columns that do not fit are left out, least asked for
/// first, and named below.
std::string comparison_table(std::span<const Contender> contenders, const std::string& currency, Language language,
                             std::size_t width = 0);

/// A plain sentence per further strategy against the first: "edf costs 12.0 % less than asap (1,234 KRW) and delivers
/// as much." Where it delivers less energy, the sentence says so, and whether it is still to come: a cheaper bill for
/// less charging is no saving.
std::string comparison_sentences(std::span<const Contender> contenders, const std::string& currency, Language language);

}  // namespace evtwin::analysis
