// evtwin whatif from outside: the made site's log under other strategies.
#include <gmock/gmock.h>

#include <cmath>

#include "command.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

class WhatIfCommand : public Command {
 protected:
  const std::string log = source_dir + "/scenarios/made_site.log";
  const std::string site = source_dir + "/scenarios/made_site.lua";

  static const nlohmann::json& row(const nlohmann::json& json, const std::string& name) {
    for (const auto& one : json["runs"]) {
      if (one["strategy"] == name) return one;
    }
    ADD_FAILURE() << "no run " << name;
    return json["runs"][0];
  }
};

TEST_F(WhatIfCommand, PricesTheLogTheReplayAndEachStrategyAlike) {
  const Said said = run({"whatif", log, "--site", site, "--strategies", "asap,lp", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  std::vector<std::string> names;
  for (const auto& one : json["runs"]) names.push_back(one["strategy"]);
  EXPECT_EQ(names, (std::vector<std::string>{"metered", "as_logged", "asap", "lp", "bound"}));
  const auto& metered = row(json, "metered");
  const auto& logged = row(json, "as_logged");
  EXPECT_NEAR(metered["served_kwh"].get<double>(), logged["served_kwh"].get<double>(), 0.01);
  // The bar is the replay's own error on the same figure, and what the readings leave open, which is in the metered
  // row's own bar beside its demand charge's.
  const double off = std::abs(logged["energy_cost"].get<double>() / metered["energy_cost"].get<double>() - 1.0);
  const double open = json["error"]["energy_cost"].get<double>() - off;
  EXPECT_GE(open, -1e-9);
  EXPECT_LE(open * metered["energy_cost"].get<double>(), metered["error_bar"]["cost"].get<double>() + 1e-6);
  for (const char* name : {"as_logged", "asap", "lp"}) {
    const auto& one = row(json, name);
    EXPECT_GT(one["error_bar"]["cost"].get<double>(), 0.0) << name;
    EXPECT_EQ(one["parties"]["grid"], one["cost"]) << name;
    EXPECT_FALSE(one["assumptions"].empty()) << name;
    EXPECT_EQ(one["event_hash"].get<std::string>().size(), 16U) << name;
    EXPECT_GE(one["objective"].get<double>(), row(json, "bound")["objective"].get<double>()) << name;
  }
  EXPECT_TRUE(row(json, "metered")["assumptions"].empty());
  EXPECT_NEAR(row(json, "lp")["saving"]["against_asap"]["value"].get<double>(),
              row(json, "asap")["cost"].get<double>() - row(json, "lp")["cost"].get<double>(), 1e-6);
}

TEST_F(WhatIfCommand, SaysHowMuchControlThereWasAndWhatWasAssumed) {
  const Said said = run({"whatif", log, "--site", site, "--strategies", "edf"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("How much control there was: as logged "));
  EXPECT_THAT(said.out, HasSubstr("Error bars (±) are the replay's own error on this log: energy "));
  EXPECT_THAT(said.out, HasSubstr("asap (a"));
  EXPECT_THAT(said.out, HasSubstr("\na  "));
  const Said korean = run({"whatif", log, "--site", site, "--strategies", "edf", "--lang", "ko"});
  EXPECT_THAT(korean.out, HasSubstr("제어 정도: 로그대로 "));
}

// A kWh costs next to nothing and a kW of the month's peak 60,000 KRW (6,000 for three days of thirty): at the site's
// own 0.5 KRW, or ten times the highest price of a kWh, it would pay not to charge. What can be charged is, all the
// same.
TEST_F(WhatIfCommand, ServesAsLoggedUnderEveryTariff) {
  std::string text = read_all(site);
  const auto put = [&](const std::string& before, const std::string& after) {
    const std::size_t at = text.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    text.replace(at, before.size(), after);
  };
  put("kepco.self_use_high_voltage",
      "{ name = \"peaks\", currency = \"KRW\", periods = { { from = \"00:00\", to = \"24:00\", price_per_kwh = 1 } }, "
      "demand = { price_per_kw = 60000, "
      "basis = \"peak\" } }");
  put("unmet_price_per_kwh = 1000", "unmet_price_per_kwh = 0.5");
  const Said said = run({"whatif", log, "--site", write("peaks.lua", text), "--strategies", "asap,lp", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  const double logged = row(json, "as_logged")["service_kwh"].get<double>();
  for (const char* name : {"lp", "bound"}) {
    EXPECT_GE(row(json, name)["service_kwh"].get<double>(), 0.995 * logged) << name;
    EXPECT_LT(row(json, name)["cost"].get<double>(), row(json, "asap")["cost"].get<double>()) << name;
  }
}

TEST_F(WhatIfCommand, WithoutATariffThereIsNoCostAndALineThatSaysHowToGiveOne) {
  const Said said = run({"whatif", log, "--strategies", "asap"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out, HasSubstr("There is no tariff, so there is no cost: give one with --tariff"));
  const Said priced = run({"whatif", log, "--strategies", "asap", "--tariff", "california.sce_tou_ev_4", "--json"});
  ASSERT_EQ(priced.status, 0) << priced.err;
  EXPECT_EQ(priced.json()["currency"], "USD");
  EXPECT_GT(row(priced.json(), "metered")["cost"].get<double>(), 0.0);
  const Said wrong = run({"whatif", log, "--tariff", "x\"]y"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("write MODULE.NAME"));
}

TEST_F(WhatIfCommand, KeepsARunFilePerRowWithWhatWasMeteredBesideTheReplay) {
  const Said said = run({"whatif", log, "--site", site, "--strategies", "edf", "--no-bound", "--out", path("runs")});
  ASSERT_EQ(said.status, 0) << said.err;
  for (const char* name : {"as_logged", "asap", "edf"}) {
    const Said checked = run({"check", path("runs/") + name + ".evtwin"});
    EXPECT_EQ(checked.status, 0) << checked.err;
  }
}

TEST_F(WhatIfCommand, TheSameQuestionHasTheSameAnswerOnAnyNumberOfThreads) {
  const auto ask = [&](const char* threads) {
    auto json = run({"whatif", log, "--site", site, "--threads", threads, "--json"}).json();
    return json.dump();
  };
  EXPECT_EQ(ask("1"), ask("4"));
}

}  // namespace
}  // namespace evtwin::testing
