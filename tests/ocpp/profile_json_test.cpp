// Reading profiles, and the rules that they may break.
#include <cmath>
#include <stdexcept>

#include "ocpp/profiles.hpp"

namespace evtwin::ocpp {
namespace {

using test::instant_of;
using test::profile_json;
using test::read_profile;

const std::string one_period = R"("chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16}])";

std::string refusal(const std::string& json, Version version = Version::v16) {
  try {
    read_profile(json, version);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

TEST(ProfileJson, ReadsEveryFieldOf16) {
  const auto profile = read_profile(R"({"chargingProfileId":7,"transactionId":4294967296,"stackLevel":3,
    "chargingProfilePurpose":"TxProfile","chargingProfileKind":"Recurring","recurrencyKind":"Weekly",
    "validFrom":"2024-01-01T00:00:00Z","validTo":"9999-12-31T23:59:59Z",
    "chargingSchedule":{"duration":3600,"startSchedule":"2024-01-17T18:00:00+01:00","chargingRateUnit":"W",
      "minChargingRate":500.5,"chargingSchedulePeriod":[{"startPeriod":0,"limit":11000.0,"numberPhases":1},
                                                        {"startPeriod":1800,"limit":0}]}})");
  EXPECT_EQ(profile.id, 7);
  EXPECT_EQ(profile.transaction_id, "4294967296");
  EXPECT_EQ(profile.stack_level, 3);
  EXPECT_EQ(profile.purpose, ProfilePurpose::tx);
  EXPECT_EQ(profile.kind, ProfileKind::recurring);
  EXPECT_EQ(profile.recurrency, Recurrency::weekly);
  EXPECT_EQ(profile.valid_from_ns, instant_of("2024-01-01T00:00:00Z"));
  EXPECT_GT(profile.valid_to_ns, instant_of("2261-01-01T00:00:00Z"));
  EXPECT_EQ(profile.schedule.duration_s, 3600);
  EXPECT_EQ(profile.schedule.start_ns, instant_of("2024-01-17T17:00:00Z"));
  EXPECT_EQ(profile.schedule.unit, RateUnit::watt);
  EXPECT_EQ(profile.schedule.min_rate, 500.5);
  ASSERT_EQ(profile.schedule.periods.size(), 2U);
  EXPECT_EQ(profile.schedule.periods[0].phases, 1);
  EXPECT_FALSE(profile.schedule.periods[1].phases_given);
  EXPECT_EQ(profile.schedule.periods[1].start_s, 1800);
  EXPECT_TRUE(profile.unsupported.empty());
}

TEST(ProfileJson, TakesTheFirstOfSeveralSchedulesAndSaysSo) {
  const std::string schedule = R"({"id":1,)" + one_period + "}";
  const auto profile = read_profile(R"({"id":1,"stackLevel":0,"chargingProfilePurpose":"TxDefaultProfile",
    "chargingProfileKind":"Relative","chargingSchedule":[)" +
                                        schedule + "," + schedule + "," + schedule + "]}",
                                    Version::v201);
  EXPECT_EQ(profile.schedule.periods.size(), 1U);
  ASSERT_EQ(profile.unsupported.size(), 1U);
  EXPECT_EQ(profile.unsupported[0], "2 more chargingSchedules");
}

TEST(ProfileJson, NamesWhatOf21ItDoesNotActOn) {
  const auto profile = read_profile(profile_json("TxProfile", "Relative", 0,
                                                 R"("chargingRateUnit":"A","chargingSchedulePeriod":[
                     {"startPeriod":0,"setpoint":10,"operationMode":"CentralSetpoint"},
                     {"startPeriod":9,"limit":6,"limit_L2":5,"setpoint":10}])"),
                                    Version::v21);
  EXPECT_TRUE(std::isinf(profile.schedule.periods[0].limit));
  EXPECT_EQ(profile.unsupported, (std::vector<std::string>{"setpoint", "operationMode", "limit_L2"}));
}

TEST(ProfileJson, SaysWhatIsMissingOrWrong) {
  EXPECT_EQ(refusal(profile_json("TxDefaultProfile", "Relative", 0, one_period)), "taken");
  EXPECT_EQ(refusal("[]"), "the charging profile is an array: an object");
  EXPECT_EQ(refusal("{}"), "chargingProfileId is missing: a whole number");
  EXPECT_EQ(refusal(R"({"chargingProfileId":1.5})"), "the id of the charging profile is 1.5: a whole number");
  EXPECT_EQ(refusal(profile_json("TxProfil", "Relative", 0, one_period)).substr(0, 39),
            "chargingProfilePurpose is \"TxProfil\": C");
  EXPECT_EQ(refusal(profile_json("TxProfile", "Recurring", 0, one_period)),
            "recurrencyKind is missing: Daily or Weekly");
  EXPECT_EQ(refusal(profile_json("TxProfile", "Relative", 0, R"("chargingRateUnit":"kW")")),
            "chargingRateUnit is \"kW\": A or W");
  EXPECT_EQ(refusal(profile_json("TxProfile", "Relative", 0, R"("chargingRateUnit":"A")")),
            "chargingSchedulePeriod is missing: an array of periods");
  EXPECT_EQ(refusal(profile_json("TxProfile", "Relative", 0, R"("chargingRateUnit":"A","chargingSchedulePeriod":[])")),
            "chargingSchedulePeriod is empty: at least one period");
  EXPECT_EQ(
      refusal(profile_json("TxProfile", "Relative", 0,
                           R"("chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":"x\u001b"}])")),
      "chargingSchedulePeriod[0].limit is \"x\\x1B\": a number");
  EXPECT_EQ(refusal(profile_json("TxProfile", "Relative", 0, one_period, R"(,"validTo":"soon")")),
            "validTo is \"soon\": a date-time as 2024-01-17T18:04:00Z");
  EXPECT_EQ(refusal(profile_json("TxProfile", "Relative", 0, one_period, R"(,"transactionId":{})")),
            "transactionId is an object: a number or a text");
}

TEST(ProfileRules, FindNothingWrongWithASoundProfile) {
  EXPECT_EQ(trouble_with(read_profile(profile_json("TxDefaultProfile", "Relative", 0, one_period)), Version::v201, 0),
            "");
  EXPECT_EQ(trouble_with(read_profile(profile_json("TxProfile", "Relative", 0, one_period)), Version::v16, 1), "");
  EXPECT_EQ(trouble_with(read_profile(profile_json("TxProfile", "Absolute", 0, one_period)), Version::v16, 1), "");
}

struct Broken {
  const char* what;
  const char* sentence;
  Version version;
  int evse;
  void (*change)(ChargingProfile&);
};

TEST(ProfileRules, SayASentenceForEachRuleThatIsBroken) {
  const Broken all[] = {
      {"TxProfile", "needs a transactionId", Version::v201, 1, [](ChargingProfile&) {}},
      {"TxProfile", "needs an EVSE", Version::v16, 0, [](ChargingProfile&) {}},
      {"TxDefaultProfile", "only a TxProfile may have a transactionId", Version::v201, 1,
       [](ChargingProfile& p) { p.transaction_id = "x"; }},
      {"ChargePointMaxProfile", "stands on EVSE 1", Version::v16, 1,
       [](ChargingProfile& p) { p.kind = ProfileKind::absolute; }},
      {"ChargePointMaxProfile", "may not be Relative", Version::v201, 0, [](ChargingProfile&) {}},
      {"ChargingStationExternalConstraints", "does not exist in OCPP 1.6", Version::v16, 0, [](ChargingProfile&) {}},
      {"TxDefaultProfile", "Absolute profile needs a startSchedule", Version::v201, 0,
       [](ChargingProfile& p) { p.kind = ProfileKind::absolute; }},
      {"TxDefaultProfile", "Recurring profile needs a startSchedule", Version::v16, 0,
       [](ChargingProfile& p) { p.kind = ProfileKind::recurring; }},
      {"TxDefaultProfile", "Relative profile may not have a startSchedule", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.start_ns = 0; }},
      {"TxDefaultProfile", "first startPeriod is 5, not 0", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.periods[0].start_s = 5; }},
      {"TxDefaultProfile", "startPeriod 0 follows 0", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.periods.push_back(p.schedule.periods[0]); }},
      {"TxDefaultProfile", "limit -1 at 0 s is below 0", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.periods[0].limit = -1; }},
      {"TxDefaultProfile", "numberPhases is 4", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.periods[0].phases = 4; }},
      {"TxDefaultProfile", "duration is 0 s", Version::v16, 0, [](ChargingProfile& p) { p.schedule.duration_s = 0; }},
      {"TxDefaultProfile", "minChargingRate is -1", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.min_rate = -1; }},
      {"TxDefaultProfile", "validTo is not after validFrom", Version::v16, 0,
       [](ChargingProfile& p) { p.valid_from_ns = p.valid_to_ns = 0; }},
      {"TxDefaultProfile", "stackLevel is -1", Version::v16, 0, [](ChargingProfile& p) { p.stack_level = -1; }},
      {"TxDefaultProfile", "the schedule has no period", Version::v16, 0,
       [](ChargingProfile& p) { p.schedule.periods.clear(); }},
      {"TxDefaultProfile", "there is no EVSE -3", Version::v16, -3, [](ChargingProfile&) {}},
  };
  for (const Broken& one : all) {
    auto profile = read_profile(profile_json(one.what, "Relative", 0, one_period));
    one.change(profile);
    const std::string trouble = trouble_with(profile, one.version, one.evse);
    EXPECT_NE(trouble.find(one.sentence), std::string::npos) << one.sentence << ": '" << trouble << "'";
    EXPECT_EQ(trouble.find(". "), std::string::npos) << "one rule, one sentence: " << trouble;
  }
}

}  // namespace
}  // namespace evtwin::ocpp
