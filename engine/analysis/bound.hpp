// The bound: what the objective of a run could be at best, with everything known beforehand. No strategy beats it.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/bound_problem.hpp"
#include "analysis/kpi.hpp"
#include "optimise/plan.hpp"

namespace evtwin::analysis {

struct BoundOptions {
  /// Up to so many (stay, step) pairs a site is cut wherever something changes, beyond it in metering windows
  /// (but where selling pays more than buying costs).
  std::size_t most_exact_pairs = 250'000;
  std::function<bool()> stop;  ///< asked now and then; true ends it with twin::Interrupted
};

/// The terms of the objective, as the plan has them: what they add up to is `planned`.
struct BoundParts {
  double energy = 0.0, demand = 0.0, wear = 0.0, unmet = 0.0;
  double open = 0.0;           ///< what those who are there at the end can still cost at least
  double storage_value = 0.0;  ///< of what is left in storage beyond the start; to be taken off
  double unmet_kwh = 0.0, open_kwh = 0.0, import_kwh = 0.0, export_kwh = 0.0;
  double peak_kw = 0.0;  ///< highest metering window, where windows are billed; else highest step

  double sum() const { return energy + demand + wear + unmet + open - storage_value; }
  BoundParts& operator+=(const BoundParts& other);
};

/// One site's bound. Money as in the objective of the run.
struct SiteBound {
  BoundProblem stated;
  optimise::Plan plan;  ///< the best powers found for the relaxation
  BoundParts parts;
  double proven = 0.0;          ///< no strategy's objective is less, by the prices of the rows alone
  double planned = 0.0;         ///< what the plan costs; the optimum of the relaxation lies between the two
  double contract_value = 0.0;  ///< what one more kW of contract power would save over the run
  std::size_t columns = 0, rows = 0;
  std::uint64_t iterations = 0;
};

struct Bound {
  std::vector<SiteBound> sites;
  double proven = 0.0, planned = 0.0;  ///< sums over the sites

  /// How far the optimum of the relaxation may lie above `proven`, relative to it.
  double relative_gap() const;
};

/// @throws std::runtime_error where the solver finds nothing, and where drivers leave when their cars are full, since
///         then there is none; twin::Interrupted.
Bound find_bound(const twin::World& world, const Foresight& foresight, const BoundOptions& options = {});

/// Bound and reference by site, for kpis_of_run(). @param reference  the run of the strategy that savings are counted
/// from
Yardstick make_yardstick(const twin::World& world, const Bound& bound, const twin::Result& reference);

}  // namespace evtwin::analysis
