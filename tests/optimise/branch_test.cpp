// Branching on a few yes-or-no numbers, against trying them all.
#include "optimise/branch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "optimise/random_problems.hpp"

namespace evtwin::optimise {
namespace {

/// Powers that only flow where their number is 1, a few rows that couple them, and what each is worth.
LinearModel switched_powers(std::uint64_t seed, std::uint32_t switches) {
  Dice dice(seed);
  LinearModel model;
  std::vector<std::uint32_t> powers, ways;
  for (std::uint32_t k = 0; k < switches; ++k) {
    powers.push_back(model.add_column(0.0, infinite, dice.between(-5.0, 1.0)));
    ways.push_back(model.add_column(0.0, 1.0, dice.between(-1.0, 6.0), true));
    const auto only_if = model.add_row(-infinite, 0.0);
    model.add_entry(only_if, powers[k], 1.0);
    model.add_entry(only_if, ways[k], -dice.between(1.0, 8.0));
  }
  for (int r = 0; r < 3; ++r) {
    const auto row = model.add_row(dice.chance(0.3) ? 1.0 : -infinite, dice.between(3.0, 9.0));
    for (const std::uint32_t power : powers)
      if (dice.chance(0.6)) model.add_entry(row, power, dice.between(0.2, 1.5));
  }
  return model;
}

/// The least of all combinations; infinite where none can be.
double least_of_all(const LinearModel& model) {
  std::vector<std::uint32_t> ways;
  for (std::uint32_t c = 0; c < model.columns(); ++c)
    if (model.integer[c] != 0) ways.push_back(c);
  double least = infinite;
  for (std::uint32_t combination = 0; combination < (1U << ways.size()); ++combination) {
    LpSolver lp;
    lp.load_model(model);
    for (std::size_t k = 0; k < ways.size(); ++k) {
      const double side = (combination >> k & 1U) != 0 ? 1.0 : 0.0;
      lp.set_column_bounds(ways[k], side, side);
    }
    const Solution solution = lp.solve_model();
    if (solution.outcome == Outcome::optimal) least = std::min(least, solution.objective);
  }
  return least;
}

Solution branched(const LinearModel& model, double known, const MilpLimits& limits) {
  LpSolver lp;
  lp.load_model(model);
  return branch_and_bound(lp, model, known, limits);
}

TEST(Branch, FindsTheLeastOfAllCombinations) {
  int impossible = 0, searched = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE(seed);
    const LinearModel model = switched_powers(seed, 1 + static_cast<std::uint32_t>(seed % 6));
    const double least = least_of_all(model), slack = 1e-7 * std::max(1.0, std::abs(least));
    const Solution found = branched(model, infinite, {0.0, 10'000});
    EXPECT_EQ(found.outcome, Outcome::optimal);
    if (!std::isfinite(least)) {
      EXPECT_FALSE(found.has_answer());
      ++impossible;
      continue;
    }
    ASSERT_TRUE(found.has_answer());
    EXPECT_NEAR(found.objective, least, slack);
    EXPECT_NEAR(found.bound, least, slack);
    for (std::uint32_t c = 0; c < model.columns(); ++c)
      EXPECT_TRUE(model.integer[c] == 0 || std::abs(found.values[c] - std::round(found.values[c])) < 1e-6);
    searched += found.nodes > 1 ? 1 : 0;

    // What is known already is not found again, and nothing better is said to be there.
    const Solution again = branched(model, least, {1e-6, 10'000});
    EXPECT_FALSE(again.has_answer());
    EXPECT_LE(again.bound, least + slack);
    EXPECT_GE(again.bound, least - 1e-6 * std::max(1.0, std::abs(least)) - slack);
  }
  EXPECT_GT(impossible, 0);
  EXPECT_GT(searched, 50);
}

TEST(Branch, WhereProgrammesRunOutTheBoundHolds) {
  int ran_out = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const LinearModel model = switched_powers(seed, 6);
    const double least = least_of_all(model);
    for (const std::uint64_t nodes : {0U, 1U, 2U, 5U}) {
      const Solution found = branched(model, infinite, {0.0, nodes});
      EXPECT_LE(found.nodes, nodes);
      if (!std::isfinite(least)) continue;
      const double slack = 1e-7 * std::max(1.0, std::abs(least));
      EXPECT_LE(found.bound, least + slack);
      EXPECT_GE(found.objective, least - slack);
      ran_out += found.outcome == Outcome::limit ? 1 : 0;
    }
  }
  EXPECT_GT(ran_out, 50);
}

}  // namespace
}  // namespace evtwin::optimise
