// --change, --progress and the ways to stop: what a program that starts evtwin relies on.
#include <algorithm>
#include <sstream>
#include <thread>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

const std::string day = source_dir + "/scenarios/manager_day.lua";

class Change : public Command {
 protected:
  double kpi(const std::vector<std::string>& more, const char* name) const {
    std::vector<std::string> arguments{"run", day, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Said said = run(arguments);
    EXPECT_EQ(said.status, 0) << said.err;
    return said.status == 0 ? said.json()["kpi"][name].get<double>() : 0.0;
  }
};

TEST_F(Change, ASmallerContractIsASmallerPeak) {
  const double was = kpi({}, "peak_kw"), now = kpi({"--change", "contract_kw=20"}, "peak_kw");
  EXPECT_LE(now, 20.0 + 1e-9);
  EXPECT_GT(was, now);
}

TEST_F(Change, TheSameAsTheScenarioChangesNothing) {
  const auto hash = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", day, "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments).json()["event_hash"].get<std::string>();
  };
  EXPECT_EQ(hash({}), hash({"--change", "contract_kw=60", "--change", "storage_kwh=60", "--change", "storage_kw=30",
                            "--change", "pv_scale=1", "--change", "tariff=kepco_ev.self_use_high_voltage"}));
  EXPECT_NE(hash({}), hash({"--change", "storage_kwh=0"}));
}

TEST_F(Change, TwoRunsDifferVisiblyInWhatWasAskedFor) {
  ASSERT_EQ(run({"run", day, "--out", path("a.evtwin")}).status, 0);
  ASSERT_EQ(run({"run", day, "--change", "contract_kw=45", "--out", path("b.evtwin")}).status, 0);
  const Said said = run({"diff", path("a.evtwin"), path("b.evtwin")});
  EXPECT_NE(said.out.find("change contract_kw"), std::string::npos) << said.out;
  EXPECT_EQ(query(path("b.evtwin"), "SELECT contract_kw FROM site")[0].at("contract_kw"), "45.0");
}

TEST_F(Change, CompareAndAdviseTakeItToo) {
  const Said compared =
      run({"compare", day, "--strategies", "asap,edf", "--no-bound", "--change", "contract_kw=20", "--json"});
  ASSERT_EQ(compared.status, 0) << compared.err;
  const auto answer = compared.json();
  for (const auto& one : answer["runs"]) EXPECT_LE(one["kpi"]["peak_kw"].get<double>(), 20.0 + 1e-9);
  const std::string car = "kwh=64,soc=0.2,target=0.5,arrive=10:30,leave=12:30";
  const auto pays = [&](const std::string& price) {
    const Said said = run(
        {"advise", day, "--vehicle", car, "--strategy", "edf", "--change", "driver_price_per_kwh=" + price, "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    return said.json()["existing"]["driver_pays"].get<double>();
  };
  EXPECT_NEAR(pays("500"), 2.0 * pays("250"), 1e-6);
}

TEST_F(Change, ACheckpointGoesOnInTheChangedWorldAndTakesNoFurtherChange) {
  const std::vector<std::string> changed{"--change", "contract_kw=25", "--change",
                                         "tariff=kepco_ev.self_use_low_voltage"};
  const auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), changed.begin(), changed.end());
    return run(arguments);
  };
  const Said straight = with({"run", day, "--json"});
  ASSERT_EQ(straight.status, 0) << straight.err;
  ASSERT_EQ(with({"run", day, "--checkpoint-at", "2026-06-10T12:00", path("noon.evtwin")}).status, 0);
  const Said gone_on = run({"run", "--from", path("noon.evtwin"), "--json"});
  ASSERT_EQ(gone_on.status, 0) << gone_on.err;
  EXPECT_EQ(gone_on.json()["event_hash"], straight.json()["event_hash"]);
  EXPECT_EQ(run({"run", "--from", path("noon.evtwin"), "--change", "contract_kw=30"}).status, 2);
}

TEST_F(Change, AWrongOneIsOneLineWithTheNearestRightName) {
  const Said said = run({"run", day, "--change", "contrct_kw=60"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("did you mean contract_kw?"), std::string::npos) << said.err;
  EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1);
  EXPECT_EQ(run({"run", day, "--change", "contract_kw"}).status, 2);
}

TEST_F(Change, TariffsAreListedAsTheyAreChosen) {
  const auto listed = run({"tariffs", "--json"}).json()["tariffs"];
  EXPECT_TRUE(std::any_of(listed.begin(), listed.end(),
                          [](const auto& tariff) { return tariff["name"] == "kepco_ev.self_use_low_voltage"; }));
  EXPECT_NE(run({"tariffs"}).out.find("kepco_ev.self_use_low_voltage"), std::string::npos);
}

TEST_F(Change, ProgressIsALinePerPercentAndNothingElse) {
  const std::string week = source_dir + "/scenarios/workplace_week.lua";
  const std::vector<std::vector<std::string>> commands{
      {"run", week, "--progress", "--json"},
      {"compare", day, "--strategies", "asap,edf", "--no-bound", "--progress", "--json"},
      {"advise", day, "--vehicle", "kwh=64,soc=0.2,target=0.5,arrive=10:30,leave=12:30", "--strategy", "edf",
       "--progress", "--json"},
      {"whatif", source_dir + "/scenarios/made_site.log", "--strategies", "asap,edf", "--no-bound", "--progress",
       "--json"}};
  for (const auto& command : commands) {
    const Said said = run(command);
    ASSERT_EQ(said.status, 0) << said.err;
    std::istringstream lines(said.err);
    double last = -1.0;
    std::size_t told = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("note: ", 0) == 0) continue;
      ASSERT_EQ(line.rfind("progress ", 0), 0U) << line;
      const double fraction = std::stod(line.substr(9));
      EXPECT_GE(fraction, 0.0);
      EXPECT_LE(fraction, 1.0);
      EXPECT_NE(fraction, last);
      last = fraction;
      ++told;
    }
    EXPECT_GE(told, 2U) << command[0];
    EXPECT_EQ(last, 1.0) << command[0];
  }
  EXPECT_TRUE(run({"run", day, "--json"}).err.find("progress") == std::string::npos);
}

TEST_F(Change, SigtermEndsLikeCtrlC) {
  const pid_t child =
      start({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "20000", "--out", path("long.evtwin")});
  while (!std::filesystem::exists(path("long.evtwin"))) {
    ASSERT_EQ(kill(child, 0), 0);
    std::this_thread::yield();
  }
  kill(child, SIGTERM);
  EXPECT_EQ(finish(child).status, 130);
  EXPECT_NE(run({"check", path("long.evtwin")}).err.find("interrupted"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::testing
