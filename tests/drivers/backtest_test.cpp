#include "drivers/backtest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <sstream>

#include "calibrate/calibration.hpp"
#include "drivers/driver_report.hpp"
#include "drivers/made_histories.hpp"
#include "support/paths.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::drivers {
namespace {

constexpr std::size_t own = 0, last_gap = 1, mean_gap = 2, median_gap = 3, last_weekday = 4;

TEST(DriverBackTest, WhatComesLaterChangesNoForecast) {
  Histories made = made_site(90);
  const TimeNs cut_ns = seoul_time("2026-03-01T00:00");
  const std::vector<Morning> before = mornings_of(made, {5, 14, 10});
  // Another future: everybody comes twice a day, elsewhere, and takes more.
  for (Driver& driver : made.drivers) {
    std::erase_if(driver.visits, [&](const DriverVisit& visit) { return visit.arrival_ns >= cut_ns; });
    for (TimeNs t = cut_ns; t < made.last_ns; t += 12 * kernel::hour_ns) driver.visits.push_back(visit_at(t, 77.0, 1));
  }
  const std::vector<Morning> after = mornings_of(made, {5, 14, 10});
  std::size_t compared = 0;
  for (std::size_t i = 0; i < before.size() && before[i].now_ns <= cut_ns; ++i, ++compared) {
    ASSERT_EQ(before[i].driver, after[i].driver);
    ASSERT_EQ(before[i].now_ns, after[i].now_ns);
    EXPECT_EQ(before[i].told.when_ns, after[i].told.when_ns);
    EXPECT_EQ(before[i].told.within_7_days, after[i].told.within_7_days);
    EXPECT_EQ(before[i].told.kwh, after[i].told.kwh);
    EXPECT_EQ(before[i].told.at_evse, after[i].told.at_evse);
    EXPECT_EQ(before[i].about_ns, after[i].about_ns);
  }
  EXPECT_GT(compared, 500U);
  ASSERT_LT(compared, before.size());
  EXPECT_NE(before[compared + 60].told.when_ns, after[compared + 60].told.when_ns) << "the future was another";
}

/// Paragraphs are wrapped, with two blanks before each further line.
std::string in_one_line(const std::string& text) { return std::regex_replace(text, std::regex("\\n  "), " "); }

// Plain forecasts of one morning by hand: visits on June 1, 3, 6 and 7 at 08:00, and now is June 8, 00:00.
TEST(DriverBackTest, PlainForecastsAreByHand) {
  Driver kim = driver_of("kim", {"2026-06-01T08:00", "2026-06-03T08:00", "2026-06-06T08:00", "2026-06-07T08:00"});
  const Histories made = histories_of({kim}, "2026-06-01T08:00", "2026-06-30T00:00");
  const std::vector<Morning> mornings = mornings_of(made, {4, 7, 10});
  ASSERT_FALSE(mornings.empty());
  const Morning& first = mornings.front();
  EXPECT_EQ(seoul.format_local(first.now_ns), "2026-06-08 00:00");
  EXPECT_EQ(seoul.format_local(first.about_ns[last_gap]), "2026-06-08 08:00");
  EXPECT_EQ(seoul.format_local(first.about_ns[mean_gap]), "2026-06-09 08:00");
  EXPECT_EQ(seoul.format_local(first.about_ns[median_gap]), "2026-06-09 08:00");
  EXPECT_EQ(seoul.format_local(first.about_ns[last_weekday]), "2026-06-14 08:00");
  // Overdue is now; a weekday that has passed is the next one.
  const Morning& later = mornings[7];
  EXPECT_EQ(later.about_ns[last_gap], later.now_ns);
  EXPECT_EQ(seoul.format_local(later.about_ns[last_weekday]), "2026-06-21 08:00");
  EXPECT_EQ(later.came_ns, kernel::time_never);
}

// Draws of a law of the form that is fitted, hours spread by 1.5 h: each interval holds what it says, and nothing plain
// is better, since the next working day's toss is all there is to know. Errors are compared driver by driver: brackets
// of the errors themselves are as wide as drivers differ.
TEST(DriverBackTest, OfDriversWithSuchHabitsIntervalsHoldWhatTheySay) {
  const BackTest test = back_test(made_site(300, 90.0));
  EXPECT_EQ(test.drivers, 30U);
  EXPECT_EQ(test.horizon_days, 28);
  EXPECT_NEAR(test.all.covered_half.value, 0.5, 0.03);
  EXPECT_NEAR(test.all.covered_90.value, 0.9, 0.02);
  for (std::size_t i = 1; i < all_methods.size(); ++i) {
    EXPECT_LT(test.all.survival_less[i].high, 0.0) << i;
    EXPECT_LT(test.came.survival_less[i].high, 0.0) << i;
  }
  EXPECT_NEAR(test.chance_told.value, test.share_came.value, 0.015);
  EXPECT_LT(test.brier.value, test.brier_of_base_rate.value);
  // Energies are a driver's own, spread by 1 kWh: the mean distance of a normal draw from its median is 0.8.
  EXPECT_NEAR(test.kwh_error.value, std::sqrt(2.0 / 3.14159265), 0.1);
  EXPECT_NEAR(test.kwh_covered_half.value, 0.5, 0.1);
  EXPECT_LT(test.kwh_error.value, test.kwh_error_of_last.value);
  EXPECT_GT(test.place_hit.value, 0.99);
}

// The same drivers, each within a quarter of an hour of his time. The law spreads an hour by 0.7 h and the site's
// hours, so that 5 % of the arrivals told lie before any that comes: the interval of 90 % holds nearly 95 %, never less
// than 90.
TEST(DriverBackTest, WhoIsMorePunctualThanTheLawIsInTheIntervalMoreOften) {
  const Histories made = made_site(300);
  const BackTest test = back_test(made);
  EXPECT_NEAR(test.all.covered_90.value, 0.95, 0.02);
  EXPECT_NEAR(test.all.covered_half.value, 0.5, 0.04);
  EXPECT_NEAR(test.chance_told.value, test.share_came.value, 0.015);
  std::size_t before = 0, mornings = 0;
  for (const Morning& morning : mornings_of(made, {})) {
    if (morning.came_ns < morning.told.when_ns.front()) ++before;
    ++mornings;
  }
  EXPECT_LT(static_cast<double>(before) / static_cast<double>(mornings), 0.02);
}

// A metronome is foretold without error by the plainest way, and the report says so.
TEST(DriverBackTest, WherePlainIsBetterThatIsSaid) {
  std::vector<Driver> drivers;
  for (int i = 0; i < 8; ++i) {
    Driver driver{"m" + std::to_string(i), "", {}};
    for (int n = 0; n < 60; ++n)
      driver.visits.push_back(visit_at(seoul_time("2026-01-05T08:00") + (i + 3 * n) * kernel::day_ns));
    drivers.push_back(driver);
  }
  Histories made = histories_of(drivers, "2026-01-05T08:00", "2026-07-01T00:00");
  const BackTest test = back_test(made);
  EXPECT_NEAR(test.all.error_days[last_gap].value, 0.0, 1e-9);
  EXPECT_GT(test.all.error_days[own].value, 0.0);
  const DriverReport report = report_drivers(made, made.last_ns, false, true);
  const std::string text = report_text(report, analysis::Language::english, 3);
  EXPECT_NE(in_one_line(text).find("last gap again, is off by less than the survival law"), std::string::npos) << text;
}

TEST(DriverBackTest, ShortRecordsAreNotJudged) {
  const Histories made = histories_of({driver_of("kim", {"2026-06-01T08:00", "2026-06-02T08:00"})}, "2026-06-01T08:00",
                                      "2026-06-03T08:00");
  EXPECT_EQ(back_test(made).drivers, 0U);
  const DriverReport report = report_drivers(made, made.last_ns, false, true);
  EXPECT_NE(report_text(report, analysis::Language::english, 3).find("No morning can be judged"), std::string::npos);
}

// 3,395 sessions of 85 people at workplaces (Asensio et al.), whose file writes 2014 as 0014.
std::optional<Histories> workplaces() {
  std::ifstream in(testing::shared_file("data/sessions/asensio_workplace_2014_2015.csv"));
  if (!in) return {};
  std::stringstream text;
  text << in.rdbuf();
  const testing::TemporaryFile mended(std::regex_replace(text.str(), std::regex(",001([45])-"), ",201$1-"));
  const calibrate::Records records = calibrate::read_records({mended.path()}, {},
                                                             {{"arrival", "created"},
                                                              {"departure", "ended"},
                                                              {"energy_kwh", "kwhTotal"},
                                                              {"evse", "stationId"},
                                                              {"driver", "userId"}},
                                                             "");
  return drivers::histories_of(records, market::Calendar());
}

TEST(DriverBackTest, AtRealWorkplacesTheLawBeatsPlainWaysAndTheReadmeSaysByHowMuch) {
  const std::optional<Histories> histories = workplaces();
  if (!histories) GTEST_SKIP() << "the sessions of the workplaces are not here";
  EXPECT_EQ(histories->drivers.size(), 85U);
  std::size_t visits = 0;
  for (const Driver& driver : histories->drivers) visits += driver.visits.size();
  EXPECT_EQ(visits, 3395U);
  const BackTest test = back_test(*histories);
  EXPECT_GE(test.drivers, 50U);
  for (std::size_t i = 1; i < all_methods.size(); ++i) {
    EXPECT_LT(test.all.survival_less[i].high, 0.0) << i;
    EXPECT_LT(test.came.survival_less[i].high, 0.0) << i;
  }
  EXPECT_NEAR(test.came.covered_half.value, 0.5, 0.03);
  EXPECT_NEAR(test.all.covered_90.value, 0.9, 0.05);
  EXPECT_NEAR(test.chance_told.value, test.share_came.value, 0.02);
  EXPECT_LT(test.brier.high, 0.7 * test.brier_of_base_rate.value);

  // The table of the README has these errors.
  std::ifstream readme(paths::source_dir + "/engine/drivers/README.md");
  const std::string said(std::istreambuf_iterator<char>(readme), {});
  const ByMethod<std::string> names{"survival law", "last gap again", "mean gap", "median gap", "last weekday again"};
  for (std::size_t i = 0; i < all_methods.size(); ++i) {
    EXPECT_NE(said.find(fmt::format("| {} | {:.2f} (", names[i], test.all.error_days[i].value)), std::string::npos)
        << i;
    EXPECT_NE(said.find(fmt::format(" | {:.2f} (", test.came.error_days[i].value)), std::string::npos) << i;
  }
}

}  // namespace
}  // namespace evtwin::drivers
