// Days as they were foreseen, by hand.
#include "analysis/forecast_over_time.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace evtwin::analysis {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::TimeNs;

/// Seen at that hour, steps of an hour: means, and a band of so much each way; 0: none.
record::Foreseen row(int seen_h, std::vector<double> mean, double reach) {
  record::Foreseen made;
  made.quantity = "pv";
  made.seen_ns = made.issued_ns = seen_h * hour_ns;
  made.first_end_ns = made.seen_ns + hour_ns;
  made.step_ns = hour_ns;
  if (reach > 0.0) {
    for (const double value : mean) made.low.push_back(value - reach), made.high.push_back(value + reach);
  }
  made.mean = std::move(mean);
  return made;
}

std::int64_t day_number(TimeNs t) { return t / day_ns; }

ForecastOverTime judged(const std::vector<record::Foreseen>& rows, TimeNs end_ns,
                        const std::function<double(TimeNs, TimeNs)>& came) {
  std::vector<const record::Foreseen*> all;
  for (const record::Foreseen& one : rows) all.push_back(&one);
  return forecast_over_time(all, end_ns, day_number, came);
}

// Day 1, from 08:00: 8 (runs: left out), 10, 10, 10. Came: the hour of the day on day 1, one more than that on day 2.
TEST(ForecastOverTime, IsTheFirstOfEachDayAndCountsAsByHand) {
  const auto came = [](TimeNs from, TimeNs) {
    if (from < day_ns) return std::nan("");
    return static_cast<double>(from / hour_ns % 24) + static_cast<double>(from / day_ns) - 1.0;
  };
  const std::vector<record::Foreseen> rows{
      row(32, {8, 10, 10, 10}, 1.0),   // 09, 10, 11 of day 1 came as 9, 10, 11: errors 1, 0, 1, all within
      row(34, {99, 99, 99, 99}, 1.0),  // later that day: not counted
      row(56, {8, 10, 13, 13}, 0.5)};  // 09, 10, 11 of day 2 came as 10, 11, 12: errors 0, 2, 1; the first within
  const ForecastOverTime all = judged(rows, 60 * hour_ns, came);
  ASSERT_EQ(all.steps.size(), 6U);
  EXPECT_EQ(all.errors.steps, 6U);
  EXPECT_DOUBLE_EQ(all.errors.mean_abs_error, (1.0 + 0.0 + 1.0 + 0.0 + 2.0 + 1.0) / 6.0);
  EXPECT_EQ(all.errors.with_band, 6U);
  EXPECT_EQ(all.errors.in_band, 4U);
  EXPECT_DOUBLE_EQ(all.errors.coverage(), 4.0 / 6.0);
  // Day 2 alone has a day before, which was 1 less at every hour.
  EXPECT_EQ(all.errors.compared, 3U);
  EXPECT_DOUBLE_EQ(all.errors.day_before_error, 1.0);
  EXPECT_DOUBLE_EQ(all.errors.skill(), 1.0 - 1.0 / 1.0);
  ASSERT_EQ(all.days.size(), 2U);
  EXPECT_EQ(all.days[0].day, 1);
  EXPECT_TRUE(std::isnan(all.days[0].errors.skill()));
  EXPECT_EQ(all.days[1].first_ns, 57 * hour_ns);
  EXPECT_EQ(all.days[1].last_ns, 60 * hour_ns);
}

TEST(ForecastOverTime, EndsWithTheRunAndWithTheNextForecast) {
  const auto came = [](TimeNs, TimeNs) { return 1.0; };
  EXPECT_EQ(judged({row(0, {1, 1, 1, 1}, 0.0)}, 3 * hour_ns, came).errors.steps, 2U);
  // A day's forecast ends where the next day's begins.
  EXPECT_EQ(judged({row(22, {1, 1, 1, 1}, 0.0), row(24, {1, 1}, 0.0)}, 26 * hour_ns, came).errors.steps, 2U);
}

TEST(ForecastOverTime, SaysNothingOfWhatIsNotKnown) {
  const auto never = [](TimeNs, TimeNs) { return std::nan(""); };
  const ForecastOverTime unknown = judged({row(0, {1, 1, 1}, 1.0)}, day_ns, never);
  EXPECT_TRUE(unknown.steps.empty());
  EXPECT_TRUE(std::isnan(unknown.errors.mean_abs_error) && std::isnan(unknown.errors.coverage()) &&
              std::isnan(unknown.errors.skill()));
  // Without a band there is no coverage; the same every day: nothing to be better than.
  const auto same = [](TimeNs, TimeNs) { return 5.0; };
  const ForecastErrors errors = judged({row(24, {5, 5, 5}, 0.0)}, 2 * day_ns, same).errors;
  EXPECT_EQ(errors.with_band, 0U);
  EXPECT_TRUE(std::isnan(errors.coverage()));
  EXPECT_TRUE(std::isnan(errors.skill()));
  EXPECT_EQ(errors.mean_abs_error, 0.0);
}

// A run file has four digits: 12.34 for 12.3449 is no miss, 12.36 would be.
TEST(ForecastOverTime, ABandIsReadToTheFourDigitsOfTheRecord) {
  record::Foreseen given = row(0, {0, 12.34, 12.34}, 0.0);
  given.low = given.high = given.mean;
  EXPECT_EQ(judged({given}, day_ns, [](TimeNs, TimeNs) { return 12.3449; }).errors.in_band, 2U);
  EXPECT_EQ(judged({given}, day_ns, [](TimeNs, TimeNs) { return 12.36; }).errors.in_band, 0U);
}

}  // namespace
}  // namespace evtwin::analysis
