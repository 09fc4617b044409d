#include "kernel/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace evtwin::kernel {
namespace {

constexpr TimeNs june_2025 = 1'748'790'000 * second_ns;
constexpr double for_ever_h = std::numeric_limits<double>::infinity();

TEST(Time, HoursBetweenCountsBothWays) {
  EXPECT_EQ(hours_between(june_2025, june_2025 + 90 * minute_ns), 1.5);
  EXPECT_EQ(hours_between(june_2025 + 90 * minute_ns, june_2025), -1.5);
  EXPECT_EQ(hours_between(june_2025, june_2025 + 365 * day_ns), 8760.0);
  EXPECT_EQ(hours_between(-day_ns, time_never), for_ever_h);
}

TEST(Time, WholeNanosecondsAreHitExactly) {
  EXPECT_EQ(after_hours_rounded_up(june_2025, 0.25), june_2025 + 15 * minute_ns);
  EXPECT_EQ(after_hours_rounded_up(june_2025, 24.0), june_2025 + day_ns);
  EXPECT_EQ(after_hours_rounded_up(-hour_ns, 1.0), 0);
}

TEST(Time, FractionsOfANanosecondAreRoundedUp) {
  constexpr double tenth_of_a_ns = 0.1 / 3.6e12;
  EXPECT_EQ(after_hours_rounded_up(june_2025, tenth_of_a_ns), june_2025 + 1);
  EXPECT_EQ(after_hours_rounded_up(june_2025, 11 * tenth_of_a_ns), june_2025 + 2);
  EXPECT_EQ(after_hours_rounded_up(june_2025, std::numeric_limits<double>::denorm_min()), june_2025 + 1);
}

TEST(Time, ARoundedProductIsNeitherEarlyNorLate) {
  // Near 2000 h doubles are 2^-42 h = 0.8186 ns apart, and 7.2e15 ns has no digits left after the point: four steps are
  // 3.27 ns, rounded to 3, where the threshold is not reached yet.
  EXPECT_EQ(after_hours_rounded_up(0, 2000.0 + 4 * 0x1p-42), 2000 * hour_ns + 4);
  // Near 20,000 h they are 2^-38 h = 13.1 ns apart, and 7.2e16 ns only counts in 8s or 16s (here 8s).
  EXPECT_EQ(after_hours_rounded_up(0, 20'000.0 + 0x1p-38), 20'000 * hour_ns + 14);      // 13.10, rounded to 16
  EXPECT_EQ(after_hours_rounded_up(0, 20'000.0 + 2 * 0x1p-38), 20'000 * hour_ns + 27);  // 26.19, rounded to 24
}

TEST(Time, AThresholdAlreadyReachedIsDueNow) {
  EXPECT_EQ(after_hours_rounded_up(june_2025, 0.0), june_2025);
  EXPECT_EQ(after_hours_rounded_up(june_2025, -0.0), june_2025);
  EXPECT_EQ(after_hours_rounded_up(june_2025, -3.0), june_2025);
  EXPECT_EQ(after_hours_rounded_up(june_2025, -for_ever_h), june_2025);
}

TEST(Time, WhatNeverComesIsNever) {
  EXPECT_EQ(after_hours_rounded_up(june_2025, for_ever_h), time_never);
  EXPECT_EQ(after_hours_rounded_up(june_2025, std::numeric_limits<double>::quiet_NaN()), time_never);
  EXPECT_EQ(after_hours_rounded_up(june_2025, std::numeric_limits<double>::max()), time_never);
  EXPECT_EQ(after_hours_rounded_up(june_2025, 2.5e6), time_never);  // the year 2310
  EXPECT_EQ(after_hours_rounded_up(time_never - 1, 1.0), time_never);
  EXPECT_EQ(after_hours_rounded_up(time_never, 1.0), time_never);
  EXPECT_EQ(after_hours_rounded_up(std::numeric_limits<TimeNs>::min(), 2.5e6),
            std::numeric_limits<TimeNs>::min() + 2'500'000 * hour_ns);
}

RC_GTEST_PROP(Time, RoundingUpIsTheFirstNanosecondNotBefore, ()) {
  // 3.6e12 = 2^13 x 439453125: 29 bits. Times hours of 31 bits that fits the 64 bits of an x86 long double exactly,
  // and not the 53 of a double.
  static_assert(std::numeric_limits<long double>::digits >= 60);
  const auto significand = *rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 31);
  const auto exponent = *rc::gen::inRange(-80, -10);
  const double hours = std::ldexp(static_cast<double>(significand), exponent);
  const TimeNs wait = after_hours_rounded_up(june_2025, hours) - june_2025;
  const long double exact_ns = static_cast<long double>(hours) * 3.6e12L;
  RC_ASSERT(wait >= 1);
  RC_ASSERT(static_cast<long double>(wait) >= exact_ns);
  RC_ASSERT(static_cast<long double>(wait - 1) < exact_ns);
}

}  // namespace
}  // namespace evtwin::kernel
