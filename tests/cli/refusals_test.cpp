// What goes wrong ends in one clear line, the designed exit status, and a run file that says so.
#include <algorithm>
#include <thread>

#include "cli/command.hpp"
#include "cli/stranger_threads.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

const std::string week = source_dir + "/scenarios/workplace_week.lua";

class Refusals : public Command {
 protected:
  void expect_refused(const std::vector<std::string>& arguments, int status, const std::vector<std::string>& words) {
    const Said said = run(arguments);
    EXPECT_EQ(said.status, status) << said.err;
    for (const std::string& word : words)
      EXPECT_NE(said.err.find(word), std::string::npos) << word << " is not in: " << said.err;
    if (status == 1) {
      EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    }
  }
  /// Waits, without guessing how long, until the file is there.
  void wait_for(const std::string& file, pid_t child) {
    while (!std::filesystem::exists(file)) {
      ASSERT_EQ(kill(child, 0), 0);
      std::this_thread::yield();
    }
  }
};

TEST_F(Refusals, UsageIsStatus2) {
  expect_refused({"fly"}, 2, {"fly: is no command"});
  expect_refused({"comparee", week}, 2, {"did you mean compare?"});
  expect_refused({"plan", "--alg", "lp"}, 2, {"run SCENARIO --strategy lp", "decide", "advise"});
  expect_refused({"run"}, 2, {"SCENARIO"});
  expect_refused({"run", week, "--sed", "3"}, 2, {"--sed"});
  expect_refused({"run", week, "--set", "novalue"}, 2, {"name=value"});
  expect_refused({"run", week, "--days", "0"}, 2, {"--days"});
}

TEST_F(Refusals, ArgumentsSaidTwiceOrLeftEmptyAreNotGuessed) {
  expect_refused({"run", week, "--set", "contract_kw=5", "--set", "contract_kw=6"}, 2,
                 {"--set: 'contract_kw' is given twice, 5 and 6; which one holds?"});
  expect_refused({"run", week, "--set", "contract_kw="}, 2, {"--set: 'contract_kw=' has no value"});
  expect_refused({"run", week, "--set", "contract_kw=\xFF"}, 2, {"--set: 'contract_kw=\\xFF' is not UTF-8"});
  expect_refused({"run", week, "--change", "contract_kw=5", "--change", "contract_kw=6"}, 2, {"is given twice"});
  expect_refused({"run", week, "--change", "contract_kw="}, 2, {"--change: 'contract_kw=' has no value"});
  expect_refused({"run", week, "--strategy", "alap:margin_min=5:margin_min=6"}, 2,
                 {"margin_min is given twice, 5 and 6; which one holds?"});
  expect_refused({"run", week, "--strategy", "alap:margin_min="}, 2, {"margin_min has no value"});
  expect_refused({"run", week, "--strategy", ""}, 2, {"--strategy: is given without a value"});
  expect_refused({"run", week, "--out", ""}, 2, {"--out: is given without a value"});
  expect_refused({"compare", week, "--strategies", "asap,,edf"}, 2,
                 {"--strategies: 'asap,,edf' names no strategy beside a comma"});
  expect_refused({"compare", week, "--strategies", "asap,"}, 2, {"names no strategy beside a comma"});
  expect_refused({"run", week, "--seed", "010"}, 2, {"--seed: '010' begins with 0"});
  expect_refused({"run", week, "--days", "07"}, 2, {"--days: '07' begins with 0"});
  for (const char* seconds : {"nan", "0", "-1"})
    expect_refused({"run", week, "--call-limit-s", seconds}, 2, {"are no seconds above 0"});
}

TEST_F(Refusals, AnOptionIsNoFileOfAnother) {
  const std::string wants = " wants a value, and '--json' reads as an option; a file of that name is written ./--json";
  expect_refused({"run", week, "-o", "--json"}, 2, {"--out:" + wants});
  expect_refused({"run", week, "--out", "-x"}, 2, {"--out: wants a value, and '-x' reads as an option"});
  expect_refused({"run", week, "--log-file", "--json"}, 2, {"--log-file:" + wants});
  expect_refused({"run", week, "--log", "--json"}, 2, {"--log:" + wants});
  for (const char* option : {"--ocpp", "--ocpi", "--ocpi-sessions", "--sessions", "--timeseries", "--pilot"})
    expect_refused({"export", path("a.evtwin"), option, "--json"}, 2, {option + (":" + wants)});
  for (const char* option : {"-o", "--certificate", "--write-site"})
    expect_refused({"replay", path("a.log"), option, "--json"}, 2, {wants});
  expect_refused({"run", week, "--strategy", "--json"}, 2, {"--strategy:" + wants});
  EXPECT_FALSE(std::filesystem::exists("--json"));
  EXPECT_EQ(run({"run", week, "--days", "1", "-o", path("--json")}).status, 0);
}

TEST_F(Refusals, ALinkToNoFileIsNoRunFile) {
  std::filesystem::create_symlink("nowhere", path("link.evtwin"));
  expect_refused({"run", week, "--days", "1", "-o", path("link.evtwin")}, 1,
                 {"link.evtwin: is a link to nowhere, which is not there; the link is kept"});
  EXPECT_TRUE(std::filesystem::is_symlink(path("link.evtwin")));
  // One that leads somewhere is followed, as ever.
  ASSERT_EQ(run({"run", week, "--days", "1", "-o", path("real.evtwin")}).status, 0);
  std::filesystem::create_symlink("real.evtwin", path("good.evtwin"));
  EXPECT_EQ(run({"run", week, "--days", "1", "-o", path("good.evtwin")}).status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(path("good.evtwin")));
}

TEST_F(Refusals, NamesTwiceRowsWithoutANameAndNegativeLoadsAreNotGuessed) {
  const auto scenario = [&](const std::string& of_site, const std::string& arrivals) {
    return write("s.lua", "return scenario { start = '2026-06-01', days = 1, timezone = 'UTC', site { " + of_site +
                              " stations = { { name = 'A', evses = 1, kw = 7 } } }, arrivals = " + arrivals + " }");
  };
  const std::string one = "arrivals.poisson { per_hour = 1, name = 'c' }";
  expect_refused({"run", scenario("", "{ " + one + ", " + one + " }")}, 1, {"\"c\" is used twice"});
  EXPECT_EQ(run({"run", scenario("", "{ " + one + ", arrivals.poisson { per_hour = 1 } }")}).status, 0);
  write("load.csv", "2026-05-31T23:00Z,7\n2026-06-01T00:00Z,8\n2026-06-02T00:00Z,8\n");
  expect_refused({"run", scenario("load = csv 'load.csv',", one)}, 1, {"load.csv:1", "the first row holds data"});
  write("load.csv", "time,kw\n2026-05-31T23:00Z,7\n2026-06-02T00:00Z,8\n");
  expect_refused({"run", scenario("load = csv { 'load.csv', scale = -1 },", one)}, 1, {"scale", "-1"});
}

TEST_F(Refusals, WrongInputIsStatus1WithPlaceAndRemedy) {
  expect_refused({"run", path("none.lua")}, 1, {"none.lua"});
  expect_refused({"run", week, "--strategy", "efd"}, 1, {"efd", "did you mean 'edf'?"});
  expect_refused({"run", week, "--strategy", "edf:margin=3"}, 1, {"margin"});
  expect_refused({"run", week, "--strategy", "alap:margin_min=-5"}, 1, {"margin_min", "-5"});
  expect_refused({"run", week, "--set", "contract=5"}, 1, {"contract", "contract_kw"});
  expect_refused({"run", week, "--set", "contract_kw=much"}, 1, {"contract_kw", "much"});
  expect_refused({"run", week, "--out", "/nowhere/x.evtwin"}, 1, {"/nowhere/x.evtwin"});
}

TEST_F(Refusals, CheckTellsKindsOfFilesApart) {
  EXPECT_EQ(run({"check", week}).status, 0);
  EXPECT_EQ(run({"check", source_dir + "/scenarios/example_sessions.csv"}).status, 0);
  EXPECT_EQ(run({"check", paths::plugin_dir + "/baseline.so"}).status, 0);
  EXPECT_EQ(run({"run", week, "--out", path("good.evtwin"), "--json"}).status, 0);
  EXPECT_EQ(run({"check", path("good.evtwin")}).status, 0);
  std::filesystem::resize_file(path("good.evtwin"), std::filesystem::file_size(path("good.evtwin")) / 2);
  expect_refused({"check", path("good.evtwin")}, 1, {"good.evtwin"});
  expect_refused({"check", write("text.txt", "hello")}, 1, {"text.txt"});
  expect_refused({"check", write("fake.so",
                                 "\x7f"
                                 "ELF not really")},
                 1, {"fake.so"});
  expect_refused({"check", folder_}, 1, {"no OCPP"});
}

TEST_F(Refusals, ARunFileNeverReplacesSomebodyElsesFile) {
  const std::string file = write("letter.evtwin", "Dear grid company");
  expect_refused({"run", week, "--out", file}, 1, {"letter.evtwin"});
  EXPECT_EQ(read_all(file), "Dear grid company");
}

TEST_F(Refusals, CtrlCEndsWith130AndMarksTheFile) {
  const pid_t child = start({"run", week, "--days", "20000", "--out", path("long.evtwin")});
  wait_for(path("long.evtwin"), child);
  kill(child, SIGINT);
  EXPECT_EQ(finish(child).status, 130);
  expect_refused({"check", path("long.evtwin")}, 1, {"interrupted"});
}

TEST_F(Refusals, AKilledRunLeavesAFileThatIsNotTakenForWhole) {
  const pid_t child = start({"run", week, "--days", "20000", "--out", path("long.evtwin")});
  wait_for(path("long.evtwin"), child);
  kill(child, SIGKILL);
  EXPECT_EQ(finish(child).status, -SIGKILL);
  expect_refused({"check", path("long.evtwin")}, 1, {"incomplete"});
}

TEST_F(Refusals, AFullDiskIsOneLine) {
  const Said said = run({"run", week, "--days", "365", "--out", path("big.evtwin")}, [] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit half_a_megabyte{512 << 10, 512 << 10};
    setrlimit(RLIMIT_FSIZE, &half_a_megabyte);
  });
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("big.evtwin"), std::string::npos) << said.err;
  EXPECT_EQ(run({"check", path("big.evtwin")}).status, 1);
}

TEST_F(Refusals, AStrategyThatFailsLateLeavesAMarkedFile) {
  const std::string scenario = write("late.lua", R"(
    local n = 0
    return scenario { start = "2026-06-01", days = 2, timezone = "Asia/Seoul",
      site { stations = { { name = "A", evses = 1, kw = 7 } } }, arrivals = arrivals.poisson { per_hour = 1 },
      strategy = function(view) n = n + 1 if n > 50 then error("enough") end end })");
  expect_refused({"run", scenario, "--out", path("late.evtwin"), "--json"}, 1, {"late.lua:5", "enough"});
  expect_refused({"check", path("late.evtwin")}, 1, {"failed"});
}

TEST_F(Refusals, JsonIsOneDocumentAndTablesHoldNoControlCharacters) {
  const Said json = run({"compare", week, "--days", "1", "--json"});
  // All that need no file.
  const auto listed = run({"plugin", "list", "--json"}).json()["strategies"];
  const auto players = std::count_if(listed.begin(), listed.end(), [](const auto& strategy) {
    return std::any_of(strategy["params"].begin(), strategy["params"].end(),
                       [](const auto& param) { return param["id"] == "policy"; });
  });
  EXPECT_EQ(players, 3);
  EXPECT_EQ(json.json()["runs"].size(), listed.size() - 3);
  std::vector<std::string> in_korean{"compare", week, "--days", "1", "--lang", "ko"};
  if (sweep(false, true)) in_korean.insert(in_korean.end(), {"--strategies", "asap,lp"});
  const Said table = run(in_korean);
  for (const char c : table.out) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_NE(table.out.find("총비용"), std::string::npos);
}

TEST_F(Refusals, AStrategyThatFailsIsNamedAndTheOthersAnswer) {
  const std::string bad = paths::test_plugin_dir + "/bad_decide.so";
  const Said said = run({"compare", week, "--threads", stranger_threads, "--strategies", "asap," + bad, "--json"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("the solver gave up"), std::string::npos) << said.err;
  const auto document = said.json();
  ASSERT_EQ(document["runs"].size(), 2U);
  EXPECT_TRUE(document["runs"][0]["error"].is_null());
  EXPECT_GT(document["runs"][0]["kpi"]["total_cost"].get<double>(), 0.0);
  EXPECT_FALSE(document["runs"][1]["error"].is_null());
}

TEST_F(Refusals, AnotherSeedIsAnotherWeek) {
  const auto hash = [&](const std::string& seed) {
    return run({"run", week, "--seed", seed, "--json"}).json()["event_hash"].get<std::string>();
  };
  EXPECT_EQ(hash("3"), hash("3"));
  EXPECT_NE(hash("3"), hash("4"));
}

#ifdef NDEBUG  // sanitizers and the judge's bound on address space do not go together
TEST_F(Refusals, AWorldLargerThanMemoryIsOneLine) {
  const std::string scenario =
      write("big.lua", R"(return scenario { start = "2026-06-01", days = 1, timezone = "Asia/Seoul",
    site { stations = { { name = "A", evses = 1000000, kw = 7 } } }, arrivals = arrivals.poisson { per_hour = 5 } })");
  const Said said = run({"run", scenario}, [] {
    const rlimit little{400 << 20, 400 << 20};
    setrlimit(RLIMIT_AS, &little);
  });
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("memory"), std::string::npos) << said.err;
}

TEST_F(Refusals, TheJudgeOfBadInputFindsNothing) {
  const std::string judge = shared_dir + "/bad_input/judge";
  if (!std::filesystem::exists(judge)) GTEST_SKIP() << "skipped: no bad input in " << shared_dir;
  setenv("EVTWIN_LIBRARY", (source_dir + "/scenarios/lib").c_str(), 1);
  const int status = std::system(
      (paths::quoted(judge) + " " + paths::quoted(paths::program) + " --kind lua,csv,plugin,ocpp > " + path("verdict"))
          .c_str());
  EXPECT_EQ(status, 0) << read_all(path("verdict"));
  EXPECT_NE(read_all(path("verdict")).find(" 0 failed"), std::string::npos);
}
#endif

}  // namespace
}  // namespace evtwin::testing
