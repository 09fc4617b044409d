// seasonal-naive and same-kind-of-day, by hand.
#include "forecast/series.hpp"
#include "support/sweep.hpp"

namespace evtwin::forecast::test {
namespace {

std::vector<double> truth(const Series& series, std::size_t now, std::size_t steps) {
  return {series.values(now), series.values(now) + steps};
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t k = 0; k < found.size(); ++k)
    ASSERT_NEAR(found[k], expected[k], tolerance) << what << ", step " << k;
}

TEST(Profiles, AWeekThatRepeatsItselfIsForeseenExactly) {
  for (const std::int32_t step_min : {15, 60}) {
    const std::size_t day = 1440 / static_cast<std::size_t>(step_min);
    // After 7 days each kind of day is known, and a day later the surprise of the first Saturday is forgotten. Clocks
    // change on days 10 and 17.
    const Series series({.step_min = step_min, .spring = 10, .autumn = 17}, 26 * day, office_kw);
    for (const char* id : {"seasonal-naive", "same-kind-of-day"}) {
      Forecaster forecaster(id);
      for (std::size_t now = 8 * day; now < 24 * day; now += day / 3)
        expect_near(forecaster.ask(series, now, day).mean, truth(series, now, day), 1e-9, id);
    }
  }
}

TEST(SeasonalNaive, GoesBackSoManyDays) {
  const Series series({}, 24 * 20, [](const When& when) { return static_cast<double>(when.index); });
  Forecaster week("seasonal-naive");
  Forecaster yesterday("seasonal-naive", EVTWIN_QUANTITY_LOAD_KW, {{"days", 1.0, nullptr}});
  const std::size_t now = 24 * 10 + 5;
  EXPECT_EQ(week.ask(series, now, 30).mean[29], static_cast<double>(now + 29 - 7 * 24));
  EXPECT_EQ(yesterday.ask(series, now, 30).mean[20], static_cast<double>(now + 20 - 24));
  // A day and more ahead yesterday is not known yet: the day before is.
  EXPECT_EQ(yesterday.ask(series, now, 30).mean[29], static_cast<double>(now + 29 - 48));
}

TEST(SeasonalNaive, FallsBackToTheLastDayKnownThenToTheMeanThenToNothing) {
  Series series({}, 24 * 20, [](const When& when) { return 10.0 * when.day; });
  Forecaster week("seasonal-naive");
  // On day 4 a week ago is not known: the day before is.
  EXPECT_EQ(week.ask(series, 24 * 4, 24).mean[3], 30.0);
  series[24 * 3 + 3] = nan;
  EXPECT_EQ(week.ask(series, 24 * 4, 24).mean[3], 20.0);
  // On day 0 only the mean of three hours.
  Series first({}, 48, [](const When& when) { return static_cast<double>(when.index); });
  EXPECT_EQ(week.ask(first, 3, 10).mean[9], 1.0);
  EXPECT_EQ(week.ask(first, 0, 10).mean[9], 0.0);
}

TEST(SeasonalNaive, TheSameLocalTimeAcrossAClockChange) {
  const Series series({.spring = 10}, 24 * 20, [](const When& when) { return when.hour(); });
  Forecaster week("seasonal-naive");
  for (std::size_t now = 24 * 9; now < 24 * 17; now += 7) {
    const Foreseen foreseen = week.ask(series, now, 24);
    for (std::size_t k = 0; k < 24; ++k) EXPECT_EQ(foreseen.mean[k], series.when(now + k).hour());
  }
}

TEST(SameKindOfDay, AHolidayIsASundayAlsoMoreThanADayAhead) {
  // Day 16 is a Wednesday, asked for on Monday morning.
  const Series series({.holidays = {16}}, 24 * 20, office_kw);
  Forecaster forecaster("same-kind-of-day");
  const std::size_t now = 24 * 14 + 7;
  expect_near(forecaster.ask(series, now, 72).mean, truth(series, now, 72), 1e-9, "holiday");
}

TEST(SameKindOfDay, AKindNotSeenYetIsTakenFromItsNeighbour) {
  Forecaster forecaster("same-kind-of-day", EVTWIN_QUANTITY_LOAD_KW, {{"recent_h", 0.1, nullptr}});
  // From Saturday on: on Saturday evening Sunday is like Saturday, and Monday, for want of others, too.
  const Series saturday({.first_day = monday + 5}, 24 * 5,
                        [](const When& when) { return when.weekday == 5 ? 30.0 : 50.0; });
  EXPECT_NEAR(forecaster.ask(saturday, 24, 48).mean[12], 30.0, 1e-9);
  EXPECT_NEAR(forecaster.ask(saturday, 24, 48).mean[40], 30.0, 1e-9);
  // From Monday on: Saturday is like all days, which were workdays.
  const Series workdays({}, 24 * 9, office_kw);
  EXPECT_NEAR(forecaster.ask(workdays, 24 * 5, 24).mean[12], 80.0, 1e-9);
  // And then Sunday like Saturday.
  EXPECT_NEAR(forecaster.ask(workdays, 24 * 6, 24).mean[10], 45.0, 1e-9);
}

TEST(SameKindOfDay, ADayWeighsHalfAfterAHalfLife) {
  // 0 on all days but yesterday, which is 30: weights 1, 1/2, 1/4 of days 1, 2, 3 ago.
  const Series series({}, 24 * 5, [](const When& when) { return when.day == 2 ? 30.0 : 0.0; });
  Forecaster forecaster("same-kind-of-day", EVTWIN_QUANTITY_LOAD_KW,
                        {{"half_life_days", 1.0, nullptr}, {"persist_h", 0.05, nullptr}});
  EXPECT_NEAR(forecaster.ask(series, 24 * 3, 48).mean[30], 30.0 / 1.75, 1e-9);
}

TEST(SameKindOfDay, ABrighterDayBrightensTheHoursAhead) {
  // All days alike, today twice as bright: the correction fades with lead time.
  const Series series({}, 24 * 30, [](const When& when) {
    const double sun = std::sin(3.14159265358979 * (when.hour() - 6.0) / 12.0);
    return (when.day >= 25 ? 2.0 : 1.0) * (when.hour() > 6.0 && when.hour() < 18.0 ? 50.0 * sun : 0.0);
  });
  Forecaster forecaster("same-kind-of-day", EVTWIN_QUANTITY_PV_KW);
  const std::size_t now = 24 * 25 + 10;
  const Foreseen foreseen = forecaster.ask(series, now, 32);
  std::vector<double> factor;
  for (std::size_t k = 0; k < 7; ++k) factor.push_back(foreseen.mean[k] / (0.5 * series[now + k]));
  EXPECT_GT(factor[0], 1.3);
  EXPECT_LT(factor[6], 0.97 * factor[0]);
  for (std::size_t k = 1; k < factor.size(); ++k) {
    EXPECT_LE(factor[k], factor[k - 1] + 1e-9);
    EXPECT_GT(factor[k], 1.0);
  }
  EXPECT_NEAR(foreseen.mean[26], 0.5 * series[now + 26], 1e-6);
}

TEST(SameKindOfDay, WithoutAPastDayTheLastValueGivesWayToTheMean) {
  const Series series({}, 48, [](const When& when) { return 5.0 + when.hour(); });
  Forecaster load("same-kind-of-day");
  // 5 to 13 kW were seen: 13 is 4 above their mean, and that fades by exp(-lead / 3 h).
  const Foreseen kw = load.ask(series, 9, 24);
  for (std::size_t k = 0; k < 24; ++k)
    EXPECT_NEAR(kw.mean[k], 9.0 + 4.0 * std::exp(-static_cast<double>(k) / 3.0), 1e-12);
  Forecaster arrivals("same-kind-of-day", EVTWIN_QUANTITY_ARRIVALS);
  for (const double mean : arrivals.ask(series, 9, 24).mean) EXPECT_EQ(mean, 9.0);
  // PV: a clear day from 6 to 18 h, of the height seen so far.
  const Series sun({}, 72, [](const When& when) {
    return std::max(0.0, 70.0 * std::sin(3.14159265358979 * (when.hour() + 0.5 - 6.0) / 12.0));
  });
  Forecaster pv("same-kind-of-day", EVTWIN_QUANTITY_PV_KW);
  const Foreseen foreseen = pv.ask(sun, 9, 30);
  for (std::size_t k = 0; k < 30; ++k) EXPECT_NEAR(foreseen.mean[k], sun[9 + k], 1e-9);
}

TEST(SameKindOfDay, WhereAWholeDayIsNotKnownYetTheHoursBesideFillTheGap) {
  // Known from 12 to 24 h: the hours between are on a line from the last to the first.
  const Series series({.first_minute = 720}, 60, [](const When& when) { return when.hour() == 12.0 ? 26.0 : 13.0; });
  Forecaster forecaster("same-kind-of-day", EVTWIN_QUANTITY_LOAD_KW, {{"persist_h", 0.05, nullptr}});
  const Foreseen foreseen = forecaster.ask(series, 12, 24);
  for (std::size_t hour = 1; hour < 12; ++hour)
    EXPECT_NEAR(foreseen.mean[hour], 14.0 + static_cast<double>(hour), 1e-6);
}

/// Coverage of each level over `n` independent days at one lead time, at odds of one in a thousand.
void expect_coverage(const char* id, std::uint32_t quantity, const Series& series, std::size_t lead,
                     const std::vector<double>& levels) {
  Forecaster forecaster(id, quantity);
  std::vector<double> below(levels.size(), 0.0);
  double n = 0.0;
  for (std::size_t now = 24 * 40 + 10; now + lead + 1 < series.size(); now += 24) {
    const Foreseen foreseen = forecaster.ask(series, now, lead + 1, levels);
    for (std::size_t l = 0; l < levels.size(); ++l)
      below[l] += series[now + lead] <= foreseen.quantile[l][lead] ? 1 : 0;
    n += 1.0;
  }
  for (std::size_t l = 0; l < levels.size(); ++l) {
    // The binomial spread of n days, and the one of a quantile from 28 past days of 3 hours each.
    const double p = levels[l];
    const double bound = 3.3 * std::sqrt(p * (1.0 - p) * (1.0 / n + 1.0 / 84.0));
    EXPECT_NEAR(below[l] / n, p, bound) << id << ", level " << p << ", lead " << lead << " h";
  }
}

// A host that promises that the history only grows saves a forecaster from looking at all of it, and nothing else.
TEST(GrowingHistory, ChangesNoAnswer) {
  const std::size_t hours = 24 * 30;
  const Series load({}, hours, [](const When& when) { return 50.0 + office_kw(when) + 5.0 * normal(17, when.index); });
  const Series other({}, hours, [](const When& when) { return 20.0 + 5.0 * normal(18, when.index); });
  for (const std::string& id : all_ids()) {
    Forecaster promised(id, EVTWIN_QUANTITY_LOAD_KW), looking(id, EVTWIN_QUANTITY_LOAD_KW);
    const auto expect_same = [&](const Series& series, std::size_t now, std::size_t from) {
      const Foreseen a = promised.ask(series, now, 30, {0.1, 0.9}, from),
                     b = looking.ask(series, now, 30, {0.1, 0.9}, from);
      EXPECT_EQ(a.mean, b.mean) << id << " at " << now;
      EXPECT_EQ(a.quantile, b.quantile) << id << " at " << now;
    };
    promised.growing_id = 3;
    for (std::size_t now = 24 * 20; now < 24 * 24; now += 5) expect_same(load, now, 0);
    // Another number, another history; the same number and fewer days; none.
    promised.growing_id = 4;
    for (std::size_t now = 24 * 22 + 3; now < 24 * 23; now += 5) expect_same(other, now, 0);
    for (std::size_t now = 24 * 23; now < 24 * 24; now += 5) expect_same(other, now, 24 * 5);
    promised.growing_id = 0;
    expect_same(load, 24 * 23 + 20, 0);
  }
}

TEST(Spread, QuantilesCoverWhatTheySayOfNoiseThatIsKnown) {
  const std::size_t hours = 24 * 240;
  const Series load({}, hours, [](const When& when) { return 100.0 + office_kw(when) + 5.0 * normal(7, when.index); });
  const Series skewed({}, hours, [](const When& when) { return 50.0 - 20.0 * std::log(uniform(8, when.index)); });
  // Noise that stays for hours.
  std::vector<double> noise{0.0};
  while (noise.size() < hours) noise.push_back(0.9 * noise.back() + 3.0 * normal(13, noise.size()));
  const Series lasting({}, hours, [&](const When& when) { return 100.0 + office_kw(when) + noise[when.index]; });
  for (const std::string& id : all_ids()) {
    for (const std::size_t lead : sweep(std::vector<std::size_t>{0, 3, 14}, std::vector<std::size_t>{3})) {
      expect_coverage(id.c_str(), EVTWIN_QUANTITY_LOAD_KW, load, lead, {0.1, 0.5, 0.9});
      expect_coverage(id.c_str(), EVTWIN_QUANTITY_LOAD_KW, skewed, lead, {0.1, 0.5, 0.9});
    }
    expect_coverage(id.c_str(), EVTWIN_QUANTITY_LOAD_KW, lasting, 0, {0.1, 0.9});
  }
}

}  // namespace
}  // namespace evtwin::forecast::test
