// sarima, by hand and on series made from known coefficients.
#include "sarima.hpp"

#include "forecast/series.hpp"

namespace evtwin::forecast::test {
namespace {

/// A grid of hours, all past.
Grid hours(const std::vector<double>& y) {
  Grid grid;
  grid.quantity = EVTWIN_QUANTITY_BUY_PER_KWH;
  grid.slots = 24;
  grid.today = y.size() / 24;
  grid.now = grid.past_cells();
  grid.value = y;
  grid.value.resize(grid.past_cells() + 24, nan);
  grid.kind.assign(grid.today + 1, Kind::workday);
  return grid;
}

std::vector<double> foreseen(SarimaPredictor& model, const Grid& grid, std::size_t steps) {
  std::vector<Target> targets;
  for (std::size_t k = 0; k < steps; ++k) targets.push_back({grid.now + k, Kind::workday});
  std::vector<double> mean(steps);
  model.foresee_means(grid, grid.now, targets, mean);
  return mean;
}

/// The standard deviation of a least-squares estimate of an AR(1) coefficient from n values.
double deviation(double phi, double n) { return std::sqrt((1.0 - phi * phi) / n); }

TEST(Sarima, FindsTheCoefficientOfAnAr1AndReturnsToTheMeanByIt) {
  for (const double phi : {-0.5, 0.3, 0.8}) {
    const std::size_t n = 24 * 28;
    std::vector<double> y{20.0};
    while (y.size() < n) y.push_back(20.0 + phi * (y.back() - 20.0) + normal(11, y.size()));
    y.back() = 30.0;
    const Grid grid = hours(y);
    SarimaPredictor model(grid, {1, 0, 0, 0, 24.0, 28.0});
    ASSERT_TRUE(model.is_fitted());
    EXPECT_NEAR(model.phi()[0], phi, 3.3 * deviation(phi, static_cast<double>(n)) + 0.02);
    double mean_of_all = 0.0;
    for (const double value : y) mean_of_all += value / static_cast<double>(n);
    const std::vector<double> mean = foreseen(model, grid, 5);
    for (std::size_t k = 0; k < 5; ++k) {
      const double fades = std::pow(model.phi()[0], static_cast<double>(k + 1));
      EXPECT_NEAR(mean[k], mean_of_all + (30.0 - mean_of_all) * fades, 1e-9);
    }
  }
}

TEST(Sarima, FindsBothFactorsOfASeasonalSeries) {
  // (1 - 0.6 B)(1 - 0.5 B^24) y = e, with some values lost.
  const std::size_t n = 24 * 60;
  std::vector<double> y(n, 0.0);
  for (std::size_t t = 25; t < n; ++t) y[t] = 0.6 * y[t - 1] + 0.5 * y[t - 24] - 0.3 * y[t - 25] + normal(12, t);
  for (std::size_t t = 100; t < n; t += 97) y[t] = nan;
  SarimaPredictor model(hours(y), {1, 0, 1, 0, 24.0, 60.0});
  ASSERT_TRUE(model.is_fitted());
  const double rows = 0.95 * static_cast<double>(n);
  EXPECT_NEAR(model.phi()[0], 0.6, 3.3 * deviation(0.6, rows));
  EXPECT_NEAR(model.seasonal_phi()[0], 0.5, 3.3 * deviation(0.5, rows));
}

TEST(Sarima, ALinearRampGoesOn) {
  std::vector<double> y;
  for (std::size_t t = 0; t < 24 * 20; ++t) y.push_back(3.0 + 0.25 * static_cast<double>(t));
  const Grid grid = hours(y);
  // With a drift, and with seasonal differences, which leave none.
  for (const SarimaPredictor::Settings& settings :
       {SarimaPredictor::Settings{1, 1, 0, 0, 24.0, 14.0}, SarimaPredictor::Settings{5, 1, 1, 1, 24.0, 14.0}}) {
    SarimaPredictor model(grid, settings);
    ASSERT_TRUE(model.is_fitted());
    const std::vector<double> mean = foreseen(model, grid, 48);
    for (std::size_t k = 0; k < 48; ++k) EXPECT_NEAR(mean[k], 3.0 + 0.25 * static_cast<double>(24 * 20 + k), 1e-6) << k;
  }
}

TEST(Sarima, ADayThatRepeatsItselfIsForeseenAndALevelThatMovesIsKept) {
  // From day 20 on 7 kW more.
  const Series series({}, 24 * 24, [](const When& when) {
    return (when.hour() >= 8.0 && when.hour() < 18.0 ? 80.0 : 20.0) + (when.day >= 20 ? 7.0 : 0.0);
  });
  Forecaster forecaster("sarima");
  for (const std::size_t now : {std::size_t{24 * 12 + 5}, std::size_t{24 * 20 + 9}}) {
    // Until midnight: there the differences of seasons expect yesterday's step once more.
    const std::size_t steps = 24 - now % 24;
    const Foreseen foreseen = forecaster.ask(series, now, steps);
    for (std::size_t k = 0; k < steps; ++k) EXPECT_NEAR(foreseen.mean[k], series[now + k], 1e-6) << now << ", " << k;
  }
}

TEST(Sarima, WithoutEnoughHistoryOrWithAFitThatGrowsItIsSeasonalNaive) {
  const Series series({}, 24 * 30, office_kw);
  Forecaster sarima("sarima");
  Forecaster naive("seasonal-naive");
  for (const std::size_t now : {std::size_t{0}, std::size_t{20}, std::size_t{24}})
    EXPECT_EQ(sarima.ask(series, now, 30).mean, naive.ask(series, now, 30).mean);
  std::vector<double> grows;
  for (std::size_t t = 0; t < 24 * 10; ++t) grows.push_back(std::pow(1.1, static_cast<double>(t)));
  EXPECT_FALSE(SarimaPredictor(hours(grows), {1, 0, 0, 0, 24.0, 10.0}).is_fitted());
}

}  // namespace
}  // namespace evtwin::forecast::test
