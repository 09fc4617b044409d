// The host stays whole: every plugin of the zoo is run, in the process of its own that plugins of others have. Each
// ends in words that name plugin, call and reason, in the designed exit status, and in a run file that says what it is.
// Run in the host's process on request, one that crashes is named as well.
#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "cli/command.hpp"
#include "cli/stranger_threads.hpp"
#include "plugin_check/zoo/animals.hpp"
#include "support/paths.hpp"
#include "support/sweep.hpp"

namespace evtwin::zoo {
static void PrintTo(const Animal& animal, std::ostream* out) { *out << animal.name; }
}  // namespace evtwin::zoo

namespace evtwin::testing {
namespace {

/// How a run with an animal ends: these words in the error.
struct Ending {
  std::string_view animal;
  std::string_view words;

  friend void PrintTo(const Ending& ending, std::ostream* out) { *out << ending.animal; }
};

/// Animals that are not here break what a run does not touch, or what only `evtwin plugin check` can see: the run is
/// whole.
constexpr auto endings = std::to_array<Ending>({
    {"missing_symbol", "exports no symbol evtwin_strategy_entry"},
    {"wrong_major", "made for ABI 1, this evtwin has 0; rebuild it"},
    {"newer_minor", "update evtwin"},
    {"other_digest", "built from another strategy.h"},
    {"entry_short", "its entry has 32 bytes, 40 are due"},
    {"entry_long", "its entry has 48 bytes, 40 are due"},
    {"info_short", "its evtwin_info has 48 bytes, 56 are due"},
    {"info_long", "its evtwin_info has 64 bytes, 56 are due"},
    {"strategy_short", "create failed: it made an instance of 64 bytes, 72 are due"},
    {"strategy_long", "create failed: it made an instance of 80 bytes, 72 are due"},
    {"odd_id", "lower case letters, digits and '-' only"},
    {"shares_by_name", "would share 1 variable with it (Mine::decide("},
    {"flushes_when_loaded", "take very small numbers for 0"},
    {"throws_while_loading", "loading or unloading it ended the process with signal 6"},
    {"crashes_when_unloaded", "loading or unloading it ended the process with signal 11"},
    {"throws_in_info", "info() let an exception cross the C ABI"},
    {"throws_in_create", "create failed: no site like this"},
    {"throws_in_decide", "decide failed: the solver gave up"},
    {"constructor_throws", "create failed: no licence for this site"},
    {"answers_infinite", "decide answered inf kW for EVSE"},
    {"wakes_in_the_past", "decide asked to be woken at"},
    {"writes_one_past", "decide wrote outside its decision column"},
    {"plans_past", "decide wrote outside its decision column"},
    {"writes_far_past", "decide crashed: signal 11 (Segmentation fault): past the end of decision->evse_kw"},
    {"writes_before", "decide wrote outside its decision column"},
    {"writes_view_column", "decide crashed: signal 11 (Segmentation fault): it wrote into the view (evse_"},
    {"writes_view_struct", "decide crashed: signal 11 (Segmentation fault): it wrote into the view,"},
    {"sleeps", "decide gave no answer within 1 s"},
    {"loops", "decide gave no answer within 1 s"},
    {"segfaults", "decide crashed: signal 11 (Segmentation fault): it read through a null pointer"},
    {"crashes_elsewhere",
     "a thread of its own crashed: signal 11 (Segmentation fault): it read through a null pointer"},
    {"aborts", "decide crashed: signal 6 (Aborted)"},
    {"exits", "decide called exit(0)"},
    {"exits_at_once", "decide called exit(0)"},
    {"overflows_the_stack", "decide crashed: signal 11 (Segmentation fault): its stack overflowed"},
    {"kills", "decide crashed: signal 9 (Killed)"},
    {"reports_elsewhere", "decide failed: it called report() from a thread of its own"},
    {"changes_rounding", "decide failed: it changed how this process rounds"},
    {"changes_x87", "decide failed: it changed how this process calculates with long double (x87 control word)"},
    {"trusts_malloc", "decide crashed: signal 11 (Segmentation fault): it wrote through a null pointer"},
    {"fails_without_words", "decide failed: status 3 (failed), without a word"},
    {"replaces_column", "decide failed: it replaced decision->evse_kw by a column of its own"},
    {"replaces_span", "decide failed: a span of its decision was made another one"},
    {"misspells_parameter", "create failed: it reads a parameter 'factr', which its table has not (it has factor)"},
    {"rounds_in_create", "create failed: it changed how this process rounds"},
    {"moves_when_loaded", "when it was loaded, it changed the process: 'working folder /' was"},
});

const Ending* ending_of(std::string_view animal) {
  const auto found = std::find_if(endings.begin(), endings.end(), [&](const Ending& e) { return e.animal == animal; });
  return found == endings.end() ? nullptr : &*found;
}

class Zoo : public Command {
 protected:
  Said let_loose(const std::string& animal, const std::vector<std::string>& more) const {
    std::vector<std::string> words{
        "run",        source_dir + "/scenarios/workplace_week.lua", "--days", "1",
        "--strategy", paths::zoo_dir + "/" + animal + ".so",        "-o",     path("run.evtwin")};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::string state_of_the_run() const { return query(path("run.evtwin"), "SELECT state FROM run").at(0)["state"]; }
};

class EveryAnimal : public Zoo, public ::testing::WithParamInterface<zoo::Animal> {};

TEST_P(EveryAnimal, EndsAsDesigned) {
  const zoo::Animal& animal = GetParam();
  const std::string name(animal.name);
  if (name == "writes_later" || name == "allocates") return;  // told of below
  if (sanitized && name == "overflows_the_stack") return;     // frames are other ones
  if (sanitized && name == "trusts_malloc") return;           // nothing is refused there
  std::vector<std::string> more;
  if (name == "sleeps" || name == "loops") more = {"--call-limit-s", "1"};
  const Said said = let_loose(name, more);
  const Ending* ending = ending_of(name);
  if (ending == nullptr) {
    EXPECT_EQ(said.status, 0) << said.err;
    EXPECT_EQ(state_of_the_run(), "complete");
    return;
  }
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find(ending->words), std::string::npos) << said.err;
  EXPECT_NE(said.err.find(name + ".so"), std::string::npos) << said.err;
  EXPECT_EQ(said.err.find("terminate called"), std::string::npos) << said.err;
  if (animal.call == "load" || animal.call == "info" || animal.call == "unload") {
    EXPECT_FALSE(std::filesystem::exists(path("run.evtwin")));  // it never began
    return;
  }
  EXPECT_EQ(state_of_the_run(), "failed");
  const Said checked = run({"check", path("run.evtwin")});
  EXPECT_EQ(checked.status, 1);
  EXPECT_NE(checked.err.find("failed"), std::string::npos) << checked.err;
}

INSTANTIATE_TEST_SUITE_P(Zoo, EveryAnimal, ::testing::ValuesIn(zoo::animals),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_F(Zoo, AThreadThatWritesAfterItsAnswerIsTakenDoesNotEndTheHost) {
  // The column is still there, in its own process; `plugin check` is what finds it.
  const Said said = let_loose("writes_later", {});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(state_of_the_run(), "complete");
}

// ---- What comes late: after two days. ----

class Late : public Zoo, public ::testing::WithParamInterface<Ending> {};

TEST_P(Late, IsToldInARunWithTheNameOfWhoDidIt) {
  const auto& [animal, words] = GetParam();
  const Said said = run({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "3", "--strategy",
                         paths::zoo_dir + "/" + std::string(animal) + ".so", "-o", path("run.evtwin")});
  EXPECT_NE(said.err.find(words), std::string::npos) << said.err;
  EXPECT_LE(std::count(said.err.begin(), said.err.end(), '\n'), 4) << said.err;  // however often it does it
  const bool breaks_figures = animal == "late_flushes";
  EXPECT_EQ(said.status, breaks_figures ? 1 : 0) << said.err;
  EXPECT_EQ(state_of_the_run(), breaks_figures ? "failed" : "complete");
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, Late,
    ::testing::Values(
        Ending{"late_fork", "strategy late-fork (late_fork.so): a process that it forked crashed, or came back"},
        Ending{"late_closes", "it closed file descriptor 3 of its host, in one of decide() number 193 to 256"},
        Ending{"late_reports", "more remarks of the strategy are not recorded: at most 100 of a decision are"},
        Ending{"late_flushes", "late_flushes.so): decide failed: it made this process take very small numbers for 0"},
        Ending{"late_locale", "'locale C.UTF-8' was 'locale C'"},
        Ending{"late_signals", "handler of signal 15 (Terminated)"},
        Ending{"late_folder", "'working folder /proc' was"}, Ending{"late_zone", "environment TZ=Pacific/Auckland"},
        Ending{"late_threads", "late_threads.so): 1 thread of its own still runs after destroy"}),
    [](const auto& of) { return std::string(of.param.animal); });

// ---- What it changes in its own process, and leaves there. ----

class Changed : public Zoo, public ::testing::WithParamInterface<Ending> {};

TEST_P(Changed, IsToldInARunThatIsWhole) {
  const auto& [animal, words] = GetParam();
  const Said said = let_loose(std::string(animal), {});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_NE(said.err.find(words), std::string::npos) << said.err;
  EXPECT_LE(std::count(said.err.begin(), said.err.end(), '\n'), 4) << said.err;
  EXPECT_EQ(state_of_the_run(), "complete");
}

INSTANTIATE_TEST_SUITE_P(Zoo, Changed,
                         ::testing::Values(Ending{"changes_mask", "'blocked signals 14' was 'blocked signals "},
                                           Ending{"changes_cxx_locale", "'C++ locale *' was 'C++ locale C'"},
                                           Ending{"changes_nice", "'nice value 19' was 'nice value "},
                                           Ending{"sets_alarm", "'pending timers alarm' was 'pending timers none'"},
                                           Ending{"leaves_process", "leaves_process.so): a process of its own ("}),
                         [](const auto& of) { return std::string(of.param.animal); });

TEST_F(Zoo, MemoryThatIsRefusedIsNamedWithItsLimit) {
  if (sanitized) GTEST_SKIP() << "AddressSanitizer's own memory is far above any limit";
  const Said said = let_loose("trusts_malloc", {"--memory-limit-mib", "256"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(
      said.err.find("of 256 MiB of memory taken (--memory-limit-mib; was more refused?): it wrote through a null"),
      std::string::npos)
      << said.err;
}

TEST_F(Zoo, WhoIsNeverAskedAndWhatIsDoneAtTheEndIsTold) {
  const Said never = let_loose("never_asked", {});
  EXPECT_NE(never.err.find("kWh wanted; the strategy was never asked: it subscribes to no occasion"), std::string::npos)
      << never.err;
  const Said at_end = let_loose("ends_with_signals", {});
  EXPECT_NE(at_end.err.find("handler of signal 15 (Terminated)"), std::string::npos) << at_end.err;
  EXPECT_EQ(let_loose("answers_unconnected", {}).err.find("nobody got anything"), std::string::npos);
}

TEST_F(Zoo, WhomNaNLeftStandingIsTold) {
  const Said said = let_loose("answers_nan", {});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_NE(said.err.find("sessions got nothing"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("as it is (NaN)"), std::string::npos) << said.err;
  const Said compared =
      run({"compare", source_dir + "/scenarios/workplace_week.lua", "--days", "1", "--no-bound", "--threads",
           stranger_threads, "--strategies", "edf," + paths::zoo_dir + "/answers_nan.so"});
  EXPECT_NE(compared.err.find("note: answers-nan: "), std::string::npos) << compared.err;
  EXPECT_EQ(compared.err.find("note: edf: "), std::string::npos) << compared.err;
}

TEST_F(Zoo, ARunFileKeepsAHundredRemarksOfADecisionAndTellsOfTheRest) {
  const Said said = run({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "3", "--strategy",
                         paths::zoo_dir + "/late_reports.so", "-o", path("run.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto most = query(path("run.evtwin"),
                          "SELECT max(n) AS n FROM (SELECT count(*) AS n FROM event WHERE kind = 'strategy_remark' "
                          "GROUP BY time_ns)");
  EXPECT_EQ(most.at(0).at("n"), "100");
  const auto rest = query(path("run.evtwin"), "SELECT text FROM event WHERE kind = 'strategy_warning'");
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_NE(rest.at(0).at("text").find("more remarks are not recorded"), std::string::npos);
}

// ---- In this process, on request: the process ends, but not without a word. ----

TEST_F(Zoo, InThisProcessACrashIsNamedAndTheRunIsMarkedAsUnfinished) {
  for (const auto& [animal, words] : {std::pair{"segfaults", "decide crashed: signal 11 (Segmentation fault)"},
                                      {"overflows_the_stack", "decide crashed: signal 11 (Segmentation fault)"},
                                      {"aborts", "decide crashed: signal 6 (Aborted)"},
                                      {"exits", "decide called exit(0)"}}) {
    if (sanitized && std::string_view(animal) == "overflows_the_stack") continue;
    const Said said = let_loose(animal, {"--in-process"});
    EXPECT_EQ(said.status, 1) << animal;
    EXPECT_NE(said.err.find(std::string(animal) + ".so): " + words), std::string::npos) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_EQ(state_of_the_run(), "running");
    EXPECT_EQ(run({"check", path("run.evtwin")}).status, 1);
  }
}

TEST_F(Zoo, ARunThatWasKilledIsMarkedAsUnfinished) {
  EXPECT_EQ(let_loose("kills", {"--in-process"}).status, -SIGKILL);
  EXPECT_EQ(state_of_the_run(), "running");
  EXPECT_EQ(run({"check", path("run.evtwin")}).status, 1);
}

TEST_F(Zoo, AStrategyInThisProcessHasNoLimits) {
  const Said said = let_loose("answers_nan", {"--in-process", "--call-limit-s", "1"});
  EXPECT_EQ(said.status, 2);
  EXPECT_NE(said.err.find("--in-process"), std::string::npos) << said.err;
}

// ---- Ctrl-C. ----

bool has_ended(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

class Stopped : public Zoo {
 protected:
  /// Starts a run with a strategy that loops for ever; comes back when it does, or when the run has ended.
  pid_t loop(bool apart) const {
    std::vector<std::string> words{"run",        source_dir + "/scenarios/workplace_week.lua",
                                   "--days",     "1",
                                   "--strategy", paths::zoo_dir + "/loops.so",
                                   "-o",         path("run.evtwin")};
    if (!apart) words.emplace_back("--in-process");
    const pid_t program = start(words);
    while (!has_ended(program) && read_all(path(".err")).find("looping") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return program;
  }
};

TEST_F(Stopped, CtrlCEndsARunWhoseStrategyLoopsForEver) {
  const pid_t program = loop(true);
  kill(program, SIGINT);
  const Said said = finish(program);
  EXPECT_EQ(said.status, 130) << said.err;
  EXPECT_EQ(state_of_the_run(), "interrupted");
}

TEST_F(Stopped, InThisProcessTheSecondCtrlCEndsItAndNamesTheStrategy) {
  const pid_t program = loop(false);
  kill(program, SIGINT);
  kill(program, SIGINT);
  while (!has_ended(program)) {  // two signals at once may come as one
    kill(program, SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Said said = finish(program);
  EXPECT_EQ(said.status, -SIGINT) << said.err;
  EXPECT_NE(said.err.find("interrupted in decide of strategy loops (loops.so)"), std::string::npos) << said.err;
  EXPECT_EQ(state_of_the_run(), "running");
}

// ---- Others. ----

TEST_F(Zoo, MemoryWithoutEndIsStopped) {
  if (sanitized) GTEST_SKIP() << "AddressSanitizer's own memory is far above any limit";
  const Said apart = let_loose("allocates", {"--memory-limit-mib", "400"});
  EXPECT_EQ(apart.status, 1);
  EXPECT_NE(apart.err.find("allocates.so): decide failed: it ran out of memory"), std::string::npos) << apart.err;
  EXPECT_LT(apart.peak_kib, 400 << 10);
  EXPECT_EQ(state_of_the_run(), "failed");
}

TEST_F(Zoo, ClosedOutputsAreNoCrash) {
  EXPECT_EQ(let_loose("closes_output", {}).status, 0);
  EXPECT_GE(let_loose("closes_output", {"--in-process"}).status, 0);
}

TEST_F(Zoo, WhatAPluginPrintsIsNotInTheAnswer) {
  for (const char* where : {"--isolate", "--in-process"}) {
    const Said said = let_loose("prints", {"--json", where});
    EXPECT_EQ(said.status, 0);
    EXPECT_TRUE(nlohmann::json::accept(said.out)) << said.out.substr(0, 200);
  }
}

TEST_F(Zoo, TwoBuildsOfOneStrategyAreToldApart) {
  const std::string build = paths::zoo_dir + "/answers_nan.so", other = path("answers_nan.so");
  std::filesystem::copy_file(build, other);
  const std::string week = source_dir + "/scenarios/workplace_week.lua";
  const Said said = run({"compare", week, "--days", "1", "--threads", stranger_threads, "--strategies",
                         build + "," + other, "-o", path("runs"), "--json"});
  EXPECT_EQ(said.status, 0) << said.err;
  EXPECT_NE(said.out.find("answers-nan (" + other + ")"), std::string::npos) << said.out.substr(0, 400);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("runs")), {}), 2);
  const Said twice = run({"compare", week, "--days", "1", "--strategies", "edf,edf"});
  EXPECT_EQ(twice.status, 1);
  EXPECT_NE(twice.err.find("is named twice"), std::string::npos) << twice.err;
}

TEST_F(Zoo, AComparisonGoesOnWithoutTheFallen) {
  const std::string folder = paths::zoo_dir + "/";
  const Said said =
      run({"compare", source_dir + "/scenarios/workplace_week.lua", "--days", "1", "--threads", stranger_threads,
           "--strategies", "asap," + folder + "segfaults.so," + folder + "exits.so,edf", "--json"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("segfaults.so): decide crashed"), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("exits.so): decide called exit(0)"), std::string::npos) << said.err;
  EXPECT_NE(said.out.find("\"edf\""), std::string::npos);
  EXPECT_NO_THROW(static_cast<void>(said.json()));
}

class Apart : public Command, public ::testing::WithParamInterface<const char*> {};

TEST_P(Apart, TheSameResultsAsHere) {
  const auto hash = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "run", source_dir + "/scenarios/" + GetParam(), "--strategy", "price-threshold", "--json", "--days", "3"};
    words.insert(words.end(), more.begin(), more.end());
    const Said said = run(words);
    EXPECT_EQ(said.status, 0) << said.err;
    return said.json()["event_hash"].get<std::string>();
  };
  EXPECT_EQ(hash({}), hash({"--isolate"}));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Apart,
                         ::testing::Values("workplace_week.lua", "dc_v2g.lua", "acn_caltech.lua",
                                           "forty_vehicles_day_ahead.lua"),
                         [](const auto& of) {
                           std::string name = of.param;
                           return name.substr(0, name.find('.'));
                         });

}  // namespace
}  // namespace evtwin::testing
