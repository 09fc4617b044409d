// Registers that lie, and what finds them out: readings, power, intervals; and messages that stand in a log twice.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

using ::testing::Contains;
using ::testing::Not;

std::vector<std::string> codes_of(const SiteLog& log) {
  std::vector<std::string> codes;
  for (const LogFlag& flag : log.flags) codes.push_back(flag.code);
  return codes;
}

std::string reading(const std::string& measurand, const std::string& value, const std::string& unit) {
  return fmt::format(R"({{"value":"{}","measurand":"{}","unit":"{}"}})", value, measurand, unit);
}
const std::string counter = "Energy.Active.Import.Register", power = "Power.Active.Import",
                  interval = "Energy.Active.Import.Interval";

TEST(LyingRegister, AStartThatWasNeverReadGivesWayToTheFirstReading) {
  // 1020 kWh can not have passed in ten minutes; from the reading to the stop it is 6 kWh, at least.
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .meter("08:10:00", 1, "1", reading(counter, "1020000", "Wh"))
                          .meter("08:40:00", 1, "1", reading(counter, "1023000", "Wh"))
                          .stop("09:00:00", 1026000, 1)
                          .read();
  EXPECT_DOUBLE_EQ(log.transactions[0].energy_kwh, 6.0);
  EXPECT_DOUBLE_EQ(log.transactions[0].meter_start_kwh, 1020.0);
  EXPECT_THAT(codes_of(log), Contains("meter_start_implausible"));
  const auto least = std::find_if(log.flags.begin(), log.flags.end(),
                                  [](const LogFlag& flag) { return flag.code == "energy_at_least"; });
  ASSERT_NE(least, log.flags.end());
  EXPECT_THAT(least->text, ::testing::HasSubstr("no register at its start"));
  // 30 kWh in ten minutes is what a fast charger gives.
  const SiteLog fast = LogText()
                           .start("08:00:00", 1, 0, 1)
                           .meter("08:10:00", 1, "1", reading(counter, "30000", "Wh"))
                           .stop("09:00:00", 40000, 1)
                           .read();
  EXPECT_DOUBLE_EQ(fast.transactions[0].energy_kwh, 40.0);
}

TEST(LyingRegister, AFallThatReadingsShowFarFromTheEndIsAReset) {
  // Began at 9,970 of 10,000 kWh and fell at 9,975: 25 kWh to the end do not pass in five minutes at 60 kW; 11 kWh did.
  const SiteLog reset = LogText()
                            .start("08:00:00", 1, 9970000, 1)
                            .meter("08:05:00", 1, "1", reading(counter, "9975000", "Wh"))
                            .meter("08:06:00", 1, "1", reading(counter, "1000", "Wh"))
                            .meter("08:30:00", 1, "1", reading(counter, "6000", "Wh"))
                            .stop("08:31:00", 6000, 1)
                            .read();
  EXPECT_THAT(codes_of(reset), Contains("meter_reset"));
  EXPECT_LE(reset.transactions[0].energy_kwh, 11.0);
  // At 9,999.5 it went over its end.
  const SiteLog over = LogText()
                           .start("08:00:00", 1, 9990000, 1)
                           .meter("08:30:00", 1, "1", reading(counter, "9999500", "Wh"))
                           .meter("08:32:00", 1, "1", reading(counter, "500", "Wh"))
                           .stop("08:40:00", 2000, 1)
                           .read();
  EXPECT_THAT(codes_of(over), Contains("meter_rollover"));
  EXPECT_DOUBLE_EQ(over.transactions[0].energy_kwh, 12.0);
}

TEST(LyingRegister, EnergiesOfIntervalsAddUpOnceWhereThereIsNoRegister) {
  LogText text;
  text.start("08:00:00", 1, 0, 1);
  for (const char* time : {"08:15:00", "08:30:00", "08:45:00"})
    text.meter(time, 1, "1", reading(interval, "1500", "Wh"));
  // The stop tells the last one again.
  text.stop("09:00:00", 0, 1, {},
            R"(,"transactionData":[{"timestamp":"2025-06-02T08:45:00Z","sampledValue":[)" +
                reading(interval, "1500", "Wh") + "]}]");
  const SiteLog log = text.read();
  EXPECT_DOUBLE_EQ(log.transactions[0].energy_kwh, 4.5);
  EXPECT_THAT(codes_of(log), Contains("register_from_intervals"));
}

/// A charger at 6 kW for an hour, three times, whose register shows `wh_per_kwh` for each kWh.
SiteLog hours_at_6_kw(int wh_per_kwh) {
  LogText text;
  for (int n = 0; n < 3; ++n) {
    const auto at = [&](int minute) { return fmt::format("{:02}:{:02}:00", 8 + 2 * n + minute / 60, minute % 60); };
    const int from = n * 6 * wh_per_kwh;
    text.start(at(0), 1, from, n + 1);
    for (int minute = 0; minute <= 60; minute += 10)
      text.meter(
          at(minute), 1, std::to_string(n + 1),
          reading(power, "6000", "W") + "," + fmt::format(R"({{"value":"{}"}})", from + minute * wh_per_kwh / 10));
    text.stop(at(60), from + 6 * wh_per_kwh, n + 1);
  }
  return text.read();
}

TEST(LyingRegister, KwhWithoutAUnitAreToldByThePowerOfThreeTransactions) {
  const SiteLog honest = hours_at_6_kw(1000);
  EXPECT_DOUBLE_EQ(honest.transactions[0].energy_kwh, 6.0);
  EXPECT_THAT(codes_of(honest), Not(Contains("register_in_kwh")));
  const SiteLog mended = hours_at_6_kw(1);
  ASSERT_EQ(mended.transactions.size(), 3U);
  for (const Transaction& t : mended.transactions) EXPECT_DOUBLE_EQ(t.energy_kwh, 6.0);
  EXPECT_THAT(codes_of(mended), Contains("register_in_kwh"));
}

/// Hours at 6 kW from a register of 100 kWh on, read every ten minutes in Wh; start and stop as given by hour.
SiteLog hours_with_ends(const std::vector<std::pair<int, int>>& ends, bool with_power = true) {
  LogText text;
  for (std::size_t n = 0; n < ends.size(); ++n) {
    const auto at = [&](std::size_t minute) {
      return fmt::format("{:02}:{:02}:00", 8 + 2 * n + minute / 60, minute % 60);
    };
    text.start(at(0), 1, ends[n].first, static_cast<int>(n) + 1);
    for (std::size_t minute = 10; minute < 60; minute += 10) {
      const std::string register_wh = reading(counter, std::to_string(100'000 + 6000 * n + 100 * minute), "Wh");
      text.meter(at(minute), 1, std::to_string(n + 1),
                 with_power ? register_wh + "," + reading(power, "6000", "W") : register_wh);
    }
    text.stop(at(60), ends[n].second, static_cast<int>(n) + 1);
  }
  return text.read();
}

TEST(LyingRegister, StartAndStopInKwhBesideReadingsInWhAreFoundInThreeTransactions) {
  for (const bool with_power : {true, false}) {
    const SiteLog log = hours_with_ends({{100, 106}, {106, 112}, {112, 118}}, with_power);
    ASSERT_EQ(log.transactions.size(), 3U);
    for (const Transaction& t : log.transactions) EXPECT_DOUBLE_EQ(t.energy_kwh, 6.0);
    EXPECT_EQ(codes_of(log), std::vector<std::string>{"register_in_kwh"}) << all_flags(log);
  }
  // Two of them are no proof, nor are three with readings that their power speaks against: 6 kW where 60 are counted.
  EXPECT_THAT(codes_of(hours_with_ends({{100, 106}, {106, 112}})), Not(Contains("register_in_kwh")));
  LogText text;
  for (int n = 0; n < 3; ++n) {
    const auto at = [&](int minute) { return fmt::format("{:02}:{:02}:00", 8 + 2 * n + minute / 60, minute % 60); };
    text.start(at(0), 1, 100 + 60 * n, n + 1);
    for (int minute = 10; minute < 60; minute += 10)
      text.meter(at(minute), 1, std::to_string(n + 1),
                 reading(counter, std::to_string(100'000 + 60'000 * n + 1000 * minute), "Wh") + "," +
                     reading(power, "6000", "W"));
    text.stop(at(60), 160 + 60 * n, n + 1);
  }
  EXPECT_THAT(codes_of(text.read()), Not(Contains("register_in_kwh")));
}

TEST(LyingRegister, AStopThatWasNeverReadGivesWayToTheLastReading) {
  // 50 minutes of 6 kW are read, of the last ten nothing is known.
  const SiteLog zero = hours_with_ends({{100'000, 0}}, false);
  EXPECT_DOUBLE_EQ(zero.transactions[0].energy_kwh, 5.0);
  EXPECT_DOUBLE_EQ(zero.transactions[0].meter_stop_kwh, 105.0);
  EXPECT_THAT(codes_of(zero), Contains("meter_stop_implausible"));
  EXPECT_THAT(codes_of(zero), Contains("energy_at_least"));
  // Another figure below the readings is as good a witness as they are, unless their power is with them.
  EXPECT_THAT(codes_of(hours_with_ends({{100'000, 50'000}}, false)), Contains("meter_goes_back"));
  const SiteLog two_of_three = hours_with_ends({{100'000, 50'000}}, true);
  EXPECT_DOUBLE_EQ(two_of_three.transactions[0].energy_kwh, 5.0);
  EXPECT_THAT(codes_of(two_of_three), Contains("meter_stop_implausible"));
}

TEST(LyingRegister, ARegisterThatReadingsShowGoingOverItsEndBeganAnywhereBelowIt) {
  // Six digits of Wh: 15 kWh before the end, 6 kW, a reading every ten minutes; four hours and 24 kWh later.
  LogText text;
  text.start("08:00:00", 1, 985'008, 1);
  for (int minute = 10; minute < 240; minute += 10)
    text.meter(fmt::format("{:02}:{:02}:00", 8 + minute / 60, minute % 60), 1, "1",
               reading(counter, std::to_string((985'008 + 100 * minute) % 1'000'000), "Wh"));
  // The last reading is the stop's, once as text in Wh and once as a number.
  text.meter("11:59:00", 1, "1", reading(counter, "9008", "Wh")).stop("12:00:00", 9'008, 1);
  const SiteLog log = text.read();
  EXPECT_DOUBLE_EQ(log.transactions[0].energy_kwh, 24.0);
  EXPECT_THAT(codes_of(log), Contains("meter_rollover"));
}

// It fell at 995 kWh to 0: 5 kWh more passed, if that was its end. The power knows.
TEST(LyingRegister, PowerTellsAResetCloseToAWidthFromARollover) {
  const auto read = [](const char* watts) {
    LogText text;
    const std::vector<std::pair<const char*, const char*>> readings{
        {"08:10:00", "994000"}, {"08:20:00", "995000"}, {"08:30:00", "0"}, {"08:40:00", "1000"}, {"08:50:00", "2000"}};
    text.start("08:00:00", 1, 993'000, 1);
    for (const auto& [time, wh] : readings)
      text.meter(time, 1, "1", reading(counter, wh, "Wh") + "," + reading(power, watts, "W"));
    return text.stop("09:00:00", 3'000, 1).read();
  };
  const SiteLog reset = read("6000"), over = read("15000");
  EXPECT_DOUBLE_EQ(reset.transactions[0].energy_kwh, 5.0);
  EXPECT_THAT(codes_of(reset), Contains("meter_reset"));
  EXPECT_DOUBLE_EQ(over.transactions[0].energy_kwh, 10.0);
  EXPECT_THAT(codes_of(over), Contains("meter_rollover"));
}

TEST(StandTwice, AFileAppendedToItselfIsCountedOnce) {
  LogText text;
  text.start("08:00:00", 1, 0, 1).meter("08:30:00", 1, "1", reading(counter, "3000", "Wh")).stop("09:00:00", 6000, 1);
  text.start("10:00:00", 1, 6000, 2).stop("11:00:00", 9000, 2);
  const SiteLog once = text.read(), twice = read_site_log_text("site.log", text.text() + text.text());
  EXPECT_EQ(twice.transactions.size(), 2U);
  EXPECT_EQ(twice.report.calls, once.report.calls);
  EXPECT_EQ(twice.report.results, once.report.results);
  EXPECT_EQ(twice.report.calls_without_answer, 0U);
  EXPECT_EQ(twice.report.repeated, once.report.calls + once.report.results);
  EXPECT_THAT(codes_of(twice), Contains("frames_repeated"));
  EXPECT_THAT(codes_of(once), Not(Contains("frames_repeated")));
}

TEST(StandTwice, AnAnswerWithoutItsCallIsOneOrphanHoweverOftenItStandsThere) {
  const std::string answer = "2025-06-02T08:00:00Z - ocpp - INFO - CP1: send [3,\"9\",{}]\n";
  const SiteLog log = read_site_log_text("site.log", answer + answer);
  EXPECT_EQ(log.report.results, 1U);
  EXPECT_EQ(log.report.answers_without_call, 1U);
  EXPECT_EQ(log.report.repeated, 1U);
}

TEST(StandTwice, WhatIsOnlyAlikeIsCounted) {
  // Counters of ids begin anew after a boot: the same id, action and payload at another time is another message.
  std::string text;
  for (const char* time : {"2025-06-02T08:00:00Z", "2025-06-02T09:00:00Z"})
    text += fmt::format(
        "{0} - ocpp - INFO - CP1: receive message [2,\"1\",\"Heartbeat\",{{}}]\n"
        "{0} - ocpp - INFO - CP1: send [3,\"1\",{{\"currentTime\":\"{0}\"}}]\n",
        time);
  const SiteLog log = read_site_log_text("site.log", text);
  EXPECT_EQ(log.report.calls, 2U);
  EXPECT_EQ(log.report.results, 2U);
  EXPECT_EQ(log.report.repeated, 0U);
}

}  // namespace
}  // namespace evtwin::ocpp
