// The spread, from models whose errors are known.
#include "residuals.hpp"

#include <set>

#include "forecast/series.hpp"

namespace evtwin::forecast::test {
namespace {

/// Foresees the same for all, and remembers the hours at which it was asked.
class Always : public Predictor {
 public:
  explicit Always(double value) : value_(value) {}
  void foresee_means(const Grid& grid, std::size_t now, std::span<const Target>, std::span<double> mean) override {
    asked_at.insert(grid.slot_of(now));
    for (double& out : mean) out = value_;
  }
  std::set<std::size_t> asked_at;

 private:
  double value_;
};

/// Weeks of hours from a Monday on, with `value` of row and slot.
Grid weeks(std::size_t days, std::uint32_t quantity, const std::function<double(std::size_t, std::size_t)>& value) {
  Grid grid;
  grid.quantity = quantity;
  grid.slots = 24;
  grid.today = days;
  grid.now = grid.past_cells();
  for (std::size_t c = 0; c < grid.past_cells(); ++c) grid.value.push_back(value(c / 24, c % 24));
  grid.value.resize(grid.past_cells() + 24, nan);
  for (std::size_t row = 0; row <= days; ++row)
    grid.kind.push_back(row % 7 == 6 ? Kind::off : row % 7 == 5 ? Kind::saturday : Kind::workday);
  return grid;
}

TEST(Residuals, EveryHourOfTheDayIsAskedAt) {
  const Grid grid = weeks(28, EVTWIN_QUANTITY_LOAD_KW, [](std::size_t, std::size_t) { return 10.0; });
  Always ten(10.0);
  const Residuals residuals(grid, ten);
  EXPECT_EQ(ten.asked_at.size(), 24U);
}

TEST(Residuals, QuantilesAreThoseOfTheErrorsOfTheKindOfDayAndTheHour) {
  // Off by 5 kW on workdays, above and below in turns, by 1 kW on others; by 3 kW more from 12 h on.
  const Grid grid = weeks(35, EVTWIN_QUANTITY_LOAD_KW, [](std::size_t row, std::size_t slot) {
    const double off = (row % 7 < 5 ? 5.0 : 1.0) + (slot >= 12 ? 3.0 : 0.0);
    return 100.0 + (row % 2 == 0 ? off : -off);
  });
  Always hundred(100.0);
  Residuals residuals(grid, hundred);
  ASSERT_TRUE(residuals.has_spread());
  const std::size_t day = grid.now;
  EXPECT_EQ(residuals.quantile_at(grid, {day + 6, Kind::workday}, 100.0, 0.1), 95.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 6, Kind::workday}, 100.0, 0.9), 105.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 18, Kind::workday}, 80.0, 0.9), 88.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 6, Kind::off}, 100.0, 0.1), 99.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 6, Kind::saturday}, 100.0, 0.9), 101.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 6, Kind::workday}, 3.0, 0.1), 0.0);  // no negative kW
}

TEST(Residuals, ErrorsOfPvCountRelativeToTheHighestOfTheirHour) {
  // At 10 h 100 or 50 kW, at 11 h 200 or 100 kW, nothing at 12 h: the model says the less of them.
  const Grid grid = weeks(28, EVTWIN_QUANTITY_PV_KW, [](std::size_t row, std::size_t slot) {
    return slot == 10 ? (row % 2 == 0 ? 100.0 : 50.0) : slot == 11 ? (row % 2 == 0 ? 200.0 : 100.0) : 0.0;
  });
  class Less : public Predictor {
    void foresee_means(const Grid& of, std::size_t, std::span<const Target> targets, std::span<double> mean) override {
      for (std::size_t k = 0; k < targets.size(); ++k) {
        const std::size_t slot = of.slot_of(targets[k].cell);
        mean[k] = slot == 10 ? 50.0 : slot == 11 ? 100.0 : 0.0;
      }
    }
  } less;
  Residuals residuals(grid, less);
  const std::size_t day = grid.now;
  EXPECT_EQ(residuals.quantile_at(grid, {day + 10, Kind::workday}, 40.0, 0.9), 90.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 11, Kind::workday}, 40.0, 0.9), 140.0);
  EXPECT_EQ(residuals.quantile_at(grid, {day + 12, Kind::workday}, 0.0, 0.99), 0.0);
}

}  // namespace
}  // namespace evtwin::forecast::test
