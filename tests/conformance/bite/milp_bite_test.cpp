// Plan cases with one thing changed must be failed, and for the thing that was changed.
#include "conformance/bite/bites.hpp"

namespace evtwin::conformance::test {
namespace {

class MilpBites : public Bites {
 protected:
  MilpBites() : Bites("milp") {}
};

TEST_F(MilpBites, OneFigureOfTheDay) {
  expect_noticed("a", "lp optimum", [](json& d) { add(d["import_price_per_kwh"][40], 1.0); });
  expect_noticed("t", "lp optimum", [](json& d) { add(d["import_limit_kw"], -0.1); });
  expect_noticed("a", "lp optimum", [](json& d) { add(d["vehicle_efficiency"], 0.001); });
  expect_noticed("a", "lp optimum", [](json& d) { add(d["unmet_penalty_per_kwh"], 1.0); });
  expect_noticed("a", "lp optimum", [](json& d) { add(d["vehicles"][3]["wanted_kwh"], 0.1); });
  expect_noticed("a", "lp optimum", [](json& d) { d["vehicles"][6]["depart_step"] = 36; });
}

TEST_F(MilpBites, OneFigureOfSunStorageDemandChargeOrV2g) {
  expect_noticed("b", "lp optimum", [](json& d) { add(d["pv_kw"][50], -1.0); });
  expect_noticed("b", "lp optimum", [](json& d) { d["export_price_per_kwh"] = d["import_price_per_kwh"]; });
  expect_noticed("b", "lp optimum", [](json& d) { add(d["demand_price_per_kw"], 0.5); });
  expect_noticed("b", "lp optimum", [](json& d) { add(d["storage"]["efficiency"], 0.001); });
  expect_noticed("b", "lp optimum", [](json& d) { add(d["storage"]["end_soc_at_least"], 0.01); });
  expect_noticed("b", "lp optimum", [](json& d) { add(d["storage"]["max_soc"], -0.01); });
  expect_noticed("b", "lp optimum", [](json& d) { add(d["storage"]["wear_per_kwh"], 1.0); });
}

TEST_F(MilpBites, TheMinimumCurrentAlone) {
  // The relaxation has no minimum current: only the plan in whole numbers may notice.
  expect_noticed("a", "milp optimum", [](json& d) { d["min_charge_kw"] = 5.0; });
}

TEST_F(MilpBites, OneFigureOfTheReference) {
  const auto by = [](const char* which, double share) {
    return [=](json& d) { d["optimum"][which] = d["optimum"][which].get<double>() * (1.0 + share); };
  };
  expect_noticed("a", "lp optimum", by("lp", 2e-6));
  expect_noticed("a", "lp optimum", by("lp", -2e-6));
  expect_noticed("a", "milp optimum", by("milp", -2e-6));
  expect_noticed("a", "tolerance_relative", [](json& d) { d["optimum"]["tolerance_relative"] = 1e-3; });
}

TEST_F(MilpBites, WhatNobodyReads) {
  expect_noticed("a", "'surprise'", [](json& d) { d["surprise"] = 1; });
  expect_noticed("a", "'surprise'", [](json& d) { d["vehicles"][0]["surprise"] = 1; });
  expect_noticed("b", "'surprise'", [](json& d) { d["storage"]["surprise"] = 1; });
  expect_noticed("a", "plan-case/1", [](json& d) { d["format"] = "plan-case/2"; });
  expect_noticed("a", "steps is 96", [](json& d) { d["import_price_per_kwh"].erase(5); });
  expect_noticed("a", "stays from step", [](json& d) { d["vehicles"][0]["depart_step"] = 97; });
}

}  // namespace
}  // namespace evtwin::conformance::test
