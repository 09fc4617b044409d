// --change: a world as if the scenario had said so, and one clear line for what can not be changed.
#include "scenario/site_changes.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "scenario/library_tariffs.hpp"
#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario {
namespace {

using testing::load_text;
using testing::options_with_library;
using testing::scenario_text;

LoadOptions changed(std::map<std::string, std::string> changes) {
  LoadOptions options = options_with_library();
  options.changes = std::move(changes);
  return options;
}
LoadedScenario load(std::string_view in_site, std::map<std::string, std::string> changes) {
  return load_text(scenario_text(in_site), changed(std::move(changes)));
}
const twin::Site& only(const LoadedScenario& scenario) { return scenario.world.sites.front(); }
std::string change_refusal(std::string_view in_site, std::map<std::string, std::string> changes) {
  return testing::load_error(scenario_text(in_site), changed(std::move(changes)));
}

TEST(SiteChanges, NumbersHoldInsteadOfTheScenarios) {
  const LoadedScenario scenario = load(
      "driver_price_per_kwh = 2",
      {{"contract_kw", "60"}, {"export_limit_kw", "0"}, {"driver_price_per_kwh", "3.5"}, {"v2g_price_per_kwh", "1"}});
  EXPECT_EQ(only(scenario).contract_kw, 60.0);
  EXPECT_EQ(only(scenario).export_limit_kw, 0.0);
  EXPECT_EQ(only(scenario).driver_price_per_kwh, 3.5);
  EXPECT_EQ(only(scenario).v2g_price_per_kwh, 1.0);
  EXPECT_TRUE(std::isinf(only(load("", {{"contract_kw", "none"}})).contract_kw));
}

TEST(SiteChanges, AreKeptAmongTheParametersAndReadBack) {
  const LoadedScenario scenario = load("", {{"contract_kw", "60"}});
  EXPECT_EQ(scenario.world.parameters, (std::map<std::string, std::string>{{"change contract_kw", "60"}}));
  LoadOptions options;
  read_back({{"change contract_kw", "60"}, {"cars", "3"}}, options);
  EXPECT_EQ(options.changes, (std::map<std::string, std::string>{{"contract_kw", "60"}}));
  EXPECT_EQ(options.set, (std::map<std::string, std::string>{{"cars", "3"}}));
}

TEST(SiteChanges, AStorageTakesTheFiguresAndKeepsTheRest) {
  const char* own = "storage = { kwh = 40, charge_kw = 10, discharge_kw = 20, efficiency = 0.9, soc_start = 0.3 }";
  const LoadedScenario scenario = load(own, {{"storage_kwh", "80"}});
  ASSERT_EQ(only(scenario).storages.size(), 1U);
  EXPECT_EQ(only(scenario).storages[0].capacity_kwh, 80.0);
  EXPECT_EQ(only(scenario).storages[0].max_charge_kw, 10.0);
  EXPECT_EQ(only(scenario).storages[0].max_discharge_kw, 20.0);
  EXPECT_EQ(only(scenario).storages[0].charge_efficiency, 0.9);
  EXPECT_EQ(only(scenario).storages[0].soc_start, 0.3);
  EXPECT_EQ(only(load(own, {{"storage_kw", "15"}})).storages[0].max_discharge_kw, 15.0);
  EXPECT_TRUE(only(load(own, {{"storage_kwh", "0"}})).storages.empty());
  EXPECT_TRUE(only(load(own, {{"storage_kw", "0"}})).storages.empty());
}

TEST(SiteChanges, SeveralStoragesShareTheTotalAsBefore) {
  const LoadedScenario scenario =
      load("storage = { { kwh = 10, kw = 5 }, { kwh = 30, kw = 5 } }", {{"storage_kwh", "80"}, {"storage_kw", "40"}});
  ASSERT_EQ(only(scenario).storages.size(), 2U);
  EXPECT_DOUBLE_EQ(only(scenario).storages[0].capacity_kwh, 20.0);
  EXPECT_DOUBLE_EQ(only(scenario).storages[1].capacity_kwh, 60.0);
  EXPECT_DOUBLE_EQ(only(scenario).storages[1].max_charge_kw, 20.0);
}

TEST(SiteChanges, ASiteWithoutStorageGetsOneAndTheRunSaysOfWhatKind) {
  const LoadedScenario scenario = load("", {{"storage_kwh", "50"}, {"storage_kw", "25"}});
  ASSERT_EQ(only(scenario).storages.size(), 1U);
  const physics::Storage& added = only(scenario).storages[0];
  EXPECT_EQ(added.capacity_kwh, 50.0);
  EXPECT_EQ(added.max_charge_kw, 25.0);
  EXPECT_EQ(added.charge_efficiency, 0.95);
  EXPECT_EQ(added.discharge_efficiency, 0.95);
  ASSERT_EQ(scenario.world.flags.size(), 1U);
  EXPECT_EQ(scenario.world.flags[0].reason,
            "a storage of 50 kWh and 25 kW is added by --change: efficiency 0.95 in and out, half full at the start "
            "(round figures)");
  EXPECT_NE(change_refusal("", {{"storage_kwh", "50"}}).find("give storage_kwh and storage_kw"), std::string::npos);
  EXPECT_TRUE(only(load("", {{"storage_kwh", "0"}})).storages.empty());
}

TEST(SiteChanges, SunAndBaseLoadAreScaledWhateverTheirForm) {
  const LoadedScenario constant = load("load = 8", {{"load_scale", "1.5"}});
  EXPECT_EQ(std::get<double>(only(constant).load_kw), 12.0);
  const char* curve = "pv = { peak_kw = 10, profile = { 0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0 } }";
  const LoadedScenario profile = load(curve, {{"pv_scale", "2"}});
  EXPECT_EQ(std::get<market::DailyProfile>(only(profile).pv_kw).curves.front().values[12], 20.0);
  const testing::TemporaryFolder folder;
  folder.write("load.csv", "time,kw\n2025-06-02T00:00,4\n2025-06-02T12:00,6\n2025-06-03T00:00,6\n");
  const LoadedScenario series = load_scenario(folder.write("test.lua", scenario_text("load = csv \"load.csv\"")),
                                              changed({{"load_scale", "0.5"}}));
  EXPECT_EQ(std::get<market::Series>(only(series).load_kw).values()[0], 2.0);
  EXPECT_EQ(std::get<market::Series>(only(series).load_kw).values()[1], 3.0);
  EXPECT_NE(change_refusal("", {{"pv_scale", "2"}}).find("has no solar power to scale"), std::string::npos);
}

TEST(SiteChanges, ATariffOfTheLibraryIsTheOneTheScenarioWouldGet) {
  const LoadedScenario changed_one = load("tariff = nil", {{"tariff", "kepco_ev.self_use_low_voltage"}});
  const LoadedScenario own = load("tariff = require(\"tariffs.kepco_ev\").self_use_low_voltage", {});
  EXPECT_EQ(only(changed_one).tariff.name, only(own).tariff.name);
  EXPECT_EQ(only(changed_one).tariff.rates.size(), only(own).tariff.rates.size());
  EXPECT_EQ(only(changed_one).tariff.holidays, only(own).tariff.holidays);
  EXPECT_EQ(only(changed_one).tariff.demand.price_per_kw, only(own).tariff.demand.price_per_kw);
  EXPECT_EQ(changed_one.world.currency, "KRW");
  // What the tariff doubts is said as ever, and its module is one of the inputs.
  ASSERT_EQ(changed_one.world.flags.size(), own.world.flags.size());
  EXPECT_EQ(changed_one.world.flags[0].reason, own.world.flags[0].reason);
  EXPECT_EQ(inputs_of(changed_one).back().name, "module tariffs.kepco_ev");
}

TEST(SiteChanges, ASiteWithoutTariffIsNotCalledFreeWhenOneIsGiven) {
  const LoadedScenario scenario = load("tariff = nil", {{"tariff", "california.sce_tou_ev_4"}});
  EXPECT_TRUE(only(scenario).tariff_given);
  for (const twin::Flag& flag : scenario.world.flags) EXPECT_EQ(flag.reason.find("free"), std::string::npos);
}

TEST(SiteChanges, CurvesKeepTheirHolidaysUnderAnotherTariff) {
  const char* site =
      "holidays = { \"2025-06-02\" }, load = { weekday = 1, weekend = 2, holiday = 3 }, tariff = "
      "require(\"tariffs.california\").pge_a10_tou";
  const LoadedScenario was = load(site, {}), now = load(site, {{"tariff", "california.sce_tou_ev_4"}});
  EXPECT_EQ(std::get<market::DailyProfile>(only(now).load_kw).holidays,
            std::get<market::DailyProfile>(only(was).load_kw).holidays);
  ASSERT_EQ(only(now).tariff.holidays.size(), 1U);  // the site's own; the library's has none
}

TEST(SiteChanges, SeveralSitesAreToldApartByName) {
  const std::string one =
      "site { name = \"A.1\", contract_kw = 10, stations = { { name = \"X\", evses = 1, kw = 7 } } }";
  const std::string two =
      "site { name = \"South\", contract_kw = 20, stations = { { name = \"Y\", evses = 1, kw = 7 } } }";
  std::string text =
      "return scenario { start = \"2025-06-02\", days = 1, timezone = \"Asia/Seoul\", " + one + ", " + two + " }";
  const std::string arrivals = "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3 }, ";
  for (std::size_t at = text.find("site {"); at != std::string::npos;
       at = text.find("site {", at + 6 + arrivals.size()))
    text.insert(at + 6, arrivals);
  const LoadedScenario scenario = load_text(text, changed({{"A.1.contract_kw", "11"}}));
  EXPECT_EQ(scenario.world.sites[0].contract_kw, 11.0);
  EXPECT_EQ(scenario.world.sites[1].contract_kw, 20.0);
  EXPECT_EQ(testing::load_error(text, changed({{"contract_kw", "11"}})),
            "--change contract_kw=11: the scenario has 2 sites: write SITE.contract_kw, as in A.1.contract_kw");
  EXPECT_EQ(testing::load_error(text, changed({{"Soth.contract_kw", "11"}})),
            "--change Soth.contract_kw=11: the scenario has no site Soth; did you mean South?");
}

TEST(SiteChanges, WhatIsWrongIsOneLineWithTheNearestRightName) {
  EXPECT_NE(change_refusal("", {{"contrat_kw", "60"}}).find("no such key; did you mean contract_kw?"),
            std::string::npos);
  EXPECT_NE(change_refusal("", {{".contract_kw", "60"}}).find("no such key"), std::string::npos);
  EXPECT_NE(change_refusal("", {{"tariff", "kepco_ev.self_use_low_volt"}})
                .find("did you mean kepco_ev.self_use_low_voltage?"),
            std::string::npos);
  EXPECT_NE(change_refusal("", {{"tariff", "kepco"}}).find("no such tariff"), std::string::npos);
  EXPECT_NE(change_refusal("", {{"tariff", "../secret.x"}}).find("no such tariff"), std::string::npos);
  for (const char* wrong : {"0", "-1", "much", "", "nan", "inf", "1e7", "60kW"}) {
    EXPECT_NE(
        change_refusal("", {{"contract_kw", wrong}}).find("must be a number above 0 and at most 1,000,000 kW, or none"),
        std::string::npos)
        << wrong;
  }
  EXPECT_EQ(change_refusal("", {{"tariff", "kepco_ev.self_use_low_voltage"}}),
            "--change tariff=kepco_ev.self_use_low_voltage: is in KRW, and the site's other prices are in EUR");
  // A tariff that bills the contract power needs one.
  EXPECT_NE(
      change_refusal(
          "tariff = { currency = \"EUR\", demand = { price_per_kw = 1, basis = \"contract\" }, periods = { { from "
          "= \"00:00\", to = \"24:00\", price_per_kwh = 1 } } }",
          {{"contract_kw", "none"}})
          .find("needs contract_kw"),
      std::string::npos);
}

TEST(LibraryTariffs, EachOneThatIsListedCanBeChosen) {
  const auto tariffs = library_tariffs(options_with_library().library_dir);
  EXPECT_GE(tariffs.size(), 10U);
  for (const LibraryTariff& tariff : tariffs) {
    EXPECT_EQ(tariff.currency.size(), 3U) << tariff.name;
    const LoadedScenario scenario = load("tariff = nil", {{"tariff", tariff.name}});
    EXPECT_EQ(only(scenario).tariff.currency, tariff.currency) << tariff.name;
  }
}

}  // namespace
}  // namespace evtwin::scenario
