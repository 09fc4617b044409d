// The relaxation of DESIGN's bound as a problem of optimise/: a site's whole run with nothing hidden.
//
// Whatever a strategy can do in the simulation, its mean powers of each step satisfy the problem at the same cost or
// less. Prices, PV, load, limits, presence, energies, storage and demand charge are kept; all that is relaxed is listed
// in `relaxed`. Limits bind means only; costs are convex in power, so means cost no more (Jensen).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/bound_grid.hpp"
#include "analysis/foresight.hpp"
#include "optimise/plan_problem.hpp"
#include "twin/world.hpp"

namespace evtwin::analysis {

/// Physics that a bound leaves out; counts of stays, 0 where it plays no role.
struct Relaxed {
  std::size_t stays = 0;        ///< of all that are in the problem
  std::size_t taper = 0;        ///< batteries whose curve falls below what their EVSE offers
  std::size_t min_current = 0;  ///< a smallest power other than 0
  std::size_t rates = 0;        ///< finite rates
  std::size_t lossy_v2g = 0;    ///< discharging below a feeder with losses: they are taken for smaller than they are
  std::size_t feeder_rows = 0;  ///< rows (export caps above losses) that are left out
  bool windows = false;         ///< means of metering windows: see GridKind
  bool unmet_free = false;      ///< missing energy has no price: the cheapest is to charge nobody
};

/// Money of the objective that no plan changes.
struct BoundConstants {
  double demand = 0.0;   ///< of a contract that is billed whatever is drawn
  double unmet = 0.0;    ///< of stays in which nothing can flow
  double open = 0.0;     ///< of those that are open at the end
  double storage = 0.0;  ///< value of what lies in storage at the start

  double sum() const { return demand + unmet + open + storage; }
};

struct BoundProblem {
  optimise::PlanProblem problem;
  BoundGrid grid;
  std::vector<std::uint64_t> session;  ///< by vehicle of the problem; 0: none (losses that may be wasted)
  std::vector<char> open;              ///< by vehicle of the problem: still there at the end of the run
  std::vector<char> contract_binds;    ///< [steps] the import limit is the contract power throughout
  BoundConstants constants;            ///< objective of the run = the problem's + these
  double wanted_kwh = 0.0;             ///< by all
  Relaxed relaxed;
};

BoundProblem bound_problem(const twin::World& world, std::uint32_t site, const SiteForesight& foresight, GridKind grid);

}  // namespace evtwin::analysis
