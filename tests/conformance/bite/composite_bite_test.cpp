// Composite schedules: cases with one rule or figure changed must be failed, and for the thing that was changed.
#include "conformance/bite/bites.hpp"

namespace evtwin::conformance::test {
namespace {

class CompositeBites : public Bites {
 protected:
  CompositeBites() : Bites("composite", "composite_schedule") {}
  static json& schedule(json& d, std::size_t profile) { return d["profiles"][profile]["profile"]["chargingSchedule"]; }
};

TEST_F(CompositeBites, OneFigureOfAProfile) {
  const char* layered = "1.6__CalculateEnhancedCompositeSchedule_FatLayeredTest";
  expect_noticed(layered, "period 1 limit",
                 [](json& d) { add(schedule(d, 1)["chargingSchedulePeriod"][0]["limit"], 50); });
  expect_noticed(layered, "period 2 startPeriod", [](json& d) { add(schedule(d, 1)["duration"], 1); });
  expect_noticed(layered, "period 1 startPeriod",
                 [](json& d) { schedule(d, 1)["startSchedule"] = "2024-01-17T18:04:01Z"; });
  expect_noticed(layered, "there is no period 1", [](json& d) { d["profiles"][1]["profile"]["stackLevel"] = -1; });
  expect_noticed("1.6__MixingNumberOfPhasesOnSingleEvse", "period 3 numberPhases",
                 [](json& d) { schedule(d, 1)["chargingSchedulePeriod"][2]["numberPhases"] = 1; });
}

TEST_F(CompositeBites, OneRule) {
  // The transaction's own profile before the default; the station's maximum; what begins with the transaction.
  expect_noticed("2.0.1__MaxOverridenByLowerLimits", "period 1 limit", [](json& d) { d["profiles"].erase(2); });
  expect_noticed("2.0.1__RelativeProfile_e2e", "period 0 limit",
                 [](json& d) { d["profiles"][2]["profile"]["chargingProfilePurpose"] = "TxDefaultProfile"; });
  expect_noticed("2.0.1__TxDefaultConnector0_5", "number of periods",
                 [](json& d) { d["transaction_start"] = "2024-01-02T08:02:00"; });
  expect_noticed("1.6__TxProfilePerEvseWithMultipleEvses", "period 0 limit", [](json& d) { d["evses"] = 3; });
  expect_noticed("2.0.1__ExtraSeconds", "number of periods",
                 [](json& d) { d["request"]["simulate_transaction_active"] = false; });
  expect_noticed("2.0.1__LayeredRecurringTest_PreviousStartTime", "number of periods",
                 [](json& d) { d["profiles"][0]["profile"]["recurrencyKind"] = "Weekly"; });
}

TEST_F(CompositeBites, OneFigureOfTheReference) {
  const char* mixed = "1.6__MixingCurrentAndPower_16A_1P";
  expect_noticed(mixed, "period 1 limit", [](json& d) { d["expect"]["periods"][1]["limit"] = 9.1; });
  expect_noticed(mixed, "period 1 startPeriod", [](json& d) { add(d["expect"]["periods"][1]["startPeriod"], 1); });
  expect_noticed(mixed, "number of periods", [](json& d) { d["expect"]["periods"].erase(1); });
  expect_noticed(mixed, "duration", [](json& d) { add(d["expect"]["duration"], 1); });
}

TEST_F(CompositeBites, WhatNobodyReads) {
  const char* mixed = "1.6__MixingCurrentAndPower_16A_1P";
  expect_noticed(mixed, "'surprise'", [](json& d) { d["surprise"] = 1; });
  expect_noticed(mixed, "'surprise'", [](json& d) { d["request"]["surprise"] = 1; });
  expect_noticed(mixed, "'surprise'", [](json& d) { d["expect"]["periods"][0]["surprise"] = 1; });
  expect_noticed(mixed, "1.6, 2.0.1 or 2.1", [](json& d) { d["ocpp"] = "1.5"; });
  expect_noticed(mixed, "chargingRateUnit", [](json& d) { schedule(d, 0)["chargingRateUnit"] = "kW"; });
}

}  // namespace
}  // namespace evtwin::conformance::test
