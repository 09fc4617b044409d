// What the CSMS asked for and what came of it: commands, reservations, profiles, tags.
#include <gtest/gtest.h>

#include <cmath>

#include "log_text.hpp"

namespace evtwin::ocpp {
namespace {

TEST(Commands, ARemoteStartHasItsAnswerAndItsEffect) {
  LogText text;
  text.command("08:00:00", "RemoteStartTransaction", R"({"connectorId":1,"idTag":"TAG1"})");
  text.answer("08:00:02", R"({"status":"Accepted"})").start("08:00:10", 1, 0, 5);
  text.command("09:00:00", "RemoteStopTransaction", R"({"transactionId":5})")
      .answer("09:00:01", R"({"status":"Accepted"})");
  const SiteLog log = text.stop("09:00:03", 900, 5).read();
  ASSERT_EQ(log.commands.size(), 2U);
  EXPECT_EQ(log.commands[0].status, "Accepted");
  EXPECT_EQ(log.commands[0].answer_s, 2.0);
  EXPECT_EQ(log.commands[0].effect_s, 10.0);
  EXPECT_EQ(log.commands[1].action, "RemoteStopTransaction");
  EXPECT_EQ(log.commands[1].effect_s, 3.0);
}

// Finding J2: GetConfiguration, UpdateFirmware and GetDiagnostics have answers without a status (OCPP 1.6 chapter 6).
TEST(Commands, AnAnswerWithoutAStatusIsAnAnswer) {
  LogText text;
  text.command("08:00:00", "GetConfiguration", "{}").answer("08:00:01", R"({"configurationKey":[]})");
  text.command("08:01:00", "UpdateFirmware", R"({"location":"ftp://x","retrieveDate":"2025-06-02T09:00:00Z"})");
  text.answer("08:01:02", "{}");
  text.command("08:02:00", "GetDiagnostics", R"({"location":"ftp://x"})").answer("08:02:01", R"({"fileName":"a.zip"})");
  text.command("08:03:00", "GetDiagnostics", R"({"location":"ftp://x"})");
  const SiteLog log = text.read();
  ASSERT_EQ(log.commands.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(log.commands[i].answered) << log.commands[i].action;
  EXPECT_EQ(log.commands[1].answer_s, 2.0);
  EXPECT_FALSE(log.commands[3].answered);
}

TEST(Commands, ARejectedOneHasNoEffect) {
  LogText text;
  text.command("08:00:00", "RemoteStartTransaction", R"({"connectorId":1,"idTag":"TAG1"})");
  const SiteLog log = text.answer("08:00:02", R"({"status":"Rejected"})").start("08:00:10", 1, 0, 5).read();
  EXPECT_EQ(log.commands.at(0).status, "Rejected");
  EXPECT_TRUE(std::isnan(log.commands[0].effect_s));
}

TEST(Commands, ResetBringsABootAndAvailabilityAStatus) {
  LogText text;
  text.command("08:00:00", "Reset", R"({"type":"Soft"})").answer("08:00:01", R"({"status":"Accepted"})");
  text.call("08:00:30", "BootNotification", R"({"chargePointVendor":"V","chargePointModel":"M"})");
  text.command("08:10:00", "ChangeAvailability", R"({"connectorId":1,"type":"Inoperative"})");
  text.answer("08:10:01", R"({"status":"Accepted"})").status("08:10:05", 1, "Unavailable");
  text.command("08:20:00", "TriggerMessage", R"({"requestedMessage":"StatusNotification","connectorId":1})");
  text.answer("08:20:01", R"({"status":"Accepted"})").status("08:20:02", 1, "Unavailable");
  const SiteLog log = text.read();
  EXPECT_EQ(log.commands.at(0).effect_s, 30.0);
  EXPECT_EQ(log.commands.at(1).effect_s, 5.0);
  EXPECT_EQ(log.commands.at(2).effect_s, 2.0);
}

constexpr const char* profile = R"({"chargingProfileId":7,"stackLevel":1,"chargingProfilePurpose":"TxDefaultProfile",)"
                                R"("chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"A",)"
                                R"("chargingSchedulePeriod":[{"startPeriod":0,"limit":10}]}})";

TEST(Commands, ProfilesTakeEffectWhenTheStationAnswers) {
  LogText text;
  const std::string payload = fmt::format(R"({{"connectorId":1,"csChargingProfiles":{}}})", profile);
  text.command("08:00:00", "SetChargingProfile", payload).answer("08:00:04", R"({"status":"Accepted"})");
  text.command("08:10:00", "SetChargingProfile", payload).answer("08:10:01", R"({"status":"Rejected"})");
  text.command("08:20:00", "ClearChargingProfile", R"({"id":7})").answer("08:20:01", R"({"status":"Accepted"})");
  text.command("08:30:00", "SetChargingProfile", payload);
  const SiteLog log = text.read();
  ASSERT_EQ(log.profiles.size(), 4U);
  EXPECT_EQ(log.profiles[0].time_ns, at("08:00:04"));
  EXPECT_EQ(log.profiles[0].station, "CP1");
  EXPECT_EQ(log.profiles[0].evse, 1);
  EXPECT_EQ(log.profiles[0].profile.value().schedule.periods.at(0).limit, 10.0);
  EXPECT_TRUE(log.profiles[0].accepted);
  EXPECT_FALSE(log.profiles[1].accepted);
  EXPECT_EQ(log.profiles[2].kind, ProfileCommand::Kind::clear);
  EXPECT_EQ(log.profiles[2].clear_id, 7);
  EXPECT_FALSE(log.profiles[3].answered);
  EXPECT_TRUE(log.profiles[3].accepted);
  EXPECT_TRUE(has_flag(log, "profile_unanswered"));
}

TEST(Commands, AProfileThatCannotBeReadIsFlagged) {
  LogText text;
  text.command("08:00:00", "SetChargingProfile", R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":"x"}})");
  const SiteLog log = text.read();
  EXPECT_TRUE(log.profiles.empty());
  EXPECT_TRUE(has_flag(log, "profile_unreadable"));
}

struct BookingCase {
  const char* name;
  void (*add)(LogText&);
  const char* ended;
};
class Bookings : public ::testing::TestWithParam<BookingCase> {};
TEST_P(Bookings, EndAsTheLogTells) {
  LogText text;
  text.command("08:00:00", "ReserveNow",
               R"({"connectorId":1,"expiryDate":"2025-06-02T09:00:00Z","idTag":"TAG1","reservationId":3})");
  text.answer("08:00:01", R"({"status":"Accepted"})");
  GetParam().add(text);
  const SiteLog log = text.read();
  ASSERT_EQ(log.reservations.size(), 1U);
  EXPECT_EQ(log.reservations[0].id, "3");
  EXPECT_EQ(log.reservations[0].status, "Accepted");
  EXPECT_EQ(log.reservations[0].expiry_ns, at("09:00:00"));
  EXPECT_EQ(log.reservations[0].ended, GetParam().ended);
}
INSTANTIATE_TEST_SUITE_P(
    , Bookings,
    ::testing::Values(BookingCase{"Used",
                                  [](LogText& to) {
                                    to.call("08:30:00", "StartTransaction",
                                            R"({"connectorId":1,"idTag":"TAG1","meterStart":0,"reservationId":3,)"
                                            R"("timestamp":"2025-06-02T08:30:00Z"})");
                                  },
                                  "used"},
                      BookingCase{"UsedWithoutItsNumber", [](LogText& to) { to.start("08:30:00", 1, 0, 1); }, "used"},
                      BookingCase{"Cancelled",
                                  [](LogText& to) {
                                    to.command("08:10:00", "CancelReservation", R"({"reservationId":3})");
                                    to.answer("08:10:01", R"({"status":"Accepted"})");
                                  },
                                  "cancelled"},
                      BookingCase{"CancelRejected",
                                  [](LogText& to) {
                                    to.command("08:10:00", "CancelReservation", R"({"reservationId":3})");
                                    to.answer("08:10:01", R"({"status":"Rejected"})");
                                  },
                                  "open"},
                      BookingCase{"Expired", [](LogText& to) { to.status("10:00:00", 1, "Available"); }, "expired"},
                      BookingCase{"Open", [](LogText& to) { to.status("08:30:00", 1, "Reserved"); }, "open"}),
    [](const auto& test) { return std::string(test.param.name); });

// OCPP 1.6 chapter 7.28 (CiString20Type), 2.0.1 part 2 (identifierString): one card, however it is spelt.
TEST(Commands, ACardIsOneInEitherCase) {
  LogText text;
  text.command("08:00:00", "ReserveNow",
               R"({"connectorId":1,"expiryDate":"2025-06-02T09:00:00Z","idTag":"04Ab12cd","reservationId":3})")
      .answer("08:00:01", R"({"status":"Accepted"})")
      .start("08:30:00", 1, 0, 1, "04AB12CD")
      .stop("09:00:00", 1000, 1)
      .start("10:00:00", 1, 1000, 2, "04ab12cd")
      .stop("11:00:00", 2000, 2);
  const SiteLog log = text.read();
  ASSERT_EQ(log.transactions.size(), 2U);
  EXPECT_EQ(log.transactions[0].id_tag, "04Ab12cd");
  EXPECT_EQ(log.transactions[1].id_tag, "04Ab12cd");
  ASSERT_EQ(log.reservations.size(), 1U);
  EXPECT_EQ(log.reservations[0].ended, "used");
  for (const LogFlag& flag : log.flags) EXPECT_NE(flag.code, "reservation_other_tag") << flag.text;
}

TEST(Commands, AReservedEvseTakenByAnotherTagIsFlagged) {
  LogText text;
  text.command("08:00:00", "ReserveNow",
               R"({"connectorId":1,"expiryDate":"2025-06-02T09:00:00Z","idTag":"TAG1","reservationId":3})");
  const SiteLog log = text.answer("08:00:01", R"({"status":"Accepted"})").start("08:30:00", 1, 0, 1, "TAG9").read();
  EXPECT_NE(flag_text(log, "reservation_other_tag").find("TAG9"), std::string::npos);
}

TEST(Tags, AuthorisationsAreCountedByStatus) {
  LogText text;
  for (const char* status : {"Accepted", "Blocked", "Accepted", "Expired"}) {
    text.call("08:00:00", "Authorize", R"({"idTag":"T"})");
    text.answer("08:00:00", fmt::format(R"({{"idTagInfo":{{"status":"{}"}}}})", status));
  }
  const SiteLog log = text.read();
  EXPECT_EQ(log.authorisations.at("Accepted"), 2U);
  EXPECT_EQ(log.authorisations.at("Blocked"), 1U);
  EXPECT_EQ(log.authorisations.at("Expired"), 1U);
}

TEST(Tags, OfflineStartsNeedATagThatWasAllowedBefore) {
  for (const bool on_list : {true, false}) {
    LogText text;
    text.command("07:00:00", "SendLocalList",
                 fmt::format(R"({{"listVersion":1,"updateType":"Full","localAuthorizationList":)"
                             R"([{{"idTag":"{}","idTagInfo":{{"status":"Accepted"}}}}]}})",
                             on_list ? "TAG1" : "OTHER"));
    text.answer("07:00:01", R"({"status":"Accepted"})").status("07:00:02", 1, "Available");
    text.start("09:00:00", 1, 0, 1, "TAG1", "08:00:00").status("09:00:01", 1, "Charging");
    const SiteLog log = text.read();
    ASSERT_TRUE(log.transactions.at(0).offline);
    EXPECT_EQ(has_flag(log, "offline_tag_unknown"), !on_list);
  }
}

// A tag that was allowed on CP1, then an update of one list, then a start offline on CP1.
SiteLog offline_after(const std::string& update, const std::string& list_of = "CP1", bool newer = false) {
  LogText text;
  const std::string entry =
      newer ? R"({"idToken":{"idToken":"TAG1","type":"ISO14443"},"idTokenInfo":{"status":"Accepted"}})"
            : R"({"idTag":"TAG1","idTagInfo":{"status":"Accepted"}})";
  const std::string number = newer ? "versionNumber" : "listVersion";
  for (const char* station : {"CP1", "CP2"}) {
    text.station(station).command(
        "07:00:00", "SendLocalList",
        fmt::format(R"({{"{}":1,"updateType":"Full","localAuthorizationList":[{}]}})", number, entry));
    text.answer("07:00:01", R"({"status":"Accepted"})");
  }
  text.station(list_of).command("07:30:00", "SendLocalList", fmt::format(R"({{"{}":2,{}}})", number, update));
  text.answer("07:30:01", R"({"status":"Accepted"})");
  text.station("CP1").status("07:30:02", 1, "Available");
  return text.start("09:00:00", 1, 0, 1, "TAG1", "08:00:00").status("09:00:01", 1, "Charging").read();
}

TEST(Tags, AnUpdateOfTheLocalListTakesATagOffIt) {
  const std::string update = R"("updateType":"Differential","localAuthorizationList":)";
  const auto flagged = [](const SiteLog& log) {
    EXPECT_TRUE(log.transactions.at(0).offline);
    return has_flag(log, "offline_tag_unknown");
  };
  // Without information the entry is deleted (OCPP 1.6 5.15, 2.0.1 D01); with it, it is put there or changed.
  EXPECT_TRUE(flagged(offline_after(update + R"([{"idTag":"TAG1"}])")));
  EXPECT_TRUE(flagged(offline_after(update + R"([{"idToken":{"idToken":"TAG1","type":"ISO14443"}}])", "CP1", true)));
  EXPECT_TRUE(flagged(offline_after(update + R"([{"idTag":"TAG1","idTagInfo":{"status":"Blocked"}}])")));
  EXPECT_FALSE(flagged(offline_after(update + R"([{"idTag":"TAG1","idTagInfo":{"status":"Accepted"}}])")));
  EXPECT_FALSE(flagged(offline_after(update + R"([{"idTag":"TAG2"}])")));
  EXPECT_FALSE(flagged(offline_after(update + R"([{"idTag":"TAG2","idTagInfo":{"status":"Accepted"}}])")));
  // A full list replaces the one before.
  const std::string full = R"("updateType":"Full","localAuthorizationList":)";
  EXPECT_TRUE(flagged(offline_after(full + R"([{"idTag":"TAG2","idTagInfo":{"status":"Accepted"}}])")));
  EXPECT_TRUE(flagged(offline_after(full + "[]")));
  // Another station's list is another list.
  EXPECT_FALSE(flagged(offline_after(update + R"([{"idTag":"TAG1"}])", "CP2")));
}

TEST(Tags, StopReasonsAreAHistogram) {
  const SiteLog log = LogText()
                          .start("08:00:00", 1, 0, 1)
                          .stop("08:10:00", 1, 1, {}, R"(,"reason":"EVDisconnected")")
                          .start("09:00:00", 1, 1, 2)
                          .stop("09:10:00", 2, 2)
                          .read();
  EXPECT_EQ(log.stop_reasons.at("EVDisconnected"), 1U);
  EXPECT_EQ(log.stop_reasons.at("Local"), 1U);
}

}  // namespace
}  // namespace evtwin::ocpp
