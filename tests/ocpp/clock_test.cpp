// Clocks: which time a transaction gets where the station's clock, the log's and the protocol disagree.
#include <gtest/gtest.h>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

TEST(Clocks, AClockMinutesBehindIsShiftedAndFlagged) {
  const SiteLog log =
      LogText().start("08:05:00", 1, 0, 1, "T", "08:00:00").stop("09:05:00", 1000, 1, "09:00:00").read();
  const Transaction& t = log.transactions.at(0);
  EXPECT_EQ(t.start_ns, at("08:05:00"));
  EXPECT_EQ(t.stop_ns, at("09:05:00"));
  EXPECT_FALSE(t.offline);
  EXPECT_NE(flag_text(log, "clock_off").find("300 s behind"), std::string::npos) << all_flags(log);
}

TEST(Clocks, AClockAheadIsShifted) {
  const SiteLog log = LogText().start("08:00:00", 1, 0, 1, "T", "08:05:00").stop("09:00:00", 9, 1, "09:05:00").read();
  EXPECT_EQ(log.transactions.at(0).start_ns, at("08:00:00"));
  EXPECT_TRUE(has_flag(log, "clock_off"));
}

TEST(Clocks, AClockSetByABootIsRightFromThenOn) {
  LogText text;
  text.call("07:30:00", "StatusNotification",
            R"({"connectorId":1,"status":"Available","errorCode":"NoError","timestamp":"2025-06-02T07:25:00Z"})");
  text.start("07:31:00", 1, 0, 1, "T", "07:26:00").stop("07:41:00", 500, 1, "07:36:00");
  text.call("08:00:00", "BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})");
  text.answer("08:00:00", R"({"status":"Accepted","interval":300,"currentTime":"2025-06-02T08:00:00Z"})");
  text.start("08:10:00", 1, 500, 2).stop("09:10:00", 1000, 2);
  const SiteLog log = text.read();
  EXPECT_EQ(log.transactions.at(0).start_ns, at("07:31:00"));
  EXPECT_EQ(log.transactions.at(1).start_ns, at("08:10:00"));
  EXPECT_FALSE(log.transactions[1].offline);
}

TEST(Clocks, AMessageThatIsLateWhereOthersAreNotWasQueued) {
  LogText text;
  text.status("08:00:00", 1, "Available").start("09:30:00", 1, 0, 1, "T", "08:30:00");
  text.status("09:30:01", 1, "Charging").stop("10:00:00", 900, 1);
  const SiteLog log = text.read();
  EXPECT_EQ(log.transactions.at(0).start_ns, at("08:30:00"));
  EXPECT_TRUE(log.transactions[0].offline);
  EXPECT_FALSE(has_flag(log, "clock_off"));
}

class LostClock : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(LostClock, GivesWayToTheLogs) {
  const auto& [date, flag] = GetParam();
  LogText text;
  text.call("08:00:00", "StartTransaction",
            fmt::format(R"({{"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"{}T08:00:00Z"}})", date));
  text.answer("08:00:00", R"({"transactionId":1,"idTagInfo":{"status":"Accepted"}})");
  text.call("09:00:00", "StopTransaction",
            fmt::format(R"({{"transactionId":1,"meterStop":7000,"timestamp":"{}T09:00:00Z"}})", date));
  const SiteLog log = text.read();
  EXPECT_EQ(log.transactions.at(0).start_ns, at("08:00:00"));
  EXPECT_EQ(log.transactions[0].stop_ns, at("09:00:00"));
  EXPECT_EQ(log.transactions[0].energy_kwh, 7.0);
  EXPECT_NE(flag_text(log, flag).find(date), std::string::npos) << all_flags(log);
}
INSTANTIATE_TEST_SUITE_P(, LostClock,
                         ::testing::Values(std::pair("1970-01-01", "clock_lost"), std::pair("2000-01-01", "clock_lost"),
                                           std::pair("2024-08-07", "clock_lost"), std::pair("2099-01-01", "clock_lost"),
                                           std::pair("2025-02-30", "bad_date"), std::pair("0000-00-00", "bad_date"),
                                           std::pair("9999-12-31", "bad_date"), std::pair("0001-01-01", "bad_date")));

TEST(Clocks, ReadingsOfALostClockKeepTheirDistances) {
  LogText text;
  text.start("08:00:00", 1, 0, 1);
  text.call("09:00:00", "StopTransaction",
            R"({"transactionId":1,"meterStop":900,"timestamp":"2000-01-01T01:00:00Z","transactionData":[)"
            R"({"timestamp":"2000-01-01T00:30:00Z","sampledValue":[{"value":"500"}]},)"
            R"({"timestamp":"2000-01-01T01:00:00Z","sampledValue":[{"value":"900"}]}]})");
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.at(0).samples.size(), 2U);
  EXPECT_EQ(log.transactions[0].samples[0].time_ns, at("08:30:00"));
}

TEST(Clocks, OneMessageFromTheFutureMovesNoOther) {
  LogText text;
  text.status("08:00:00", 1, "Available").start("08:30:00", 1, 0, 1).stop("08:50:00", 9, 1, "09:10:00");
  text.status("08:55:00", 1, "Available").start("08:56:00", 1, 9, 2).stop("08:58:00", 10, 2);
  const SiteLog log = text.read();
  EXPECT_EQ(log.transactions.at(0).start_ns, at("08:30:00"));
  EXPECT_EQ(log.transactions[0].stop_ns, at("08:50:00"));
  EXPECT_EQ(log.transactions.at(1).start_ns, at("08:56:00"));
  EXPECT_FALSE(log.transactions[1].offline);
  EXPECT_NE(flag_text(log, "clock_off").find("ahead"), std::string::npos) << all_flags(log);
}

TEST(Clocks, ABurstOfQueuedMessagesIsNoClockError) {
  LogText text;
  text.start("09:30:00", 1, 0, 1, "T", "08:00:00").stop("09:30:01", 900, 1, "08:20:00");
  text.start("09:30:02", 1, 900, 2, "T", "08:30:00").stop("09:30:03", 1000, 2, "09:00:00");
  text.status("09:30:04", 1, "Available").status("09:40:00", 1, "Preparing");
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[0].start_ns, at("08:00:00"));
  EXPECT_EQ(log.transactions[1].stop_ns, at("09:00:00"));
  EXPECT_TRUE(log.transactions[0].offline);
  EXPECT_FALSE(has_flag(log, "clock_off")) << all_flags(log);
}

// A car of 11 kW for 90 minutes, told two days later at 120 ms a message; nothing else tells of the station.
TEST(Clocks, AStationOfWhichThereIsNothingButItsQueueHasNoWrongClock) {
  for (const bool booted : {true, false}) {
    LogText text;
    if (booted) {
      text.call("07:00:00", "BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})");
      text.answer("07:00:00", R"({"status":"Accepted","interval":300,"currentTime":"2025-06-02T07:00:00Z"})");
    }
    text.start("2025-06-04 10:00:00.120", 1, 0, 1, "T", "08:00:00");
    for (int k = 1; k < 18; ++k) {
      text.meter(fmt::format("2025-06-04 10:00:0{:.2f}", 0.12 * (k + 1)), 1, "1",
                 fmt::format(R"({{"value":"{}"}})", k * 5 * 11'000 / 60),
                 fmt::format("{:02}:{:02}:00", 8 + k * 5 / 60, k * 5 % 60));
    }
    text.stop("2025-06-04 10:00:02.280", 16'500, 1, "09:30:00");
    const SiteLog log = text.read();
    ASSERT_EQ(log.transactions.size(), 1U);
    EXPECT_EQ(log.transactions[0].start_ns, at("08:00:00"));
    EXPECT_EQ(log.transactions[0].stop_ns, at("09:30:00"));
    EXPECT_EQ(log.transactions[0].energy_kwh, 16.5);
    EXPECT_TRUE(log.transactions[0].offline);
    EXPECT_FALSE(has_flag(log, "clock_off")) << all_flags(log);
  }
}

// One message alone that is late by a zone's offset comes from a clock in local time; from a clock that the CSMS set,
// it was queued.
TEST(Clocks, ASingleMessageIsShiftedByAZoneAloneAndByThatOnlyWhereNobodySetTheClock) {
  EXPECT_EQ(LogText().start("13:00:01", 1, 0, 1, "T", "08:00:00").read().transactions.at(0).start_ns, at("13:00:00"));
  EXPECT_EQ(LogText().start("13:07:01", 1, 0, 1, "T", "08:00:00").read().transactions.at(0).start_ns, at("08:00:00"));
  LogText set;
  set.call("07:00:00", "BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})");
  set.answer("07:00:00", R"({"status":"Accepted","interval":300,"currentTime":"2025-06-02T07:00:00Z"})");
  EXPECT_EQ(set.start("13:00:01", 1, 0, 1, "T", "08:00:00").read().transactions.at(0).start_ns, at("08:00:00"));
}

// An hour of charging at 08:00 UTC, told as 17:00 without a zone, in a log that names none.
TEST(Clocks, LocalTimesWithoutAZoneAreMendedWhereTheCsmsNamesOneAndDoubtedElsewhere) {
  const std::string start = R"(2025-06-02 08:00:00 CP1: receive message [2,"1","StartTransaction",{"connectorId":1,)"
                            R"("idTag":"T","meterStart":0,"timestamp":"2025-06-02T17:00:00"}])",
                    stop = R"(2025-06-02 09:00:00 CP1: receive message [2,"2","StopTransaction",{"transactionId":7,)"
                           R"("meterStop":9000,"timestamp":"2025-06-02T18:00:00"}])",
                    answer = R"(2025-06-02 08:00:00 CP1: send [3,"1",{"transactionId":7}])",
                    beat = R"(2025-06-02 07:00:00 CP1: receive message [2,"0","Heartbeat",{}])",
                    told = R"(2025-06-02 07:00:00 CP1: send [3,"0",{"currentTime":"2025-06-02T07:00:00Z"}])";
  const auto log_of = [](const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return read_site_log_text("site.log", text);
  };
  const SiteLog mended = log_of({beat, told, start, answer, stop});
  EXPECT_EQ(mended.transactions.at(0).start_ns, at("08:00:00"));
  EXPECT_TRUE(has_flag(mended, "clock_off"));
  EXPECT_FALSE(has_flag(mended, "zone_not_told"));
  const SiteLog doubted = log_of({start, answer, stop});
  EXPECT_EQ(doubted.transactions.at(0).start_ns, at("17:00:00"));
  EXPECT_TRUE(has_flag(doubted, "zone_not_told")) << all_flags(doubted);
}

TEST(Clocks, AMessageWithoutATimeHasTheLogs) {
  LogText text;
  text.call("08:00:00", "StatusNotification", R"({"connectorId":1,"status":"Available","errorCode":"NoError"})");
  text.status("09:00:00", 1, "Preparing");
  const SiteLog log = text.read();
  EXPECT_EQ(log.timelines.at(0).spans.at(0).from_ns, at("08:00:00"));
}

}  // namespace
}  // namespace evtwin::ocpp
