#include "viewer/model/series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

namespace evtwin::viewer::model {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using ::testing::NanSensitiveDoubleEq;

Series finished(const std::vector<Piece>& pieces, TimeNs end) {
  Series series;
  for (const Piece& piece : pieces) series.add_piece(piece);
  series.finish_at(end);
  return series;
}

TEST(Series, HoldsConstantsFromTheirStartToTheNext) {
  const Series series = finished({{0, 1.0}, {hour_ns, 3.0}, {2 * hour_ns, none}, {3 * hour_ns, -2.0}}, 4 * hour_ns);
  EXPECT_THAT(series.value_at(-1), NanSensitiveDoubleEq(none));
  EXPECT_EQ(series.value_at(0), 1.0);
  EXPECT_EQ(series.value_at(hour_ns - 1), 1.0);
  EXPECT_EQ(series.value_at(hour_ns), 3.0);
  EXPECT_THAT(series.value_at(2 * hour_ns), NanSensitiveDoubleEq(none));
  EXPECT_EQ(series.value_at(4 * hour_ns - 1), -2.0);
  EXPECT_THAT(series.value_at(4 * hour_ns), NanSensitiveDoubleEq(none));

  const Extent all = series.extent_of(-hour_ns, 9 * hour_ns);
  EXPECT_EQ(all.min, -2.0);
  EXPECT_EQ(all.max, 3.0);
  EXPECT_EQ(all.integral_h, 2.0);
  EXPECT_EQ(all.covered_h, 3.0);
  EXPECT_DOUBLE_EQ(all.mean(), 2.0 / 3.0);
}

TEST(Series, ATaperIsExactInValueAndEnergy) {
  // 11 kW falling with 0.5 1/h: 11 exp(-0.5 h); its energy is 11 (1 - exp(-0.5 h)) / 0.5.
  const Series series = finished({{0, 11.0, 11.0 * -0.5, -0.5}}, 3 * hour_ns);
  EXPECT_NEAR(series.value_at(2 * hour_ns), 11.0 * std::exp(-1.0), 1e-13);
  const Extent part = series.extent_of(hour_ns, 2 * hour_ns);
  EXPECT_NEAR(part.max, 11.0 * std::exp(-0.5), 1e-13);
  EXPECT_NEAR(part.min, 11.0 * std::exp(-1.0), 1e-13);
  EXPECT_NEAR(part.integral_h, 22.0 * (std::exp(-0.5) - std::exp(-1.0)), 1e-13);
}

TEST(Series, ARampsExtremesAreItsEnds) {
  const Series series = finished({{0, 2.0, 4.0, 0.0}}, hour_ns);
  const Extent extent = series.extent_of(hour_ns / 4, hour_ns / 2);
  EXPECT_DOUBLE_EQ(extent.min, 3.0);
  EXPECT_DOUBLE_EQ(extent.max, 4.0);
  EXPECT_DOUBLE_EQ(extent.mean(), 3.5);
}

TEST(Series, KeepsOnePieceForAConstantThatGoesOnAndTheLastOfTwoAtOneInstant) {
  Series series = finished({{0, 1.0}, {10, 1.0}, {20, 2.0}, {20, 1.0}, {30, none}, {40, none}, {50, 5.0}}, 60);
  ASSERT_EQ(series.size(), 3U);
  EXPECT_EQ(series.value_at(25), 1.0);
  EXPECT_EQ(series.pieces()[1].start_ns, 30);
  EXPECT_EQ(series.pieces()[2].start_ns, 50);
  EXPECT_THROW(series.add_piece(49, 1.0), std::invalid_argument);
}

TEST(Series, DropsWhatStartsAtOrAfterItsEnd) {
  const Series series = finished({{0, 1.0}, {10, 2.0}, {20, 3.0}}, 10);
  EXPECT_EQ(series.size(), 1U);
  EXPECT_EQ(series.extent_of(0, 100).max, 1.0);
}

TEST(Series, FindsTheChangesAroundAnInstant) {
  const Series series = finished({{10, 1.0}, {20, 2.0}}, 30);
  EXPECT_EQ(series.next_change(0), 10);
  EXPECT_EQ(series.next_change(10), 20);
  EXPECT_EQ(series.next_change(20), kernel::time_never);
  EXPECT_EQ(series.previous_change(20), 10);
  EXPECT_EQ(series.previous_change(21), 20);
  EXPECT_EQ(series.previous_change(10), -kernel::time_never);
}

TEST(Series, AnEmptyOneIsAGapEverywhere) {
  Series series;
  series.finish_at(hour_ns);
  EXPECT_THAT(series.value_at(0), NanSensitiveDoubleEq(none));
  EXPECT_EQ(series.extent_of(0, hour_ns).covered_h, 0.0);
  std::vector<Extent> columns(3);
  series.column_extents(0, hour_ns, columns);
  EXPECT_EQ(columns[1].covered_h, 0.0);
}

TEST(Series, APyramidTakesLittleBesideThePieces) {
  std::vector<Piece> pieces;
  for (int i = 0; i < 100'000; ++i) pieces.push_back({i * second_ns, static_cast<double>(i % 7)});
  const Series series = finished(pieces, 100'000 * second_ns);
  ASSERT_EQ(series.size(), pieces.size());
  EXPECT_LT(series.memory_bytes(), pieces.size() * sizeof(Piece) * 11 / 10);
}

// A series of any length with constants, ramps, tapers and gaps.
std::vector<Piece> any_pieces(TimeNs& end) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 700);
  std::vector<Piece> pieces;
  TimeNs t = *rc::gen::inRange<TimeNs>(-hour_ns, hour_ns);
  for (std::size_t i = 0; i < count; ++i) {
    const double value = *rc::gen::inRange(-2000, 2000) / 100.0;
    const double rate = *rc::gen::inRange(-300, 300) / 100.0;
    const double slope = *rc::gen::inRange(-200, 200) / 100.0;
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        pieces.push_back({t, none});
        break;
      case 1:
        pieces.push_back({t, value, rate, 0.0});
        break;
      case 2:
        pieces.push_back({t, value, value * slope, slope});
        break;
      case 3:
        pieces.push_back({t, value, rate, slope * 1e-6});  // nearly a ramp
        break;
      default:
        pieces.push_back({t, value});
    }
    t += *rc::gen::inRange<TimeNs>(1, 2 * hour_ns);
  }
  end = t;
  return pieces;
}

double by_definition(const Piece& piece, TimeNs t) {
  const long double hours = static_cast<long double>(t - piece.start_ns) / static_cast<long double>(hour_ns);
  const long double slope = piece.slope_per_h;
  const long double growth = slope == 0.0L ? hours : std::expm1(slope * hours) / slope;
  return static_cast<double>(static_cast<long double>(piece.value) +
                             static_cast<long double>(piece.rate_per_h) * growth);
}

// Piece by piece, integrals by Gauss and Legendre with three points in each of 64 parts.
Extent by_looking_at_all(const std::vector<Piece>& pieces, TimeNs end, TimeNs from, TimeNs to) {
  Extent sum;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const TimeNs a = std::max(from, pieces[i].start_ns);
    const TimeNs b = std::min(to, i + 1 < pieces.size() ? pieces[i + 1].start_ns : end);
    if (a >= b || std::isnan(pieces[i].value)) continue;
    for (const TimeNs t : {a, b}) {
      const double v = by_definition(pieces[i], t);
      if (!(sum.min <= v)) sum.min = v;
      if (!(sum.max >= v)) sum.max = v;
    }
    const double width = kernel::hours_between(a, b);
    const double offset = kernel::hours_between(pieces[i].start_ns, a);
    const double slope = pieces[i].slope_per_h, rate = pieces[i].rate_per_h;
    const auto v = [&](double h) {
      return pieces[i].value + rate * (slope == 0.0 ? h : std::expm1(slope * h) / slope);
    };
    constexpr int parts = 64;
    for (int part = 0; part < parts; ++part) {
      const double middle = offset + width * (part + 0.5) / parts, reach = width / parts / 2.0 * std::sqrt(0.6);
      sum.integral_h += width / parts * (5.0 * v(middle - reach) + 8.0 * v(middle) + 5.0 * v(middle + reach)) / 18.0;
    }
    sum.covered_h += width;
  }
  return sum;
}

void expect_same(const Extent& found, const Extent& truth) {
  const auto near = [](double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= 1e-9 * std::max(1.0, std::abs(b));
  };
  RC_ASSERT(near(found.min, truth.min));
  RC_ASSERT(near(found.max, truth.max));
  RC_ASSERT(near(found.covered_h, truth.covered_h));
  RC_ASSERT(std::abs(found.integral_h - truth.integral_h) <= 1e-9 * std::max(1.0, 20.0 * truth.covered_h));
}

RC_GTEST_PROP(Series, AnyStretchIsWhatLookingAtEveryPieceGives, ()) {
  TimeNs end = 0;
  const std::vector<Piece> pieces = any_pieces(end);
  const Series series = finished(pieces, end);
  const TimeNs reach = end - pieces.front().start_ns;
  for (int i = 0; i < 5; ++i) {
    const TimeNs from = pieces.front().start_ns + *rc::gen::inRange<TimeNs>(-reach / 4, reach);
    const TimeNs to = from + *rc::gen::inRange<TimeNs>(0, reach + reach / 2 + 2);
    expect_same(series.extent_of(from, to), by_looking_at_all(pieces, end, from, to));
  }
}

RC_GTEST_PROP(Series, ColumnsAreTheirStretches, ()) {
  TimeNs end = 0;
  const std::vector<Piece> pieces = any_pieces(end);
  const Series series = finished(pieces, end);
  const TimeNs reach = end - pieces.front().start_ns;
  const TimeNs from = pieces.front().start_ns + *rc::gen::inRange<TimeNs>(-reach / 2, reach);
  const TimeNs width = *rc::gen::inRange<TimeNs>(1, 2 * reach + 2);
  const auto count = *rc::gen::inRange<std::size_t>(1, 40);
  std::vector<Extent> columns(count);
  series.column_extents(from, from + width, columns);
  for (std::size_t i = 0; i < count; ++i) {
    __extension__ using Wide = __int128;
    const auto edge = [&](std::size_t part) {
      return from + static_cast<TimeNs>(Wide{width} * static_cast<Wide>(part) / static_cast<Wide>(count));
    };
    expect_same(columns[i], series.extent_of(edge(i), edge(i + 1)));
  }
}

RC_GTEST_PROP(Series, AtIsThePieceInForce, ()) {
  TimeNs end = 0;
  const std::vector<Piece> pieces = any_pieces(end);
  const Series series = finished(pieces, end);
  const TimeNs t = *rc::gen::inRange<TimeNs>(pieces.front().start_ns, end);
  std::size_t in_force = 0;
  while (in_force + 1 < pieces.size() && pieces[in_force + 1].start_ns <= t) ++in_force;
  const double truth = std::isnan(pieces[in_force].value) ? none : by_definition(pieces[in_force], t);
  const double found = series.value_at(t);
  RC_ASSERT((std::isnan(truth) && std::isnan(found)) || std::abs(found - truth) <= 1e-12 * (1.0 + std::abs(truth)));
}

}  // namespace
}  // namespace evtwin::viewer::model
