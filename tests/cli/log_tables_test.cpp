// evtwin drivers and evtwin chargers, on the log of our own making.
#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

const std::string made_log = source_dir + "/scenarios/made_site.log";

class LogTables : public Command {};

TEST_F(LogTables, EveryDriverOfTheMadeLogIsThereUnderANumber) {
  const Said said = run({"drivers", made_log, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_EQ(json["drivers"].size(), 12U);
  int visits = 0;
  for (const auto& driver : json["drivers"]) visits += driver["visits"].get<int>();
  EXPECT_EQ(visits, 36);
  EXPECT_EQ(json["back_test"]["arrivals"], 36 - 2 * 12);
  EXPECT_LT(json["back_test"]["energy_error_kwh"], json["back_test"]["plain_energy_error_kwh"]);
  EXPECT_EQ(said.out.find("04A1B2C3"), std::string::npos);
  const Said shown = run({"drivers", made_log, "--show-tokens", "--timezone", "Asia/Seoul"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  EXPECT_NE(shown.out.find("04A1B2C3"), std::string::npos);
  EXPECT_NE(shown.out.find("Asia/Seoul"), std::string::npos);
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
