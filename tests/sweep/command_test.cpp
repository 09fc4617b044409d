// evtwin sweep as its users have it: each run is the one of `run`; killed, resumed, in shards or by several processes
// it comes to the same bytes.
#include "cli/command.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <sstream>

namespace evtwin::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string week = source_dir + "/scenarios/workplace_week.lua";

class Sweep : public Command {
 protected:
  /// 3 points x 4 seeds x 2 strategies of one day.
  std::vector<std::string> small(const std::string& out, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{
        "sweep",  "run", week,    "--vary", "contract_kw=60:120:30", "--strategies", "asap,edf", "--seeds", "1..4",
        "--days", "1",   "--out", path(out)};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  std::string bytes(const std::string& file) const { return read_all(path(file)); }
  /// Rows of a CSV by the names of its head; cells without quotes.
  static std::vector<std::map<std::string, std::string>> rows_of(const std::string& csv) {
    std::istringstream stream(csv);
    std::string line;
    std::vector<std::string> heads;
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(stream, line)) {
      std::vector<std::string> cells;
      for (std::size_t at = 0; at <= line.size();) {
        const std::size_t comma = std::min(line.find(',', at), line.size());
        cells.push_back(line.substr(at, comma - at));
        at = comma + 1;
      }
      if (heads.empty()) {
        heads = cells;
        continue;
      }
      rows.emplace_back();
      for (std::size_t i = 0; i < heads.size(); ++i) rows.back()[heads[i]] = cells.at(i);
    }
    return rows;
  }
  /// Whether a child still runs; it stays to be waited for.
  static bool is_running(pid_t child) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
  }
  std::size_t lines_of_rows(const std::string& folder) const {
    std::size_t lines = 0;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path(folder) + "/rows", error)) {
      const std::string text = read_all(entry.path().string());
      lines += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    }
    return lines;
  }
};

TEST_F(Sweep, EachRowIsTheRunOfRun) {
  const Said said = run(small("s"));
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("24 of 24 runs: 0 found, 24 done now"));
  const auto rows = rows_of(bytes("s/table.csv"));
  ASSERT_EQ(rows.size(), 24U);
  std::set<std::string> hashes;
  for (const std::size_t r : {0U, 7U, 13U, 23U}) {
    const auto& row = rows[r];
    const Said alone = run({"run", week, "--set", "contract_kw=" + row.at("contract_kw"), "--strategy",
                            row.at("strategy"), "--seed", row.at("seed"), "--days", "1", "--json"});
    ASSERT_EQ(alone.status, 0) << alone.err;
    EXPECT_EQ(row.at("event_hash"), alone.json()["event_hash"]);
    EXPECT_EQ(std::stoull(row.at("sessions")), alone.json()["sessions"]);
    const json kpi = alone.json()["kpi"];
    EXPECT_GT(kpi.size(), 30U);
    for (const auto& [name, value] : kpi.items()) {
      if (value.is_null())
        EXPECT_EQ(row.at(name), "") << name;
      else
        EXPECT_EQ(std::stod(row.at(name)), value.get<double>()) << name;
    }
    hashes.insert(row.at("event_hash"));
  }
  EXPECT_EQ(hashes.size(), 4U);
}

// Common random numbers: with one seed the same cars come, whatever the contract and the strategy.
TEST_F(Sweep, TheSameSeedHasTheSameCarsEverywhere) {
  ASSERT_EQ(run(small("s")).status, 0);
  std::map<std::string, std::set<std::string>> wanted;
  for (const auto& row : rows_of(bytes("s/table.csv"))) wanted[row.at("seed")].insert(row.at("sessions"));
  std::set<std::string> all;
  for (const auto& [seed, sessions] : wanted) {
    EXPECT_EQ(sessions.size(), 1U) << seed;
    all.insert(*sessions.begin());
  }
  EXPECT_GT(all.size(), 1U);
}

TEST_F(Sweep, ThreadsChangeNothingAndWhatIsThereIsNotDoneAgain) {
  ASSERT_EQ(run(small("one", {"--threads", "1"})).status, 0);
  ASSERT_EQ(run(small("four", {"--threads", "4"})).status, 0);
  for (const char* file : {"table.csv", "table.sqlite", "summary.csv"})
    EXPECT_TRUE(bytes(std::string("one/") + file) == bytes(std::string("four/") + file)) << file;
  const Said again = run(small("one"));
  EXPECT_THAT(again.out, HasSubstr("24 of 24 runs: 24 found, 0 done now"));
  // A plan that grows does what is new.
  std::vector<std::string> more = small("one");
  *std::find(more.begin(), more.end(), "1..4") = "1..5";
  EXPECT_THAT(run(more).out, HasSubstr("30 of 30 runs: 24 found, 6 done now"));
}

// kill -9 in the middle: what was done is not done again, and the table has the same bytes.
TEST_F(Sweep, KilledAndResumedComesToTheSameBytes) {
  ASSERT_EQ(run(small("whole")).status, 0);
  const pid_t child = start(small("cut", {"--threads", "1"}));
  while (lines_of_rows("cut") < 6 && is_running(child)) {
  }
  ::kill(child, SIGKILL);
  finish(child);
  const std::size_t rows = lines_of_rows("cut") - 1;  // the first names the figures
  ASSERT_GE(rows, 5U);
  EXPECT_FALSE(fs::exists(path("cut/table.csv")) && rows < 24) << "no table before all is done";
  // From the folder alone.
  const Said resumed = run({"sweep", "run", path("cut"), "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_GE(resumed.json()["found"].get<std::size_t>(), 5U);
  EXPECT_EQ(resumed.json()["found"].get<std::size_t>() + resumed.json()["done"].get<std::size_t>(), 24U);
  for (const char* file : {"table.csv", "table.sqlite", "summary.csv"})
    EXPECT_TRUE(bytes(std::string("whole/") + file) == bytes(std::string("cut/") + file)) << file;
}

TEST_F(Sweep, GoesOnFromWhereverItIsCalledAlthoughItsScenarioWasRelative) {
  const fs::path before = fs::current_path();
  fs::create_directories(path("here"));
  fs::create_directories(path("there"));
  fs::copy_file(small("x").at(2), path("here/own.lua"));
  std::vector<std::string> words = small("away");
  words[2] = "own.lua";
  fs::current_path(path("here"));
  const Said planned =
      run({"sweep", "plan", "own.lua", "--seeds", "1..2", "--strategies", "asap,edf", "--out", path("away")});
  fs::current_path(path("there"));
  const Said done = run({"sweep", "run", path("away"), "--json"});
  fs::current_path(before);
  ASSERT_EQ(planned.status, 0) << planned.err;
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.json()["done"], 4);
}

// The table in the folder has the differences that were asked for, and says from whom they are.
TEST_F(Sweep, SummaryNamesTheReferenceOfItsDifferences) {
  ASSERT_EQ(run(small("s", {"--summary", "--reference", "edf"})).status, 0);
  std::map<std::string, double> mean;
  std::size_t differences = 0;
  for (const auto& row : rows_of(bytes("s/summary.csv"))) {
    if (row.at("figure") != "total_cost" || row.at("point") != "1") continue;
    EXPECT_EQ(row.at("reference"), "edf");
    mean[row.at("strategy")] = std::stod(row.at("mean"));
    differences += row.at("difference").empty() ? 0U : 1U;
    if (row.at("strategy") != "edf") {
      EXPECT_FALSE(row.at("difference").empty());
    }
  }
  EXPECT_EQ(differences + 1, mean.size());
  for (const auto& row : rows_of(bytes("s/summary.csv"))) {
    if (row.at("figure") == "total_cost" && row.at("point") == "1" && row.at("strategy") != "edf") {
      EXPECT_NEAR(std::stod(row.at("difference")), mean[row.at("strategy")] - mean["edf"], 1e-6);
    }
  }
}

TEST_F(Sweep, ShardsMergeToTheBytesOfOneMachine) {
  ASSERT_EQ(run(small("whole")).status, 0);
  for (const char* shard : {"3", "1"}) {
    const Said said = run(small(std::string("part") + shard, {"--shard", std::string(shard) + "/3"}));
    ASSERT_EQ(said.status, 0) << said.err;
    EXPECT_THAT(said.out, HasSubstr("8 of 24 runs"));
  }
  const Said early = run({"sweep", "merge", path("part1"), path("part3"), "--out", path("merged")});
  EXPECT_EQ(early.status, 1);
  EXPECT_THAT(early.err, HasSubstr("8 of 24 runs are in none of these folders"));
  EXPECT_FALSE(fs::exists(path("merged/table.csv")));
  ASSERT_EQ(run(small("part2", {"--shard", "2/3"})).status, 0);
  // In whatever order.
  const Said merged = run({"sweep", "merge", path("part3"), path("part1"), path("part2"), "--out", path("merged")});
  ASSERT_EQ(merged.status, 0) << merged.err;
  for (const char* file : {"table.csv", "table.sqlite", "summary.csv"})
    EXPECT_TRUE(bytes(std::string("whole/") + file) == bytes(std::string("merged/") + file)) << file;
}

// Three processes in one folder, one of them killed: the others do its world, too, and nobody does what another has.
TEST_F(Sweep, ProcessesShareAFolderAndOneMayDie) {
  ASSERT_EQ(run(small("whole")).status, 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) children.push_back(start(small("shared", {"--threads", "1"})));
  while (lines_of_rows("shared") < 4 && is_running(children[0])) {
  }
  ::kill(children[1], SIGKILL);
  ::waitpid(children[1], nullptr, 0);
  for (const pid_t child : {children[0], children[2]}) EXPECT_EQ(finish(child).status, 0);
  EXPECT_TRUE(bytes("whole/table.csv") == bytes("shared/table.csv"));
  // A row of each run, and of what the killed one was in the middle of at most one more.
  std::size_t rows = 0, files = 0;
  for (const auto& entry : fs::directory_iterator(path("shared/rows"))) {
    const std::string text = read_all(entry.path().string());
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    rows += lines > 0 ? lines - 1 : 0;  // the first names the figures
    ++files;
  }
  EXPECT_GE(files, 2U);
  EXPECT_EQ(rows, 24U);
}

TEST_F(Sweep, AnInputThatChangedIsDoneAgain) {
  fs::copy_file(source_dir + "/scenarios/real_sessions.lua", path("real.lua"));
  fs::copy_file(source_dir + "/scenarios/example_sessions.csv", path("example_sessions.csv"));
  const std::vector<std::string> words{"sweep",    "run",   path("real.lua"), "--strategies",
                                       "asap,edf", "--out", path("s")};
  ASSERT_EQ(run(words).status, 0);
  const std::string before = bytes("s/table.csv");
  EXPECT_THAT(run(words).out, HasSubstr("2 found, 0 done now"));
  const std::string csv = bytes("example_sessions.csv");
  write("example_sessions.csv", csv.substr(0, csv.rfind('\n', csv.size() - 2) + 1));  // a session less
  const Said said = run(words);
  EXPECT_THAT(said.out, HasSubstr("0 found, 2 done now"));
  EXPECT_THAT(said.err, HasSubstr("2 runs were done from another scenario text or other files"));
  EXPECT_NE(bytes("s/table.csv"), before);
}

TEST_F(Sweep, AScenarioSaysItsSweepAndTheCommandLineWins) {
  std::string text = read_all(week);
  text.replace(
      text.find("  strategy = \"edf\","), 19,
      "  sweep = { vary = { \"contract_kw=80,100\" }, seeds = \"1..2\", strategies = { \"own\", \"asap\" } },\n"
      "  strategy = \"edf\",");
  const std::string file = write("week.lua", text);
  const Said said = run({"sweep", "plan", file, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["runs"], 8);
  EXPECT_EQ(said.json()["strategies"], (json{"edf", "asap"}));
  EXPECT_EQ(run({"sweep", "plan", file, "--seeds", "1..5", "--json"}).json()["runs"], 20);
  EXPECT_EQ(run({"run", file, "--days", "1"}).status, 0);
  text.replace(text.find("1..2"), 4, "1..x");
  const Said wrong = run({"sweep", "plan", write("week.lua", text)});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("sweep.seeds"));
}

TEST_F(Sweep, ARunThatFailsIsARowThatSaysWhy) {
  const std::string strategy =
      write("bad.lua", "return strategy { id = 'bad', decide = function(view) error('a bad day') end }\n");
  const Said said = run(
      {"sweep", "run", week, "--strategies", "asap," + strategy, "--seeds", "1,2", "--days", "1", "--out", path("s")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, AllOf(HasSubstr("error: 2 of 4 runs failed; the first: "), HasSubstr("bad.lua:1: a bad day")));
  const auto rows = rows_of(bytes("s/table.csv"));
  EXPECT_EQ(rows[0].at("error"), "");
  EXPECT_THAT(rows[1].at("error"), HasSubstr("a bad day"));
  EXPECT_EQ(rows[1].at("objective"), "");
}

TEST_F(Sweep, SummaryAndFrontAreForPeopleInBothLanguages) {
  ASSERT_EQ(run(small("s")).status, 0);
  const Said english = run({"sweep", "show", path("s"), "--kpi", "objective,peak_kw", "--pareto", "objective,peak_kw"});
  EXPECT_EQ(english.status, 0) << english.err;
  EXPECT_THAT(english.out, HasSubstr("95 % interval"));
  EXPECT_THAT(english.out, HasSubstr("Pareto front"));
  EXPECT_THAT(english.out, HasSubstr("minus asap at the same point, on the same seed"));
  EXPECT_THAT(run({"sweep", "show", path("s"), "--lang", "ko"}).out, HasSubstr("95 % 구간"));
  const Said wrong = run({"sweep", "show", path("s"), "--kpi", "objectiv"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("did you mean objective?"));
}

TEST_F(Sweep, WhatIsNoSweepIsRefusedInOneLine) {
  const auto refused = [&](std::vector<std::string> words, int status) {
    words.insert(words.begin(), "sweep");
    const Said said = run(words);
    EXPECT_EQ(said.status, status) << said.out << said.err;
    EXPECT_THAT(said.out, IsEmpty());
    return said.err;
  };
  EXPECT_THAT(refused({"run", week, "--vary", "contract=40:160:15"}, 1), HasSubstr("did you mean contract_kw?"));
  EXPECT_THAT(refused({"run", week, "--vary", "contract_kw"}, 2), HasSubstr("--vary"));
  EXPECT_THAT(refused({"run", week, "--vary", "pv_kw=0:50"}, 1), HasSubstr("has no step"));
  EXPECT_THAT(refused({"run", week, "--vary", "pv_kw=0,50", "--set", "pv_kw=3"}, 1), HasSubstr("which one holds?"));
  EXPECT_THAT(refused({"run", week, "--shard", "4/3", "--out", path("s")}, 2), HasSubstr("is no shard"));
  EXPECT_THAT(refused({"run", week, "--shard", "1/3"}, 2), HasSubstr("--out"));
  EXPECT_THAT(refused({"run", week, "--seeds", "1..3", "--seed", "2"}, 2), HasSubstr("--seed"));
  EXPECT_THAT(refused({"run", path("nowhere.lua")}, 1), HasSubstr("nowhere.lua"));
  EXPECT_THAT(refused({"merge", path("nowhere"), "--out", path("m")}, 1), HasSubstr("has no plan.json"));
  EXPECT_THAT(refused({"show", source_dir}, 1), HasSubstr("has no plan.json"));
  EXPECT_THAT(refused({}, 2), Not(IsEmpty()));
}

// A Latin hypercube varies keys of --change, too.
TEST_F(Sweep, SamplesAreDrawnAndKeysOfChangeAreVaried) {
  const Said said = run({"sweep", "run", week, "--vary", "storage_kwh=50:400", "--vary", "pv_scale=0.5:1.5",
                         "--samples", "5", "--days", "1", "--strategies", "asap", "--out", path("s")});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto rows = rows_of(bytes("s/table.csv"));
  ASSERT_EQ(rows.size(), 5U);
  std::set<int> parts;
  for (const auto& row : rows) parts.insert(static_cast<int>((std::stod(row.at("storage_kwh")) - 50.0) / 70.0));
  EXPECT_EQ(parts.size(), 5U);
  const Said alone = run({"run", week, "--change", "storage_kwh=" + rows[2].at("storage_kwh"), "--change",
                          "pv_scale=" + rows[2].at("pv_scale"), "--days", "1", "--strategy", "asap", "--json"});
  EXPECT_EQ(rows[2].at("event_hash"), alone.json()["event_hash"]);
}

}  // namespace
}  // namespace evtwin::testing
