#include "viewer/plot/curve.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "screen.hpp"
#include "viewer/plot/columns.hpp"

namespace evtwin::viewer::plot {

namespace {

using kernel::hour_ns;
using kernel::second_ns;
using model::Series;
using ::testing::ElementsAre;

/// 100 columns over 100 s; values 0..100 to pixels 100..0.
TimeScale seconds() { return {test_day, test_day + 100 * second_ns, 0.0F, 100}; }
ValueScale percent() { return {0.0, 100.0, false, 0.0F, 100.0F}; }
using Point = std::pair<float, float>;
std::vector<Point> pairs(std::span<const ImVec2> points) {
  std::vector<Point> found;
  for (const ImVec2& point : points) found.emplace_back(point.x, point.y);
  return found;
}
std::vector<Point> points(const Series& series, bool stairs = true) {
  Curve curve;
  trace_series(series, seconds(), percent(), stairs, curve);
  return pairs(curve.points);
}

TEST(Curve, IsExactStairsWhereAColumnHoldsFewPieces) {
  EXPECT_THAT(points(stairs({10, 60, 20}, 30 * second_ns)),
              ElementsAre(Point(0, 90), Point(30, 90), Point(30, 40), Point(60, 40), Point(60, 80), Point(90, 80)));
}

TEST(Curve, BeginsAndEndsWithTheWindow) {
  Curve curve;
  const TimeScale middle{test_day + 10 * second_ns, test_day + 50 * second_ns, 0.0F, 40};
  trace_series(stairs({10, 60, 20}, 30 * second_ns), middle, percent(), true, curve);
  EXPECT_THAT(pairs(curve.points), ElementsAre(Point(0, 90), Point(20, 90), Point(20, 40), Point(40, 40)));
}

TEST(Curve, LeavesGapsOpen) {
  Curve curve;
  trace_series(stairs({10, model::none, 20}, 30 * second_ns), seconds(), percent(), true, curve);
  ASSERT_EQ(curve.run_starts.size(), 2U);
  EXPECT_THAT(pairs(curve.points_of_run(0)), ElementsAre(Point(0, 90), Point(30, 90)));
  EXPECT_THAT(pairs(curve.points_of_run(1)), ElementsAre(Point(60, 80), Point(90, 80)));
}

TEST(Curve, GoesStraightBetweenChangesWhereItIsNotStairs) {
  EXPECT_THAT(points(stairs({10, 60, 60}, 30 * second_ns), false),
              ElementsAre(Point(0, 90), Point(30, 40), Point(90, 40)));
}

TEST(Curve, FollowsATaper) {
  Series series;
  series.add_piece({test_day, 100.0, -100.0 * 36.0, -36.0});  // 100 exp(-36 h)
  series.finish_at(test_day + 100 * second_ns);
  Curve curve;
  trace_series(series, seconds(), percent(), true, curve);
  ASSERT_GT(curve.points.size(), 40U);
  for (const ImVec2& point : curve.points) {
    const double hours = static_cast<double>(point.x) / 3600.0;
    EXPECT_NEAR(100.0 - static_cast<double>(point.y), 100.0 * std::exp(-36.0 * hours), 1e-3) << point.x;
  }
}

TEST(Curve, ShowsMeanAndExtremesOfAColumnThatHoldsManyPieces) {
  // 10 s of 100 ms pieces between two quiet stretches.
  Series series;
  series.add_piece(test_day, 50.0);
  for (int i = 0; i < 100; ++i)
    series.add_piece(test_day + 40 * second_ns + i * 100 * kernel::millisecond_ns, i % 2 == 0 ? 20.0 : 80.0);
  series.add_piece(test_day + 50 * second_ns, 50.0);
  series.finish_at(test_day + 100 * second_ns);
  Curve curve;
  trace_series(series, seconds(), percent(), true, curve);
  ASSERT_EQ(curve.bands.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(curve.bands[i].left, 40.0F + static_cast<float>(i));
    EXPECT_EQ(curve.bands[i].right, 41.0F + static_cast<float>(i));
    EXPECT_EQ(curve.bands[i].top, 20.0F);
    EXPECT_EQ(curve.bands[i].bottom, 80.0F);
  }
  EXPECT_EQ(curve.run_starts.size(), 1U);
  for (const ImVec2& point : curve.points) {
    if (point.x > 40.0F && point.x < 50.0F) {
      EXPECT_NEAR(point.y, 50.0F, 1e-4F) << point.x;
    }
  }
}

TEST(Curve, CostsWhatThePixelsCostHoweverLongTheSeriesIs) {
  std::vector<double> values(200000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 7919 % 100);
  const Series series = stairs(values, kernel::millisecond_ns / 2);
  Curve curve;
  trace_series(series, seconds(), percent(), true, curve);
  EXPECT_TRUE(curve.dense);
  EXPECT_GE(curve.bands.size(), 75U);  // of 2/3 to 4/3 pixels each
  EXPECT_LE(curve.bands.size(), 152U);
  EXPECT_LE(curve.points.size(), curve.bands.size() + 2);
}

TEST(Curve, ReachesTheBandsThatTheSeriesReaches) {
  Curve curve;
  trace_series(stairs(std::vector<double>(1000, 5.0), second_ns / 10), seconds(), percent(), true, curve);
  EXPECT_TRUE(curve.bands.empty());
  EXPECT_THAT(pairs(curve.points), ElementsAre(Point(0, 95), Point(100, 95)));
}

TEST(Curve, OfNothingIsNothing) {
  EXPECT_TRUE(points(Series()).empty());
  EXPECT_TRUE(points(stairs({model::none}, hour_ns)).empty());
}

/// Anything a run may hold, and what it should not.
Series any_series(std::size_t size) {
  Series series;
  TimeNs t = test_day - *rc::gen::inRange<TimeNs>(0, 50 * second_ns);
  for (std::size_t i = 0; i < size; ++i) {
    const int kind = *rc::gen::inRange(0, 10);
    const double value = kind == 0   ? model::none
                         : kind == 1 ? *rc::gen::element(1e300, -1e300, 1e-300, 0.0)
                                     : static_cast<double>(*rc::gen::inRange(-50, 150));
    const double rate = kind == 2 ? 100.0 : 0.0, slope = kind == 2 ? -20.0 : 0.0;
    series.add_piece({t, value, rate, slope});
    t += 1 + *rc::gen::inRange<TimeNs>(0, TimeNs{1} << *rc::gen::inRange(1, 36));
  }
  series.finish_at(t);
  return series;
}

RC_GTEST_PROP(Curve, GoesForwardAndStaysFiniteAndInsideTheWindow, ()) {
  const Series series = any_series(*rc::gen::inRange<std::size_t>(0, 400));
  const TimeScale time{test_day, test_day + *rc::gen::inRange<TimeNs>(10 * second_ns, 200 * second_ns), 7.0F,
                       *rc::gen::inRange<std::size_t>(1, 200)};
  Curve curve;
  trace_series(series, time, percent(), *rc::gen::arbitrary<bool>(), curve);
  const float right = 7.0F + static_cast<float>(time.columns);
  RC_ASSERT(curve.points.size() <= 12 * time.columns + 12);
  for (std::size_t i = 0; i < curve.run_starts.size(); ++i) {
    float x = 7.0F;
    for (const ImVec2& point : curve.points_of_run(i)) {
      RC_ASSERT(std::isfinite(point.y) && std::abs(point.y) <= 1200.0F);
      RC_ASSERT(point.x >= x - 1e-3F && point.x <= right + 1e-3F);
      x = point.x;
    }
  }
  for (const Band& band : curve.bands) {
    RC_ASSERT(band.left >= 7.0F && band.left <= band.right && band.right <= right && band.top <= band.bottom);
  }
}

RC_GTEST_PROP(Curve, HasTheSeriesOwnValueWhereItHoldsStill, ()) {
  // Pieces of whole columns: every column centre shows exactly its value.
  const std::vector<int> steps = *rc::gen::container<std::vector<int>>(10, rc::gen::inRange(0, 100));
  std::vector<double> values(steps.begin(), steps.end());
  const Series series = stairs(values, 10 * second_ns);
  Curve curve;
  trace_series(series, seconds(), percent(), true, curve);
  for (int column = 0; column < 100; ++column) {
    const float x = static_cast<float>(column) + 0.5F;
    bool found = false;
    for (std::size_t i = 1; i < curve.points.size(); ++i) {
      if (curve.points[i - 1].x > x || curve.points[i].x < x) continue;
      found = true;
      RC_ASSERT(curve.points[i].y == 100.0F - static_cast<float>(steps[static_cast<std::size_t>(column / 10)]));
    }
    RC_ASSERT(found);
  }
}

TEST(Columns, AreTheSeriesOwnExtentsWhereverTheWindowHasBeenBefore) {
  std::vector<double> values(50000);
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = i % 37 == 0 ? model::none : static_cast<double>(i * 7919 % 100);
  const Series series = stairs(values, 2 * kernel::millisecond_ns), other = stairs({1, 2}, 50 * second_ns);
  std::uint64_t random = 1;
  for (int step = 0; step < 300; ++step) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    const auto from = static_cast<TimeNs>((random >> 33) % 90'000) * kernel::millisecond_ns - 5 * second_ns;
    const TimeNs width = TimeNs{11} * second_ns << (random >> 60) % 4;
    const TimeScale time{test_day + from, test_day + from + width, 0.0F, 100};
    const Columns columns = columns_of(series, time);
    EXPECT_LE(columns.start_ns, time.from_ns);
    EXPECT_GE(columns.start_of(columns.size()), time.to_ns);
    EXPECT_GE(3 * columns.length_ns * 100, 2 * width - 300);
    EXPECT_LE(3 * columns.length_ns * 100, 4 * width);
    for (std::size_t i = 0; i < columns.size(); i += 13) {
      const model::Extent& found = columns.extents[i];
      const model::Extent expected = series.extent_of(columns.start_of(i), columns.start_of(i + 1));
      ASSERT_TRUE(found.min == expected.min || std::isnan(expected.min)) << step << ' ' << i;
      ASSERT_NEAR(found.integral_h, expected.integral_h, 1e-9) << step << ' ' << i;
      ASSERT_NEAR(found.covered_h, expected.covered_h, 1e-12) << step << ' ' << i;
    }
    EXPECT_EQ(columns_of(other, time).start_ns, columns.start_ns);
  }
}

TEST(TimeScale, FindsTheColumnOfEveryStart) {
  const TimeScale time{test_day + 3, test_day + 100'000'007, 0.0F, 977};
  for (std::size_t column = 0; column < time.columns; ++column) {
    EXPECT_EQ(time.column_of(time.column_start(column)), column);
    EXPECT_EQ(time.column_of(time.column_start(column + 1) - 1), column);
  }
}

}  // namespace
}  // namespace evtwin::viewer::plot
