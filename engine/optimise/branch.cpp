#include "optimise/branch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace evtwin::optimise {

namespace {

constexpr double near_whole = 1e-7;

struct Node {
  std::vector<std::pair<std::uint32_t, double>> fixed;  // column, 0 or 1
  double bound;                                         // of the node above
};

class Branching {
 public:
  Branching(LpSolver& lp, const LinearModel& model, double known, const MilpLimits& limits)
      : lp_(lp), model_(model), limits_(limits), least_(known) {
    for (std::uint32_t c = 0; c < model.columns(); ++c)
      if (model.integer[c] != 0) wholes_.push_back(c);
  }

  Solution run() {
    std::vector<Node> open{{{}, -infinite}};
    double left_below = infinite;  // least bound of what was left aside
    bool complete = true;
    while (!open.empty()) {
      if (nodes_ >= limits_.nodes) {
        complete = false;
        break;
      }

      const Node node = std::move(open.back());
      open.pop_back();
      if (!may_be_better(node.bound)) {
        left_below = std::min(left_below, node.bound);
        continue;
      }

      // An infeasible node holds no answer; of one not solved to the end only the bound above it is proven.
      const Solution relaxed = solve(node);
      if (relaxed.outcome == Outcome::infeasible) continue;
      if (relaxed.outcome != Outcome::optimal) {
        complete = false;
        left_below = std::min(left_below, node.bound);
        continue;
      }
      if (!may_be_better(relaxed.objective)) {
        left_below = std::min(left_below, relaxed.objective);
        continue;
      }

      // All whole, and better than what was known.
      const std::uint32_t column = furthest_from_whole(relaxed);
      if (column == no_column) {
        least_ = relaxed.objective;
        best_ = relaxed;
        continue;
      }

      // Depth first, the nearer side first: answers come early, and their cost bounds the rest.
      const double near = std::round(relaxed.values[column]);
      for (const double side : {1.0 - near, near}) {
        open.push_back({node.fixed, relaxed.objective});
        open.back().fixed.emplace_back(column, side);
      }
    }

    // Proven is the least bound of all that was not looked into.
    for (const Node& node : open) left_below = std::min(left_below, node.bound);
    best_.outcome = complete ? Outcome::optimal : Outcome::limit;
    best_.objective = best_.has_answer() ? least_ : infinite;
    best_.bound = std::min(left_below, least_);
    best_.iterations = iterations_;
    best_.nodes = nodes_;
    return std::move(best_);
  }

 private:
  static constexpr auto no_column = std::numeric_limits<std::uint32_t>::max();

  bool may_be_better(double bound) const {
    return !std::isfinite(least_) || bound < least_ - limits_.relative_gap * std::max(1.0, std::abs(least_));
  }

  Solution solve(const Node& node) {
    for (const std::uint32_t c : wholes_) lp_.set_column_bounds(c, model_.column_lower[c], model_.column_upper[c]);
    for (const auto& [column, side] : node.fixed) lp_.set_column_bounds(column, side, side);
    Solution solution = lp_.solve_model();
    iterations_ += solution.iterations;
    ++nodes_;
    return solution;
  }

  std::uint32_t furthest_from_whole(const Solution& relaxed) const {
    std::uint32_t furthest = no_column;
    double most = near_whole;
    for (const std::uint32_t c : wholes_) {
      const double off = std::abs(relaxed.values[c] - std::round(relaxed.values[c]));
      if (off <= most) continue;
      most = off;
      furthest = c;
    }
    return furthest;
  }

  LpSolver& lp_;
  const LinearModel& model_;
  const MilpLimits& limits_;
  std::vector<std::uint32_t> wholes_;
  double least_;
  Solution best_;
  std::uint64_t iterations_ = 0, nodes_ = 0;
};

}  // namespace

Solution branch_and_bound(LpSolver& lp, const LinearModel& model, double known, const MilpLimits& limits) {
  return Branching(lp, model, known, limits).run();
}

}  // namespace evtwin::optimise
