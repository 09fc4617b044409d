// The correction by what was seen, by hand.
#include "intraday.hpp"

#include "forecast/series.hpp"

namespace evtwin::forecast::test {
namespace {

constexpr Intraday::Settings two_hours{2.0, 3.0};

/// `days` days of hours and the first hours of another.
Grid load(const std::vector<double>& y) {
  Grid grid;
  grid.slots = 24;
  grid.today = y.size() / 24;
  grid.now = y.size();
  grid.value = y;
  grid.value.resize(grid.past_cells() + 24, nan);
  grid.kind.assign(grid.today + 1, Kind::workday);
  return grid;
}

Intraday around_ten(const Grid& grid) {
  return Intraday(two_hours, grid, 24, std::vector<double>(grid.value.size() - 24, 10.0));
}

std::vector<double> noise(std::size_t n) {
  std::vector<double> y;
  while (y.size() < n) y.push_back(10.0 + normal(21, y.size()));
  return y;
}

TEST(Intraday, TheRecentErrorIsWeightedByAge) {
  std::vector<double> y(24 + 3, 10.0);
  y[24] = 14.0;
  y[26] = 11.0;
  const Grid grid = load(y);
  // 4, 0, 1 kW above, two hours of age apart from end to end.
  const double w = std::exp(-0.5);
  EXPECT_NEAR(around_ten(grid).recent_error(grid, 27), (4.0 * w * w + 1.0) / (w * w + w + 1.0), 1e-12);
}

TEST(Intraday, APastInstantIsSeenAsItWasThen) {
  const std::vector<double> y = noise(24 * 12);
  const Grid later = load(y);
  const Intraday from_later = around_ten(later);
  for (std::size_t now = 24 * 5; now < 24 * 7; ++now) {
    const Grid then = load({y.begin(), y.begin() + static_cast<std::ptrdiff_t>(now)});
    EXPECT_EQ(from_later.recent_error(later, now), around_ten(then).recent_error(then, now)) << now;
  }
}

TEST(Intraday, AnErrorThatLastsCorrectsMoreThanNoise) {
  std::vector<double> lasting{0.0};
  while (lasting.size() < 24 * 28) lasting.push_back(0.95 * lasting.back() + normal(22, lasting.size()));
  for (double& value : lasting) value += 10.0;
  const Intraday of_lasting = around_ten(load(lasting));
  const Intraday of_noise = around_ten(load(noise(24 * 28)));
  EXPECT_GT(of_lasting.correct_base(10.0, 1.0, 0), 10.8);
  EXPECT_GT(of_lasting.correct_base(10.0, 1.0, 5), 10.5);
  // Noise, but for the two days of prior in 28: exp(0) x 2 / 28 and what chance adds.
  EXPECT_LT(of_noise.correct_base(10.0, 1.0, 0), 10.3);
  EXPECT_LT(of_noise.correct_base(10.0, 1.0, 5), 10.1);
  EXPECT_EQ(of_lasting.correct_base(10.0, 1.0, 24), 10.0);
}

}  // namespace
}  // namespace evtwin::forecast::test
