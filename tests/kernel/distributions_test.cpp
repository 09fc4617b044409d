#include "kernel/distributions.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "kernel/random.hpp"

namespace evtwin::kernel {
namespace {

constexpr int sample_size = 200'000;

struct Moments {
  double mean;
  double variance;
};

/// Moments of transform(u) over a fixed stream of unit draws.
template <class Transform>
Moments sample_moments(std::uint64_t seed, Transform transform) {
  std::vector<double> values;
  values.reserve(sample_size);
  double sum = 0;
  for (std::uint64_t index = 0; index < sample_size; ++index) {
    values.push_back(transform(draw_unit(seed, 1, 1, index)));
    sum += values.back();
  }
  const double mean = sum / sample_size;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, squares / (sample_size - 1)};
}

/// Five standard errors of a mean, given the standard deviation.
double tolerance(double sd) { return 5 * sd / std::sqrt(sample_size); }

TEST(Uniform, SpansItsInterval) {
  EXPECT_EQ(uniform_draw(0.5, -2.0, 6.0), 2.0);
  const auto [mean, variance] = sample_moments(1, [](double u) { return uniform_draw(u, 10, 16); });
  EXPECT_NEAR(mean, 13.0, tolerance(std::sqrt(3.0)));
  EXPECT_NEAR(variance, 3.0, tolerance(std::sqrt(36.0 * 36.0 / 180.0)));  // variance of (x - mean)^2: width^4 / 180
}

TEST(UniformIndex, TakesTheHighWordOfTheProduct) {
  EXPECT_EQ(uniform_index(0, 7), 0U);
  EXPECT_EQ(uniform_index(std::numeric_limits<std::uint64_t>::max(), 7), 6U);
  EXPECT_EQ(uniform_index(std::uint64_t{1} << 63, 10), 5U);
  EXPECT_EQ(uniform_index((std::uint64_t{1} << 63) - 1, 10), 4U);
  // 2^64 / 3 = 0x5555...5.33: the first third ends there, which only the low half of the product can tell.
  EXPECT_EQ(uniform_index(0x5555'5555'5555'5555U, 3), 0U);
  EXPECT_EQ(uniform_index(0x5555'5555'5555'5556U, 3), 1U);
}

TEST(Exponential, InvertsItsDistributionFunction) {
  EXPECT_NEAR(exponential_draw(0.5, 10.0), 10.0 * std::log(2.0), 1e-14);
  EXPECT_NEAR(exponential_draw(0x1p-53, 1.0), 0x1p-53, 1e-30);  // ln(1 - u) without cancellation
  EXPECT_TRUE(std::isfinite(exponential_draw(1.0 - 0x1p-53, 1.0)));
}

TEST(Exponential, HasItsMeanAndVariance) {
  const auto [mean, variance] = sample_moments(2, [](double u) { return exponential_draw(u, 0.4); });
  EXPECT_NEAR(mean, 0.4, tolerance(0.4));
  EXPECT_NEAR(variance, 0.16, tolerance(std::sqrt(8.0) * 0.16));  // fourth central moment 9, less 1 squared
}

TEST(StandardNormal, GivesTheQuantilesOfWichurasPaper) {
  // AS 241, p. 482: checks of PPND16, printed to 16 digits. 1e-15 relative is what the paper claims, 4 ulp here.
  EXPECT_DOUBLE_EQ(standard_normal(0.25), -0.6744897501960817);
  EXPECT_DOUBLE_EQ(standard_normal(0.001), -3.090232306167814);
  EXPECT_DOUBLE_EQ(standard_normal(1e-20), -9.262340089798408);
  EXPECT_EQ(standard_normal(0.5), 0.0);
}

TEST(StandardNormal, UndoesTheDistributionFunctionEverywhere) {
  // The tail probability's relative error is about x^2 times that of x: 70 x 2e-16 at the far end; 1e-13 is ample.
  for (int quarter_octave = 4; quarter_octave <= 4 * 53; ++quarter_octave) {
    const double u = std::exp2(-0.25 * quarter_octave);
    const double x = standard_normal(u);
    EXPECT_NEAR(0.5 * std::erfc(-x / std::sqrt(2.0)) / u, 1.0, 1e-13) << u;
    // 1 - u is rounded to 2^-53: compare where that does not matter.
    if (u > 1e-3) {
      EXPECT_NEAR(standard_normal(1.0 - u), -x, 1e-12) << u;
    }
  }
}

TEST(StandardNormal, HasItsSlopeWhereItsFormulasMeet) {
  // dx/du = 1 / density. The difference of two values 1e-9 apart keeps six digits; a jump would leave none.
  const double far_seam = std::exp(-25.0);
  for (const double seam : {0.075, 0.925, far_seam}) {
    const double step = seam * 1e-9;
    const double x = standard_normal(seam);
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    const double rise = standard_normal(seam + step) - standard_normal(seam - step);
    EXPECT_NEAR(rise * density / (2 * step), 1.0, 1e-5) << seam;
  }
}

TEST(Normal, HasItsMeanAndVariance) {
  const auto [mean, variance] = sample_moments(3, [](double u) { return normal_draw(u, 18.0, 2.5); });
  EXPECT_NEAR(mean, 18.0, tolerance(2.5));
  EXPECT_NEAR(variance, 6.25, tolerance(std::sqrt(2.0) * 6.25));
}

TEST(Lognormal, HasItsMeanAndMedian) {
  EXPECT_NEAR(lognormal_draw(0.5, 1.5, 0.7), std::exp(1.5), 1e-14);
  const double mu = 2.0, sigma = 0.5;
  const double expected = std::exp(mu + sigma * sigma / 2);
  const double sd = expected * std::sqrt(std::exp(sigma * sigma) - 1);
  const auto [mean, variance] = sample_moments(4, [&](double u) { return lognormal_draw(u, mu, sigma); });
  EXPECT_NEAR(mean, expected, tolerance(sd));
  EXPECT_NEAR(variance, sd * sd, 0.05 * sd * sd);  // kurtosis 8.9: a standard error of 0.6 %, so eight of them
}

TEST(Discrete, ChoosesByShareOfTheSum) {
  const std::array weights{1.0, 0.0, 2.0, 5.0};
  EXPECT_EQ(discrete_draw(0x1p-53, weights), 0U);
  EXPECT_EQ(discrete_draw(0.1249, weights), 0U);
  EXPECT_EQ(discrete_draw(0.125, weights), 2U);
  EXPECT_EQ(discrete_draw(0.3749, weights), 2U);
  EXPECT_EQ(discrete_draw(0.375, weights), 3U);
  EXPECT_EQ(discrete_draw(1.0 - 0x1p-53, weights), 3U);
}

TEST(Discrete, NeverChoosesAWeightOfZero) {
  EXPECT_EQ(discrete_draw(0x1p-53, std::array{0.0, 3.0, 0.0}), 1U);
  EXPECT_EQ(discrete_draw(1.0 - 0x1p-53, std::array{0.0, 3.0, 0.0}), 1U);
  // Where u x sum rounds to the sum itself, nothing is left to exceed: the last positive weight takes it.
  EXPECT_EQ(discrete_draw(1.0 - 0x1p-53, std::array{std::numeric_limits<double>::denorm_min(), 0.0}), 0U);
}

TEST(Discrete, HasTheFrequenciesOfItsWeights) {
  const std::array weights{0.7, 0.2, 0.1};
  std::array<int, 3> count{};
  for (std::uint64_t index = 0; index < sample_size; ++index)
    ++count[discrete_draw(draw_unit(5, 1, 1, index), weights)];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double p = weights[i];
    EXPECT_NEAR(static_cast<double>(count[i]) / sample_size, p, tolerance(std::sqrt(p * (1 - p))));
  }
}

TEST(Discrete, RefusesWeightsThatAreNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(discrete_draw(0.5, {}), std::invalid_argument);
  EXPECT_THROW(discrete_draw(0.5, std::array{0.0, 0.0}), std::invalid_argument);
  EXPECT_THROW(discrete_draw(0.5, std::array{1.0, -1.0}), std::invalid_argument);
  EXPECT_THROW(discrete_draw(0.5, std::array{1.0, nan}), std::invalid_argument);
  EXPECT_THROW(discrete_draw(0.5, std::array{1.0, infinity}), std::invalid_argument);
}

}  // namespace
}  // namespace evtwin::kernel
