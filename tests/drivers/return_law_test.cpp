#include "drivers/return_law.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "drivers/made_histories.hpp"

namespace evtwin::drivers {
namespace {

TEST(ReturnLaw, GapsHaveAClassForEachDayOfTwoWeeks) {
  EXPECT_EQ(gap_class(0), 0U);
  EXPECT_EQ(gap_class(14), 14U);
  EXPECT_EQ(gap_class(15), 15U);
  EXPECT_EQ(gap_class(22), 16U);
  EXPECT_EQ(gap_class(400), gap_classes - 1);
}

// One driver at 12:30 on five days in a row, and now is 12:30 on the day after: four whole days at distance 1 ended in
// a visit, the fifth has half of its arrivals behind it; the rests of five days are at distance 0.
TEST(ReturnLaw, VisitsOverDaysAtRiskAreByHand) {
  const Histories made = histories_of({driver_of("kim", {"2026-06-01T12:30", "2026-06-02T12:30", "2026-06-03T12:30",
                                                         "2026-06-04T12:30", "2026-06-05T12:30"})},
                                      "2026-06-01T12:30", "2026-06-07T00:00");
  const Returns returns = fit_returns(made, seoul_time("2026-06-06T12:30"));
  // Hours: five visits in hour 12 and one spread over 24 hours, shares of six; by symmetry nearly half before 12:30.
  const double each = 1.0 / 24.0 / 6.0, noon = 5.0 / 6.0 + each;
  EXPECT_NEAR(returns.site.of_hour[12], noon, 1e-12);
  const double before = 12.0 * each + 0.5 * noon;
  const Exposure& kim = returns.exposures[0];
  double came_1 = 0.0, days_0 = 0.0, days_1 = 0.0, all = 0.0;
  for (std::size_t w = 0; w < 7; ++w) {
    came_1 += kim.visits[1][w];
    days_0 += kim.days[0][w];
    days_1 += kim.days[1][w];
    for (std::size_t g = 0; g < gap_classes; ++g) all += kim.visits[g][w];
  }
  EXPECT_DOUBLE_EQ(came_1, 4.0);
  EXPECT_DOUBLE_EQ(all, 4.0);
  EXPECT_NEAR(days_0, 5.0 * (1.0 - before), 1e-12);
  EXPECT_NEAR(days_1, 4.0 + before, 1e-12);
}

// Gaps of 2, 2 and 4 days in turn, begun on all weekdays alike: of those who were away 2 days two thirds come, nobody
// after 1 or 3, and everybody after 4. That is the survivor function of gaps, day by day.
TEST(ReturnLaw, ChancesOfTheSiteAreVisitsOverDaysAtRisk) {
  std::vector<Driver> drivers;
  for (int i = 0; i < 70; ++i) {
    Driver driver{"d" + std::to_string(i), "", {}};
    std::int64_t day = market::days_since_epoch({2026, 1, 5}) + i % 7;
    for (int n = 0; n < 60; ++n) {
      driver.visits.push_back(visit_at(seoul.start_of(market::date_of_days(day)) + 8 * kernel::hour_ns));
      day += n % 3 == 2 ? 4 : 2;
    }
    drivers.push_back(driver);
  }
  const Histories made = histories_of(drivers, "2026-01-05T08:00", "2026-06-06T00:00");
  // By the end of a day: at eight, when all come, none of that day would count as one on which they could.
  const SiteLaw site = fit_returns(made, made.drivers[0].visits.back().arrival_ns + 16 * kernel::hour_ns).site;
  EXPECT_LT(site.of_gap[1], 1e-3);
  EXPECT_NEAR(1.0 - std::exp(-site.of_gap[2]), 2.0 / 3.0, 0.01);
  EXPECT_LT(site.of_gap[3], 1e-3);
  EXPECT_GT(1.0 - std::exp(-site.of_gap[4]), 0.99);
  for (const double factor : site.of_weekday) EXPECT_NEAR(factor, 1.0, 0.05);
}

// Each worker comes with the same chance on every working day, however long ago he came, but with another one than the
// next worker. Visits over days at risk of all together fall with the distance all the same, since those who come
// seldom are left; the site's rates of drivers with a factor each do not.
TEST(ReturnLaw, DriversWhoDifferDoNotMakeTheSiteForget) {
  const Histories made = made_site(300);
  const Returns returns = fit_returns(made, made.last_ns);
  // Mondays to Fridays: of a weekend nobody has a chance.
  const auto of_all = [&](std::size_t g) {
    double visits = 0.0, days = 0.0;
    for (const Exposure& exposure : returns.exposures) {
      for (std::size_t w = 0; w < 5; ++w) {
        visits += exposure.visits[g][w];
        days += exposure.days[g][w];
      }
    }
    return visits / days;
  };
  EXPECT_LT(of_all(7) / of_all(1), 0.7);
  for (std::size_t g = 2; g <= 8; ++g) EXPECT_NEAR(returns.site.of_gap[g] / returns.site.of_gap[1], 1.0, 0.2) << g;
}

TEST(ReturnLaw, WhoCameOnceFollowsTheSite) {
  Histories made = made_site(60);
  const TimeNs now_ns = made.last_ns;
  made.drivers.push_back(Driver{"new", "", {visit_at(now_ns - 1)}});
  const Returns returns = fit_returns(made, now_ns);
  const DriverLaw law = driver_law(returns, returns.exposures.back(), made.drivers.back().visits);
  for (std::size_t g = 0; g < gap_classes; ++g) {
    for (std::size_t w = 0; w < 7; ++w)
      EXPECT_NEAR(law.chance[g][w], 1.0 - std::exp(-returns.site.of_gap[g] * returns.site.of_weekday[w]), 1e-6);
  }
}

// Chances of a driver who comes on 68 % of the working days have grown towards that, those of one of 10 % fallen:
// within three standard deviations of what so many working days show.
TEST(ReturnLaw, WhoComesOftenFollowsHimself) {
  const Histories made = made_site(200);
  const Returns returns = fit_returns(made, made.last_ns);
  const auto tuesday_after = [&](std::size_t d) {
    return driver_law(returns, returns.exposures[d], made.drivers[d].visits).chance[1][1];
  };
  const auto spread = [&](std::size_t d, double chance) {
    double days = 0.0;
    for (const auto& of_gap : returns.exposures[d].days)
      for (std::size_t w = 0; w < 5; ++w) days += of_gap[w];
    return 3.0 * std::sqrt(chance * (1.0 - chance) / days);
  };
  EXPECT_NEAR(tuesday_after(29), 0.68, spread(29, 0.68));
  EXPECT_NEAR(tuesday_after(0), 0.10, spread(0, 0.10));
  // Weekends are nobody's.
  const DriverLaw law = driver_law(returns, returns.exposures[29], made.drivers[29].visits);
  for (std::size_t g = 1; g <= 3; ++g) EXPECT_LT(law.chance[g][6], 0.02);
}

TEST(ReturnLaw, SharesOfTheDayAndTheirPartsAreInverse) {
  const Histories made = made_site(60);
  const Returns returns = fit_returns(made, made.last_ns);
  const DriverLaw law = driver_law(returns, returns.exposures[5], made.drivers[5].visits);
  EXPECT_DOUBLE_EQ(law.hours_passed.front(), 0.0);
  EXPECT_DOUBLE_EQ(law.hours_passed.back(), 1.0);
  for (double share = 0.01; share < 1.0; share += 0.01)
    EXPECT_NEAR(share_before(law, part_of_share(law, share)), share, 1e-12);
  // Driver 5 comes about 9 o'clock.
  EXPECT_NEAR(part_of_share(law, 0.5) * 24.0, 9.0, 0.7);
}

}  // namespace
}  // namespace evtwin::drivers
