// What is asked of evtwin, and what is made of its answers; the program itself is asked.
#include "viewer/model/what_if.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/paths.hpp"
#include "viewer/model/child_process.hpp"

namespace evtwin::viewer::model {
namespace {

namespace fs = std::filesystem;
const std::string scenarios = paths::source_dir + "/scenarios/";

std::string read_all(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Run run_of(const std::string& scenario, const char* from, const char* to) {
  Run run;
  run.file = "/nowhere/run.evtwin";
  run.scenario_file = scenarios + scenario;
  run.scenario_text = read_all(run.scenario_file);
  run.clock = Clock({{0, kernel::time_never, 9 * kernel::hour_ns}}, "Asia/Seoul");
  run.start_ns = run.clock.parse_instant(from);
  run.end_ns = run.clock.parse_instant(to);
  return run;
}
Run manager_day() {
  Run run = run_of("manager_day.lua", "2026-06-10T00:00", "2026-06-11T00:00");
  run.seed = 1;
  return run;
}
Run workplace_week() {
  Run run = run_of("workplace_week.lua", "2026-06-01T00:00", "2026-06-08T00:00");
  run.seed = 7;
  return run;
}

std::string ask(const std::vector<std::string>& words, int status = 0) {
  setenv("EVTWIN_LIBRARY", (scenarios + "lib").c_str(), 1);
  ChildProcess child(words);
  child.wait_for_end();
  EXPECT_EQ(child.exit_status(), status) << child.stderr_text();
  return status == 0 ? child.stdout_text() : child.stderr_text();
}
ChargeAnswer advice(const Run& run, const ChargeRequest& request, bool korean = false) {
  return read_charge_answer(ask(advise_arguments(paths::program, asked_world(run), request, korean)), run.clock);
}

struct RunFolder {
  RunFolder() {
    std::string pattern = ::testing::TempDir() + "evtwin-ask-XXXXXX";
    path = mkdtemp(pattern.data());
  }
  ~RunFolder() { fs::remove_all(path); }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  std::string path;
};

TEST(AskedWorld, IsTheRunsOwnScenarioSeedParametersAndLength) {
  model::Run run = workplace_week();
  run.parameters = {{"pv_kw", "30"}, {"change storage_kwh", "0"}};
  const AskedWorld world = asked_world(run);
  EXPECT_EQ(world.trouble, NotAskable::askable);
  EXPECT_EQ(world.days, 7);
  EXPECT_TRUE(world.reads_parameter("contract_kw"));
  EXPECT_FALSE(world.reads_parameter("sessions"));
  SiteRequest request;
  request.changes = {{"contract_kw", "90"}, {"storage_kwh", "50"}};
  request.strategy = "edf";
  EXPECT_EQ(
      run_arguments("evtwin", world, request, "out.evtwin"),
      (std::vector<std::string>{"evtwin", "run", scenarios + "workplace_week.lua", "--set", "pv_kw=30", "--change",
                                "contract_kw=90", "--change", "storage_kwh=50", "--seed", "7", "--days", "7", "--json",
                                "--progress", "--strategy", "edf", "--out", "out.evtwin"}));
  run.end_ns += kernel::hour_ns;
  EXPECT_EQ(asked_world(run).days, 0);  // not whole days: the scenario's own length
}

TEST(AskedWorld, TheScenarioIsFoundBesideTheRunFileToo) {
  const RunFolder folder;
  fs::copy_file(scenarios + "manager_day.lua", folder.path + "/manager_day.lua");
  model::Run run = manager_day();
  run.scenario_file = "gone/manager_day.lua";
  run.file = folder.path + "/run.evtwin";
  const AskedWorld world = asked_world(run);
  EXPECT_EQ(world.trouble, NotAskable::askable);
  EXPECT_EQ(world.scenario, folder.path + "/manager_day.lua");
}

TEST(AskedWorld, WhatCanNotBeAskedSaysWhy) {
  model::Run gone = manager_day();
  gone.scenario_file = "/nowhere/x.lua";
  EXPECT_EQ(asked_world(gone).trouble, NotAskable::no_file);
  gone.scenario_file = "";
  EXPECT_EQ(asked_world(gone).trouble, NotAskable::no_file);
  model::Run edited = manager_day();
  edited.scenario_text += " ";
  EXPECT_EQ(asked_world(edited).trouble, NotAskable::another_text);
  model::Run replayed = manager_day();
  replayed.scores.emplace_back();
  EXPECT_EQ(asked_world(replayed).trouble, NotAskable::from_log);
  model::Run of_log = manager_day();
  of_log.parameters["sessions of log"] = "site.log";
  EXPECT_EQ(asked_world(of_log).trouble, NotAskable::from_log);
}

TEST(PlanACharge, BothWaysComeBackWithCostScheduleAndFinish) {
  const model::Run run = manager_day();
  ChargeRequest request;
  request.target = 0.5;
  request.arrive = "2026-06-10T10:30";
  request.leave = "17:30";
  request.strategy = "edf";
  const ChargeAnswer answer = advice(run, request);
  EXPECT_TRUE(answer.reachable);
  EXPECT_TRUE(answer.driver_price);
  EXPECT_EQ(answer.currency, "KRW");
  EXPECT_EQ(answer.existing.strategy, "asap");
  EXPECT_EQ(answer.proposed.strategy, "edf");
  EXPECT_EQ(answer.arrive_ns, run.clock.parse_instant("2026-06-10T10:30"));
  EXPECT_EQ(answer.leave_ns, run.clock.parse_instant("2026-06-10T17:30"));
  ASSERT_FALSE(answer.existing.schedule.empty());
  double kwh = 0.0;
  for (const ChargePiece& piece : answer.existing.schedule) kwh += piece.kwh;
  EXPECT_NEAR(kwh, answer.existing.got_kwh, 1e-9);
  EXPECT_NEAR(answer.existing.cost, 250.0 * kwh, 1e-6);  // driver_price_per_kwh of the scenario
  EXPECT_LE(answer.existing.ready_ns, answer.leave_ns);
  EXPECT_FALSE(answer.why.empty());
}

TEST(PlanACharge, AStrategyThatIsDearerLeavesTheBaselineAlone) {
  const model::Run run = workplace_week();
  ChargeRequest request;
  request.target = 0.5;
  request.arrive = "2026-06-03T08:00";
  request.leave = "18:00";
  request.strategy = "alap";
  const ChargeAnswer answer = advice(run, request);
  EXPECT_TRUE(answer.keep_existing);
  EXPECT_TRUE(answer.proposed.schedule.empty());
  EXPECT_NE(answer.why.find("keep the existing way (asap)"), std::string::npos);
  const ChargeAnswer korean = advice(run, request, true);
  EXPECT_NE(korean.why.find("기존 방식(asap) 유지"), std::string::npos) << korean.why;
}

TEST(PlanACharge, AWishThatCanNotBeHasItsReason) {
  const model::Run run = manager_day();
  ChargeRequest request;
  request.target = 1.0;
  request.arrive = "2026-06-10T10:30";
  request.leave = "11:00";
  request.strategy = "edf";
  const ChargeAnswer answer = advice(run, request);
  EXPECT_FALSE(answer.reachable);
  EXPECT_NE(answer.reason.find("the target can not be reached"), std::string::npos);
  request.battery_kwh = 0.0;
  const std::string err = ask(advise_arguments(paths::program, asked_world(run), request, false), 1);
  EXPECT_EQ(error_line(err), "--vehicle: kwh = 0 must be above 0 and at most 2000 kWh");
}

TEST(WhatIf, ListsAndComparisonsAreRead) {
  const auto strategies = read_strategies(ask(strategies_arguments(paths::program)));
  for (const char* name : {"asap", "edf"})
    EXPECT_NE(std::find(strategies.begin(), strategies.end(), name), strategies.end()) << name;
  const auto tariffs = read_tariffs(ask(tariffs_arguments(paths::program))).at("KRW");
  EXPECT_NE(std::find(tariffs.begin(), tariffs.end(), "kepco_ev.self_use_low_voltage"), tariffs.end());
  const RunFolder folder;
  const auto compared = read_comparison(
      ask(compare_arguments(paths::program, asked_world(manager_day()), {"asap", "edf"}, folder.path + "/runs")));
  ASSERT_EQ(compared.size(), 2U);
  EXPECT_EQ(compared[1].strategy, "edf");
  EXPECT_GT(compared[1].kpis.at("total_cost"), 0.0);
  EXPECT_TRUE(std::isnan(compared[1].kpis.at("regret")));
  EXPECT_EQ(compared[1].file, folder.path + "/runs/edf.evtwin");
  EXPECT_TRUE(fs::exists(compared[1].file));
}

TEST(WhatIf, AnAnswerThatIsNoneIsRefusedInWords) {
  const Clock clock;
  for (const char* text : {"", "{}", "[]", "null", "{\"advice\": 3}", "\xff", "{\"runs\": [{}]}"}) {
    EXPECT_THROW(read_charge_answer(text, clock), std::runtime_error) << text;
    EXPECT_THROW(read_comparison(text), std::runtime_error) << text;
    EXPECT_THROW(read_tariffs(text), std::runtime_error) << text;
  }
}

TEST(WhatIf, TheErrorOfAChildIsItsOneLine) {
  EXPECT_EQ(error_line("note: x\nerror: no such \x1b[2J\nmore\n"), "no such \\x1B[2J");
  EXPECT_EQ(error_line("something\nelse\n"), "else");
  EXPECT_EQ(error_line(""), "");
}

}  // namespace
}  // namespace evtwin::viewer::model
