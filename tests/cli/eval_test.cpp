// evtwin eval: days by themselves, chosen and summed; policies are judged in tests/rl.
#include <gmock/gmock.h>

#include <set>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Three days. On the first two a car from 09:00 to 17:00 wants 21 kWh and takes 7 kW, at 200 KRW a kWh until 13:00,
/// then 100: at once 12:00 is reached and 4,200 KRW; at best it is 2,100. On the third nobody comes.
constexpr const char* three_days = R"lua(
return scenario {
  name = "Three days", start = "2026-06-01", days = 3, timezone = "Asia/Seoul", seed = 1,
  vehicles = { { name = "car", battery_kwh = 60, ac_kw = 7, ac_phases = 1, efficiency = { 1, 1 } } },
  site {
    name = "site", voltage_v = 220, contract_kw = 20,
    tariff = { name = "two", currency = "KRW", source = "made up", periods = {
      { from = "00:00", to = "13:00", price_per_kwh = 200 }, { from = "13:00", to = "24:00", price_per_kwh = 100 } } },
    stations = { { name = "A", evses = 1, kw = 7, phases = 1, min_a = 6 } },
    unmet_price_per_kwh = 400, forecast = "yesterday",
  },
  arrivals = bookings {
    { id = "one", vehicle = "car", arrive = "2026-06-01T09:00", leave = "2026-06-01T17:00", soc = 0.2, target = 0.55 },
    { id = "two", vehicle = "car", arrive = "2026-06-02T09:00", leave = "2026-06-02T17:00", soc = 0.2, target = 0.55 },
  },
}
)lua";

class Eval : public Command {
 protected:
  const std::string scenario_ = write("three.lua", three_days);

  Said eval(std::vector<std::string> more) {
    more.insert(more.begin(), {"eval", scenario_});
    return run(more);
  }
  static nlohmann::json row(const nlohmann::json& verdict, const std::string& name) {
    for (const nlohmann::json& one : verdict["summary"])
      if (one["name"] == name) return one;
    return {};
  }
};

TEST_F(Eval, DaysAreSummedAsByHand) {
  const Said said = eval({"--strategies", "asap,oracle", "--days", "all", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const nlohmann::json json = said.json();
  EXPECT_EQ(json["days"], nlohmann::json({"2026-06-01", "2026-06-02", "2026-06-03"}));
  EXPECT_NEAR(json["bound"].get<double>(), 4200.0, 1e-6);
  EXPECT_NEAR(json["asap_objective"].get<double>(), 8400.0, 1e-6);
  EXPECT_NEAR(row(json, "asap")["objective"].get<double>(), 8400.0, 1e-6);
  EXPECT_NEAR(row(json, "oracle")["objective"].get<double>(), 4200.0, 1e-6);
  EXPECT_NEAR(row(json, "oracle")["saving_share"]["value"].get<double>(), 1.0, 1e-9);
  EXPECT_NEAR(row(json, "oracle")["difference"]["mean_per_day"].get<double>(), -1400.0, 1e-6);
  EXPECT_NEAR(row(json, "oracle")["energy_served_kwh"].get<double>(), 42.0, 1e-9);
  EXPECT_NEAR(row(json, "asap")["mean_peak_kw"].get<double>(), 14.0 / 3.0, 1e-9);
}

TEST_F(Eval, ADayIsTheSameWhoeverElseIsLived) {
  const auto runs_of = [](const nlohmann::json& json, const std::string& date) {
    nlohmann::json found;
    for (const nlohmann::json& one : json["runs"])
      if (one["date"] == date) found.push_back(one["event_hash"]);
    return found;
  };
  const Said all = eval({"--strategies", "asap,lp", "--days", "all", "--json"});
  const Said alone = eval({"--strategies", "asap,lp", "--days", "2026-06-02", "--json"});
  ASSERT_EQ(all.status, 0) << all.err;
  ASSERT_EQ(alone.status, 0) << alone.err;
  EXPECT_EQ(runs_of(all.json(), "2026-06-02"), runs_of(alone.json(), "2026-06-02"));
}

TEST_F(Eval, TheSameSeedDrawsTheSameDays) {
  const auto days = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"--strategies", "asap", "--days", "frozen:2", "--no-bound", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Said said = eval(words);
    EXPECT_EQ(said.status, 0) << said.err;
    return said.json()["days"];
  };
  EXPECT_EQ(days({}).size(), 2U);
  EXPECT_EQ(days({}), days({"--threads", "1"}));
  std::set<std::string> drawn;
  for (const char* seed : {"1", "2", "3", "4", "5", "6", "7", "8"}) drawn.insert(days({"--seed", seed}).dump());
  EXPECT_GT(drawn.size(), 1U);
}

TEST_F(Eval, TheWholeRunIsOne) {
  const Said said = eval({"--strategies", "asap", "--days", "run", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_EQ(said.json()["days"], nlohmann::json({"2026-06-01 to 2026-06-03"}));
  EXPECT_NEAR(row(said.json(), "asap")["objective"].get<double>(), 8400.0, 1e-6);
  EXPECT_EQ(said.json()["runs"][0]["event_hash"],
            run({"run", scenario_, "--strategy", "asap", "--json"}).json()["event_hash"]);
}

TEST_F(Eval, PeopleReadWhatIsBeingCompared) {
  const Said said = eval({"--strategies", "asap,oracle", "--days", "2026-06-01,2026-06-02"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("Days as named."));
  EXPECT_THAT(said.out, HasSubstr("4,200*"));
  EXPECT_THAT(said.out, HasSubstr("Each day is lived by itself"));
  const Said korean = eval({"--strategies", "asap,oracle", "--days", "all", "--lang", "ko"});
  EXPECT_THAT(korean.out, HasSubstr("목적함수"));
  EXPECT_THAT(korean.out, Not(HasSubstr("strategy")));
}

TEST_F(Eval, RefusesInOneLine) {
  const auto refused = [&](std::vector<std::string> words, int status, const char* text) {
    const Said said = run(std::move(words));
    EXPECT_EQ(said.status, status) << text;
    EXPECT_THAT(said.err, HasSubstr(text));
  };
  refused({"eval", scenario_}, 2, "POLICY (or --strategies)");
  refused({"eval", "policy.pt"}, 2, "SCENARIO (.lua)");
  refused({"eval", scenario_, scenario_, "--strategies", "asap"}, 2, "policies are judged by one");
  refused({"eval", "a.pt", "a.pt", scenario_}, 2, "a.pt is named twice");
  refused({"eval", "a.pt", scenario_}, 1, "a.pt");
  refused({"eval", write("damaged.pt", "evtwin-policy/1\nhead 3\n{}"), scenario_}, 1, "damaged.pt");
  for (const char* days : {"frozen:0", "frozen:x", "frozen:", "frozen:99999"})
    refused({"eval", scenario_, "--strategies", "asap", "--days", days}, 2, "as frozen:50");
  refused({"eval", scenario_, "--strategies", "asap", "--days", "june"}, 2, "none of frozen:N, all, run and dates");
  refused({"eval", scenario_, "--strategies", "asap", "--days", "2026-06-09"}, 1, "it has 2026-06-01 to 2026-06-03");
  refused({"eval", scenario_, "--strategies", "asap", "--days", "2026-06-01,2026-06-01"}, 1, "named twice");
}

}  // namespace
}  // namespace evtwin::testing
