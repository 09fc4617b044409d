// compare --seeds: each run is the one that `run --seed` makes, whatever the threads; trouble with one seed stays
// there. And what people see while a contest goes on.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cli/command.hpp"
#include "cli/contest_progress.hpp"
#include "cli/remaining_work.hpp"
#include "cli/seed_list.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string workplace = source_dir + "/scenarios/workplace_week.lua";

class SeedContest : public Command {
 protected:
  json compared(std::vector<std::string> more, int status = 0) const {
    more.insert(more.begin(), "compare");
    more.emplace_back("--json");
    const Said said = run(more);
    EXPECT_EQ(said.status, status) << said.err;
    return json::parse(said.out, nullptr, false);
  }
  /// How long things took is another each time.
  static json without_times(json answer) {
    for (json& run : answer["runs"]) run.erase("wall_s");
    return answer;
  }
  std::string moody() const {
    return write("moody.lua",
                 "local unlucky = math.random(1, 3) == 1\n"
                 "return strategy { id = 'moody', decide = function(view)\n"
                 "  if unlucky then error('a bad day') end\n"
                 "  local kw = {}\n"
                 "  for _, evse in ipairs(view.connected) do kw[evse.id] = evse.car_max_kw end\n"
                 "  return kw\n"
                 "end }\n");
  }
};

TEST_F(SeedContest, EachRunIsTheOneOfRunWithThatSeed) {
  const json answer = compared({workplace, "--strategies", "asap,edf", "--seeds", "3,8..9", "--days", "1"});
  ASSERT_EQ(answer["runs"].size(), 6U);
  EXPECT_EQ(answer["seeds"], (json{3, 8, 9}));
  std::set<std::string> hashes;
  for (const json& one : answer["runs"]) {
    const std::string seed = std::to_string(one["seed"].get<int>());
    const Said alone =
        run({"run", workplace, "--strategy", one["strategy"], "--seed", seed, "--days", "1", "--bound", "--json"});
    ASSERT_EQ(alone.status, 0) << alone.err;
    EXPECT_EQ(one["event_hash"], alone.json()["event_hash"]);
    EXPECT_EQ(one["kpi"], alone.json()["kpi"]);
    hashes.insert(one["event_hash"].get<std::string>());
  }
  EXPECT_EQ(hashes.size(), 6U);
}

TEST_F(SeedContest, ThreadsChangeNothing) {
  const std::string strategy = moody();
  const auto with = [&](const std::string& threads) {
    return without_times(compared({workplace, "--strategies", "asap,oracle,edf," + strategy, "--seeds", "1..6",
                                   "--days", "1", "--threads", threads},
                                  1));
  };
  const json one = with("1");
  EXPECT_EQ(one["summary"].size(), 4U);
  EXPECT_EQ(one, with("5"));
}

TEST_F(SeedContest, SummaryIsOfTheRuns) {
  const json answer = compared({workplace, "--strategies", "edf,asap", "--seeds", "1..3", "--days", "1"});
  EXPECT_EQ(answer["reference"], "edf");
  EXPECT_EQ(answer["seeds_matter"], true);
  double sum = 0.0;
  for (std::size_t seed = 0; seed < 3; ++seed) {
    const json& edf = answer["runs"][2 * seed];
    const json& asap = answer["runs"][2 * seed + 1];
    EXPECT_EQ(asap["strategy"], "asap");
    sum += asap["objective"].get<double>() - edf["objective"].get<double>();
    EXPECT_EQ(answer["bounds"][seed]["bound"], asap["kpi"]["bound"]);
  }
  const json& difference = answer["summary"][1]["difference"];
  EXPECT_NEAR(difference["mean"].get<double>(), sum / 3.0, 1e-6);
  EXPECT_LT(difference["low"].get<double>(), difference["mean"].get<double>());
  EXPECT_GT(difference["high"].get<double>(), difference["mean"].get<double>());
}

TEST_F(SeedContest, TheTableIsForPeopleInBothLanguages) {
  const std::vector<std::string> arguments{"compare", workplace, "--strategies", "asap,edf",
                                           "--seeds", "1..3",    "--days",       "1"};
  const Said english = run(arguments);
  EXPECT_EQ(english.status, 0) << english.err;
  EXPECT_THAT(english.out, HasSubstr("3 seeds (1..3): mean ± standard deviation"));
  EXPECT_THAT(english.out, HasSubstr("95 % interval"));
  std::vector<std::string> in_korean = arguments;
  in_korean.insert(in_korean.end(), {"--lang", "ko"});
  EXPECT_THAT(run(in_korean).out, HasSubstr("시드 3개(1..3)의 평균 ± 표준편차"));
}

TEST_F(SeedContest, RecordedSessionsHaveNoSpread) {
  const std::vector<std::string> arguments{source_dir + "/scenarios/real_sessions.lua", "--strategies", "asap,edf",
                                           "--seeds", "1,5"};
  const json answer = compared(arguments);
  EXPECT_EQ(answer["seeds_matter"], false);
  EXPECT_TRUE(answer["summary"][1]["difference"].is_null());
  std::vector<std::string> as_text = arguments;
  as_text.insert(as_text.begin(), "compare");
  const Said said = run(as_text);
  EXPECT_THAT(said.out, HasSubstr("The 2 seeds give one and the same result, so there is no spread to tell:\n"));
  EXPECT_THAT(said.out, Not(HasSubstr("±")));
}

TEST_F(SeedContest, AStrategyThatFailsWithOneSeedIsToldWithIt) {
  const std::string strategy = moody();
  std::vector<std::uint64_t> failing;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    if (run({"run", workplace, "--strategy", strategy, "--seed", std::to_string(seed), "--days", "1"}).status != 0)
      failing.push_back(seed);
  }
  ASSERT_FALSE(failing.empty());
  ASSERT_LT(failing.size(), 6U);
  const Said said =
      run({"compare", workplace, "--strategies", "asap," + strategy, "--seeds", "1..6", "--days", "1", "--json"});
  EXPECT_EQ(said.status, 1);
  const json answer = said.json();
  EXPECT_THAT(answer["summary"][0]["failed_seeds"], IsEmpty());
  EXPECT_EQ(answer["summary"][1]["failed_seeds"], json(failing));
  EXPECT_EQ(answer["summary"][1]["compared_for_cost"], false);
  EXPECT_EQ(answer["summary"][1]["difference"]["seeds"], 6U - failing.size());
  for (const std::uint64_t seed : failing)
    EXPECT_THAT(said.err, HasSubstr("error: seed " + std::to_string(seed) + ": moody: "));
}

// A scenario whose text fails with some seeds: the others are compared all the same, also when the first one fails.
TEST_F(SeedContest, AWorldThatCanNotBeLoadedIsOneSeedLess) {
  const std::string file = write("some_days.lua", "if math.random(1, 2) == 1 then error('no such day') end\n" +
                                                      read_all(source_dir + "/scenarios/manager_day.lua"));
  std::vector<std::string> good, bad;
  for (int seed = 1; seed <= 12; ++seed) {
    const std::string text = std::to_string(seed);
    (run({"run", file, "--seed", text}).status == 0 ? good : bad).push_back(text);
  }
  ASSERT_GE(good.size(), 2U);
  ASSERT_GE(bad.size(), 2U);
  const std::string seeds = bad[0] + "," + good[0] + "," + bad[1] + "," + good[1];
  const Said said = run({"compare", file, "--strategies", "asap,edf", "--seeds", seeds, "--no-bound", "--json"});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("error: seed " + bad[0] + ": "));
  EXPECT_EQ(said.json()["summary"][1]["kpi"]["objective"]["seeds"], 2);
  const Said none = run({"compare", file, "--strategies", "asap,edf", "--seeds", bad[0] + "," + bad[1]});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no such day"));
  EXPECT_EQ(std::count(none.err.begin(), none.err.end(), '\n'), 1) << none.err;
}

TEST_F(SeedContest, RunFilesAreNamedByStrategyAndSeed) {
  const json answer = compared({workplace, "--strategies", "asap,edf:margin_min=5", "--seeds", "9..10", "--days", "1",
                                "--no-bound", "--out", path("runs")},
                               1);
  // edf has no such parameter: nothing was run.
  EXPECT_FALSE(std::filesystem::exists(path("runs")));
  const json right = compared({workplace, "--strategies", "asap,alap:margin_min=5", "--seeds", "9..10", "--days", "1",
                               "--no-bound", "--out", path("runs")});
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path("runs")))
    names.insert(entry.path().filename().string());
  EXPECT_THAT(names, ElementsAre("alap_margin_min=5_seed_09.evtwin", "alap_margin_min=5_seed_10.evtwin",
                                 "asap_seed_09.evtwin", "asap_seed_10.evtwin"));
  for (const json& one : right["runs"]) {
    const auto row = query(one["run_file"], "SELECT seed, strategy FROM run").at(0);
    EXPECT_EQ(row.at("seed"), std::to_string(one["seed"].get<int>()));
    EXPECT_EQ(row.at("strategy"), one["strategy"]);
  }
  EXPECT_TRUE(right["runs"][0]["regret"].is_null());
}

TEST_F(SeedContest, WhatIsNoListOfSeedsIsRefusedInOneLine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"a..b", "'a' in 'a..b' is no seed; write whole numbers and ranges, as 1..10 or 1,3,7 or 1..5,9"},
      {"1,,2", "'' in '1,,2' is no seed"},
      {"1..", "'' in '1..' is no seed"},
      {"-3..2", "'-3' in '-3..2' is no seed"},
      {"1.5,2", "'1.5' in '1.5,2' is no seed"},
      {"1..3,2", "2 is named twice; name each seed once"},
      {"10..1", "'10..1' runs backwards; write 1..10"},
      {"07,8", "'07' begins with 0"},
      {"4", "4 alone has no spread; name at least two"},
      {"1..1001", "more than 1000 seeds"},
      {"0..18446744073709551615", "is too large"},
      {"9223372036854775808,1", "is too large; a seed is at most 9223372036854775807"}};
  for (const auto& [text, why] : cases) {
    const Said said = run({"compare", workplace, "--seeds=" + text});
    EXPECT_EQ(said.status, 2) << text;
    EXPECT_THAT(said.err, HasSubstr("--seeds: ")) << text;
    EXPECT_THAT(said.err, HasSubstr(why));
    EXPECT_THAT(said.out, IsEmpty());
  }
  EXPECT_THAT(run({"compare", workplace, "--seeds", "1..3", "--seed", "4"}).err, HasSubstr("leave out --seed"));
  EXPECT_THAT(run({"compare", "--from", "half.evtwin", "--seeds", "1..3"}).err, HasSubstr("leave out --from"));
  EXPECT_THAT(run({"compare", workplace, "--seeds", "1..3", "--seeds", "4"}).err, HasSubstr("--seeds"));
}

TEST(SeedList, IsReadInItsOrder) {
  EXPECT_THAT(cli::parse_seeds("1..3,9,5"), ElementsAre(1, 2, 3, 9, 5));
  EXPECT_THAT(cli::parse_seeds("9223372036854775806..9223372036854775807"),
              ElementsAre(9223372036854775806U, 9223372036854775807U));
  EXPECT_EQ(cli::parse_seeds("0..999").size(), 1000U);
}

// One thread; the first run took 10 s, the second is at 1/4 after 5 s: 15 s more.
TEST(RemainingWork, ARunGoesOnAtItsOwnPace) {
  cli::RemainingWork work(2, 1, 1);
  EXPECT_FALSE(work.left_s(0.0));
  work.begin(0, 0, 0.0);
  work.note_progress(0, 0, 0.5, 5.0);
  EXPECT_DOUBLE_EQ(work.left_s(5.0).value(), 5.0 + 10.0);  // the other is taken to be as long
  work.end(0, 0, 10.0);
  work.begin(1, 0, 10.0);
  work.note_progress(1, 0, 0.25, 15.0);
  EXPECT_DOUBLE_EQ(work.left_s(15.0).value(), 15.0);
  EXPECT_DOUBLE_EQ(work.left_s(17.0).value(), 13.0);  // and it shrinks while nothing is told
  EXPECT_DOUBLE_EQ(work.mean_fraction(), 0.625);
  EXPECT_TRUE(work.is_running());
  work.end(1, 0, 30.0);
  EXPECT_DOUBLE_EQ(work.left_s(30.0).value(), 0.0);
  EXPECT_EQ(work.runs_ended(), 2U);
}

// Three worlds; a quick strategy of 1 s and a slow one of 60 s are known from the first: 2 x 61 s over two threads.
TEST(RemainingWork, OtherWorldsTakeWhatTheStrategyTook) {
  cli::RemainingWork work(2, 3, 2);
  work.begin(0, 0, 0.0);
  work.end(0, 0, 1.0);
  work.begin(1, 0, 0.0);
  work.end(1, 0, 60.0);
  EXPECT_DOUBLE_EQ(work.left_s(60.0).value(), 61.0);
  cli::RemainingWork many_threads(2, 3, 16);
  many_threads.begin(1, 0, 0.0);
  many_threads.end(1, 0, 60.0);
  EXPECT_DOUBLE_EQ(many_threads.left_s(60.0).value(), 60.0);  // no run is shorter for more threads
}

TEST(RemainingWork, TimeIsToldInUnitsOfItsSize) {
  EXPECT_EQ(cli::time_left_text(0.2), "about 1 s left");
  EXPECT_EQ(cli::time_left_text(6.5), "about 7 s left");
  EXPECT_EQ(cli::time_left_text(41.0), "about 40 s left");
  EXPECT_EQ(cli::time_left_text(570.0), "about 10 min left");
  EXPECT_EQ(cli::time_left_text(3.0 * 3600.0), "about 3 h left");
}

/// What a terminal is sent.
class OnATerminal : public ::testing::Test {
 protected:
  OnATerminal() : file_(std::tmpfile()) {}
  ~OnATerminal() override { std::fclose(file_); }
  cli::Screen screen(std::chrono::seconds silent) const { return {file_, true, silent}; }
  std::string sent() const {
    std::fflush(file_);
    std::string text(static_cast<std::size_t>(std::ftell(file_)), '\0');
    std::rewind(file_);
    EXPECT_EQ(std::fread(text.data(), 1, text.size(), file_), text.size());
    return text;
  }
  static analysis::Contender run_of(double objective) {
    analysis::Contender run;
    run.kpis = {{"objective", -1, objective, "KRW", "", ""}};
    run.wall_s = 2.5;
    return run;
  }
  std::FILE* file_;
};

TEST_F(OnATerminal, EachStrategyHasALineWhenItIsOver) {
  {
    cli::ContestProgress progress({"asap", "milp"}, {""}, 2, screen(std::chrono::seconds(0)));
    progress.begin(0, 0);
    progress.begin(1, 0);
    progress.end(0, 0, run_of(578'404), "KRW");
    progress.note_progress(1, 0, 0.5);
    analysis::Contender failed;
    failed.error = "gave up";
    progress.end(1, 0, failed, "KRW");
  }
  const std::string text = sent();
  EXPECT_THAT(text, HasSubstr("asap         578,404 KRW       2.5 s\n"));
  EXPECT_THAT(text, HasSubstr("milp              failed       0.0 s\n"));
  EXPECT_THAT(text, HasSubstr("1 of 2 done ["));
  EXPECT_THAT(text, HasSubstr(" left"));
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << "the bar goes";
}

TEST_F(OnATerminal, WithSeedsEachLineNamesItsOwn) {
  {
    cli::ContestProgress progress({"asap"}, {"seed 9", "seed 10"}, 1, screen(std::chrono::seconds(0)));
    progress.end(0, 1, run_of(3), "KRW");
  }
  EXPECT_THAT(sent(), HasSubstr("seed 10  asap               3 KRW       2.5 s\n"));
}

TEST_F(OnATerminal, ManyRunsHaveALineForEachWorld) {
  {
    const std::vector<std::string> worlds(40, "seed");
    cli::ContestProgress progress({"asap", "edf"}, worlds, 1, screen(std::chrono::seconds(0)));
    progress.end(0, 7, run_of(3), "KRW");
    progress.end(1, 7, run_of(3), "KRW");
    progress.end(1, 8, run_of(3), "KRW");
  }
  const std::string text = sent();
  EXPECT_THAT(text, HasSubstr("seed  2 strategies "));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(OnATerminal, WhatIsOverSoonSaysNothing) {
  {
    cli::ContestProgress progress({"asap"}, {""}, 1, screen(std::chrono::hours(1)));
    progress.end(0, 0, run_of(3), "KRW");
  }
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(OnATerminal, ABoundThatRunsWaitForIsNamed) {
  {
    cli::ContestProgress progress({"asap", "edf"}, {""}, 2, screen(std::chrono::seconds(0)));
    progress.bound_begins();
    progress.begin(0, 0);
    progress.note_progress(0, 0, 1.0);
    progress.bound_ends();
  }
  EXPECT_THAT(sent(), HasSubstr("working out the bound"));
}

}  // namespace
}  // namespace evtwin::testing
