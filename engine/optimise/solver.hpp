// The solvers behind one small interface: CLP for linear models (kept warm), CBC for models with whole numbers. Limits
// are nodes and iterations, never the clock: the same model gives the same answer on a busy machine.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "optimise/linear_model.hpp"

namespace evtwin::optimise {

enum class Outcome : std::uint8_t {
  optimal,     ///< within the gap asked for
  limit,       ///< stopped at a limit of nodes or iterations; `values` hold the best answer found, if any
  infeasible,  ///< no values keep all bounds
  unbounded,
  failed,  ///< numbers the solver could not handle (NaN in the model, a singular basis); `values` are empty
};
std::string_view name_of(Outcome outcome);

struct Solution {
  Outcome outcome = Outcome::failed;
  double objective = 0.0;         ///< of `values`, the model's constant included
  double bound = 0.0;             ///< no answer is below it
  std::vector<double> values;     ///< [columns]; empty where there is no answer
  std::vector<double> row_duals;  ///< [rows] of a linear model: change of the objective per unit of the binding bound
  std::vector<double> reduced_costs;  ///< [columns] of a linear model
  std::uint64_t iterations = 0, nodes = 0;

  bool has_answer() const { return !values.empty(); }
  /// (objective - bound) / max(1, |objective|).
  double relative_gap() const;
};

/// Where a column or row stands in a simplex basis.
enum class Standing : std::uint8_t { free, basic, at_upper, at_lower };
struct Basis {
  std::vector<Standing> columns, rows;
};

/// One linear model, kept in the solver from answer to answer, so that the next one starts where the last one ended.
class LpSolver {
 public:
  LpSolver();
  ~LpSolver();
  LpSolver(LpSolver&&) noexcept;
  LpSolver& operator=(LpSolver&&) noexcept;

  /// Takes another model; integer marks are ignored. Whatever was there is forgotten.
  void load_model(const LinearModel& model);
  void set_column_bounds(std::uint32_t column, double lower, double upper);
  void set_row_bounds(std::uint32_t row, double lower, double upper);
  void set_cost(std::uint32_t column, double cost);
  /// Where to begin; a basis that does not fit is mended by the solver. Sizes as the model's.
  void set_basis(const Basis& basis);
  Basis current_basis() const;
  /// @param iteration_limit 0: only the one that ends a simplex going in circles, 20 for each column and row and 20,000
  Solution solve_model(std::uint64_t iteration_limit = 0);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct MilpLimits {
  double relative_gap = 1e-3;
  std::uint64_t nodes = 20'000;
};

/// Solves a model with whole numbers. Deterministic; one thread. Without integer columns it answers as LpSolver.
Solution solve_milp(const LinearModel& model, const MilpLimits& limits = {});

}  // namespace evtwin::optimise
