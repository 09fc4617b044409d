// A bound as JSON (`evtwin bound --json`), and for people.
#pragma once
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/bound.hpp"
#include "analysis/text_table.hpp"

namespace evtwin::analysis {

/// Facts that are told beside a bound.
struct BoundStory {
  const twin::World& world;
  const Bound& bound;
  const twin::Result& reference;                             ///< of `asap`, from which savings are counted
  double oracle = std::numeric_limits<double>::quiet_NaN();  ///< objective of the plan played in the simulation
};

/// Keys: name, currency, objective (the bound), gap, planned_objective, reference{strategy, objective},
/// possible_saving, contract_value_per_kw, oracle_objective (null unless played), parts{}, sites[{name, objective, gap,
/// grid, steps, columns, rows, iterations, contract_value_per_kw, parts{}, relaxed{}}]. Costs add up: energy_cost +
/// demand_charge + wear_cost + unmet_cost + open_cost - storage_energy_value = planned_objective.
nlohmann::ordered_json bound_json(const BoundStory& story);

/// A table, then sentences: what is relaxed, how large the problem was, what one more kW of contract power is worth.
std::string bound_text(const BoundStory& story, Language language);

}  // namespace evtwin::analysis
