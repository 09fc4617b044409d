#include "drivers/next_charge.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/made_histories.hpp"

namespace evtwin::drivers {
namespace {

/// Chance of an arrival before `t`: stays away hour by hour, each with the day's chance spread over its hours. A second
/// computation of what forecasts do by days.
double chance_by_hours(const Histories& made, const Outlook& outlook, std::size_t d, TimeNs t) {
  const TimeNs now_ns = outlook.returns.now_ns;
  const auto visits = visits_before(made.drivers[d], now_ns);
  const DriverLaw law = driver_law(outlook.returns, outlook.returns.exposures[d], visits);
  const std::int64_t last_day = local_day(visits.back().local_ns);
  market::LocalClock clock(seoul);
  const TimeNs from_ns = clock.local_ns(now_ns), to_ns = clock.local_ns(t);
  double away = 1.0;
  for (TimeNs hour = local_day(from_ns) * kernel::day_ns; hour < to_ns; hour += kernel::hour_ns) {
    const auto h = static_cast<std::size_t>(hour / kernel::hour_ns % 24);
    const std::int64_t day = local_day(hour);
    const double begin = std::max(0.0, static_cast<double>(from_ns - hour) / static_cast<double>(kernel::hour_ns));
    const double end = std::min(1.0, static_cast<double>(to_ns - hour) / static_cast<double>(kernel::hour_ns));
    if (end <= begin) continue;
    const double chance = law.chance[gap_class(day - last_day)][weekday_of_day(day)];
    const double of_hour = law.hours_passed[h + 1] - law.hours_passed[h];
    const double before = law.hours_passed[h] + of_hour * begin;
    away *= 1.0 - chance * of_hour * (end - begin) / (1.0 - chance * before);
  }
  return 1.0 - away;
}

TEST(NextCharge, IntervalsAreThoseOfTheHazardHourByHour) {
  const Histories made = made_site(100);
  for (const char* now : {"2026-03-20T00:00", "2026-03-21T10:20", "2026-04-02T23:59"}) {
    const Outlook outlook = outlook_at(made, seoul_time(now));
    for (const std::size_t d : {1U, 9U, 29U}) {
      const NextCharge next = foretell(made, outlook, d);
      for (std::size_t i = 0; i < chances.size(); ++i) {
        ASSERT_NE(next.when_ns[i], kernel::time_never);
        EXPECT_NEAR(chance_by_hours(made, outlook, d, next.when_ns[i]), chances[i], 1e-9) << now << ' ' << d;
      }
      EXPECT_NEAR(next.within_7_days, chance_by_hours(made, outlook, d, seoul_time(now) + 7 * kernel::day_ns), 1e-9);
      EXPECT_GE(next.about_ns, seoul_time(now));
    }
  }
}

TEST(NextCharge, WhoComesEveryTuesdayIsExpectedOnTuesday) {
  std::vector<Driver> drivers{Driver{"tuesday", "", {}}};
  for (int week = 0; week < 20; ++week)
    drivers[0].visits.push_back(visit_at(seoul_time("2026-01-06T08:40") + week * 7 * kernel::day_ns, 20.0 + week % 2));
  const Histories made = histories_of(drivers, "2026-01-06T08:40", "2026-05-21T00:00");
  // The last visit was on Tuesday, May 19.
  const NextCharge next = foretell(made, outlook_at(made, made.last_ns), 0);
  EXPECT_EQ(market::format_date(seoul.local_date(next.about_ns)), "2026-05-26");
  EXPECT_NEAR(seoul.minute_of_day(next.about_ns), 8 * 60 + 40, 40);
  EXPECT_EQ(market::format_date(seoul.local_date(next.when_ns[1])), "2026-05-26");
  EXPECT_EQ(market::format_date(seoul.local_date(next.when_ns[3])), "2026-05-26");
  EXPECT_GT(next.within_7_days, 0.8);
  EXPECT_GE(next.kwh[2], 20.0);
  EXPECT_LE(next.kwh[2], 21.0);
}

// What was overdue stays overdue: the forecast is of who has not come, and never lies in the past.
TEST(NextCharge, WhoStaysAwayIsExpectedLessAndLess) {
  const Histories made = made_site(100);
  double before = 1.0;
  for (int days = 1; days < 60; days += 12) {
    const TimeNs now_ns = made.drivers[29].visits.back().arrival_ns + days * kernel::day_ns;
    const NextCharge next = foretell(made, outlook_at(made, now_ns), 29);
    EXPECT_GE(next.when_ns[0], now_ns);
    EXPECT_LE(next.within_7_days, before);
    before = next.within_7_days;
  }
  EXPECT_LT(before, 0.7);
}

TEST(NextCharge, PlacesAreTheDriversAndTheSitesAsOneVisit) {
  std::vector<Driver> drivers{Driver{"a", "", {}}, Driver{"b", "", {}}};
  for (int i = 0; i < 3; ++i)
    drivers[0].visits.push_back(visit_at(seoul_time("2026-06-01T08:00") + i * kernel::day_ns, 10, 1));
  drivers[1].visits.push_back(visit_at(seoul_time("2026-06-01T09:00"), 30, 0));
  const Histories made = histories_of(drivers, "2026-06-01T08:00", "2026-06-04T00:00");
  const NextCharge next = foretell(made, outlook_at(made, made.last_ns), 0);
  // Three of the site's four visits were at A-2: (3 + 0.75) / 4.
  EXPECT_DOUBLE_EQ(next.at_evse[1], 3.75 / 4.0);
  EXPECT_DOUBLE_EQ(next.at_evse[0], 0.25 / 4.0);
  // Energies 10, 10, 10 and two visits' worth of 10, 10, 10, 30: half a visit's worth of 30 in five.
  EXPECT_DOUBLE_EQ(next.kwh[2], 10.0);
  EXPECT_DOUBLE_EQ(next.kwh[3], 10.0);
  EXPECT_DOUBLE_EQ(next.kwh[4], 30.0);
}

TEST(NextCharge, NobodyBeforeIsAnErrorThatNamesTheFirstArrival) {
  const Histories made = made_site(30);
  try {
    outlook_at(made, seoul_time("2025-01-01T00:00"));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("2026-01-05"), std::string::npos) << error.what();
  }
}

// An hour that does not exist on the local clock is the one after.
TEST(NextCharge, LocalReadingsBecomeInstants) {
  const market::Calendar amsterdam("Europe/Amsterdam");
  const TimeNs reading = market::days_since_epoch({2026, 3, 29}) * kernel::day_ns + 150 * kernel::minute_ns;
  EXPECT_EQ(amsterdam.format_local(instant_of_local(amsterdam, reading)), "2026-03-29 03:00");
  EXPECT_EQ(instant_of_local(amsterdam, reading + 7), instant_of_local(amsterdam, reading)) << "all of the gap";
  const TimeNs noon = reading + 570 * kernel::minute_ns + 123'456'789;
  EXPECT_EQ(market::LocalClock(amsterdam).local_ns(instant_of_local(amsterdam, noon)), noon) << "to the ns";
  EXPECT_EQ(local_day(-1), -1);
  EXPECT_DOUBLE_EQ(part_of_day(-6 * kernel::hour_ns), 0.75);
}

}  // namespace
}  // namespace evtwin::drivers
