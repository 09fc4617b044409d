#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "viewer/model/read_parts.hpp"

namespace evtwin::viewer::model {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;

TEST(SumOfSeries, OfTwoTapersHasTheirEndsAndTheirEnergy) {
  Series a, b;
  a.add_piece({0, 11.0, 11.0 * -0.7, -0.7});
  b.add_piece({0, 7.0, 7.0 * -0.2, -0.2});
  a.finish_at(2 * hour_ns);
  b.finish_at(2 * hour_ns);
  const Series sum = sum_of({&a, &b}, 0, 2 * hour_ns);
  ASSERT_EQ(sum.size(), 1U);
  EXPECT_EQ(sum.value_at(0), 18.0);
  EXPECT_NEAR(sum.value_at(2 * hour_ns - 1), 11.0 * std::exp(-1.4) + 7.0 * std::exp(-0.4), 1e-9);
  const double kwh = 11.0 * (1 - std::exp(-1.4)) / 0.7 + 7.0 * (1 - std::exp(-0.4)) / 0.2;
  EXPECT_NEAR(sum.extent_of(0, 2 * hour_ns).integral_h, kwh, 1e-9);
}

TEST(SumOfSeries, OfNothingIsZero) {
  const Series sum = sum_of({}, 0, hour_ns);
  EXPECT_EQ(sum.value_at(0), 0.0);
  EXPECT_EQ(sum.extent_of(0, hour_ns).covered_h, 1.0);
}

TEST(SumOfSeries, IsZeroAndNotNearlyZeroWhenAllEnd) {
  Series a, b;
  a.add_piece(0, 0.1);
  b.add_piece(0, 0.2);
  a.add_piece(hour_ns, 0.0);
  b.add_piece(hour_ns, 0.0);
  a.finish_at(2 * hour_ns);
  b.finish_at(2 * hour_ns);
  EXPECT_EQ(sum_of({&a, &b}, 0, 2 * hour_ns).value_at(hour_ns), 0.0);
}

RC_GTEST_PROP(SumOfSeries, IsExactAtEveryChangeAndInEnergy, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 80);
  const TimeNs end = 24 * hour_ns;
  std::vector<Series> series(count);
  std::vector<const Series*> pointers;
  std::vector<TimeNs> changes;
  const bool all_charge = *rc::gen::arbitrary<bool>();
  for (Series& one : series) {
    one.add_piece(0, 0.0);
    const auto pieces = *rc::gen::inRange(0, 20);
    for (int piece = 0; piece < pieces; ++piece) {
      const TimeNs t = piece * hour_ns + *rc::gen::inRange<TimeNs>(1, hour_ns);
      const double kw = *rc::gen::inRange(all_charge ? 1 : -1100, 1100) / 100.0;
      const double slope = *rc::gen::element(0.0, -0.01, -0.5, -1.3, -2.0, -7.0);
      if (*rc::gen::inRange(0, 3) == 0) {
        one.add_piece(t, 0.0);
      } else {
        one.add_piece({t, kw, kw * slope, slope});
      }
    }
    one.finish_at(end);
    pointers.push_back(&one);
    for (const Piece& piece : one.pieces()) changes.push_back(piece.start_ns);
  }
  const Series sum = sum_of(pointers, 0, end);
  double kwh = 0.0;
  for (const Series& one : series) kwh += one.extent_of(0, end).integral_h;
  // Charging and discharging tapers together may turn round; then the way is halved until it does so in a thousandth.
  const double tolerance = all_charge ? 1e-9 : 1e-5;
  RC_ASSERT(std::abs(sum.extent_of(0, end).integral_h - kwh) <= tolerance * (1.0 + std::abs(kwh) + 24.0 * 11.0));
  for (const TimeNs t : changes) {
    double truth = 0.0;
    for (const Series& one : series) truth += one.value_at(t);
    RC_ASSERT(std::abs(sum.value_at(t) - truth) <= 1e-10 * (1.0 + std::abs(truth)));
  }
}

}  // namespace
}  // namespace evtwin::viewer::model
