// A LinearModel in the arrays that the COIN-OR solvers take. Of use to the files that include a solver, and no other.
#pragma once
#include <cfloat>
#include <optional>
#include <vector>

#include "optimise/linear_model.hpp"
#include "optimise/solver.hpp"

namespace evtwin::optimise {

/// COIN-OR's infinity is the largest double.
inline double coin_bound(double bound) { return bound == infinite ? DBL_MAX : bound == -infinite ? -DBL_MAX : bound; }
std::vector<double> coin_bounds(const std::vector<double>& bounds);

/// Compressed columns: rows ascending within a column, each cell once.
struct ColumnMatrix {
  std::vector<int> start;  ///< [columns + 1]
  std::vector<int> row;
  std::vector<double> value;
};
ColumnMatrix column_matrix(const LinearModel& model);

/// What can be said of a model before any solver sees it: failed for a NaN, an infinite cost or coefficient, or an
/// entry outside of the matrix; infeasible for a lower bound above its upper one by more than 1e-7, or at an infinity
/// that no number reaches. Nothing: let the solver try.
std::optional<Outcome> seen_at_once(const LinearModel& model);
std::optional<Outcome> seen_at_once(const double* lower, const double* upper, std::size_t count);

/// Cost of `values`, the constant included.
double objective_of(const LinearModel& model, const std::vector<double>& values);

/// Largest distance of columns and rows from their bounds.
double worst_violation(const LinearModel& model, const std::vector<double>& values);

}  // namespace evtwin::optimise
