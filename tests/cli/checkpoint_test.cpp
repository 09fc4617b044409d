// Checkpoints at the command line: a run that leaves off and goes on leaves the files of the straight run; every
// strategy may go on from anywhere; and what has changed in between is refused by name.
#include <algorithm>
#include <sstream>

#include "cli/command.hpp"
#include "market/calendar.hpp"
#include "record/reader.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

class Checkpoints : public Command {
 protected:
  static std::string dump(const std::string& file) {
    std::ostringstream text;
    record::logical_dump(file, text);
    return text.str();
  }
  static std::string instant(kernel::TimeNs t) { return market::Calendar().format_iso(t); }

  /// A small site with everything in reach of the tests; `extra` goes into the scenario.
  std::string small(const std::string& extra = "", const std::string& strategy = "\"edf\"") const {
    return write("small.lua", R"(
      local rates = require "rates"
      return scenario { name = "small", start = "2025-06-02", days = 2, timezone = "Asia/Seoul", seed = 3,
        site { contract_kw = 30, tariff = rates.tariff, load = csv "load.csv",
               storage = { kwh = 20, kw = 10, efficiency = { 0.95, 0.95 } },
               stations = { { name = "A", evses = 4, kw = 11, phases = 3, min_a = 6 } } },
        arrivals = arrivals.poisson { per_hour = 1.5 },
        strategy = )" + strategy + ", " +
                                  extra + "}");
  }
  void SetUp() override {
    write("rates.lua", R"(return { tariff = { currency = "EUR", periods = {
      { from = "06:00", to = "22:00", price_per_kwh = 0.3 }, { from = "22:00", to = "06:00", price_per_kwh = 0.1 } } } })");
    write("load.csv", "time,kw\n2025-06-02T00:00,2\n2025-06-02T08:00,9\n2025-06-03T12:00,4\n2025-06-04T00:00,4\n");
  }
  Said checkpoint(const std::string& scenario, const std::string& at, const std::string& name,
                  std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"run", scenario, "--json", "--checkpoint-at", at, path(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  /// The one line that a refusal is.
  static std::string line_of(const Said& said) {
    EXPECT_EQ(said.status, 1) << said.out;
    EXPECT_TRUE(said.err.starts_with("error: ")) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    return said.err;
  }
};

struct Case {
  std::string scenario, strategy;
};

TEST_F(Checkpoints, AStrategyWhoseMemoryNobodyKnowsIsRefused) {
  const std::string plugin = paths::test_plugin_dir + "/bad_decide.so";
  write("half.evtwin", "");
  const Said said = checkpoint(small(), "2025-06-03", "half.evtwin", {"--strategy", plugin + "#bad"});
  EXPECT_EQ(line_of(said),
            "error: strategy bad keeps no evtwin.state/1 and does not call itself stateless; it can not be "
            "checkpointed\n");
  EXPECT_EQ(read_all(path("half.evtwin")), "") << "refused, and yet a file was touched";
}

TEST_F(Checkpoints, AnotherBuildOfThePluginStartsAfreshOnlyWhenAsked) {
  const std::string scenario = small();
  const std::string mine = path("mine.so") + "#edf";
  std::filesystem::copy_file(paths::plugin_dir + "/baseline.so", path("mine.so"));
  ASSERT_EQ(checkpoint(scenario, "2025-06-03", "half.evtwin", {"--strategy", mine}).status, 0);
  ASSERT_EQ(run({"run", "--from", path("half.evtwin")}).status, 0);
  std::ofstream(path("mine.so"), std::ios::binary | std::ios::app) << "another build";
  const std::string refusal = line_of(run({"run", "--from", path("half.evtwin")}));
  EXPECT_NE(refusal.find("is not the build it was made with"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("mine.so"), std::string::npos) << refusal;
  const Said afresh = run({"run", "--from", path("half.evtwin"), "--strategy", mine, "--json"});
  ASSERT_EQ(afresh.status, 0) << afresh.err;
  EXPECT_FALSE(afresh.json()["from"]["same_strategy"].get<bool>());
}

// Every scenario under its own strategy and three of the baselines (sanitized: one), so that each strategy meets
// several; left off at an odd instant and on a tick.
TEST_F(Checkpoints, EveryScenarioGoesOnAsIfItHadNeverStopped) {
  const std::vector<std::string> ids = {"asap",      "alap", "fcfs",        "lcfs",        "edf",
                                        "llf",       "lrpt", "round-robin", "equal-share", "price-threshold",
                                        "price-mean"};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir + "/scenarios")) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".lua") && name != "evtwin.d.lua") files.push_back(name);
  }
  std::sort(files.begin(), files.end());
  ASSERT_GE(files.size(), 5U);
  std::vector<Case> cases;
  for (std::size_t k = 0; k < files.size(); ++k) {
    cases.push_back({files[k], ""});
    for (std::size_t j = 0; j < sweep(3U, 0U); ++j) cases.push_back({files[k], ids[(k + 3 * j) % ids.size()]});
  }
  const std::vector<std::string> as_acn_sim = {"llf", "round-robin", "asap", "fcfs", "lcfs", "edf", "lrpt"};
  for (std::size_t j = 0; j < sweep(as_acn_sim.size(), std::size_t{1}); ++j)
    cases.push_back({"acn_caltech.lua", as_acn_sim[j] + ":compat=acn-sim"});

  for (std::size_t k = 0; k < cases.size(); ++k) {
    const auto& [scenario, strategy] = cases[k];
    SCOPED_TRACE(scenario + " " + strategy);
    std::vector<std::string> with{"run", source_dir + "/scenarios/" + scenario, "--json"};
    if (!strategy.empty()) with.insert(with.end(), {"--strategy", strategy});
    auto straight = with;
    straight.insert(straight.end(), {"--out", path("straight.evtwin")});
    const Said whole = run(straight);
    ASSERT_EQ(whole.status, 0) << whole.err;
    const std::string hash = whole.json()["event_hash"];

    const auto span = query(path("straight.evtwin"), "SELECT start_ns, end_ns FROM run").at(0);
    const kernel::TimeNs start = std::stoll(span.at("start_ns")), length = std::stoll(span.at("end_ns")) - start;
    const kernel::TimeNs odd = start + length / 3 + 12'345'678'901;
    const kernel::TimeNs tick = start + length / 2 / kernel::hour_ns * kernel::hour_ns;
    auto first = with;
    first.insert(first.end(), {"--checkpoint-at", instant(k % 2 == 0 ? odd : tick), path("half.evtwin")});
    const Said made = run(first);
    // What a function of Lua remembers nobody can read.
    const bool is_lua = query(path("straight.evtwin"), "SELECT strategy_id FROM run").at(0).at("strategy_id") == "lua";
    if (is_lua) {
      EXPECT_EQ(made.status, 1);
      EXPECT_NE(made.err.find("it can not be checkpointed"), std::string::npos) << made.err;
      continue;
    }
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(made.json()["event_hash"], hash) << "making a checkpoint changed the run";

    const Said rest = run({"run", "--from", path("half.evtwin"), "--json", "--out", path("rest.evtwin")});
    ASSERT_EQ(rest.status, 0) << rest.err;
    EXPECT_EQ(rest.json()["event_hash"], hash);
    EXPECT_EQ(rest.json()["kpi"], whole.json()["kpi"]);
    EXPECT_TRUE(rest.json()["from"]["same_strategy"].get<bool>());
    const std::string expected = dump(path("straight.evtwin"));
    EXPECT_TRUE(dump(path("rest.evtwin")) == expected);
  }
}

TEST_F(Checkpoints, LeavingOffSeveralTimesIsTheStraightRun) {
  const std::string scenario = small();
  const Said whole = run({"run", scenario, "--json", "--out", path("whole.evtwin")});
  ASSERT_EQ(whole.status, 0) << whole.err;
  ASSERT_EQ(checkpoint(scenario, "2025-06-02T07:13:05", "1.evtwin", {"--out", path("0.evtwin")}).status, 0);
  EXPECT_EQ(dump(path("0.evtwin")), dump(path("whole.evtwin")));
  for (int k = 1; k <= 3; ++k) {
    const std::string at = "2025-06-0" + std::to_string(k < 2 ? 2 : 3) + "T1" + std::to_string(k) + ":00";
    const Said next = run({"run", "--from", path(std::to_string(k) + ".evtwin"), "--json", "--checkpoint-at", at,
                           path(std::to_string(k + 1) + ".evtwin")});
    ASSERT_EQ(next.status, 0) << next.err;
    EXPECT_EQ(next.json()["event_hash"], whole.json()["event_hash"]);
  }
  const Said last = run({"run", "--from", path("4.evtwin"), "--json", "--out", path("last.evtwin")});
  ASSERT_EQ(last.status, 0) << last.err;
  EXPECT_EQ(dump(path("last.evtwin")), dump(path("whole.evtwin")));
  EXPECT_EQ(run({"check", path("last.evtwin")}).status, 0);
}

TEST_F(Checkpoints, IsARunFileOfAllThatHappenedUntilThen) {
  const std::string scenario = small();
  ASSERT_EQ(checkpoint(scenario, "2025-06-03", "half.evtwin").status, 0);
  const std::string file = path("half.evtwin");
  EXPECT_EQ(query(file, "SELECT state, event_hash FROM run").at(0).at("state"), "checkpoint");
  EXPECT_GT(query(file, "SELECT * FROM meter").size(), 90U);
  EXPECT_TRUE(query(file, "SELECT * FROM kpi").empty());
  const std::string noon = query(file, "SELECT time_ns FROM checkpoint").at(0).at("time_ns");
  EXPECT_EQ(query(file, "SELECT max(end_ns) <= " + noon + " AS so FROM power").at(0).at("so"), "1");
  const Said check = run({"check", file});
  EXPECT_EQ(check.status, 0) << check.err;
  EXPECT_NE(check.out.find("a whole checkpoint: small under edf until 2025-06-03 00:00 (Asia/Seoul)"),
            std::string::npos)
      << check.out;
  const Said runs = run({"runs", folder_});
  EXPECT_NE(runs.out.find("checkpoint"), std::string::npos) << runs.out;
}

TEST_F(Checkpoints, AnotherStrategyGoesOnFromTheSamePast) {
  const std::string scenario = small();
  ASSERT_EQ(checkpoint(scenario, "2025-06-02T12:00", "half.evtwin").status, 0);
  const Said fork =
      run({"run", "--from", path("half.evtwin"), "--strategy", "alap", "--json", "--out", path("f.evtwin")});
  ASSERT_EQ(fork.status, 0) << fork.err;
  EXPECT_FALSE(fork.json()["from"]["same_strategy"].get<bool>());
  EXPECT_LE(std::abs(fork.json()["ledger_imbalance_kwh"].get<double>()), 1e-9);
  EXPECT_EQ(query(path("f.evtwin"), "SELECT text FROM event WHERE kind = 'strategy'").at(0).at("text"),
            "alap in place of edf");
  // The past is the checkpoint's, row for row.
  const std::string until = query(path("half.evtwin"), "SELECT time_ns FROM checkpoint").at(0).at("time_ns");
  for (const std::string table : {"decision", "correction"}) {
    const std::string rows = "SELECT * FROM " + table + " WHERE time_ns < " + until;
    EXPECT_EQ(query(path("f.evtwin"), rows), query(path("half.evtwin"), rows));
  }
  EXPECT_EQ(run({"check", path("f.evtwin")}).status, 0);

  const Said compared = run({"compare", "--from", path("half.evtwin"), "--strategies", "alap,edf", "--json"});
  ASSERT_EQ(compared.status, 0) << compared.err;
  const auto runs = compared.json()["runs"];
  EXPECT_EQ(runs[0]["event_hash"], fork.json()["event_hash"]);
  const Said whole = run({"run", scenario, "--json"});
  EXPECT_EQ(runs[1]["event_hash"], whole.json()["event_hash"]) << "its own strategy goes on with what it remembers";
}

TEST_F(Checkpoints, TheFunctionsOfTheScenarioRemember) {
  const std::string functions = R"(
    local times, seen = 0, 0
    local function step(world)
      times = times + 1
      seen = seen + world.site.contract_kw
      world.site.contract_kw = 8 + (seen * times + math.random(0, 9)) % 12
      world.evse["A-2"].available = times % 2 == 0
      print("step " .. times)
    end
  )";
  std::string events;
  for (int h = 3; h < 24; h += 3) {
    events += "at(\"2025-06-02T" + std::string(h < 10 ? "0" : "") + std::to_string(h) + ":00\", step),";
    events += "at(\"2025-06-03T" + std::string(h < 10 ? "0" : "") + std::to_string(h) + ":00\", step),";
  }
  const std::string file = write("functions.lua", functions + read_all(small(events)));
  const Said whole = run({"run", file, "--json", "--out", path("whole.evtwin")});
  ASSERT_EQ(whole.status, 0) << whole.err;
  ASSERT_NE(whole.err.find("step 14"), std::string::npos) << whole.err;
  ASSERT_EQ(checkpoint(file, "2025-06-03T05:00", "half.evtwin").status, 0);
  const Said rest = run({"run", "--from", path("half.evtwin"), "--json", "--out", path("rest.evtwin")});
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(rest.json()["event_hash"], whole.json()["event_hash"]);
  EXPECT_EQ(dump(path("rest.evtwin")), dump(path("whole.evtwin")));
  EXPECT_EQ(rest.err.find("step 8\n"), std::string::npos) << "said twice: " << rest.err;
  EXPECT_NE(rest.err.find("step 9\n"), std::string::npos) << rest.err;
}

TEST_F(Checkpoints, AFunctionAsStrategyCanNotBeSaved) {
  const std::string scenario = small("", "function(view) return {} end");
  const Said said = checkpoint(scenario, "2025-06-03", "half.evtwin");
  EXPECT_NE(line_of(said).find("what a Lua function remembers nobody else can read"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("half.evtwin")));
}

TEST_F(Checkpoints, WhatHasChangedIsRefusedByName) {
  const std::string scenario = small();
  ASSERT_EQ(checkpoint(scenario, "2025-06-03", "half.evtwin").status, 0);
  const auto refusal = [&] { return line_of(run({"run", "--from", path("half.evtwin")})); };
  const auto spoil_and_check = [&](const std::string& name, const std::string& said) {
    const std::string before = read_all(path(name));
    std::string changed = before;
    changed.replace(changed.find('9'), 1, "8");
    write(name, changed);
    EXPECT_NE(refusal().find(said), std::string::npos) << refusal();
    write(name, before);
  };
  spoil_and_check("load.csv", "load.csv has changed");
  write("rates.lua", read_all(path("rates.lua")) + " -- 9 more words");
  EXPECT_NE(refusal().find("module rates has changed"), std::string::npos) << refusal();
  SetUp();
  const std::string text = read_all(scenario);
  write("small.lua", text + "-- later");
  EXPECT_NE(refusal().find("the scenario has changed"), std::string::npos) << refusal();
  write("small.lua", text);
  EXPECT_EQ(run({"run", "--from", path("half.evtwin")}).status, 0);
}

TEST_F(Checkpoints, TheScenarioIsFoundBesideTheCheckpointOrWhereItIsSaid) {
  const std::string scenario = small();
  ASSERT_EQ(checkpoint(scenario, "2025-06-03", "half.evtwin").status, 0);
  std::filesystem::create_directories(path("moved"));
  for (const char* name : {"small.lua", "rates.lua", "load.csv", "half.evtwin"})
    std::filesystem::rename(path(name), path("moved/" + std::string(name)));
  EXPECT_EQ(run({"run", "--from", path("moved/half.evtwin")}).status, 0);
  std::filesystem::rename(path("moved/half.evtwin"), path("half.evtwin"));
  EXPECT_NE(line_of(run({"run", "--from", path("half.evtwin")})).find("is neither there nor beside it"),
            std::string::npos);
  EXPECT_EQ(run({"run", path("moved/small.lua"), "--from", path("half.evtwin")}).status, 0);
}

TEST_F(Checkpoints, WhatIsNoneIsRefusedInOneLine) {
  const std::string scenario = small();
  ASSERT_EQ(run({"run", scenario, "--out", path("run.evtwin")}).status, 0);
  ASSERT_EQ(checkpoint(scenario, "2025-06-03", "half.evtwin").status, 0);
  const auto from = [&](const std::string& file) { return line_of(run({"run", "--from", path(file)})); };
  EXPECT_NE(from("run.evtwin").find("a run file, but no checkpoint (its run is complete)"), std::string::npos);
  EXPECT_NE(from("missing").find("cannot be opened"), std::string::npos);
  EXPECT_NE(from("small.lua").find("not an evtwin run file"), std::string::npos);
  const auto at = [&](const std::string& time) { return line_of(checkpoint(scenario, time, "new.evtwin")); };
  EXPECT_NE(at("2025-07-01").find("outside the run, from 2025-06-02 00:00 to 2025-06-04 00:00"), std::string::npos);
  EXPECT_NE(at("noon").find("write a date as 2025-06-02 or a time as 2025-06-02T14:00"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path("new.evtwin"))) << "refused, and yet a file was made";
  EXPECT_NE(
      line_of(run({"run", "--from", path("half.evtwin"), "--out", path("half.evtwin")})).find("name another file"),
      std::string::npos);
  for (const char* fixed : {"--seed", "--days"})
    EXPECT_EQ(run({"run", "--from", path("half.evtwin"), fixed, "5"}).status, 2) << fixed;
  EXPECT_EQ(run({"run"}).status, 2);
}

TEST_F(Checkpoints, DamagedAnywhereItIsRefusedOrWhole) {
  const std::string scenario = small();
  ASSERT_EQ(checkpoint(scenario, "2025-06-03", "half.evtwin").status, 0);
  const std::string bytes = read_all(path("half.evtwin"));
  const std::string hash = run({"run", "--from", path("half.evtwin"), "--json"}).json()["event_hash"];
  const std::size_t places = sweep(40U, 16U);
  for (std::size_t k = 0; k < places; ++k) {
    std::string bad = bytes;
    const std::size_t at = (bytes.size() * k + 57 * k) / places % bytes.size();
    if (k % 4 == 0) {
      bad.resize(at);
    } else {
      bad[at] = static_cast<char>(bad[at] ^ 0x10);
    }
    const Said said = run({"run", "--from", write("bad.evtwin", bad), "--json"});
    if (said.status == 0) {
      EXPECT_EQ(said.json()["event_hash"], hash) << at;  // a byte that nobody reads
    } else {
      line_of(said);
    }
  }
}

}  // namespace
}  // namespace evtwin::testing
