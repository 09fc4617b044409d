// solve_milp: a dive first, and CBC by its C interface where that is not good enough. The one file that sees CBC.
#include <Cbc_C_Interface.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "optimise/coin_matrix.hpp"
#include "optimise/dive.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

namespace {

struct Delete {
  void operator()(void* model) const { Cbc_deleteModel(model); }
};
using CbcModel = std::unique_ptr<void, Delete>;

/// CBC's tolerances of the objective are absolute: its largest coefficient becomes about 1e6, by a power of two, so
/// that no digit changes.
double scale_of(const std::vector<double>& cost) {
  double largest = 0.0;
  for (const double c : cost) largest = std::max(largest, std::abs(c));
  return largest > 0.0 ? std::exp2(std::floor(std::log2(1e6 / largest))) : 1.0;
}

/// CGL 0.60 undoes its preprocessing with a tolerance of about 1e-5, and CLP ends the process (an assertion of
/// ClpNonLinearCost) over a row that is no equation and narrower than that: a goal of 7.34 kWh under a cap that differs
/// in its last digit. Such a row is an equation while CBC searches; the powers come from the model as it is.
constexpr double narrowest_row = 1e-4;

/// Whether that takes more from the model than rounding: what CBC proves of it then is not proven of the model.
bool narrows(const LinearModel& model) {
  constexpr double rounding = 1e-9;
  for (std::size_t r = 0; r < model.rows(); ++r) {
    const double width = model.row_upper[r] - model.row_lower[r];
    if (width > rounding && width <= narrowest_row) return true;
  }
  return false;
}

CbcModel cbc_model(const LinearModel& model, double scale, const MilpLimits& limits) {
  CbcModel cbc(Cbc_newModel());
  Cbc_setLogLevel(cbc.get(), 0);
  const ColumnMatrix matrix = column_matrix(model);
  std::vector<double> cost = model.cost;
  for (double& c : cost) c *= scale;

  const CoinRanges columns(model.column_lower, model.column_upper),
      rows(model.row_lower, model.row_upper, narrowest_row);
  Cbc_loadProblem(cbc.get(), static_cast<int>(model.columns()), static_cast<int>(model.rows()), matrix.start.data(),
                  matrix.row.data(), matrix.value.data(), columns.lower.data(), columns.upper.data(), cost.data(),
                  rows.lower.data(), rows.upper.data());
  Cbc_setObjSense(cbc.get(), 1.0);
  for (std::size_t c = 0; c < model.columns(); ++c) {
    if (model.integer[c] != 0) Cbc_setInteger(cbc.get(), static_cast<int>(c));
  }

  // Nothing is left to chance or to the clock: no threads, fixed seeds, a limit of nodes and not of time.
  const auto set = [&](const char* name, const std::string& value) {
    Cbc_setParameter(cbc.get(), name, value.c_str());
  };
  set("log", "0");
  set("threads", "0");
  set("randomSeed", "1234567");
  set("randomCbcSeed", "1234567");
  set("ratioGap", fmt::format("{}", limits.relative_gap));
  set("maxNodes", fmt::format("{}", std::min<std::uint64_t>(limits.nodes, 2'000'000'000)));
  return cbc;
}

/// CoinUtils 2.11.4 leaks a byte now and then in its presolve (presolve_dupmajor): what is allocated in there is
/// theirs.
void solve(Cbc_Model* cbc) {
#ifdef __SANITIZE_ADDRESS__
  const __lsan::ScopedDisabler theirs;
#endif
  Cbc_solve(cbc);
}

/// The best answer with these whole numbers, exactly whole: a solver's 0.999999 times a large bound is a power that the
/// rule forbids.
Solution with_whole_numbers_of(LpSolver& lp, const LinearModel& model, const std::vector<double>& values) {
  for (std::uint32_t c = 0; c < model.columns(); ++c) {
    if (model.integer[c] == 0) continue;
    const double whole = std::clamp(std::round(values[c]), model.column_lower[c], model.column_upper[c]);
    lp.set_column_bounds(c, whole, whole);
  }
  return lp.solve_model();
}

/// The limits' gap, and what rounding whole numbers may cost.
bool within_gap(const Solution& solution, const MilpLimits& limits) {
  return solution.has_answer() && solution.relative_gap() <= limits.relative_gap + 1e-6;
}

Solution closed(Solution solution, const MilpLimits& limits) {
  solution.outcome = within_gap(solution, limits) ? Outcome::optimal : Outcome::limit;
  solution.bound = std::min(solution.bound, solution.objective);
  return solution;
}

}  // namespace

Solution solve_milp(const LinearModel& model, const MilpLimits& limits) {
  LpSolver lp;
  lp.load_model(model);
  Solution relaxed = lp.solve_model();
  if (!model.has_integers() || relaxed.outcome != Outcome::optimal) return relaxed;

  Solution best;  // none yet
  best.objective = infinite;
  best.bound = relaxed.objective;
  best.iterations = relaxed.iterations;
  const auto take = [&](const Solution& candidate) {
    best.iterations += candidate.iterations;
    if (candidate.outcome != Outcome::optimal || best.objective <= candidate.objective) return;
    best.values = candidate.values;
    best.objective = candidate.objective;
  };

  // A dive costs little, and is often within the gap: then nothing is searched.
  const std::vector<double> dived = dive_for_whole(lp, model, relaxed.values);
  if (!dived.empty()) take(with_whole_numbers_of(lp, model, dived));
  if (within_gap(best, limits)) return closed(std::move(best), limits);

  const double scale = scale_of(model.cost);
  const CbcModel cbc = cbc_model(model, scale, limits);
  solve(cbc.get());
  best.nodes = static_cast<std::uint64_t>(std::max(0, Cbc_getNodeCount(cbc.get())));
  best.iterations += static_cast<std::uint64_t>(std::max(0, Cbc_getIterationCount(cbc.get())));
  const bool narrowed = narrows(model);
  if (Cbc_isProvenInfeasible(cbc.get()) && !best.has_answer() && !narrowed) {
    best.outcome = Outcome::infeasible;
    best.objective = best.bound = infinite;
    return best;
  }
  // CBC says "optimal" of more than an optimum. Its answer counts as far as it is one with exactly whole numbers, its
  // bound where it is better than the relaxation's.
  if (const double* x = Cbc_bestSolution(cbc.get()))
    take(with_whole_numbers_of(lp, model, std::vector<double>(x, x + model.columns())));
  const double bound = Cbc_getBestPossibleObjValue(cbc.get()) / scale + model.constant;
  if (std::abs(bound) < 1e40 && !narrowed) best.bound = std::max(best.bound, bound);
  return closed(std::move(best), limits);
}

}  // namespace evtwin::optimise
