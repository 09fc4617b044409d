// evtwin drivers and evtwin chargers, on the log of our own making.
#include <fmt/format.h>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

const std::string made_log = source_dir + "/scenarios/made_site.log";

class LogTables : public Command {};

TEST_F(LogTables, EveryDriverOfTheMadeLogIsThereUnderANumber) {
  const Said said = run({"drivers", made_log, "--json", "--backtest"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_EQ(json["drivers"].size(), 12U);
  int visits = 0;
  for (const auto& driver : json["drivers"]) {
    visits += driver["visits"].get<int>();
    EXPECT_GT(driver["next"]["within_7_days"].get<double>(), 0.0);
    EXPECT_LE(driver["next"]["half"][0].get<std::string>(), driver["next"]["half"][1].get<std::string>());
  }
  EXPECT_EQ(visits, 36);
  EXPECT_EQ(json["back_test"]["drivers"], 0) << "three visits are no history to judge";
  EXPECT_EQ(said.out.find("04A1B2C3"), std::string::npos);
  const Said shown = run({"drivers", made_log, "--show-tokens", "--timezone", "Asia/Seoul"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  EXPECT_NE(shown.out.find("04A1B2C3"), std::string::npos);
  EXPECT_NE(shown.out.find("Asia/Seoul"), std::string::npos);
  EXPECT_NE(shown.out.find("about "), std::string::npos);
  const Said korean = run({"drivers", made_log, "--lang", "ko"});
  EXPECT_NE(korean.out.find("다음 충전"), std::string::npos);
}

/// Eight weeks of four drivers, each on a weekday of his own at 08:30.
std::string weekly_table() {
  std::string text = "arrival,departure,energy_kwh,evse,driver\n";
  for (int week = 0; week < 8; ++week) {
    for (int d = 0; d < 4; ++d) {
      const int day = 1 + 7 * week + d;  // of June and July 2026; June 1 is a Monday
      text += fmt::format("2026-{:02}-{:02}T08:30,2026-{:02}-{:02}T12:30,{},A-{},driver {}\n", day > 30 ? 7 : 6,
                          day > 30 ? day - 30 : day, day > 30 ? 7 : 6, day > 30 ? day - 30 : day, 10 + d, d % 2 + 1, d);
    }
  }
  return text;
}

// What is offered is a table that a scenario runs and an advice moves.
TEST_F(LogTables, OffersAreBookingsOfAScenario) {
  const std::string table = write("weeks.csv", weekly_table());
  const Said said = run({"drivers", table, "--timezone", "Asia/Seoul", "--at", "2026-07-26T00:00", "--offers",
                         path("offers.csv"), "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  ASSERT_EQ(json["offers"].size(), 4U);
  EXPECT_EQ(json["offers"][0]["from"].get<std::string>().substr(0, 10), "2026-07-27") << "the Monday";
  EXPECT_EQ(json["offers"][3]["from"].get<std::string>().substr(0, 10), "2026-07-30");
  EXPECT_NEAR(json["offers"][0]["kwh"].get<double>(), 10.0, 1.0);
  EXPECT_EQ(json["offers"][1]["evse"], "A-2");

  const std::string scenario = write("week.lua", R"(return scenario {
    name = "Offered", start = "2026-07-26", days = 7, timezone = "Asia/Seoul",
    site { name = "S", contract_kw = 20, tariff = require("tariffs.kepco_ev").self_use_low_voltage,
           stations = { { name = "A", evses = 2, kw = 7, phases = 1 } } },
    arrivals = sessions "offers.csv" })");
  const Said played = run({"run", scenario, "--strategy", "asap", "--json"});
  ASSERT_EQ(played.status, 0) << played.err;
  EXPECT_EQ(played.json()["sessions"], 4);
  const Said advised = run({"advise", scenario, "--bookings", "--strategy", "asap", "--json"});
  ASSERT_EQ(advised.status, 0) << advised.err;
  EXPECT_EQ(advised.json()["flexible"], 4);
  EXPECT_EQ(advised.json()["fixed"], 0);
  EXPECT_EQ(run({"drivers", table, "--offers", path("offers.csv")}).status, 1) << "written over a file";
}

TEST_F(LogTables, RecordsWithoutDriversOrBeforeThemAreOneLine) {
  const std::string nobody = write("nobody.csv", "arrival,departure,energy_kwh\n2026-06-01T08:00,2026-06-01T09:00,5\n");
  const std::string nothing = write("nothing.log", R"(2025-06-02T08:00:00Z CP1: receive message [2,"1","Heartbeat",{}])"
                                                   "\n");
  EXPECT_NE(run({"drivers", nothing}).err.find("these records hold no session"), std::string::npos);
  const Said said = run({"drivers", nobody});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("column driver"), std::string::npos) << said.err;
  const Said early = run({"drivers", write("weeks.csv", weekly_table()), "--at", "2020-01-01"});
  EXPECT_EQ(early.status, 1);
  EXPECT_NE(early.err.find("2026-06-01"), std::string::npos) << early.err;
  const Said wrong = run({"drivers", path("weeks.csv"), "--at", "tomorrow"});
  EXPECT_NE(wrong.err.find("--at"), std::string::npos) << wrong.err;
}

TEST_F(LogTables, ChargersAreToldByModelAndFirmware) {
  const Said said = run({"chargers", made_log, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  ASSERT_EQ(json["chargers"].size(), 4U);
  EXPECT_EQ(json["chargers"][0]["station"], "P1");
  EXPECT_EQ(json["chargers"][0]["evses"], 2);
  EXPECT_EQ(json["chargers"][0]["largest_kw"], 7.0);
  EXPECT_EQ(json["firmwares"].size(), 2U);
  const std::string firmware = json["chargers"][0]["firmware"];
  EXPECT_EQ(run({"chargers", made_log, "--firmware", firmware}).status, 0);
  EXPECT_EQ(run({"chargers", made_log, "--firmware", "0.0.0-none"}).status, 1);
}

// The models of a log, with limits and firmware, are the stations of another site.
TEST_F(LogTables, ModelsBecomeALibraryForScenarios) {
  const Said said = run({"chargers", made_log, "--library", path("yard.lua")});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto chargers = run({"chargers", made_log, "--json"}).json()["chargers"];
  const std::string model = chargers[0]["vendor"].get<std::string>() + " " + chargers[0]["model"].get<std::string>();
  const std::string scenario = R"(local yard = require "yard"
    local m = yard.models[")" + model +
                               R"("]
    assert(#m.firmware > 0 and m.limits.max_a == 32 and m.limits.phases == 1, "limits")
    return scenario { name = "Of models", start = "2026-06-08", days = 1, timezone = "Asia/Seoul",
      site { name = "S", voltage_v = 220, stations = { yard.station(")" +
                               model + R"(", "X"), yard.station(")" + model +
                               R"(", "Y", { evses = 1, max_a = 16 }) } },
      arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 5, stay_h = 2 } })";
  const Said checked = run({"check", write("site.lua", scenario)});
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  const Said played = run({"run", path("site.lua"), "--out", path("r.evtwin")});
  EXPECT_EQ(played.status, 0) << played.err;
  const Said wrong =
      run({"check", write("wrong.lua",
                          R"(return scenario { site { stations = { require("yard").station("No such", "X") } } })")});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE((wrong.out + wrong.err).find("no charger model"), std::string::npos) << wrong.out << wrong.err;
  EXPECT_EQ(run({"chargers", made_log, "--library", path("yard.lua")}).status, 1) << "written over a file";
}

TEST_F(LogTables, WhatIsNoLogIsOneLine) {
  for (const char* command : {"drivers", "chargers"}) {
    EXPECT_EQ(run({command, path("not-there.log")}).status, 1);
    const Said said = run({command, write("plain.txt", "no frames here\n")});
    EXPECT_EQ(said.status, 1);
    EXPECT_EQ(said.err.rfind("error: ", 0), 0U) << said.err;
  }
  EXPECT_EQ(run({"drivers", made_log, "--timezone", "KST"}).status, 1);
}

}  // namespace
}  // namespace evtwin::testing
