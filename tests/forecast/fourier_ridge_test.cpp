// fourier-ridge and its least squares, by hand.
#include "fourier_ridge.hpp"

#include "forecast/series.hpp"

namespace evtwin::forecast::test {
namespace {

TEST(LeastSquares, ALineThroughThreePoints) {
  // y = 1, 2, 4 at x = 0, 1, 2: slope 3/2, at 0 the mean 7/3 - 3/2.
  LeastSquares equations(2);
  const std::vector<double> y{1.0, 2.0, 4.0};
  for (std::size_t k = 0; k < 3; ++k)
    equations.add_row(std::vector<Entry>{{0, 1.0}, {1, static_cast<double>(k)}}, y[k]);
  const std::vector<double> b = equations.solve_ridge(0.0);
  EXPECT_NEAR(b[0], 7.0 / 3.0 - 1.5, 1e-12);
  EXPECT_NEAR(b[1], 1.5, 1e-12);
}

TEST(LeastSquares, WeightsCountAndWhatNothingIsSaidOfIsZero) {
  LeastSquares equations(3);
  equations.add_row(std::vector<Entry>{{0, 1.0}}, 4.0);
  equations.fade_rows(0.5);
  equations.add_row(std::vector<Entry>{{0, 1.0}}, 1.0, 2.5);
  // Unknown 2 is always unknown 0 over again.
  LeastSquares twice(3);
  twice.add_row(std::vector<Entry>{{0, 1.0}, {2, 1.0}}, 6.0);
  EXPECT_NEAR(equations.solve_ridge(0.0)[0], (0.5 * 4.0 + 2.5 * 1.0) / 3.0, 1e-12);
  EXPECT_EQ(equations.solve_ridge(0.0)[1], 0.0);
  const std::vector<double> b = twice.solve_ridge(0.0);
  EXPECT_NEAR(b[0] + b[2], 6.0, 1e-12);
}

TEST(LeastSquares, ARidgeShrinks) {
  // sum(x^2) = 4: b = 8 / (4 + 1 * 4).
  LeastSquares equations(1);
  equations.add_row(std::vector<Entry>{{0, 2.0}}, 4.0);
  EXPECT_NEAR(equations.solve_ridge(1.0)[0], 1.0, 1e-12);
}

TEST(FourierRidge, AWeekThatRepeatsItselfIsForeseen) {
  for (const std::int32_t step_min : {15, 60}) {
    const std::size_t day = 1440 / static_cast<std::size_t>(step_min);
    const Series series({.step_min = step_min}, 32 * day, office_kw);
    Forecaster forecaster("fourier-ridge");
    for (std::size_t now = 22 * day; now < 30 * day; now += day / 3) {
      const Foreseen foreseen = forecaster.ask(series, now, day);
      for (std::size_t k = 0; k < day; ++k)
        ASSERT_NEAR(foreseen.mean[k], series[now + k], 1e-3 * 80.0) << now << ", step " << k;
    }
  }
}

TEST(FourierRidge, WavesOfAKindOfDayAreFoundThroughNoise) {
  // Truth is in its span: what is foreseen is nearer to it than a day's noise is, by far.
  const auto truth = [](const When& when) {
    const double angle = 6.283185307179586 * when.hour() / 24.0;
    return when.workday() ? 50.0 + 20.0 * std::sin(angle) + 5.0 * std::cos(3.0 * angle) : 30.0 + 10.0 * std::cos(angle);
  };
  const Series series({}, 24 * 64, [&](const When& when) { return truth(when) + 4.0 * normal(9, when.index); });
  Forecaster forecaster("fourier-ridge");
  double squares = 0.0;
  double n = 0.0;
  for (std::size_t now = 24 * 55 + 5; now < 24 * 62; now += 9) {
    const Foreseen foreseen = forecaster.ask(series, now, 24);
    for (std::size_t k = 0; k < 24; ++k) {
      const double error = foreseen.mean[k] - truth(series.when(now + k));
      squares += error * error;
      n += 1.0;
    }
  }
  // 43 unknowns from 56 days of 24 h that fade with 30 days: 4^2 x 43 / 750 squared, and the lags' own noise.
  EXPECT_LT(std::sqrt(squares / n), 2.0);
}

}  // namespace
}  // namespace evtwin::forecast::test
