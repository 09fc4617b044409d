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
  EXPECT_THAT(report("page"), HasSubstr("Reward (boa-fe) by its parts"));
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

TEST_F(RewardReport, WithoutThePolicyOrWithAFunctionNothingIsMadeUp) {
  live(policy("SquaredTrackingErrorReward"));
  EXPECT_THAT(report("function"), Not(HasSubstr("by its parts")));
  live(policy("lateness"));
  EXPECT_THAT(report("unknown"), Not(HasSubstr("by its parts")));
  std::filesystem::remove(path("run.evtwin"));
  live(policy("objective"));
  policy("boa-fe");
  EXPECT_THAT(report("changed"), Not(HasSubstr("by its parts"))) << "that is another policy";
  EXPECT_FALSE(std::filesystem::exists(path("changed/reward.csv")));
}

}  // namespace
}  // namespace evtwin::testing
