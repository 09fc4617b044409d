// A history of drivers at the command line: it is learned from, whatever way a run goes, and is no part of its books.
#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

class History : public Command {
 protected:
  const std::string scenario = source_dir + "/scenarios/known_drivers.lua";

  std::string hash(std::vector<std::string> more) const {
    more.insert(more.begin(), {"run", scenario, "--json"});
    const Said said = run(more);
    EXPECT_EQ(said.status, 0) << said.err;
    return said.status == 0 ? said.json()["event_hash"].get<std::string>() : said.err;
  }
};

TEST_F(History, WhoLearnsGoesOtherWaysByItAndWhoDoesNotDoesNot) {
  EXPECT_NE(hash({"--strategy", "lp"}), hash({"--strategy", "lp", "--set", "history=none"}));
  EXPECT_EQ(hash({"--strategy", "edf"}), hash({"--strategy", "edf", "--set", "history=none"}));
}

TEST_F(History, AProcessOfItsOwnLearnsTheSame) {
  EXPECT_EQ(hash({"--strategy", "lp"}), hash({"--strategy", "lp", "--isolate"}));
}

TEST_F(History, ARunGoesOnAndComesAgainWithIt) {
  const std::string straight = hash({"--strategy", "lp", "-o", path("straight.evtwin")});
  const Said again = run({"rerun", path("straight.evtwin"), "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(again.json()["same_history"].get<bool>());
  bool named = false;
  const auto runs = run({"runs", folder_, "--json"}).json()["runs"];
  for (const auto& input : runs[0]["inputs"]) named = named || input["name"] == "made_sessions.csv";
  EXPECT_TRUE(named) << runs.dump();

  ASSERT_EQ(
      run({"run", scenario, "--strategy", "lp", "--checkpoint-at", "2026-06-16T10:07", path("half.evtwin")}).status, 0);
  const Said rest = run({"run", "--from", path("half.evtwin"), "--json"});
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(rest.json()["event_hash"].get<std::string>(), straight);
  // Another strategy that takes over has seen nobody: the history was shown at the start.
  const Said taken_over = run({"run", "--from", path("half.evtwin"), "--strategy", "edf", "--json"});
  EXPECT_EQ(taken_over.status, 0) << taken_over.err;
}

}  // namespace
}  // namespace evtwin::testing
