// Beta distributions that rates are drawn from, and the dice.
#include "beta.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace evtwin::rl {
namespace {

/// Parameters and what follows from them on paper: mean a / (a + b), mode (a - 1) / (a + b - 2),
/// variance a b / ((a + b)^2 (a + b + 1)).
struct Known {
  double a, b;
};

class BetaDraws : public ::testing::TestWithParam<Known> {};

TEST_P(BetaDraws, HaveTheMomentsOfTheDistribution) {
  const auto [a, b] = GetParam();
  const Beta beta{a, b};
  Dice dice(3);
  constexpr int n = 200'000;
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < n; ++i) {
    const double x = beta.draw_value(dice);
    ASSERT_GT(x, 0.0);
    ASSERT_LT(x, 1.0);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / n, variance = squares / n - mean * mean;
  const double true_variance = a * b / ((a + b) * (a + b) * (a + b + 1.0));
  EXPECT_NEAR(mean, a / (a + b), 5.0 * std::sqrt(true_variance / n));
  EXPECT_NEAR(variance, true_variance, 0.02 * true_variance);
  EXPECT_DOUBLE_EQ(beta.mean(), a / (a + b));
  EXPECT_DOUBLE_EQ(beta.mode(), (a - 1.0) / (a + b - 2.0));
}

INSTANTIATE_TEST_SUITE_P(Shapes, BetaDraws,
                         ::testing::Values(Known{1.2, 1.2}, Known{2, 5}, Known{10, 30}, Known{8, 2}, Known{300, 3}));

TEST(Beta, IsMadeOfTwoOutputsAndHasOneMode) {
  const float outputs[] = {0.0F, 2.0F};
  const Beta beta = Beta::from_outputs(outputs);
  EXPECT_NEAR(beta.a, 1.0 + std::log(2.0), 1e-12);
  EXPECT_NEAR(beta.b, 1.0 + std::log1p(std::exp(2.0)), 1e-12);
  const float far[] = {-80.0F, 80.0F};
  EXPECT_GE(Beta::from_outputs(far).a, 1.0);
  EXPECT_NEAR(Beta::from_outputs(far).b, 81.0, 1e-9);
}

TEST(Dice, AreTheSameEverywhereAndStandardNormal) {
  // SplitMix64 with seed 0, as its authors publish it.
  Dice published(0);
  EXPECT_EQ(published.next_bits(), 0xe220a8397b1dcdafU);
  EXPECT_EQ(published.next_bits(), 0x6e789e6aa1b965f4U);
  Dice dice(7);
  double sum = 0.0, squares = 0.0, fourth = 0.0;
  constexpr int n = 200'000;
  for (int i = 0; i < n; ++i) {
    const double x = dice.normal();
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  EXPECT_NEAR(sum / n, 0.0, 0.012);
  EXPECT_NEAR(squares / n, 1.0, 0.02);
  EXPECT_NEAR(fourth / n, 3.0, 0.15);
}

}  // namespace
}  // namespace evtwin::rl
