#include "viewer/plot/axis.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using model::Clock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> found;
  for (const Tick& tick : ticks) found.push_back(tick.label);
  return found;
}
std::vector<std::string> labels(const std::vector<TimeTick>& ticks) {
  std::vector<std::string> found;
  for (const TimeTick& tick : ticks) found.push_back(tick.label);
  return found;
}
std::vector<std::string> aboves(const std::vector<TimeTick>& ticks) {
  std::vector<std::string> found;
  for (const TimeTick& tick : ticks) {
    if (!tick.above.empty()) found.push_back(tick.label + " | " + tick.above + (tick.major ? " *" : ""));
  }
  return found;
}

/// Amsterdam in 2025: +1 h, from 30 March 01:00Z +2 h, from 26 October 01:00Z +1 h.
Clock amsterdam() {
  const Clock utc;
  const auto at = [&](const char* text) { return utc.parse_instant(text); };
  return Clock({{at("2024-10-27T01:00:00Z"), at("2025-03-30T01:00:00Z"), hour_ns},
                {at("2025-03-30T01:00:00Z"), at("2025-10-26T01:00:00Z"), 2 * hour_ns},
                {at("2025-10-26T01:00:00Z"), at("2026-03-29T01:00:00Z"), hour_ns}},
               "Europe/Amsterdam");
}

TEST(ValueTicks, AreOneTwoFiveStepsWithAsManyDecimalsAsTheStepNeeds) {
  EXPECT_THAT(labels(value_ticks(0, 100, 5)), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(labels(value_ticks(0, 1, 5)), ElementsAre("0.0", "0.2", "0.4", "0.6", "0.8", "1.0"));
  EXPECT_THAT(labels(value_ticks(-0.03, 0.04, 4)), ElementsAre("-0.02", "0.00", "0.02", "0.04"));
  EXPECT_THAT(labels(value_ticks(0, 1500000, 3)), ElementsAre("0", "500,000", "1,000,000", "1,500,000"));
  EXPECT_THAT(labels(value_ticks(12.1, 12.9, 2)), ElementsAre("12.5"));
}

TEST(ValueTicks, AreTheNumbersTheySay) {
  for (const Tick& tick : value_ticks(0.0, 0.7, 7)) EXPECT_EQ(tick.value, std::stod(tick.label)) << tick.label;
}

TEST(ValueTicks, AreNoneForARangeThatIsEmptyOrNotFinite) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(value_ticks(1, 1, 5), IsEmpty());
  EXPECT_THAT(value_ticks(2, 1, 5), IsEmpty());
  EXPECT_THAT(value_ticks(0, inf, 5), IsEmpty());
  EXPECT_THAT(value_ticks(nan, 1, 5), IsEmpty());
  EXPECT_THAT(value_ticks(0, 1, 0), IsEmpty());
  EXPECT_THAT(value_ticks(-1e308, 1e308, 5), IsEmpty());
  EXPECT_THAT(value_ticks(1e300, std::nextafter(1e300, inf), 5), IsEmpty());
}

RC_GTEST_PROP(ValueTicks, LieInsideInOrderAndAreAboutAsManyAsAskedFor, ()) {
  const double min =
      static_cast<double>(*rc::gen::inRange(-1000000, 1000000)) * std::pow(10.0, *rc::gen::inRange(-8, 8));
  const double size = static_cast<double>(*rc::gen::inRange(1, 1000000)) * std::pow(10.0, *rc::gen::inRange(-8, 8));
  const int count = *rc::gen::inRange(1, 20);
  const double max = min + size;
  const std::vector<Tick> ticks = value_ticks(min, max, count);
  RC_ASSERT(ticks.size() <= static_cast<std::size_t>(count) + 1);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    RC_ASSERT(ticks[i].value >= min - size * 1e-6 && ticks[i].value <= max + size * 1e-6);
    RC_ASSERT((i == 0 || ticks[i].value > ticks[i - 1].value));
  }
}

TEST(ValueTicks, AreNotTheSameNumberTwice) {
  const double min = -450359e7;
  const std::vector<Tick> ticks = value_ticks(min, min + 341797e-8, 8);
  for (std::size_t i = 1; i < ticks.size(); ++i) EXPECT_GT(ticks[i].value, ticks[i - 1].value);
}

TEST(ValueTicks, StayInsideWhereStepsAreHardlyWiderThanTheSpacingOfDoubles) {
  const double min = -1e12, max = min + 201417e-8;
  for (const Tick& tick : value_ticks(min, max, 11)) {
    EXPECT_GE(tick.value, min);
    EXPECT_LE(tick.value, max);
  }
}

TEST(LogTicks, ArePowersOfTenWithMarksBetween) {
  const std::vector<Tick> ticks = log_ticks(1, 1000, 6);
  EXPECT_THAT(labels(ticks), ElementsAre("1", "", "", "10", "", "", "100", "", "", "1,000"));
  EXPECT_EQ(ticks[1].value, 2.0);
  EXPECT_THAT(labels(log_ticks(0.01, 100000, 4)), ElementsAre("0.01", "1", "100", "10,000"));
}

TEST(LogTicks, AreNamedWhereNoPowerOfTenIsInside) {
  EXPECT_THAT(labels(log_ticks(15, 60, 4)), ElementsAre("20", "50"));
  EXPECT_THAT(labels(log_ticks(30, 40, 2)), ElementsAre("30", "35", "40"));
  EXPECT_THAT(log_ticks(0, 10, 4), IsEmpty());
}

TEST(NumberWithUnit, HasFourSignificantDigitsAndNoZerosAtTheEnd) {
  EXPECT_EQ(number_with_unit(7.25, "kW"), "7.25 kW");
  EXPECT_EQ(number_with_unit(1234.5, "kW"), "1,234 kW");  // halves go to even
  EXPECT_EQ(number_with_unit(1284131.4, "KRW"), "1,284,131 KRW");
  EXPECT_EQ(number_with_unit(0.35, ""), "0.35");
  EXPECT_EQ(number_with_unit(99.996, "kW"), "100 kW");
  EXPECT_EQ(number_with_unit(-11.0, "kW"), "-11 kW");
  EXPECT_EQ(number_with_unit(0.000123456, ""), "0.0001235");
  EXPECT_EQ(number_with_unit(0.0, "kWh"), "0 kWh");
  EXPECT_EQ(number_with_unit(-0.0, "kWh"), "0 kWh");
  EXPECT_EQ(number_with_unit(1e300, "kW"), "1e+300 kW");
}

TEST(NumberWithUnit, IsADashForWhatIsNotKnown) {
  EXPECT_EQ(number_with_unit(std::numeric_limits<double>::quiet_NaN(), "kW"), "-");
}

TEST(NiceRange, IsRoundedOutwardsToTicksAndKeepsZero) {
  EXPECT_EQ(nice_range(3, 97, true).min, 0.0);
  EXPECT_EQ(nice_range(3, 97, true).max, 100.0);
  EXPECT_EQ(nice_range(12.2, 12.9, false).min, 12.2);
  EXPECT_EQ(nice_range(12.21, 12.9, false).min, 12.2);
  EXPECT_EQ(nice_range(-3.5, 7, true).min, -4.0);
  EXPECT_EQ(nice_range(0, 103, true).max, 120.0);
}

TEST(NiceRange, IsNeverEmpty) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(nice_range(nan, nan, false).min, 0.0);
  EXPECT_EQ(nice_range(nan, nan, false).max, 1.0);
  EXPECT_EQ(nice_range(0, 0, true).max, 1.0);
  EXPECT_EQ(nice_range(0, 0, true).min, 0.0);
  for (const double value : {0.0, 5.0, -5.0, 1e-300, 1e300, -1e300}) {
    for (const bool zero : {false, true}) {
      const Range range = nice_range(value, value, zero);
      EXPECT_LT(range.min, range.max) << value;
      EXPECT_LE(range.min, value) << value;
      EXPECT_GE(range.max, value) << value;
    }
  }
}

TEST(TimeTicks, StandOnRoundHoursAndNameTheDayWhereItBegins) {
  const Clock utc;
  const TimeNs from = utc.parse_instant("2026-03-14T18:10:00Z");
  const auto ticks = time_ticks(utc, from, from + 24 * hour_ns, 8, Words::english);
  EXPECT_THAT(labels(ticks), ElementsAre("21:00", "00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00"));
  EXPECT_THAT(aboves(ticks), ElementsAre("21:00 | Sat 2026-03-14", "00:00 | Sun 2026-03-15 *"));
}

TEST(TimeTicks, SpeakKorean) {
  const Clock utc;
  const TimeNs from = utc.parse_instant("2026-03-30T00:00:00Z");
  EXPECT_THAT(aboves(time_ticks(utc, from, from + 6 * hour_ns, 6, Words::korean)),
              ElementsAre("00:00 | 2026-03-30 (월) *"));
  const auto days = time_ticks(utc, from, from + 4 * day_ns, 5, Words::korean);
  EXPECT_THAT(labels(days), ElementsAre("30(월)", "31(화)", "1(수)", "2(목)", "3(금)"));
  EXPECT_THAT(aboves(days), ElementsAre("30(월) | 2026년 3월", "1(수) | 2026년 4월 *"));
  const auto months = time_ticks(utc, from, from + 365 * day_ns, 12, Words::korean);
  EXPECT_EQ(months.front().label, "4월");
  EXPECT_EQ(months[9].above, "2027년");
}

TEST(TimeTicks, EveryNonAsciiCharacterIsInAxisCharacters) {
  const Clock utc;
  const TimeNs from = utc.parse_instant("2026-01-01T00:00:00Z");
  for (const TimeNs span : {hour_ns, day_ns, 7 * day_ns, 60 * day_ns, 400 * day_ns, 4000 * day_ns}) {
    for (const TimeTick& tick : time_ticks(utc, from, from + span, 9, Words::korean)) {
      const std::string text = tick.label + tick.above;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (static_cast<unsigned char>(text[i]) < 0x80) continue;
        EXPECT_NE(axis_characters().find(text.substr(i, 3)), std::string_view::npos) << text;
        i += 2;
      }
    }
  }
}

TEST(TimeTicks, LeaveOutTheHourThatIsLeftOutInSpring) {
  const Clock clock = amsterdam();
  const TimeNs from = clock.parse_instant("2025-03-30T00:00:00");
  EXPECT_THAT(labels(time_ticks(clock, from, from + 5 * hour_ns, 6, Words::english)),
              ElementsAre("00:00", "01:00", "03:00", "04:00", "05:00", "06:00"));
}

TEST(TimeTicks, ShowTheHourThatComesTwiceInAutumnTwice) {
  const Clock clock = amsterdam();
  const TimeNs from = clock.parse_instant("2025-10-26T00:00:00");
  const auto ticks = time_ticks(clock, from, from + 5 * hour_ns, 6, Words::english);
  EXPECT_THAT(labels(ticks), ElementsAre("00:00", "01:00", "02:00", "02:00", "03:00", "04:00"));
  for (std::size_t i = 1; i < ticks.size(); ++i) EXPECT_EQ(ticks[i].time_ns - ticks[i - 1].time_ns, hour_ns);
}

TEST(TimeTicks, StayOnRoundLocalTimesAcrossAChange) {
  const Clock clock = amsterdam();
  const TimeNs from = clock.parse_instant("2025-03-29T12:00:00");
  EXPECT_THAT(labels(time_ticks(clock, from, from + day_ns, 5, Words::english)),
              ElementsAre("12:00", "18:00", "00:00", "06:00", "12:00"));
}

TEST(TimeTicks, BeginDaysAtLocalMidnightAlsoOnDaysOf23And25Hours) {
  const Clock clock = amsterdam();
  const TimeNs from = clock.parse_instant("2025-10-25T00:00:00");
  const auto ticks = time_ticks(clock, from, from + 3 * day_ns, 4, Words::english);
  EXPECT_THAT(labels(ticks), ElementsAre("Sat 25", "Sun 26", "Mon 27"));
  EXPECT_EQ(ticks[2].time_ns - ticks[1].time_ns, 25 * hour_ns);
}

TEST(TimeTicks, GoFromSecondsToDecades) {
  const Clock utc;
  const TimeNs from = utc.parse_instant("2020-01-01T00:00:00Z");
  EXPECT_THAT(labels(time_ticks(utc, from, from + 10 * second_ns, 2, Words::english)),
              ElementsAre("00:00:00", "00:00:05", "00:00:10"));
  EXPECT_THAT(labels(time_ticks(utc, from, from + hour_ns, 4, Words::english)),
              ElementsAre("00:00", "00:15", "00:30", "00:45", "01:00"));
  EXPECT_THAT(labels(time_ticks(utc, from, from + 20 * day_ns, 10, Words::english)),
              ElementsAre("1 Jan", "3 Jan", "5 Jan", "7 Jan", "9 Jan", "11 Jan", "13 Jan", "15 Jan", "17 Jan", "19 Jan",
                          "21 Jan"));
  EXPECT_THAT(labels(time_ticks(utc, from, from + 28 * day_ns, 4, Words::english)),
              ElementsAre("6 Jan", "13 Jan", "20 Jan", "27 Jan"));
  EXPECT_THAT(labels(time_ticks(utc, from, from + 366 * day_ns, 4, Words::english)),
              ElementsAre("Jan", "Apr", "Jul", "Oct", "Jan"));
  EXPECT_THAT(labels(time_ticks(utc, from, from + 30 * 366 * day_ns, 4, Words::english)),
              ElementsAre("2020", "2030", "2040", "2050"));
}

RC_GTEST_PROP(TimeTicks, LieInsideInOrderAndAreNeverMuchMoreThanAskedFor, ()) {
  const Clock clock = amsterdam();
  const TimeNs from = clock.parse_instant("2025-01-01") + *rc::gen::inRange<TimeNs>(0, 365 * day_ns);
  const TimeNs span = 10 * second_ns + *rc::gen::inRange<TimeNs>(0, TimeNs{1} << *rc::gen::inRange(1, 60));
  const int count = *rc::gen::inRange(1, 30);
  const auto ticks = time_ticks(clock, from, from + span, count, Words::english);
  RC_ASSERT(ticks.size() <= static_cast<std::size_t>(count) * 2 + 2);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    RC_ASSERT(ticks[i].time_ns >= from && ticks[i].time_ns <= from + span);
    RC_ASSERT((i == 0 || ticks[i].time_ns > ticks[i - 1].time_ns));
    RC_ASSERT(!ticks[i].label.empty());
  }
}

TEST(TimeTicks, AreNoneForAnEmptyStretch) {
  EXPECT_THAT(time_ticks(Clock(), 5, 5, 4, Words::english), IsEmpty());
  EXPECT_THAT(time_ticks(Clock(), 0, hour_ns, 0, Words::english), IsEmpty());
}

}  // namespace
}  // namespace evtwin::viewer::plot
