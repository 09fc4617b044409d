// Resampling keeps energy: held to sums of whole numbers that know nothing of steps.
#include "store/resample.hpp"

#include <gmock/gmock.h>

#include <random>

namespace evtwin::store {
namespace {

using sessions::RawSeries;

double energy_of(const std::vector<Step>& steps) {
  double kwh = 0.0;
  for (const Step& step : steps) kwh += step.value * static_cast<double>(step.end_ns - step.start_ns) / 3.6e12;
  return kwh;
}

// A year of minutes of a roof, in whole watts, some of them missing; its clock changes twice. Each watt for a minute is
// a sixtieth of a watt-hour.
TEST(Resample, AYearOfMinutesKeepsItsEnergy) {
  std::mt19937 random(7);
  const market::Calendar calendar("America/Los_Angeles");
  const TimeNs begin = market::parse_instant("2017-03-01T00:00", calendar);
  RawSeries series;
  std::int64_t watt_minutes = 0;
  for (int minute = 0; minute < 365 * 1440; ++minute) {
    if (random() % 50 == 0) continue;
    const int of_day = minute % 1440;
    const int watts = of_day < 360 || of_day > 1140 ? 0 : static_cast<int>(random() % 30'000);
    series.times_ns.push_back(begin + minute * kernel::minute_ns);
    series.values.push_back(watts / 1000.0);
    watt_minutes += watts;
  }
  const double kwh = static_cast<double>(watt_minutes) / 60'000.0;
  ASSERT_GT(kwh, 10'000.0);
  for (const int step_min : {15, 60, 1440}) {
    const std::vector<Step> steps = resample(series, step_min * kernel::minute_ns, calendar);
    EXPECT_NEAR(energy_of(steps) / kwh, 1.0, 1e-9) << step_min;  // a thousandth is due
    double covered_min = 0.0;
    for (std::size_t k = 0; k < steps.size(); ++k) {
      covered_min += steps[k].covered * static_cast<double>(steps[k].end_ns - steps[k].start_ns) / 6e10;
      ASSERT_EQ(steps[k].start_ns,
                steps[k == 0 ? 0 : k - 1].end_ns - (k == 0 ? steps[0].end_ns - steps[0].start_ns : 0));
      ASSERT_EQ(calendar.minute_of_day(steps[k].start_ns) % step_min, 0);
    }
    EXPECT_NEAR(covered_min, static_cast<double>(series.values.size()), 1e-3);
  }
}

TEST(Resample, AHoleIsNotFilledWithTheValueBefore) {
  const market::Calendar utc_calendar;
  RawSeries series;
  for (const int minute : {0, 1, 2, 3, 60, 61}) {
    series.times_ns.push_back(minute * kernel::minute_ns);
    series.values.push_back(6.0);
  }
  const std::vector<Step> steps = resample(series, 30 * kernel::minute_ns, utc_calendar);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_DOUBLE_EQ(steps[0].value, 6.0 * 4 / 30);
  EXPECT_DOUBLE_EQ(steps[0].covered, 4.0 / 30);
  EXPECT_EQ(steps[1].value, 0.0);
  EXPECT_EQ(steps[1].covered, 0.0);
  EXPECT_DOUBLE_EQ(steps[2].value, 6.0 * 2 / 30);
}

TEST(Resample, AmountsAreAddedUpAndMayEndAtTheirTime) {
  const market::Calendar seoul_calendar("Asia/Seoul");
  RawSeries series;
  series.is_amount = true;
  const TimeNs begin = market::parse_instant("2026-01-01T00:00", seoul_calendar);
  for (int hour = 0; hour < 48; ++hour) {
    series.times_ns.push_back(begin + (hour + 1) * kernel::hour_ns);
    series.values.push_back(hour < 24 ? 1.0 : 2.0);
  }
  const std::vector<Step> days = resample(series, kernel::day_ns, seoul_calendar, true);
  ASSERT_EQ(days.size(), 2U);
  EXPECT_DOUBLE_EQ(days[0].value, 24.0);
  EXPECT_DOUBLE_EQ(days[1].value, 48.0);
  EXPECT_DOUBLE_EQ(days[0].covered, 1.0);
  double sum = 0.0;
  for (const Step& step : resample(series, 20 * kernel::minute_ns, seoul_calendar, true)) sum += step.value;
  EXPECT_NEAR(sum, 72.0, 1e-9);
}

}  // namespace
}  // namespace evtwin::store
