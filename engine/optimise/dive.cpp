// Rounding in halves. Minimise c x over A x within its sides, x within its bounds, x_j whole for j in I. Units are
// those of the model's columns; whole columns have none.
//
//   x*                        the relaxed optimum, whose cost z* <= z_opt, the cost of the best whole answer
//   S = {j in I : x*_j is further than 1e-7 from a whole number}
//   fix x_j = ceil(x*_j) for all j in S and solve for the rest: cost z >= z_opt, so that z - z* bounds what is lost
//   infeasible: S into halves, the first half first; a single j that can not be rounded up is fixed to ceil(x*_j) - 1
//
// Up first, as "on" of a charger that draws is 1, and its power stays free between the smallest offer and the bound. S
// is small: an optimal vertex has no more columns strictly between their bounds than rows that bind. New fractions of
// the others make a new S. At most 8 programs, each warm from the one before; beyond that branching is better.
//
// Ours; a diving heuristic in the sense of T. Berthold, Primal Heuristics for Mixed Integer Programs (2006), that fixes
// many columns in one program. Example: x* = (0.2, 1, 0.7), all to be whole: S = {3, 1}, the nearest to its next number
// first; try x_1 = x_3 = 1. If that can not be: x_3 = 1, else x_3 = 0; then x_1 = 1, else x_1 = 0: five programs at
// most.
#include "optimise/dive.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace evtwin::optimise {

namespace {

constexpr double whole_tolerance = 1e-7;
constexpr int most_programs = 8;  // what takes more is better left to branching

class Dive {
 public:
  Dive(LpSolver& lp, const LinearModel& model, const std::vector<double>& relaxed)
      : lp_(lp), model_(model), values_(relaxed) {}

  std::vector<double> run() {
    for (;;) {
      const std::vector<std::uint32_t> open = fractions();
      if (open.empty()) return values_;
      if (!round(open)) return {};
    }
  }

 private:
  /// Columns that should be whole and are not, the nearest to their next whole number first.
  std::vector<std::uint32_t> fractions() const {
    std::vector<std::uint32_t> open;
    for (std::uint32_t c = 0; c < model_.columns(); ++c) {
      if (model_.integer[c] != 0 && std::abs(values_[c] - std::round(values_[c])) > whole_tolerance) open.push_back(c);
    }
    const auto up = [&](std::uint32_t c) { return std::pair(std::ceil(values_[c]) - values_[c], c); };
    std::sort(open.begin(), open.end(), [&](std::uint32_t a, std::uint32_t b) { return up(a) < up(b); });
    return open;
  }

  /// Up with all, or with what of them can be. False: one can go neither way, or it takes too long.
  bool round(std::span<const std::uint32_t> columns) {
    if (programs_ >= most_programs) return false;
    std::vector<double> up;
    for (const std::uint32_t c : columns) up.push_back(std::ceil(values_[c] - whole_tolerance));
    if (fix(columns, up)) return true;
    for (const std::uint32_t c : columns) lp_.set_column_bounds(c, model_.column_lower[c], model_.column_upper[c]);
    if (columns.size() == 1) return fix(columns, {up.front() - 1.0});
    const std::size_t half = columns.size() / 2;
    return round(columns.first(half)) && round(columns.subspan(half));
  }

  bool fix(std::span<const std::uint32_t> columns, const std::vector<double>& whole) {
    for (std::size_t i = 0; i < columns.size(); ++i) lp_.set_column_bounds(columns[i], whole[i], whole[i]);
    ++programs_;
    const Solution solution = lp_.solve_model();
    if (solution.outcome != Outcome::optimal) return false;
    values_ = solution.values;
    return true;
  }

  LpSolver& lp_;
  const LinearModel& model_;
  std::vector<double> values_;
  int programs_ = 0;
};

}  // namespace

std::vector<double> dive_for_whole(LpSolver& lp, const LinearModel& model, const std::vector<double>& relaxed) {
  return Dive(lp, model, relaxed).run();
}

}  // namespace evtwin::optimise
