#include "replay/driver_history.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace evtwin::replay {
namespace {

const market::Calendar seoul("Asia/Seoul");

TimeNs visit_at(const std::string& text) { return market::parse_instant(text, seoul); }

std::vector<DriverVisit> arrivals(const std::vector<std::string>& times) {
  std::vector<DriverVisit> visits;
  for (const std::string& time : times) visits.push_back({visit_at(time), 8.0, 10.0});
  return visits;
}

std::string next_of(const std::vector<std::string>& times) {
  return seoul.format_local(guess_next(arrivals(times), seoul).arrival_ns);
}

ocpp::Transaction visit(const std::string& tag, const std::string& from, double hours, double kwh) {
  ocpp::Transaction made;
  made.id_tag = tag;
  made.start_seen = made.stop_seen = true;
  made.start_ns = made.plugged_in_ns = visit_at(from);
  made.stop_ns = made.plugged_out_ns = visit_at(from) + static_cast<TimeNs>(hours * 3600e9);
  made.energy_kwh = kwh;
  return made;
}

TEST(DriverHistory, TheNextVisitIsAsManyDaysOnAsUsualAtTheUsualTime) {
  EXPECT_EQ(next_of({"2026-06-01T08:00", "2026-06-02T08:30", "2026-06-03T08:10"}), "2026-06-04 08:10");
  EXPECT_EQ(next_of({"2026-06-01T08:00", "2026-06-08T08:30", "2026-06-15T08:10"}), "2026-06-22 08:10");
  EXPECT_EQ(guess_next(arrivals({"2026-06-01T08:00"}), seoul).arrival_ns, kernel::time_never) << "once is no habit";
  EXPECT_TRUE(std::isnan(guess_next({}, seoul).kwh));
}

TEST(DriverHistory, TheClockIsACircle) {
  EXPECT_EQ(next_of({"2026-06-01T23:50", "2026-06-03T00:10", "2026-06-04T00:00"}), "2026-06-05 00:00");
}

TEST(DriverHistory, WhoComesTwiceADayIsExpectedAfterTheUsualWhile) {
  EXPECT_EQ(next_of({"2026-06-01T08:00", "2026-06-01T14:00", "2026-06-01T20:00", "2026-06-02T08:00"}),
            "2026-06-02 14:00");
}

TEST(DriverHistory, WeekdaysOnWhichNobodyCameInTwoWeeksArePassedOver) {
  std::vector<std::string> working_days;
  for (const char* day : {"01", "02", "03", "04", "05", "08", "09", "10", "11", "12", "15", "16", "17", "18", "19"})
    working_days.push_back("2026-06-" + std::string(day) + "T09:00");
  EXPECT_EQ(next_of(working_days), "2026-06-22 09:00") << "a Friday is followed by Monday";
  working_days.resize(5);
  EXPECT_EQ(next_of(working_days), "2026-06-06 09:00") << "one week does not show it";
}

TEST(DriverHistory, AnHourThatDoesNotExistIsTheOneAfter) {
  const market::Calendar amsterdam("Europe/Amsterdam");
  const auto in = [&](const char* text) { return market::parse_instant(text, amsterdam); };
  const std::vector<DriverVisit> nights{{in("2026-03-27T02:30"), 1, 1}, {in("2026-03-28T02:30"), 1, 1}};
  EXPECT_EQ(amsterdam.format_local(guess_next(nights, amsterdam).arrival_ns), "2026-03-29 03:00");
}

TEST(DriverHistory, MediansCountsAndTotalsAreByHand) {
  ocpp::SiteLog log;
  log.transactions = {visit("kim", "2026-06-01T08:00", 8, 10), visit("lee", "2026-06-01T09:00", 1, 40),
                      visit("kim", "2026-06-02T08:00", 9, 20), visit("kim", "2026-06-03T08:00", 10, kernel::unknown),
                      visit("", "2026-06-03T08:00", 1, 1)};
  const DriverHistories histories = driver_histories(log, seoul);
  ASSERT_EQ(histories.drivers.size(), 2U);
  EXPECT_EQ(histories.without_token, 1U);
  const DriverHistory& kim = histories.drivers[0];
  EXPECT_EQ(kim.token, "kim");
  EXPECT_EQ(kim.visits, 3U);
  EXPECT_DOUBLE_EQ(kim.total_kwh, 30.0);
  EXPECT_DOUBLE_EQ(kim.kwh, 15.0);
  EXPECT_DOUBLE_EQ(kim.stay_h, 9.0);
  EXPECT_DOUBLE_EQ(kim.days_between, 1.0);
  EXPECT_DOUBLE_EQ(kim.arrival_hour, 8.0);
  EXPECT_EQ(kim.by_weekday, (std::array<std::size_t, 7>{1, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(seoul.format_local(kim.next.arrival_ns), "2026-06-04 08:00");
  EXPECT_DOUBLE_EQ(kim.next.kwh, 15.0);
}

TEST(DriverHistory, EachVisitIsGuessedFromThoseBeforeItAlone) {
  ocpp::SiteLog log;
  log.transactions = {visit("kim", "2026-06-01T08:00", 8, 10), visit("kim", "2026-06-03T08:00", 8, 14),
                      visit("kim", "2026-06-05T10:00", 8, 30)};
  const BackTest test = driver_histories(log, seoul).back_test;
  // The third alone has a habit before it: 2026-06-05 08:00, two hours early; a day later would be 26 h early.
  EXPECT_EQ(test.arrivals, 1U);
  EXPECT_DOUBLE_EQ(test.arrival_error_h, 2.0);
  EXPECT_DOUBLE_EQ(test.plain_arrival_error_h, 26.0);
  // Energies: 14 guessed 10; 30 guessed 12.
  EXPECT_EQ(test.energies, 2U);
  EXPECT_DOUBLE_EQ(test.energy_error_kwh, (4.0 + 18.0) / 2);
  // What comes later changes no guess made before.
  log.transactions.push_back(visit("kim", "2026-06-07T10:00", 8, 500));
  EXPECT_DOUBLE_EQ(driver_histories(log, seoul).back_test.energy_error_kwh, (4.0 + 18.0 + 486.0) / 3);
}

TEST(DriverHistory, TokensAreShownOnlyWhenAskedFor) {
  ocpp::SiteLog log;
  log.transactions = {visit("04A1B2C3", "2026-06-01T08:00", 8, 10), visit("\x1b[31m", "2026-06-01T08:00", 8, 10)};
  const DriverHistories histories = driver_histories(log, seoul);
  for (const std::string& text :
       {driver_text(histories, seoul, false, 20), driver_json(histories, seoul, false).dump()})
    EXPECT_EQ(text.find("04A1B2C3"), std::string::npos);
  EXPECT_NE(driver_text(histories, seoul, true, 20).find("04A1B2C3"), std::string::npos);
  EXPECT_EQ(driver_text(histories, seoul, true, 20).find('\x1b'), std::string::npos);
  EXPECT_EQ(driver_json(histories, seoul, false)["back_test"]["arrival_error_h"], nullptr);
}

}  // namespace
}  // namespace evtwin::replay
