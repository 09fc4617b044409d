#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "demand/arrivals.hpp"
#include "kernel/random.hpp"

namespace evtwin::demand {
namespace {

using Kind = Distribution::Kind;

Distribution make(Kind kind, double a, double b) {
  Distribution d;
  d.kind = kind;
  d.a = a;
  d.b = b;
  d.min = -physics::infinite;
  return d;
}

TEST(Distribution, MediansAreWhatTheParametersSay) {
  EXPECT_EQ(make(Kind::fixed, 7.5, 0.0).value_at(0.5), 7.5);
  EXPECT_DOUBLE_EQ(make(Kind::uniform, 2.0, 10.0).value_at(0.5), 6.0);
  EXPECT_NEAR(make(Kind::normal, 12.0, 3.0).value_at(0.5), 12.0, 1e-12);
  EXPECT_NEAR(make(Kind::lognormal, 10.0, 0.7).value_at(0.5), 10.0, 1e-12);
  EXPECT_NEAR(make(Kind::exponential, 4.0, 0.0).value_at(0.5), 4.0 * std::log(2.0), 1e-12);
}

TEST(Distribution, ValuesAreClipped) {
  Distribution d = make(Kind::normal, 10.0, 100.0);
  d.min = 1.0;
  d.max = 30.0;
  EXPECT_EQ(d.value_at(0.001), 1.0);
  EXPECT_EQ(d.value_at(0.999), 30.0);
}

TEST(Distribution, ChoicesComeByTheirWeights) {
  Distribution d;
  d.kind = Kind::choice;
  d.choices = {{5.0, 1.0}, {7.0, 0.0}, {20.0, 3.0}};
  EXPECT_EQ(d.value_at(0.2499), 5.0);
  EXPECT_EQ(d.value_at(0.2501), 20.0);
  EXPECT_EQ(d.value_at(std::nextafter(1.0, 0.0)), 20.0);
}

TEST(Distribution, QuantilesAreJoinedByStraightLines) {
  Distribution d;
  d.kind = Kind::quantiles;
  d.values = {1.0, 2.0, 10.0};
  EXPECT_EQ(d.value_at(0.25), 1.5);
  EXPECT_EQ(d.value_at(0.5), 2.0);
  EXPECT_EQ(d.value_at(0.75), 6.0);
  EXPECT_NEAR(d.value_at(std::nextafter(1.0, 0.0)), 10.0, 1e-9);
  EXPECT_EQ(d.value_at(1.0), 10.0);
}

// Inversion: a larger draw is a larger value, so that two scenarios that share draws differ by their parameters alone.
RC_GTEST_PROP(Distribution, IsMonotoneInItsDraw, (std::uint64_t low, std::uint64_t high)) {
  double a = kernel::unit_from_bits(low);
  double b = kernel::unit_from_bits(high);
  if (a > b) std::swap(a, b);
  for (const Kind kind : {Kind::fixed, Kind::uniform, Kind::normal, Kind::lognormal, Kind::exponential}) {
    const Distribution d = make(kind, 10.0, 12.0);
    RC_ASSERT(d.value_at(a) <= d.value_at(b));
  }
}

}  // namespace
}  // namespace evtwin::demand
