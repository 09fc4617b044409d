// evtwin train: a learner of somebody else's, handed the fleet.
#include <gmock/gmock.h>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// One car from 09:00 to 17:00 that wants 21 kWh and takes 7 kW; 200 KRW a kWh until 13:00, then 100. Three hours of
/// the cheap four are enough: 2,100 KRW. At once it costs 4,200, and nothing at all 8,400, at 400 for what is unmet.
constexpr const char* two_prices = R"lua(
return scenario {
  name = "Two prices", start = "2026-06-01", days = 1, timezone = "Asia/Seoul", seed = 1,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7, ac_phases = 1, efficiency = { 1, 1 } } },
  site {
    name = "site", voltage_v = 220, contract_kw = param("contract_kw", 20),
    tariff = { name = "two", currency = "KRW", source = "made up", periods = {
      { from = "00:00", to = "13:00", price_per_kwh = 200 }, { from = "13:00", to = "24:00", price_per_kwh = 100 } } },
    stations = { { name = "A", evses = 1, kw = 7, phases = 1, min_a = 6 } },
    unmet_price_per_kwh = 400, forecast = "yesterday",
  },
  arrivals = bookings {
    { id = "car", vehicle = "car", arrive = "2026-06-01T09:00", leave = "2026-06-01T17:00", soc = 0.2, target = 0.55 },
  },
}
)lua";

class Train : public Command {
 protected:
  const std::string learner_ = paths::test_plugin_dir + "/random_search.so";
  const std::string scenario_ = write("two.lua", two_prices);

  Said train(const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"train", scenario_, "--learner", learner_, "--episodes", "800", "-o", path(out)};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(Train, ALearnerFromScratchFindsTheOptimumByHand) {
  const Said said = train("policy", {"--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const nlohmann::json json = said.json();
  EXPECT_EQ(json["episodes"], 800);
  EXPECT_NEAR(json["first_objective"].get<double>(), 8400.0, 1e-6) << "weights of 0 charge nothing";
  EXPECT_GE(json["best_objective"].get<double>(), 2100.0 - 1e-6);
  EXPECT_LE(json["best_objective"].get<double>(), 2100.0 / 0.98);
  const std::string policy = read_all(path("policy"));
  EXPECT_THAT(policy, StartsWith("linear-policy/1 "));
  EXPECT_EQ(json["policy_bytes"], policy.size());
  EXPECT_FALSE(std::filesystem::exists(path("policy.part")));
}

TEST_F(Train, TheSameTrainingMakesTheSameBytes) {
  ASSERT_EQ(train("one", {"--threads", "1"}).status, 0);
  ASSERT_EQ(train("three", {"--threads", "3"}).status, 0);
  ASSERT_EQ(train("other", {"--seed", "9"}).status, 0);
  EXPECT_EQ(read_all(path("one")), read_all(path("three")));
  EXPECT_NE(read_all(path("one")), read_all(path("other")));
}

TEST_F(Train, SaysWhatItDidInWords) {
  const Said said = train("policy");
  EXPECT_THAT(said.out, HasSubstr("Two prices: 800 episodes under random-search"));
  EXPECT_THAT(said.out, HasSubstr("objective of an episode: 8400 KRW at first, 2"));
  EXPECT_EQ(said.err, "");
}

TEST_F(Train, WhatCanNotBeIsOneLine) {
  write("there", "mine");
  const auto refused = [&](const Said& said, int status, const std::string& says) {
    EXPECT_EQ(said.status, status) << says;
    EXPECT_THAT(said.err, HasSubstr(says));
    EXPECT_EQ(said.out, "");
  };
  refused(train("there"), 1, "there: is there already and is kept");
  EXPECT_EQ(read_all(path("there")), "mine");
  refused(train("no/folder"), 1, "can not be written");
  refused(train("p", {"--set", "contract=3"}), 1, "contract");
  const auto with = [&](const std::string& learner) {
    return run({"train", scenario_, "--learner", learner, "--episodes", "8", "-o", path("p")});
  };
  refused(with("/no/learner.so"), 1, "learner /no/learner.so: there is no such file");
  refused(with(paths::plugin_dir + "/baseline.so"), 1, "exports no symbol evtwin_learners; is it a learner?");
  refused(with(scenario_), 1, "not a loadable shared object");
  refused(with(learner_ + "#ppo"), 1, "it has no learner 'ppo'; it has random-search");
  refused(with(learner_ + ":stp=3"), 1, "learner random-search has no parameter 'stp'; did you mean 'step'?");
  refused(with(learner_ + ":worlds=0"), 1, "parameter worlds must be");
  refused(run({"train", scenario_, "--learner", learner_, "-o", path("p")}), 2, "--episodes is required");
  EXPECT_FALSE(std::filesystem::exists(path("p")));
}

}  // namespace
}  // namespace evtwin::testing
