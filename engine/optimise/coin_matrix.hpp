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

/// A pair of bounds as a solver gets it. Bounds that have crossed by rounding (seen_at_once lets them pass) are one
/// number, and so are those that lie no more than `one_number` apart: the one nearer to 0.
struct CoinRange {
  double lower, upper;
};
CoinRange coin_range(double lower, double upper, double one_number = 0.0);

struct CoinRanges {
  CoinRanges(const std::vector<double>& lower, const std::vector<double>& upper, double one_number = 0.0);
  std::vector<double> lower, upper;
};

/// Compressed columns: rows ascending within a column, each cell once.
struct ColumnMatrix {
  std::vector<int> start;  ///< [columns + 1]
  std::vector<int> row;
  std::vector<double> value;
};
ColumnMatrix column_matrix(const LinearModel& model);

/// Outcome that shows before any solver sees a model: failed for a NaN, an infinite cost or coefficient, or an entry
/// outside of the matrix; infeasible for a lower bound above its upper one by more than 1e-7, or at an infinity that no
/// number reaches. Nothing: let the solver try.
std::optional<Outcome> seen_at_once(const LinearModel& model);
std::optional<Outcome> seen_at_once(const double* lower, const double* upper, std::size_t count);

/// Cost of `values`, the constant included.
double objective_of(const LinearModel& model, const std::vector<double>& values);

/// Largest distance of columns and rows from their bounds.
double worst_violation(const LinearModel& model, const std::vector<double>& values);

}  // namespace evtwin::optimise
