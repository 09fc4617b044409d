// A simplex basis by lasting names, so that the basis of one model is a start for the next.
#pragma once
#include <cstdint>
#include <vector>

#include "optimise/plan_model.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

/// Standings of columns and rows by part, owner, future and step number.
struct KeyedBasis {
  std::vector<Series> series;       ///< their offsets lie in `standings`
  std::vector<Standing> standings;  ///< Standing::basic for a row, at_lower for a column that was not there

  bool empty() const { return series.empty(); }
  bool operator==(const KeyedBasis&) const = default;
};

KeyedBasis key_basis(const PlanModel& model, const Basis& basis);

/// A basis for this model: standings of the same names, `start`'s elsewhere, and as many basic ones as rows.
Basis fit_basis(const KeyedBasis& saved, const PlanModel& model, Basis start);

}  // namespace evtwin::optimise
