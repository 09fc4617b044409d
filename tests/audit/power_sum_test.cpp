// Sums of tapers against closed forms.
#include "audit/power_sum.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "audit/local_clock.hpp"

namespace evtwin::testing {
namespace {

using audit::PowerSum;
using Hours = std::vector<double>;

PowerSum sum_of(double constant_kw, std::vector<audit::Taper> tapers) {
  PowerSum sum;
  sum.add_constant(constant_kw);
  for (const audit::Taper& taper : tapers) sum.add_power(taper);
  return sum;
}

// 100 exp(-2 h) passes 40 at ln(2.5) / 2 h; above it lie (100 - 40) / 2 - 40 ln(2.5) / 2 kWh.
TEST(PowerSum, ATaperIsAboveALimitAsTheClosedFormSays) {
  const PowerSum taper = sum_of(0.0, {{100.0, -2.0}});
  const double passes_h = std::log(2.5) / 2.0;
  ASSERT_EQ(taper.crossing_hours(40.0, 0.0, 3.0).size(), 1U);
  EXPECT_NEAR(taper.crossing_hours(40.0, 0.0, 3.0)[0], passes_h, 1e-14);
  EXPECT_NEAR(taper.energy_above(40.0, 0.0, 3.0), 30.0 - 40.0 * passes_h, 1e-12);
  EXPECT_NEAR(taper.energy_above(40.0, 0.0, 3.0) - taper.energy_below(40.0, 0.0, 3.0),
              50.0 * (1.0 - std::exp(-6.0)) - 120.0, 1e-12);
  EXPECT_EQ(taper.energy_above(100.0, 0.0, 3.0), 0.0);
  EXPECT_EQ(taper.energy_above(INFINITY, 0.0, 3.0), 0.0);
}

// 8 x^2 - 6 x + 1 with x = exp(-h): below 0 between x = 1/2 and x = 1/4, so between ln 2 and ln 4.
TEST(PowerSum, ASumThatFallsAndRisesPassesALimitTwice) {
  const PowerSum sum = sum_of(1.0, {{8.0, -2.0}, {-6.0, -1.0}});
  const Hours crossings = sum.crossing_hours(0.0, 0.0, 5.0);
  ASSERT_EQ(crossings.size(), 2U);
  EXPECT_NEAR(crossings[0], std::log(2.0), 1e-14);
  EXPECT_NEAR(crossings[1], std::log(4.0), 1e-14);
  // Integral between: 4 (1/4 - 1/16) - 6 (1/2 - 1/4) + ln 2.
  EXPECT_NEAR(sum.energy_below(0.0, 0.0, 5.0), -(0.75 - 1.5 + std::log(2.0)), 1e-13);
  // Lowest at x = 3/8: the turned sum's summit.
  PowerSum turned;
  turned.add_power(sum, -1.0);
  EXPECT_NEAR(turned.highest_kw(0.0, 1.2), 0.125, 1e-14);
}

TEST(PowerSum, ACrossingBetweenNanosecondsIsFound) {
  // Above 0 for 1e-7 h only: the roots of (x - 1/2)^2 = 1e-14 / 4.
  const double half_width = 0.5e-7;
  const PowerSum sum = sum_of(0.25 - half_width * half_width, {{1.0, -2.0}, {-1.0, -1.0}});
  EXPECT_EQ(sum.crossing_hours(0.0, 0.0, 2.0).size(), 2U);
}

TEST(PowerSum, AConstantAtItsLimitIsNotAboveIt) {
  const PowerSum sum = sum_of(10.0, {{3.0, -1.0}, {-3.0, -1.0}});
  EXPECT_NEAR(sum.energy_above(10.0, 0.0, 1.0), 0.0, 1e-14);
  EXPECT_EQ(sum.hours_above(10.0, 0.0, 1.0), 0.0);
  EXPECT_EQ(sum_of(9e-16, {}).hours_above(0.0, 0.0, 1.0), 0.0);  // what rounding leaves above a limit of 0
  EXPECT_EQ(sum_of(1e-3, {}).hours_above(0.0, 0.0, 1.0), 1.0);
}

constexpr audit::Ns hour_ns = audit::hour_ns;

// Clocks go from +1 h to +2 h at 2025-03-30T01:00Z (Amsterdam): a day of 23 h, 92 quarter hours.
TEST(AuditClock, ADayOf23HoursHas92QuarterHours) {
  const audit::Ns change = 1743296400LL * audit::second_ns;
  const audit::LocalClock clock({{INT64_MIN, change, hour_ns}, {change, INT64_MAX, 2 * hour_ns}});
  const audit::Ns midnight = change - 2 * hour_ns;
  const auto quarters = clock.stretch_starts(midnight, midnight + 23 * hour_ns, hour_ns / 4);
  EXPECT_EQ(quarters.size(), 92U);
  EXPECT_EQ(clock.day_at(midnight), clock.day_at(midnight + 23 * hour_ns - 1));
  EXPECT_EQ(clock.day_at(midnight) + 1, clock.day_at(midnight + 23 * hour_ns));
  EXPECT_EQ(audit::month_text(clock.month_at(midnight)), "2025-03");
  const audit::MonthNumber april = clock.month_at(midnight) + 1;
  EXPECT_EQ(clock.month_begin(april), 1743458400LL * audit::second_ns);  // 2025-04-01T00:00+02:00
  audit::MonthNumber read = 0;
  EXPECT_TRUE(audit::parse_month("2025-04", read));
  EXPECT_EQ(read, april);
  EXPECT_FALSE(audit::parse_month("2025-13", read));
}

// Lord Howe sets its clock back by half an hour, from 02:00 to 01:30: the hour begun at 01:00 lasts 90 minutes.
TEST(AuditClock, AnHourThatTheClockLengthens) {
  const audit::Ns change = 1743865200LL * audit::second_ns;  // 2025-04-05T15:00Z
  const audit::LocalClock clock({{INT64_MIN, change, 11 * hour_ns}, {change, INT64_MAX, 21 * hour_ns / 2}});
  const auto hours = clock.stretch_starts(change - 2 * hour_ns, change + 2 * hour_ns, hour_ns);
  const std::vector<audit::Ns> expected{change - 2 * hour_ns, change - hour_ns, change + hour_ns / 2,
                                        change + 3 * hour_ns / 2};
  EXPECT_EQ(hours, expected);
}

}  // namespace
}  // namespace evtwin::testing
