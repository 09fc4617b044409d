// What a policy learnt for, in the report on its run.
#include <gmock/gmock.h>

#include <sstream>

#include "cli/command.hpp"
#include "rl/made_policy.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RewardReport : public Command {
 protected:
  std::string policy(const std::string& reward) const {
    policy::PolicyFile made = made_policy(n_old_prices);
    made.head["reward"]["name"] = reward;
    return write("p.policy", policy::policy_bytes(made));
  }
  /// Two days of the workplace under that policy. @returns its key figures
  nlohmann::json live(const std::string& file) const {
    const Said said = run({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "2", "--strategy",
                           "ppo:policy=" + file, "-o", path("run.evtwin"), "--json"});
    EXPECT_EQ(said.status, 0) << said.err;
    return said.status == 0 ? said.json()["kpi"] : nlohmann::json();
  }
  std::string report(const std::string& name) const {
    const Said said = run({"report", path("run.evtwin"), "-o", path(name + ".html"), "--csv", path(name)});
    EXPECT_EQ(said.status, 0) << said.err;
    return read_all(path(name + ".html"));
  }
  /// Cells of the row of reward.csv that begins with this.
  std::vector<double> row(const std::string& name, const std::string& term) const {
    std::istringstream lines(read_all(path(name + "/reward.csv")));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(term + ",")) continue;
      std::vector<double> cells;
      std::istringstream words(line.substr(term.size() + 1));
      for (std::string word; std::getline(words, word, ',');) cells.push_back(word.empty() ? 0.0 : std::stod(word));
      return cells;
    }
    ADD_FAILURE() << term << " has no row in " << read_all(path(name + "/reward.csv"));
    return {0.0, 0.0, 0.0};
  }
};

TEST_F(RewardReport, PartsOfTheObjectiveAddUpToWhatTheRunIsJudgedBy) {
  const nlohmann::json kpi = live(policy("objective"));
  EXPECT_THAT(report("page"), HasSubstr("Reward (objective) by its parts"));
  EXPECT_NEAR(row("page", "together").back(), -kpi["objective"].get<double>(), 0.01);
  EXPECT_NEAR(row("page", "energy_cost").front(), kpi["energy_cost"].get<double>(), 0.01);
  EXPECT_NEAR(row("page", "demand_charge").back(), -kpi["demand_charge"].get<double>(), 0.01);
  EXPECT_GT(kpi["energy_cost"].get<double>(), 0.0);
}

TEST_F(RewardReport, EachPartOfBoaFeHasTheSignThatItIsMeantToHave) {
  const nlohmann::json kpi = live(policy("boa-fe:satisfaction=500"));
  EXPECT_THAT(report("page"), HasSubstr("Reward (boa-fe:satisfaction=500) by its parts"));
  const std::vector<double> cost = row("page", "energy_cost"), served = row("page", "satisfaction"),
                            cycles = row("page", "storage_cycles");
  EXPECT_LT(cost.back(), 0.0);
  EXPECT_GT(served.back(), 0.0);
  EXPECT_LE(cycles.back(), 0.0);
  EXPECT_EQ(served[1], 500.0) << "the weight that was asked for";
  EXPECT_NEAR(served.back(), 500.0 * served.front(), 0.01 * 500.0);
  // Satisfaction is at most one a vehicle that left, and everybody left with something.
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path("run.evtwin").c_str(), &db), SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  ASSERT_EQ(
      sqlite3_prepare_v2(db, "SELECT requested_kwh, got_kwh FROM session WHERE ended = 'departed'", -1, &rows, nullptr),
      SQLITE_OK);
  double sum = 0.0;
  int left = 0;
  for (; sqlite3_step(rows) == SQLITE_ROW; ++left)
    sum += std::min(1.0, sqlite3_column_double(rows, 1) / sqlite3_column_double(rows, 0));
  sqlite3_finalize(rows);
  sqlite3_close(db);
  EXPECT_GT(left, 10);
  EXPECT_NEAR(served.front(), sum, 0.01);
  EXPECT_NEAR(row("page", "together").back(),
              cost.back() + served.back() + cycles.back() + row("page", "demand_charge").back(), 0.05);
}

TEST_F(RewardReport, TheRunFileTellsItWithoutThePolicy) {
  const std::string file = policy("boa-fe:satisfaction=500");
  live(file);
  report("before");
  std::filesystem::remove(file);
  report("gone");
  policy("objective");  // another one under its name
  report("another");
  EXPECT_EQ(read_all(path("gone/reward.csv")), read_all(path("before/reward.csv")));
  EXPECT_EQ(read_all(path("another/reward.csv")), read_all(path("before/reward.csv")));
  EXPECT_THAT(run({"check", path("run.evtwin")}).status, 0);
}

TEST_F(RewardReport, WhatNoRunFileTellsIsSaidAndNotMadeUp) {
  live(policy("enerv2gize-provider-corrected"));
  EXPECT_THAT(report("function"), HasSubstr("a function of each step, of which no run file keeps sums"));
  EXPECT_THAT(read_all(path("function/reward.csv")), HasSubstr("users,not recorded"));
  EXPECT_THAT(read_all(path("function/reward.csv")), Not(HasSubstr("together")));
  EXPECT_FALSE(std::filesystem::exists(path("function/reward.svg")));

  live(policy("weights:energy_cost=-1,lateness_kwh2=-0.05"));
  EXPECT_THAT(report("term"), HasSubstr("No run file tells: lateness_kwh2"));
  EXPECT_THAT(read_all(path("term/reward.csv")), HasSubstr("lateness_kwh2,not recorded"));
  EXPECT_NEAR(row("term", "together").back(), row("term", "energy_cost").back(), 1e-9);

  // The scenario's own: a training writes its parts into the policy.
  policy::PolicyFile own = made_policy(n_old_prices);
  own.head["reward"]["name"] = "scenario";
  using Json = nlohmann::json;
  const Json weight = Json::array({"energy_cost", -2.0});
  own.head["training"]["reward_parts"] = {{"of_terms", true}, {"weights", Json::array({weight})}};
  live(write("p.policy", policy::policy_bytes(own)));
  EXPECT_THAT(report("own"), HasSubstr("Reward (scenario) by its parts"));
  EXPECT_NEAR(row("own", "together").back(), -2.0 * row("own", "energy_cost").front(), 0.02);

  live(policy("lateness"));
  EXPECT_THAT(report("unknown"), HasSubstr("Its parts are not known by its name"));
}

TEST_F(RewardReport, ARunWithoutAPolicyHasNone) {
  const Said said = run({"run", source_dir + "/scenarios/workplace_week.lua", "--days", "1", "--strategy", "asap", "-o",
                         path("run.evtwin")});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(report("page"), Not(HasSubstr("by its parts")));
  EXPECT_FALSE(std::filesystem::exists(path("page/reward.csv")));
}

// Without a policy its create() answers that it needs one, and every check of a life fails.
TEST_F(RewardReport, APolicyIsCheckedAsAPluginIs) {
  const std::string checks = "create,answers,parameter-values,two-processes,state";
  const std::string given = "ppo:policy=" + policy("objective");
  const Said said = run({"plugin", "check", given, "--only", checks, "--json"});
  EXPECT_EQ(said.status, 0) << said.err << said.out;
  EXPECT_EQ(run({"plugin", "check", "ppo", "--only", "answers", "--json"}).status, 3);
}

}  // namespace
}  // namespace evtwin::testing
