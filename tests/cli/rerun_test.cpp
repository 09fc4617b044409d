// Where a run came from: its inputs in the run file, what changed between two runs, and the run once more.
#include <algorithm>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class Rerun : public Command {
 protected:
  /// A scenario of one EVSE whose base load is a table beside it.
  std::string scenario() const {
    write("load.csv", "time,kw\n2025-06-02T00:00,1\n2025-06-02T12:00,3\n2025-06-03T00:00,3\n");
    return write(
        "site.lua",
        "return scenario { name = 'one', start = '2025-06-02', days = 1, timezone = 'Asia/Seoul',\n"
        "  site { contract_kw = 20, load = csv 'load.csv', stations = { { name = 'A', evses = 2, kw = 7 } } },\n"
        "  arrivals = arrivals.poisson { per_hour = param('rate', 2), stay_h = 2, energy_kwh = 6 } }\n");
  }
  std::string record(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"run", scenario(), "-o", path(name)};
    words.insert(words.end(), more.begin(), more.end());
    const Said said = run(words);
    EXPECT_EQ(said.status, 0) << said.err;
    return path(name);
  }
};

TEST_F(Rerun, ARunFileNamesEveryInputWithSizeAndDigest) {
  record("a.evtwin");
  const auto runs = run({"runs", folder_, "--json"}).json()["runs"];
  const auto inputs = runs[0]["inputs"];
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(inputs[0]["name"], "the scenario");
  EXPECT_EQ(inputs[0]["bytes"].get<std::size_t>(), read_all(path("site.lua")).size());
  EXPECT_EQ(inputs[1]["name"], "load.csv");
  EXPECT_EQ(inputs[1]["bytes"].get<std::size_t>(), read_all(path("load.csv")).size());
  EXPECT_EQ(inputs[1]["digest"].get<std::string>().size(), 16U);
  EXPECT_FALSE(runs[0]["evtwin_commit"].get<std::string>().empty());
}

TEST_F(Rerun, DiffNamesTheInputThatChanged) {
  const std::string a = record("a.evtwin"), b = path("b.evtwin");
  write("load.csv", "time,kw\n2025-06-02T00:00,2\n2025-06-02T12:00,3\n2025-06-03T00:00,3\n");
  ASSERT_EQ(run({"run", path("site.lua"), "-o", b}).status, 0);
  const auto facts = run({"diff", a, b, "--json"}).json()["facts"];
  EXPECT_TRUE(facts.contains("input load.csv")) << facts.dump();
  EXPECT_FALSE(facts.contains("input the scenario")) << facts.dump();
}

TEST_F(Rerun, TheSameHistoryComesAgain) {
  const std::string file =
      record("a.evtwin", {"--strategy", "edf:peak_target_kw=15", "--set", "rate=3", "--seed", "9"});
  const Said said = run({"rerun", file, "--json"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_TRUE(said.json()["same_history"].get<bool>());
  EXPECT_EQ(said.json()["changed"].size(), 0U) << said.out;
  EXPECT_NE(run({"rerun", file}).out.find("the same history again"), std::string::npos);
}

TEST_F(Rerun, ForecastersAreKeptComparedAndUsedAgain) {
  const std::string lp = "lp:horizon_h=4";
  const std::string a = record("a.evtwin", {"--strategy", lp});
  const std::string b = record("b.evtwin", {"--strategy", lp, "--change", "forecast=seasonal-naive:days=1", "--change",
                                            "forecast_period_min=60"});
  const auto facts = run({"diff", a, b, "--json"}).json()["facts"];
  const std::string all = facts.dump();
  EXPECT_NE(all.find("seasonal-naive:days=1 every 60 min"), std::string::npos) << all;
  EXPECT_NE(all.find("forecast of load at "), std::string::npos) << all;
  EXPECT_EQ(all.find("forecast of price"), std::string::npos) << all;
  const Said said = run({"rerun", b, "--json"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_TRUE(said.json()["same_history"].get<bool>());
  EXPECT_EQ(said.json()["changed"].size(), 0U) << said.out;
  const auto runs = run({"runs", folder_, "--json"}).json()["runs"];
  for (const auto& logged : runs) EXPECT_EQ(logged["forecasts"].size(), 4U) << logged.dump();
}

TEST_F(Rerun, TheRecordedTextCountsNotWhatTheFileSaysNow) {
  const std::string file = record("a.evtwin");
  write("site.lua", "return scenario {}");
  EXPECT_EQ(run({"rerun", file}).status, 0);
  std::filesystem::remove(path("site.lua"));
  EXPECT_EQ(run({"rerun", file}).status, 0);
}

// A strategy that was built anew is no input: the run is repeated with it, and what comes out tells.
TEST_F(Rerun, AnotherHistoryEndsWith3AndNamesTheBuildThatChanged) {
  const auto strategy = [&](const std::string& kw) {
    return write("mine.lua",
                 "return strategy { id = 'mine', help = 'a constant', decide = function(view)\n"
                 "  local kw = {}\n  for _, evse in ipairs(view.connected) do kw[evse.id] = " +
                     kw + " end\n  return kw\nend }\n");
  };
  const std::string file = record("a.evtwin", {"--strategy", strategy("6")});
  EXPECT_EQ(run({"rerun", file}).status, 0);
  strategy("5");
  const Said said = run({"rerun", file, "--json"});
  EXPECT_EQ(said.status, 3) << said.err;
  const auto json = said.json();
  EXPECT_FALSE(json["same_history"].get<bool>());
  EXPECT_NE(json["event_hash"]["then"], json["event_hash"]["now"]);
  ASSERT_EQ(json["changed"].size(), 1U) << said.out;
  EXPECT_NE(json["changed"][0].get<std::string>().find("build of the strategy"), std::string::npos);
  EXPECT_NE(run({"rerun", file}).out.find("another history"), std::string::npos);
  std::filesystem::remove(path("mine.lua"));
  EXPECT_EQ(run({"rerun", file}).status, 1);
}

// A file that a strategy reads by itself, as policies are, is an input: where it is another, nothing is repeated.
TEST_F(Rerun, FilesThatAStrategyReadsAreInputs) {
  const std::string mine = write("mine.lua",
                                 "return strategy { id = 'mine', help = 'a constant',\n"
                                 "  params = { { id = 'policy', default = 'none' } },\n"
                                 "  decide = function(view) return {} end }\n");
  const std::string policy = write("policy.txt", "6");
  const std::string file = record("a.evtwin", {"--strategy", mine + ":policy=" + policy});
  const auto inputs = query(file, "SELECT name, bytes FROM input WHERE name LIKE '%policy.txt'");
  ASSERT_EQ(inputs.size(), 1U);
  EXPECT_EQ(inputs.at(0).at("bytes"), "1");
  EXPECT_EQ(run({"rerun", file}).status, 0);
  write("policy.txt", "5");
  const Said changed = run({"rerun", file});
  EXPECT_EQ(changed.status, 1);
  EXPECT_NE(changed.err.find("policy.txt has changed"), std::string::npos) << changed.err;
}

TEST_F(Rerun, WhatIsMissingOrChangedIsNamed) {
  const std::string file = record("a.evtwin");
  write("load.csv", "time,kw\n2025-06-02T00:00,2\n2025-06-03T00:00,3\n");
  const Said changed = run({"rerun", file});
  EXPECT_EQ(changed.status, 1);
  EXPECT_NE(changed.err.find("load.csv has changed"), std::string::npos) << changed.err;
  std::filesystem::remove(path("load.csv"));
  const Said gone = run({"rerun", file});
  EXPECT_EQ(gone.status, 1);
  EXPECT_NE(gone.err.find("load.csv"), std::string::npos) << gone.err;
  EXPECT_EQ(std::count(gone.err.begin(), gone.err.end(), '\n'), 1) << gone.err;
}

TEST_F(Rerun, RunsThatCanNotBeRepeatedSayWhy) {
  const std::string half = path("half.evtwin");
  ASSERT_EQ(run({"run", scenario(), "--strategy", "edf", "--checkpoint-at", "2025-06-02T10:00", half}).status, 0);
  EXPECT_NE(run({"rerun", half}).err.find("can not be repeated"), std::string::npos);
  ASSERT_EQ(run({"run", "--from", half, "--strategy", "asap", "-o", path("fork.evtwin")}).status, 0);
  const Said fork = run({"rerun", path("fork.evtwin")});
  EXPECT_EQ(fork.status, 1);
  EXPECT_NE(fork.err.find("took it over"), std::string::npos) << fork.err;
  // Going on with the same strategy is the straight run.
  ASSERT_EQ(run({"run", "--from", half, "-o", path("on.evtwin")}).status, 0);
  EXPECT_EQ(run({"rerun", path("on.evtwin")}).status, 0);
}

}  // namespace
}  // namespace evtwin::testing
