#include "market/series.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "local_time.hpp"

namespace evtwin::market {
namespace {

using kernel::hour_ns;
using kernel::time_never;
using test::at;
using test::message_of;
using ::testing::HasSubstr;

const Calendar amsterdam("Europe/Amsterdam");
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Series, HoldsEachValueUntilTheNextAndTheLastForAStep) {
  const Series series({0, 10, 20}, {1.0, 2.0, 4.0});
  EXPECT_EQ(series.value_at(0), 1.0);
  EXPECT_EQ(series.value_at(9), 1.0);
  EXPECT_EQ(series.value_at(10), 2.0);
  EXPECT_EQ(series.value_at(29), 4.0);
  EXPECT_EQ(series.end_ns(), 30);
  EXPECT_TRUE(series.covers_span(0, 30));
  EXPECT_FALSE(series.covers_span(0, 31));
  EXPECT_FALSE(series.covers_span(-1, 30));
}

TEST(Series, HasNoFigureOutsideItsRows) {
  const Series series({0, 10}, {1.0, 2.0});
  EXPECT_TRUE(std::isnan(series.value_at(-1)));
  EXPECT_TRUE(std::isnan(series.value_at(20)));
  EXPECT_TRUE(std::isnan(Series().value_at(0)));
  EXPECT_FALSE(Series().covers_span(0, 1));
}

TEST(Series, ChangesWhereTheValueDoesAndNotAtEveryRow) {
  const Series series({0, 10, 20, 30}, {1.0, 1.0, 1.0, 2.0});
  EXPECT_EQ(series.next_change(0), 30);
  EXPECT_EQ(series.next_change(-5), 0);
  EXPECT_EQ(series.next_change(30), 40);
  EXPECT_EQ(series.next_change(40), time_never);
}

TEST(Series, RefusesBadRowsByNumber) {
  const auto refusal = [](std::vector<TimeNs> times, std::vector<double> values, std::optional<TimeNs> end = {}) {
    return message_of<SeriesError>([&] { Series(times, values, end); });
  };
  EXPECT_THAT(refusal({0, 1, 2}, {1.0, nan, 1.0}), HasSubstr("row 2"));
  EXPECT_THAT(refusal({0, 1, 2}, {1.0, 1.0, HUGE_VAL}), HasSubstr("row 3"));
  EXPECT_THAT(refusal({0, 2, 2}, {1.0, 1.0, 1.0}), HasSubstr("row 3"));
  EXPECT_THAT(refusal({0, 1}, {1.0}), HasSubstr("2 times"));
  EXPECT_THAT(refusal({0}, {1.0}), HasSubstr("needs an end"));
  EXPECT_THAT(refusal({0, 5}, {1.0, 1.0}, 5), HasSubstr("end"));
  EXPECT_NE(refusal({}, {}), "");
  EXPECT_EQ(refusal({0}, {1.0}, 1), "");
}

RC_GTEST_PROP(SeriesProperty, CursorReadsLikeTheSeriesInAnyOrder, ()) {
  const auto steps = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 5)));
  std::vector<TimeNs> times;
  std::vector<double> values;
  TimeNs t = 0;
  for (const int step : steps) {
    times.push_back(t);
    values.push_back(*rc::gen::inRange(0, 3));
    t += step;
  }
  const Series series(times, values, t);
  SeriesCursor cursor(series);
  for (const TimeNs when : *rc::gen::container<std::vector<TimeNs>>(rc::gen::inRange<TimeNs>(-3, t + 3))) {
    const Sample sample = cursor.sample_at(when);
    const double value = series.value_at(when);
    RC_ASSERT(sample.value == value || (std::isnan(sample.value) && std::isnan(value)));
    // The value is the same up to `until`, and another one there.
    for (TimeNs s = when; s < std::min(sample.until_ns, t + 3); ++s) {
      const double held = series.value_at(s);
      RC_ASSERT(held == value || (std::isnan(held) && std::isnan(value)));
    }
    if (sample.until_ns != time_never) RC_ASSERT(!(series.value_at(sample.until_ns) == value));
  }
}

DailyProfile hourly_profile() {
  DailyProfile profile;
  DayCurve week{
      .days = static_cast<DayTypeMask>(all_day_types & ~day_bit(DayType::holiday)),
  };
  for (int hour = 0; hour < 24; ++hour) week.values.push_back(hour);
  profile.curves.push_back(week);
  profile.curves.push_back({.days = day_bit(DayType::holiday), .values = {50.0}});
  profile.holidays = {{2025, 12, 25}};
  return profile;
}

TEST(DailyProfile, IsReadByTheLocalClockOnTheLongAndTheShortDay) {
  SignalClock clock(hourly_profile(), amsterdam);
  const auto sum_over_day = [&](std::string_view date) {
    double sum = 0.0;
    const TimeNs begin = at(date, amsterdam);
    for (TimeNs t = begin; t < amsterdam.next_day_start(begin); t += hour_ns) sum += clock.sample_at(t).value;
    return sum;
  };
  EXPECT_EQ(sum_over_day("2025-06-02"), 276.0);  // 0 + 1 + ... + 23
  EXPECT_EQ(sum_over_day("2025-03-30"), 274.0);  // without hour 2
  EXPECT_EQ(sum_over_day("2025-10-26"), 278.0);  // hour 2 twice
  EXPECT_EQ(sum_over_day("2025-12-25"), 24 * 50.0);
}

TEST(DailyProfile, ChangesWhereTheValueDoes) {
  SignalClock clock(hourly_profile(), amsterdam);
  EXPECT_EQ(clock.sample_at(at("2025-06-02T10:20", amsterdam)).until_ns, at("2025-06-02T11:00", amsterdam));
  EXPECT_EQ(clock.sample_at(at("2025-12-25T10:20", amsterdam)).until_ns, at("2025-12-26", amsterdam));
  // The hour from 02:00 comes twice with one value: nothing changes when the clock goes back.
  EXPECT_EQ(clock.sample_at(at("2025-10-26T02:10+02:00", amsterdam)).until_ns, at("2025-10-26T03:00", amsterdam));
}

TEST(DailyProfile, NamesWhatIsWrongWithIt) {
  DailyProfile profile = hourly_profile();
  profile.curves[0].values.push_back(1.0);
  EXPECT_THAT(profile_problems(profile).at(0), HasSubstr("curve 1 has 25 values"));
  profile = hourly_profile();
  profile.curves[0].values[3] = nan;
  EXPECT_THAT(profile_problems(profile).at(0), HasSubstr("curve 1, value 4"));
  profile = hourly_profile();
  profile.curves.pop_back();
  EXPECT_THAT(profile_problems(profile).at(0), HasSubstr("holiday"));
  EXPECT_THROW(SignalClock(profile, amsterdam), SeriesError);
}

TEST(Signal, ConstantsNeverChangeAndCoverEverything) {
  SignalClock clock(3.5, amsterdam);
  EXPECT_EQ(clock.sample_at(12345).value, 3.5);
  EXPECT_EQ(clock.sample_at(12345).until_ns, time_never);
  EXPECT_TRUE(covers_span(Signal(3.5), 0, time_never));
  EXPECT_FALSE(covers_span(Signal(Series({0, 1}, {1.0, 1.0})), 0, 3));
}

TEST(Signal, CopiesReadOnTheirOwn) {
  SignalClock first(Series({0, 10, 20}, {1.0, 2.0, 3.0}), amsterdam);
  EXPECT_EQ(first.sample_at(15).value, 2.0);
  SignalClock second = first;
  first = SignalClock();
  EXPECT_EQ(second.sample_at(25).value, 3.0);
  EXPECT_EQ(second.sample_at(5).value, 1.0);
}

}  // namespace
}  // namespace evtwin::market
