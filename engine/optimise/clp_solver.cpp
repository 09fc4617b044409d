// LpSolver on CLP, the one file that sees its headers.
#include <ClpSimplex.hpp>
#include <algorithm>
#include <cmath>
#include <optional>

#include "kernel/log.hpp"
#include "optimise/coin_matrix.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

namespace {

ClpSimplex::Status status_of(Standing standing) {
  switch (standing) {
    case Standing::free:
      return ClpSimplex::isFree;
    case Standing::basic:
      return ClpSimplex::basic;
    case Standing::at_upper:
      return ClpSimplex::atUpperBound;
    case Standing::at_lower:
      return ClpSimplex::atLowerBound;
  }
  return ClpSimplex::atLowerBound;
}

Standing standing_of(ClpSimplex::Status status) {
  switch (status) {
    case ClpSimplex::basic:
      return Standing::basic;
    case ClpSimplex::atUpperBound:
      return Standing::at_upper;
    case ClpSimplex::isFree:
    case ClpSimplex::superBasic:
      return Standing::free;
    case ClpSimplex::atLowerBound:
    case ClpSimplex::isFixed:
      break;
  }
  return Standing::at_lower;
}

}  // namespace

struct LpSolver::Impl {
  ClpSimplex clp;
  double constant = 0.0;
  std::optional<Outcome> refused;  // seen in the matrix and costs at load
  std::vector<double> cost;
  bool foreign_basis = false;
  bool only_costs_changed = false;  // since the last optimum: that basis is primal feasible still

  explicit Impl() { clp.setLogLevel(0); }

  int columns() const { return clp.numberColumns(); }
  int rows() const { return clp.numberRows(); }

  std::optional<Outcome> seen_before_solving() const {
    if (refused) return refused;
    if (!std::all_of(cost.begin(), cost.end(), [](double c) { return std::isfinite(c); })) return Outcome::failed;
    const auto in_columns = seen_at_once(clp.columnLower(), clp.columnUpper(), static_cast<std::size_t>(columns()));
    const auto in_rows = seen_at_once(clp.rowLower(), clp.rowUpper(), static_cast<std::size_t>(rows()));
    return in_columns == Outcome::failed || !in_rows ? in_columns : in_rows;
  }

  /// A basis from elsewhere may put a column at a bound that it has no more.
  void mend_standings() {
    if (!clp.statusExists()) clp.createStatus();
    const auto mended = [](ClpSimplex::Status status, double lower, double upper) {
      if (status == ClpSimplex::basic) return status;
      const bool has_lower = lower > -COIN_DBL_MAX, has_upper = upper < COIN_DBL_MAX;
      if (!has_lower && !has_upper) return ClpSimplex::isFree;
      if (!has_upper || (status != ClpSimplex::atUpperBound && has_lower)) return ClpSimplex::atLowerBound;
      return ClpSimplex::atUpperBound;
    };
    for (int c = 0; c < columns(); ++c)
      clp.setColumnStatus(c, mended(clp.getColumnStatus(c), clp.columnLower()[c], clp.columnUpper()[c]));
    for (int r = 0; r < rows(); ++r)
      clp.setRowStatus(r, mended(clp.getRowStatus(r), clp.rowLower()[r], clp.rowUpper()[r]));
  }

  void run(bool primal) {
    clp.setRandomSeed(1234567);  // every answer begins from the same draws
    if (primal)
      clp.primal();
    else
      clp.dual();
    // Optimal as scaled but not as it was given: a few more pivots without the scaling.
    if (clp.status() == 0 && clp.secondaryStatus() > 1) {
      const int scaling = clp.scalingFlag();
      clp.scaling(0);
      clp.primal();
      clp.scaling(scaling);
    }
  }

  Solution answer(Outcome outcome) const {
    Solution solution;
    solution.outcome = outcome;
    solution.iterations = static_cast<std::uint64_t>(clp.getIterationCount());
    const auto n = static_cast<std::size_t>(columns()), m = static_cast<std::size_t>(rows());
    const double* x = clp.getColSolution();
    // CLP keeps bounds to 1e-7; a power of -1e-9 would only surprise.
    solution.values.resize(n);
    solution.objective = constant;
    for (std::size_t c = 0; c < n; ++c) {
      solution.values[c] = std::min(std::max(x[c], clp.columnLower()[c]), clp.columnUpper()[c]);
      solution.objective += cost[c] * solution.values[c];
    }
    solution.row_duals.assign(clp.getRowPrice(), clp.getRowPrice() + m);
    solution.reduced_costs.assign(clp.getReducedCost(), clp.getReducedCost() + n);
    solution.bound = outcome == Outcome::optimal ? solution.objective : -infinite;
    return solution;
  }
};

LpSolver::LpSolver() : impl_(std::make_unique<Impl>()) {}
LpSolver::~LpSolver() = default;
LpSolver::LpSolver(LpSolver&&) noexcept = default;
LpSolver& LpSolver::operator=(LpSolver&&) noexcept = default;

void LpSolver::load_model(const LinearModel& model) {
  impl_ = std::make_unique<Impl>();
  impl_->constant = model.constant;
  impl_->cost = model.cost;
  const auto seen = seen_at_once(model);
  if (seen == Outcome::failed) {
    // Bounds may be set to numbers later, matrix and constant not: those keep the model refused.
    LinearModel numbers_only = model;
    for (auto* bounds : {&numbers_only.column_lower, &numbers_only.column_upper, &numbers_only.row_lower,
                         &numbers_only.row_upper, &numbers_only.cost})
      std::fill(bounds->begin(), bounds->end(), 0.0);
    impl_->refused = seen_at_once(numbers_only);
  }
  const ColumnMatrix matrix =
      impl_->refused ? ColumnMatrix{std::vector<int>(model.columns() + 1, 0), {}, {}} : column_matrix(model);
  const CoinRanges columns(model.column_lower, model.column_upper), rows(model.row_lower, model.row_upper);
  impl_->clp.loadProblem(static_cast<int>(model.columns()), static_cast<int>(model.rows()), matrix.start.data(),
                         matrix.row.data(), matrix.value.data(), columns.lower.data(), columns.upper.data(),
                         model.cost.data(), rows.lower.data(), rows.upper.data());
  impl_->clp.setOptimizationDirection(1.0);
}

void LpSolver::set_column_bounds(std::uint32_t column, double lower, double upper) {
  const CoinRange range = coin_range(lower, upper);
  impl_->clp.setColumnBounds(static_cast<int>(column), range.lower, range.upper);
  impl_->only_costs_changed = false;
}

void LpSolver::set_row_bounds(std::uint32_t row, double lower, double upper) {
  const CoinRange range = coin_range(lower, upper);
  impl_->clp.setRowBounds(static_cast<int>(row), range.lower, range.upper);
  impl_->only_costs_changed = false;
}

void LpSolver::set_cost(std::uint32_t column, double cost) {
  impl_->cost[column] = cost;
  impl_->clp.setObjectiveCoefficient(static_cast<int>(column), cost);
}

void LpSolver::set_basis(const Basis& basis) {
  for (std::size_t c = 0; c < basis.columns.size(); ++c)
    impl_->clp.setColumnStatus(static_cast<int>(c), status_of(basis.columns[c]));
  for (std::size_t r = 0; r < basis.rows.size(); ++r)
    impl_->clp.setRowStatus(static_cast<int>(r), status_of(basis.rows[r]));
  impl_->foreign_basis = true;
  impl_->only_costs_changed = false;
}

Basis LpSolver::current_basis() const {
  Basis basis;
  if (!impl_->clp.statusExists()) return basis;
  for (int c = 0; c < impl_->columns(); ++c) basis.columns.push_back(standing_of(impl_->clp.getColumnStatus(c)));
  for (int r = 0; r < impl_->rows(); ++r) basis.rows.push_back(standing_of(impl_->clp.getRowStatus(r)));
  return basis;
}

Solution LpSolver::solve_model(std::uint64_t iteration_limit) {
  Impl& impl = *impl_;
  const kernel::Stopwatch watch;
  Solution solution;
  solution.bound = -infinite;
  if (const auto seen = impl.seen_before_solving()) {
    solution.outcome = *seen;
    if (*seen == Outcome::infeasible) solution.objective = solution.bound = infinite;
    return solution;
  }
  ClpSimplex& clp = impl.clp;
  // Ties can send the simplex in circles for ever. Many times what the longest honest way takes is the end of it.
  const std::uint64_t own_limit = 20'000 + 20 * static_cast<std::uint64_t>(impl.columns() + impl.rows());
  const bool limited = iteration_limit > 0 && iteration_limit < own_limit;
  constexpr std::uint64_t most_iterations = std::numeric_limits<int>::max();
  clp.setMaximumIterations(static_cast<int>(std::min(limited ? iteration_limit : own_limit, most_iterations)));
  clp.setNumberIterations(0);
  impl.mend_standings();
  impl.run(impl.only_costs_changed);
  std::uint64_t iterations = static_cast<std::uint64_t>(clp.getIterationCount());
  // Whatever is no optimum from a basis that came from elsewhere is tried once more from the beginning before it is
  // believed.
  const bool circles = clp.status() == 3 && !limited;
  if (circles || clp.status() > 3 || ((clp.status() == 1 || clp.status() == 2) && impl.foreign_basis)) {
    kernel::log_line(kernel::LogRoom::optimise, kernel::LogLevel::debug,
                     "linear: status {} after {} iterations, once more from the beginning", clp.status(), iterations);
    clp.allSlackBasis(true);
    clp.setNumberIterations(0);
    impl.run(true);
    iterations += static_cast<std::uint64_t>(clp.getIterationCount());
  }

  impl.only_costs_changed = clp.status() == 0;
  impl.foreign_basis = false;
  switch (clp.status()) {
    case 0:
      solution = impl.answer(Outcome::optimal);
      break;
    case 1:
      solution.outcome = Outcome::infeasible;
      solution.objective = solution.bound = infinite;
      break;
    case 2:
      solution.outcome = Outcome::unbounded;
      break;
    case 3:
      solution = impl.answer(Outcome::limit);
      // The dual simplex is outside of the bounds until it ends.
      if (clp.numberPrimalInfeasibilities() > 0) solution.values.clear();
      break;
    default:
      solution.outcome = Outcome::failed;
      break;
  }
  solution.iterations = iterations;
  kernel::log_line(kernel::LogRoom::optimise, kernel::LogLevel::debug,
                   "linear: {} rows, {} columns: {}, {:.10g}, {} iterations, {:.2f} ms", impl.rows(), impl.columns(),
                   name_of(solution.outcome), solution.objective, iterations, watch.elapsed_ms());
  return solution;
}

}  // namespace evtwin::optimise
