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

// ---- What is learnt for

TEST_F(Train, RewardsAreListedWithFormulaAndSource) {
  const nlohmann::json json = run({"rewards", "--json"}).json();
  std::map<std::string, nlohmann::json> by_name;
  for (const auto& row : json["rewards"]) by_name[row["name"]] = row;
  EXPECT_EQ(by_name.at("boa-fe")["formula"],
            "-energy_cost - demand_charge + 1000 x satisfaction - 1000 x storage_cycles");
  EXPECT_EQ(by_name.at("V2G_profitmaxV2")["formula"], "-energy_cost - 0.05 x lateness_kwh2 - 0.05 x missing_kwh2");
  EXPECT_EQ(by_name.at("SimpleReward")["formula"], "return -ticks * (setpoint_kw - net_kw)^2");
  EXPECT_EQ(by_name.at("enerv2gize-joined-1")["weights"]["grid"], 0.5);
  for (const auto& [name, row] : by_name) EXPECT_NE(row["source"], "") << name;
  EXPECT_GE(json["terms"].size(), 30U);
  const Said one = run({"rewards", "SquaredTrackingErrorReward"});
  EXPECT_THAT(one.out, HasSubstr("EV2Gym 2.0.0"));
  EXPECT_THAT(one.out, HasSubstr("min(setpoint_kw, potential_kw) - net_kw"));
  const Said slip = run({"rewards", "boa_fe"});
  EXPECT_EQ(slip.status, 1);
  EXPECT_THAT(slip.err, HasSubstr("did you mean boa-fe"));
}

TEST_F(Train, WhatIsLearntForIsAskedForByNameOrByTheScenario) {
  EXPECT_EQ(train("a", {"--json"}).json()["reward"], "objective");
  EXPECT_EQ(train("b", {"--json", "--reward", "boa-fe:satisfaction=5"}).json()["reward"], "boa-fe:satisfaction=5");
  std::string own = two_prices;
  own.replace(own.find("seed = 1"), 8, "seed = 1, reward = function(step) return -step.energy_cost end");
  const std::string file = write("own.lua", own);
  const Said said = run({"train", file, "--learner", learner_, "--episodes", "16", "-o", path("c"), "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["reward"], "scenario");
  const nlohmann::json asked =
      nlohmann::json::parse(query(path("c.curve.sqlite"), "SELECT identity FROM training").at(0).at("identity"));
  EXPECT_EQ(asked["reward"], "scenario");

  const auto refused = [&](const std::string& reward, const std::string& says) {
    const Said no = train("p", {"--reward", reward});
    EXPECT_EQ(no.status, 1) << reward;
    EXPECT_THAT(no.err, HasSubstr(says));
    EXPECT_FALSE(std::filesystem::exists(path("p")));
  };
  refused("boa", "--reward: there is no reward 'boa'");
  refused("scenario", "--reward: reward scenario: the scenario has no key `reward`");
  refused("weights:energy=-1", "there is no term 'energy'");
}

// ---- What lies beside a policy, and what a training that was broken off goes on from

TEST_F(Train, TheCurveHasARowForEveryFigure) {
  ASSERT_EQ(train("policy").status, 0);
  const std::string file = path("policy.curve.sqlite");
  EXPECT_FALSE(std::filesystem::exists(file + "-wal"));
  const auto rows = query(file,
                          "SELECT episodes, steps, wall_s, unit, value FROM scalar WHERE id = 'trial.objective' AND "
                          "seed = 1 ORDER BY row");
  ASSERT_EQ(rows.size(), 100U) << "800 episodes, 8 at once";
  EXPECT_EQ(rows.front().at("episodes"), "8");
  EXPECT_EQ(rows.back().at("steps"), "1600");
  EXPECT_EQ(rows.front().at("unit"), "KRW");
  EXPECT_EQ(rows.front().at("value"), "8400.0");
  EXPECT_EQ(query(file, "SELECT 1 FROM scalar WHERE id = 'trial.unknown' AND value IS NOT NULL").size(), 0U);
  const auto training = query(file, "SELECT state, learner, episodes FROM training");
  ASSERT_EQ(training.size(), 1U);
  EXPECT_EQ(training[0].at("state"), "complete");
  EXPECT_EQ(training[0].at("episodes"), "800");
  EXPECT_FALSE(std::filesystem::is_empty(path("policy.tb")));
  EXPECT_FALSE(std::filesystem::exists(path("policy.checkpoint"))) << "it has ended well";
}

TEST_F(Train, OnlyTheSameTrainingGoesOn) {
  const std::string dies = learner_ + ":dies_after=400";
  const std::vector<std::string> words{"train",      scenario_, "--learner", dies,
                                       "--episodes", "800",     "-o",        path("killed")};
  ASSERT_EQ(run(words).status, -SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(path("killed.checkpoint")));
  const Said other = train("killed", {"--resume"});
  EXPECT_EQ(other.status, 1) << "its parameters were others";
  EXPECT_THAT(other.err, HasSubstr("was another training: its learner was"));
  EXPECT_THAT(other.err, HasSubstr("dies_after=400"));

  // The very same goes on, and dies again on the way.
  std::vector<std::string> again = words;
  again.emplace_back("--resume");
  ASSERT_EQ(run(again).status, -SIGKILL);
  EXPECT_EQ(query(path("killed.curve.sqlite"), "SELECT state FROM training").at(0).at("state"), "running");
}

/// The process ends at a limit of its time instead: nothing in what was asked for says so.
TEST_F(Train, StoppedAnywhereAndResumedMakesTheSameBytes) {
  const std::vector<std::string> long_one{"train", scenario_, "--learner", learner_, "--episodes", "2000", "-o"};
  const auto with = [&](const std::string& out, bool resume) {
    std::vector<std::string> words = long_one;
    words.push_back(path(out));
    if (resume) words.emplace_back("--resume");
    return words;
  };
  ASSERT_EQ(run(with("straight", false)).status, 0);
  const pid_t child = start(with("killed", false));
  while (!std::filesystem::exists(path("killed.checkpoint"))) usleep(1000);
  kill(child, SIGKILL);
  const Said killed = finish(child);
  ASSERT_EQ(killed.status, -SIGKILL) << "it was over before it could be killed";
  const Said resumed = run(with("killed", true));
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(read_all(path("killed")), read_all(path("straight")));
  const std::string rows = "SELECT count(*) AS n, sum(value) AS s, max(steps) AS m FROM scalar";
  EXPECT_EQ(query(path("killed.curve.sqlite"), rows), query(path("straight.curve.sqlite"), rows));
  EXPECT_FALSE(std::filesystem::exists(path("killed.checkpoint")));
  // Over is over: it says so, and does nothing.
  const Said over = run(with("killed", true));
  EXPECT_EQ(over.status, 0) << over.err;
  EXPECT_THAT(over.out, HasSubstr("complete already"));
}

TEST_F(Train, ALossThatIsNoNumberLeavesThePolicyKeptLast) {
  const Said said =
      run({"train", scenario_, "--learner", learner_ + ":fails_after=200", "--episodes", "800", "-o", path("policy")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("the loss is not finite; "));
  EXPECT_THAT(said.err, HasSubstr("policy is the policy kept last"));
  EXPECT_THAT(read_all(path("policy")), StartsWith("linear-policy/1 "));
  EXPECT_EQ(query(path("policy.curve.sqlite"), "SELECT state FROM training").at(0).at("state"), "failed");
}

TEST_F(Train, SeveralSeedsAreSeveralTrainings) {
  const Said said = train("p.pt", {"--seeds", "3", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const nlohmann::json json = said.json();
  ASSERT_EQ(json["trainings"].size(), 3U);
  double sum = 0.0;
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(json["trainings"][k]["seed"], k + 1);
    EXPECT_EQ(json["trainings"][k]["policy"], path("p.seed" + std::to_string(k + 1) + ".pt"));
    EXPECT_TRUE(std::filesystem::exists(path("p.seed" + std::to_string(k + 1) + ".pt")));
    sum += json["trainings"][k]["best_objective"].get<double>();
  }
  EXPECT_NEAR(json["best_objective"]["mean"].get<double>(), sum / 3.0, 1e-9);
  EXPECT_LE(json["best_objective"]["low"].get<double>(), sum / 3.0);
  EXPECT_GE(json["best_objective"]["high"].get<double>(), sum / 3.0);
  // One of them alone is the same training.
  ASSERT_EQ(train("alone", {"--seed", "2"}).status, 0);
  EXPECT_EQ(read_all(path("alone")), read_all(path("p.seed2.pt")));
  EXPECT_THAT(train("q.pt", {"--seeds", "2"}).out, HasSubstr("mean of the best objectives of 2 seeds"));
}

TEST_F(Train, FineTuningBeginsWithAPolicy) {
  ASSERT_EQ(train("first").status, 0);
  const Said said = train("second", {"--from", path("first"), "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_LT(said.json()["first_objective"].get<double>(), 8400.0) << "not from nothing";
  EXPECT_EQ(train("third", {"--from", path("none")}).status, 1);
  const Said torch = train("third", {"--from", write("model.pt", "PK\x03\x04 and so on")});
  EXPECT_EQ(torch.status, 1);
  EXPECT_THAT(torch.err, HasSubstr("model.pt: it is a zip"));
  EXPECT_FALSE(std::filesystem::exists(path("third.curve.sqlite"))) << "nothing came of it";
}

TEST_F(Train, ScenariosMayHaveSettingsOfTheirOwn) {
  const Said said = run({"train", scenario_ + ":contract_kw=30", scenario_, "--learner", learner_, "--episodes", "16",
                         "--set", "contract_kw=25", "-o", path("p"), "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["scenario"], "Two prices, Two prices");
  const nlohmann::json asked =
      nlohmann::json::parse(query(path("p.curve.sqlite"), "SELECT identity FROM training").at(0).at("identity"));
  EXPECT_EQ(asked["scenarios"][0]["parameters"]["contract_kw"], "30");
  EXPECT_EQ(asked["scenarios"][1]["parameters"]["contract_kw"], "25");
  EXPECT_EQ(asked["scenarios"][0]["file"], "two.lua") << "folders differ between machines";
}

TEST_F(Train, NothingIsLearntFromWhatIsHeldOut) {
  std::string tagged = two_prices;
  tagged.replace(tagged.find("seed = 1"), 8, "seed = 1, test = true");
  const std::string test = write("test.lua", tagged);
  const Said said = run({"train", test, "--learner", learner_, "--episodes", "8", "-o", path("p")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("test.lua: is held out (test = true)"));
  // It runs as any other.
  EXPECT_EQ(run({"run", test, "--strategy", "asap"}).status, 0);

  const Said overlaps = train("p", {"--test", test});
  EXPECT_EQ(overlaps.status, 1);
  EXPECT_THAT(overlaps.err, HasSubstr("site site from 2026-06-01"));
  EXPECT_THAT(overlaps.err, HasSubstr("overlaps "));
  std::string later = tagged;
  for (std::size_t at = 0; (at = later.find("2026-06-01", at)) != std::string::npos;)
    later.replace(at, 10, "2026-07-01");
  later.replace(later.find("days = 1"), 8, "days = 9");
  ASSERT_EQ(train("p", {"--test", write("later.lua", later)}).status, 0);
  const nlohmann::json asked =
      nlohmann::json::parse(query(path("p.curve.sqlite"), "SELECT identity FROM training").at(0).at("identity"));
  ASSERT_EQ(asked["test"].size(), 1U);
  EXPECT_EQ(asked["test"][0]["days"].size(), 9U);
  EXPECT_EQ(asked["test"][0]["days"][0], "2026-07-01");
  std::string elsewhere = tagged;
  elsewhere.replace(elsewhere.find("name = \"site\""), 13, "name = \"other\"");
  EXPECT_EQ(train("q", {"--test", write("elsewhere.lua", elsewhere)}).status, 0);
}

TEST_F(Train, FilesOfOthersStay) {
  for (const std::string beside : {"p.curve.sqlite", "p.tb", "p.checkpoint"}) {
    write(beside, "mine");
    const Said said = train("p");
    EXPECT_EQ(said.status, 1) << beside;
    EXPECT_THAT(said.err, HasSubstr(beside));
    EXPECT_EQ(read_all(path(beside)), "mine");
    EXPECT_FALSE(std::filesystem::exists(path("p")));
    std::filesystem::remove(path(beside));
    for (const std::string other : {"p.curve.sqlite", "p.tb"})
      EXPECT_FALSE(std::filesystem::exists(path(other))) << beside;
  }
  EXPECT_EQ(train("p", {"--resume"}).status, 1) << "there is nothing to go on with";
}

TEST_F(Train, AFullDiskIsSaid) {
  // The answer: nobody took it.
  const Said said = run({"train", scenario_, "--learner", learner_, "--episodes", "8", "-o", path("p")}, [] {
    if (freopen("/dev/full", "wb", stdout) == nullptr) _exit(97);
  });
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("the standard output: can not be written"));
}

TEST_F(Train, ALearnerThatIsNotThereIsSaidToBeMissing) {
  const Said said = run({"train", scenario_, "--learner", "no-such", "--episodes", "8", "-o", path("p")});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, ::testing::AnyOf(HasSubstr("`scripts/setup all` installs LibTorch"), HasSubstr("known: ")));
}

}  // namespace
}  // namespace evtwin::testing
