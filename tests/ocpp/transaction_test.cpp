// Transactions: which messages belong together, and what becomes of those that do not.
#include <gtest/gtest.h>

#include <cmath>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

TEST(Transactions, StartAndStopGiveOneWithTheEnergyBetween) {
  const SiteLog log = LogText().start("08:00:00", 1, 1000, 7).stop("09:00:00", 8000, 7).read();
  ASSERT_EQ(log.transactions.size(), 1U);
  const Transaction& t = log.transactions[0];
  EXPECT_EQ(t.station, "CP1");
  EXPECT_EQ(t.evse, 1);
  EXPECT_EQ(t.id, "7");
  EXPECT_EQ(t.id_tag, "TAG1");
  EXPECT_EQ(t.authorised, "Accepted");
  EXPECT_EQ(t.start_ns, at("08:00:00"));
  EXPECT_EQ(t.stop_ns, at("09:00:00"));
  EXPECT_EQ(t.energy_kwh, 7.0);
  EXPECT_EQ(t.stop_reason, "Local");
  EXPECT_TRUE(t.is_whole());
  EXPECT_EQ(all_flags(log), "");
}

TEST(Transactions, BothVersionsTellTheSameSession) {
  const SiteLog old_log = LogText()
                              .start("08:00:00", 1, 1000, 7)
                              .meter("08:30:00", 1, "7",
                                     R"({"value":"4500"},)"
                                     R"({"value":"7.0","measurand":"Power.Active.Import","unit":"kW"})")
                              .stop("09:00:00", 8000, 7, {}, R"(,"reason":"EVDisconnected")")
                              .read();
  const auto reading = [](std::string_view time, int wh, std::string_view context) {
    return fmt::format(R"(,"meterValue":[{{"timestamp":"{}","sampledValue":[{{"value":{},"context":"{}"}}]}}])",
                       LogText::iso(time), wh, context);
  };
  const SiteLog new_log =
      LogText()
          .event("08:00:00", "Started", 0, "7", "",
                 R"(,"evse":{"id":1,"connectorId":1},"idToken":{"idToken":"TAG1","type":"ISO14443"})" +
                     reading("08:00:00", 1000, "Transaction.Begin"))
          .call("08:30:00", "MeterValues",
                R"({"evseId":1,"meterValue":[{"timestamp":"2025-06-02T08:30:00Z","sampledValue":[{"value":4500},)"
                R"({"value":7.0,"measurand":"Power.Active.Import","unitOfMeasure":{"unit":"W","multiplier":3}}]}]})")
          .event("09:00:00", "Ended", 1, "7", R"(,"stoppedReason":"EVDisconnected")",
                 reading("09:00:00", 8000, "Transaction.End"))
          .read();
  ASSERT_EQ(old_log.transactions.size(), 1U);
  ASSERT_EQ(new_log.transactions.size(), 1U);
  const Transaction &a = old_log.transactions[0], &b = new_log.transactions[0];
  EXPECT_EQ(a.version, Version::v16);
  EXPECT_EQ(b.version, Version::v201);
  EXPECT_EQ(a.evse, b.evse);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.id_tag, b.id_tag);
  EXPECT_EQ(a.start_ns, b.start_ns);
  EXPECT_EQ(a.stop_ns, b.stop_ns);
  EXPECT_EQ(a.energy_kwh, b.energy_kwh);
  EXPECT_EQ(a.stop_reason, b.stop_reason);
  EXPECT_EQ(b.token_type, "ISO14443");
  ASSERT_EQ(a.samples.size(), 1U);
  ASSERT_EQ(b.samples.size(), 3U);
  EXPECT_EQ(a.samples[0].register_kwh, b.samples[1].register_kwh);
  EXPECT_EQ(a.samples[0].power_kw, b.samples[1].power_kw);
  EXPECT_EQ(all_flags(old_log) + all_flags(new_log), "");
}

TEST(Transactions, TheSameIdOnTwoStationsIsTwo) {
  LogText text;
  text.start("08:00:00", 1, 0, 1).station("CP2").start("08:00:01", 1, 0, 1, "TAG2");
  text.stop("09:00:00", 4000, 1).station("CP1").stop("09:00:01", 7000, 1);
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[0].energy_kwh, 7.0);
  EXPECT_EQ(log.transactions[1].energy_kwh, 4.0);
  EXPECT_EQ(log.transactions[1].id_tag, "TAG2");
}

TEST(Transactions, AnIdThatComesBackLaterIsAnotherOne) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 42)
                          .stop("08:30:00", 1000, 42)
                          .start("09:00:00", 1, 1000, 42)
                          .stop("09:30:00", 3000, 42)
                          .read();
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[0].energy_kwh, 1.0);
  EXPECT_EQ(log.transactions[1].energy_kwh, 2.0);
}

struct IdCase {
  const char* given;
  const char* stop;
};
class UnusableIds : public ::testing::TestWithParam<IdCase> {};
TEST_P(UnusableIds, AreMatchedByConnector) {
  LogText text;
  text.call("08:00:00", "StartTransaction",
            R"({"connectorId":2,"idTag":"T","meterStart":100,"timestamp":"2025-06-02T08:00:00Z"})");
  text.answer("08:00:00", GetParam().given);
  text.meter("08:30:00", 2, "", R"({"value":"600"})");
  text.call("09:00:00", "StopTransaction",
            fmt::format(R"({{{}"meterStop":1100,"timestamp":"2025-06-02T09:00:00Z"}})", GetParam().stop));
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 1U) << all_flags(log);
  EXPECT_EQ(log.transactions[0].energy_kwh, 1.0);
  EXPECT_EQ(log.transactions[0].samples.size(), 1U);
  EXPECT_TRUE(log.transactions[0].is_whole());
}
INSTANTIATE_TEST_SUITE_P(
    , UnusableIds,
    ::testing::Values(IdCase{R"({"transactionId":-1,"idTagInfo":{"status":"Accepted"}})", R"("transactionId":-1,)"},
                      IdCase{R"({"transactionId":0})", R"("transactionId":0,)"}, IdCase{"{}", ""},
                      IdCase{"{}", R"("transactionId":845,)"},
                      IdCase{R"({"transactionId":9223372036854766666})", R"("transactionId":9223372036854766666,)"},
                      IdCase{R"({"transactionId":"abc"})", R"("transactionId":"abc",)"},
                      IdCase{R"({"transactionId":12})", R"("transactionId":"12",)"},
                      IdCase{R"({"transactionId":12})", R"("transactionId":-1,)"}));

TEST(Transactions, AStartWithoutAnAnswerIsStillOne) {
  LogText text;
  text.call("08:00:00", "StartTransaction",
            R"({"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2025-06-02T08:00:00Z"})");
  text.error("08:00:01", "InternalError").stop("09:00:00", 500, 5);
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.transactions[0].energy_kwh, 0.5);
  EXPECT_NE(flag_text(log, "start_unanswered").find("InternalError"), std::string::npos);
}

TEST(Transactions, ARepeatedStartIsTheSameOne) {
  LogText text;
  const auto* start = R"({"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2025-06-02T08:00:00Z"})";
  text.call("08:00:00", "StartTransaction", start).call("08:00:30", "StartTransaction", start);
  text.answer("08:00:31", R"({"transactionId":3,"idTagInfo":{"status":"Accepted"}})").stop("09:00:00", 500, 3);
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_TRUE(log.transactions[0].is_whole());
  EXPECT_TRUE(has_flag(log, "start_repeated"));
}

TEST(Transactions, ARepeatedStopCountsOnce) {
  const SiteLog log =
      LogText().start("08:00:00", 1, 0, 3).stop("09:00:00", 500, 3).stop("09:00:30", 500, 3, "09:00:00").read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_TRUE(has_flag(log, "stop_repeated"));
  EXPECT_EQ(log.stop_reasons.at("Local"), 1U);
}

TEST(Transactions, AStopWithoutAStartIsKeptWithoutEnergy) {
  const SiteLog log = LogText().stop("09:00:00", 500, 3).read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_FALSE(log.transactions[0].start_seen);
  EXPECT_TRUE(std::isnan(log.transactions[0].energy_kwh));
  EXPECT_NE(flag_text(log, "start_missing").find("site.log:1: StopTransaction"), std::string::npos);
  EXPECT_NE(flag_text(log, "start_missing").find("no start"), std::string::npos);
}

TEST(Transactions, MeterValuesOfAnUnseenStartAreItsOwnTransaction) {
  const SiteLog log = LogText()
                          .meter("08:00:00", 1, "9", R"({"value":"1000"})")
                          .meter("08:30:00", 1, "9", R"({"value":"1500"})")
                          .stop("09:00:00", 2000, 9)
                          .read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.transactions[0].energy_kwh, 1.0);  // what the readings show
  EXPECT_TRUE(has_flag(log, "start_missing"));
  EXPECT_TRUE(has_flag(log, "energy_at_least"));
}

struct EndCase {
  const char* what;
  void (*add)(LogText&);
  const char* end;
};
class MissingStop : public ::testing::TestWithParam<EndCase> {};
TEST_P(MissingStop, EndsWithWhatTheLogTells) {
  LogText text;
  text.start("08:00:00", 1, 0, 3).meter("08:20:00", 1, "3", R"({"value":"900"})");
  GetParam().add(text);
  const SiteLog log = text.read();
  const Transaction& t = log.transactions.at(0);
  EXPECT_FALSE(t.stop_seen);
  EXPECT_FALSE(t.is_whole());
  EXPECT_EQ(t.stop_ns, at(GetParam().end));
  EXPECT_EQ(t.energy_kwh, 0.9);
  EXPECT_NE(flag_text(log, "stop_missing").find(GetParam().what), std::string::npos) << all_flags(log);
  EXPECT_TRUE(has_flag(log, "energy_at_least"));
}
INSTANTIATE_TEST_SUITE_P(
    , MissingStop,
    ::testing::Values(EndCase{"the next start", [](LogText& to) { to.start("10:00:00", 1, 2000, 4); }, "10:00:00"},
                      EndCase{"Available", [](LogText& to) { to.status("08:40:00", 1, "Available"); }, "08:40:00"},
                      EndCase{"booted",
                              [](LogText& to) {
                                to.call("08:50:00", "BootNotification",
                                        R"({"chargePointVendor":"V","chargePointModel":"M"})");
                              },
                              "08:50:00"},
                      EndCase{"open at its end", [](LogText& to) { to.status("11:00:00", 2, "Available"); },
                              "11:00:00"}));

TEST(Transactions, AStopThatComesAfterTheConnectorIsFreeIsStillItsStop) {
  const SiteLog log =
      LogText().start("08:00:00", 1, 0, 3).status("08:59:59", 1, "Available").stop("09:00:00", 500, 3).read();
  EXPECT_TRUE(log.transactions.at(0).is_whole());
  EXPECT_EQ(all_flags(log), "");
}

TEST(Transactions, AStopOfDaysBeforeFindsItsTransactionAfterTheNextHasBegun) {
  LogText text;
  text.start("08:00:00", 1, 0, 3).start("2025-06-03 08:00:00", 1, 500, 4);
  text.stop("2025-06-03 08:00:05", 500, 3, "2025-06-02 09:00:00").stop("2025-06-03 09:00:00", 900, 4);
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[0].stop_ns, at("09:00:00"));
  EXPECT_EQ(log.transactions[0].energy_kwh, 0.5);
  EXPECT_TRUE(log.transactions[0].offline);
  EXPECT_EQ(log.transactions[1].energy_kwh, 0.4);
}

TEST(Transactions, ARefusedTagIsFlaggedWithTheAnswer) {
  for (const char* status : {"Blocked", "Expired", "Invalid", "ConcurrentTx"}) {
    LogText text;
    text.call("08:00:00", "StartTransaction",
              R"({"connectorId":1,"idTag":"T","meterStart":0,"timestamp":"2025-06-02T08:00:00Z"})");
    text.answer("08:00:00", fmt::format(R"({{"transactionId":1,"idTagInfo":{{"status":"{}"}}}})", status));
    const SiteLog log = text.stop("08:00:10", 0, 1).read();
    EXPECT_EQ(log.transactions.at(0).authorised, status);
    EXPECT_NE(flag_text(log, "start_refused").find(status), std::string::npos);
  }
}

TEST(Transactions, TwoAtOnceOnAConnectorAreFlagged) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .start("08:10:00", 1, 100, 2)
                          .stop("08:20:00", 200, 1)
                          .stop("08:30:00", 300, 2)
                          .read();
  EXPECT_EQ(log.transactions.size(), 2U);
  EXPECT_TRUE(has_flag(log, "overlap"));
}

TEST(Transactions, AStopBeforeItsStartIsFlagged) {
  const SiteLog log = LogText().start("09:00:00", 1, 0, 1).stop("09:00:10", 700, 1, "08:59:10").read();
  EXPECT_NE(flag_text(log, "stop_before_start").find("before its start"), std::string::npos) << all_flags(log);
}

TEST(Transactions, MessagesOf201AreCountedByTheirNumber) {
  LogText text;
  text.event("08:00:00", "Started", 4, "abc", "", R"(,"evse":{"id":2})").event("08:10:00", "Updated", 5, "abc");
  text.event("08:10:05", "Updated", 5, "abc").event("09:00:00", "Ended", 8, "abc");
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.transactions[0].evse, 2);
  EXPECT_NE(flag_text(log, "sequence_gap").find("2 of its messages"), std::string::npos) << all_flags(log);
}

TEST(Transactions, TheEvseMayComeLate) {
  LogText text;
  text.event("08:00:00", "Started", 0, "abc", "", R"(,"idToken":{"idToken":"X","type":"KeyCode"})");
  text.event("08:01:00", "Updated", 1, "abc", R"(,"chargingState":"Charging")", R"(,"evse":{"id":3})");
  text.event("09:00:00", "Ended", 2, "abc", "", R"(,"offline":true)");
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.transactions[0].evse, 3);
  EXPECT_TRUE(log.transactions[0].offline);
}

TEST(Transactions, WhatAVehicleAsksForIsKept) {
  LogText text;
  text.event("08:00:00", "Started", 0, "abc", "", R"(,"evse":{"id":1})");
  text.call("08:00:10", "NotifyEVChargingNeeds",
            R"({"evseId":1,"chargingNeeds":{"requestedEnergyTransfer":"DC","departureTime":"2025-06-02T17:00:00Z",)"
            R"("dcChargingParameters":{"evMaxCurrent":300,"evMaxVoltage":400,"energyAmount":30000,"evMaxPower":100000,)"
            R"("stateOfCharge":20,"evEnergyCapacity":77000,"fullSoC":100}}})");
  const SiteLog log = text.read();
  const Transaction& t = log.transactions.at(0);
  EXPECT_EQ(t.requested_kwh, 30.0);
  EXPECT_EQ(t.battery_kwh, 77.0);
  EXPECT_EQ(t.max_power_kw, 100.0);
  EXPECT_EQ(t.soc_start, 0.2);
  EXPECT_EQ(t.claimed_departure_ns, at("17:00:00"));
}

TEST(Transactions, WithoutAnyTimeStandsAtTheBeginningOfTimeAndSaysSo) {
  const SiteLog log =
      read_site_log_text("bare.log", R"([2,"a","StartTransaction",{"connectorId":1,"idTag":"T","meterStart":0}])");
  ASSERT_EQ(log.transactions.size(), 1U);
  EXPECT_EQ(log.transactions[0].start_ns, 0);
  EXPECT_EQ(log.transactions[0].stop_ns, 0);
  EXPECT_TRUE(has_flag(log, "time_not_told"));
}

TEST(Transactions, TwoVersionsOfOneStationAreFlagged) {
  const SiteLog log =
      LogText().start("08:00:00", 1, 0, 1).stop("09:00:00", 1, 1).event("10:00:00", "Started", 0, "x").read();
  EXPECT_NE(flag_text(log, "mixed_versions").find("2.0.1"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::ocpp
