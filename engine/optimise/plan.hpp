// A plan: what a solver answered, in the words of the problem.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "optimise/plan_problem.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

enum class Method : std::uint8_t { greedy, lp, milp };
std::string_view name_of(Method method);

struct VehiclePlan {
  std::uint32_t first_step = 0;
  std::vector<double> charge_kw, discharge_kw;  ///< [end_step - first_step], >= 0
  double unmet_kwh = 0.0;

  double kw_in_step(std::uint32_t step) const;  ///< signed; 0 outside of the stay
};

struct StoragePlan {
  std::vector<double> charge_kw, discharge_kw;  ///< [steps], >= 0
  std::vector<double> stored_kwh;               ///< [steps] at the end of each
};

struct Plan {
  Outcome outcome = Outcome::failed;
  std::string why;  ///< there is no plan, in one line; empty where there is one
  /// That made it: `lp` also where a greedy did not fit. milp: minimum currents, rates and starts are kept. Opposite
  /// powers at once are kept out by either, with binaries where they would pay.
  Method method = Method::lp;
  double objective = 0.0;  ///< the problem's, of this very plan
  double bound = 0.0;      ///< no plan costs less
  std::vector<VehiclePlan> vehicles;
  std::vector<StoragePlan> storages;
  std::vector<double> import_kw, export_kw, curtailed_kw;  ///< [steps]
  std::vector<double> peak_kw;                             ///< [periods] highest window
  double over_limit_kwh = 0.0;                             ///< see PlanProblem::over_limit_price_per_kwh
  /// Saving by one more kW of import limit in each step (>= 0), of an LP.
  std::vector<double> contract_value_per_kw;
  std::uint64_t iterations = 0, nodes = 0;

  bool is_usable() const { return outcome == Outcome::optimal || outcome == Outcome::limit; }
  double relative_gap() const;
};

/// Cost of a plan by the problem's own words, not by a solver's matrix.
double cost_of(const PlanProblem& problem, const Plan& plan);

/// Looks at a plan with the problem alone: balance, bounds, storage and battery levels, limits, windows, whole-number
/// rules of `plan.method`, and that cost_of agrees with its objective. @returns what is wrong, in one line; empty:
/// sound.
/// @param tolerance_kw of powers; energies and money in proportion
std::string check_plan(const PlanProblem& problem, const Plan& plan, double tolerance_kw = 1e-6);

}  // namespace evtwin::optimise
