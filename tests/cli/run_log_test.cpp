// evtwin runs and evtwin diff: what was run, and in what two runs differ.
#include <cmath>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class RunLog : public Command {
 protected:
  std::string record(const std::string& name, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"run", source_dir + "/scenarios/ev2gym_v2gprofitmax.lua", "-o", path(name)};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(run(words).status, 0) << name;
    return path(name);
  }
};

TEST_F(RunLog, ListsWhatAFolderHolds) {
  record("a.evtwin", {"--strategy", "edf"});
  record("b.evtwin", {"--set", "stations=7", "--seed", "99"});
  const auto runs = run({"runs", folder_, "--json"}).json()["runs"];
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0]["file"], "a.evtwin");
  EXPECT_EQ(runs[0]["strategy"], "edf");
  EXPECT_EQ(runs[0]["state"], "complete");
  EXPECT_EQ(runs[1]["parameters"]["stations"], "7");
  EXPECT_EQ(runs[1]["seed"], 99);
  EXPECT_EQ(runs[1]["kpi"]["objective"].get<double>(), run({"run", source_dir + "/scenarios/ev2gym_v2gprofitmax.lua",
                                                            "--set", "stations=7", "--seed", "99", "--json"})
                                                           .json()["kpi"]["objective"]
                                                           .get<double>());
  const std::string table = run({"runs", folder_}).out;
  EXPECT_NE(table.find("stations=7"), std::string::npos) << table;
  EXPECT_NE(table.find("edf"), std::string::npos);
}

TEST_F(RunLog, AFileThatIsNoneIsNamedAndTheOthersListed) {
  record("a.evtwin");
  write("b.evtwin", "no data base");
  const Said said = run({"runs", folder_, "--json"});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("b.evtwin: not an evtwin run file"), std::string::npos) << said.err;
  EXPECT_EQ(said.json()["runs"].size(), 1U);
}

TEST_F(RunLog, AFolderWithoutRunsSaysSo) {
  EXPECT_NE(run({"runs", folder_}).err.find("no run files"), std::string::npos);
  const Said nowhere = run({"runs", path("nowhere")});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_NE(nowhere.err.find("not a folder"), std::string::npos) << nowhere.err;
}

TEST_F(RunLog, TheSameRunTwiceHasNoDifference) {
  const std::string a = record("a.evtwin"), b = record("b.evtwin");
  const auto json = run({"diff", a, b, "--json"}).json();
  EXPECT_EQ(json["same_history"], true);
  EXPECT_TRUE(json["facts"].empty()) << json["facts"];
  EXPECT_TRUE(json["kpi"].empty()) << json["kpi"];
  EXPECT_NE(run({"diff", a, b}).out.find("No difference."), std::string::npos);
}

TEST_F(RunLog, DifferencesAreNamedAndEveryFigureSaysByHowMuch) {
  const std::string a = record("a.evtwin", {"--strategy", "edf"});
  const std::string b = record("b.evtwin", {"--strategy", "price-threshold", "--set", "stations=7"});
  const auto json = run({"diff", a, b, "--json"}).json();
  EXPECT_EQ(json["same_history"], false);
  EXPECT_EQ(json["facts"]["strategy"]["a"], "edf");
  EXPECT_EQ(json["facts"]["strategy"]["b"], "price-threshold");
  EXPECT_EQ(json["facts"]["parameter stations"]["b"], "7");
  EXPECT_FALSE(json["facts"].contains("seed"));
  EXPECT_FALSE(json["facts"].contains("scenario text"));
  const auto runs = run({"runs", folder_, "--json"}).json()["runs"];
  for (const char* name : {"objective", "sessions", "v2g_kwh"}) {
    const auto& kpi = json["kpi"][name];
    EXPECT_EQ(kpi["a"], runs[0]["kpi"][name]) << name;
    EXPECT_EQ(kpi["b"], runs[1]["kpi"][name]) << name;
    EXPECT_EQ(kpi["change"].get<double>(), kpi["b"].get<double>() - kpi["a"].get<double>()) << name;
  }
  EXPECT_FALSE(json["kpi"].contains("pv_kwh"));  // 0 in both
  const std::string text = run({"diff", a, b}).out;
  EXPECT_NE(text.find("parameter stations"), std::string::npos) << text;
}

// The figures of the run file's tables add up to the KPIs beside them; unknown batteries are NULL, not 0.
TEST_F(RunLog, WearOfSessionsAndStorageAddsUpToTheKpis) {
  const std::string file = path("week.evtwin");
  ASSERT_EQ(run({"run", source_dir + "/scenarios/workplace_week.lua", "-o", file}).status, 0);
  const auto number = [&](const std::string& sql) { return std::stod(query(file, sql).at(0).at("x")); };
  for (const std::string kind : {"calendar", "cyclic"}) {
    const double sessions = number("SELECT sum(wear_" + kind + ") AS x FROM session");
    const double kpi = number("SELECT value AS x FROM kpi WHERE name = 'wear_" + kind + "'");
    EXPECT_GT(kpi, 0.0);
    EXPECT_NEAR(sessions, kpi, 1e-12 * kpi);
    const double storage = number("SELECT sum(wear_" + kind + ") AS x FROM storage_use");
    EXPECT_GT(storage, 0.0);
    EXPECT_EQ(storage, number("SELECT value AS x FROM kpi WHERE name = 'storage_wear_" + kind + "'"));
  }
  const std::string unknown = path("unknown.evtwin");
  ASSERT_EQ(run({"run", source_dir + "/scenarios/real_sessions.lua", "-o", unknown}).status, 0);
  for (const auto& row : query(unknown, "SELECT soc_start, wear_calendar FROM session WHERE plugged_in_ns IS NOT NULL"))
    EXPECT_EQ(row.at("soc_start").empty(), row.at("wear_calendar").empty());
}

TEST_F(RunLog, DiffRefusesWhatIsNoRunFile) {
  const Said said = run({"diff", record("a.evtwin"), write("b.evtwin", "x")});
  EXPECT_EQ(said.status, 1);
  EXPECT_NE(said.err.find("b.evtwin"), std::string::npos);
  EXPECT_EQ(run({"diff", path("a.evtwin")}).status, 2);
}

}  // namespace
}  // namespace evtwin::testing
