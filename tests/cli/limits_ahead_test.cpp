// Limits that are known to be narrow later: of a feeder (scenarios/narrow_evening.lua), and of a transformer over two
// sites (scenarios/two_yards.lua). Figures by hand, from the scenarios' own words.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"

namespace evtwin::testing {
namespace {

struct Given {
  double cost = 0.0, unmet_kwh = 0.0;
};

class LimitsAhead : public Command {
 protected:
  /// @param strategy  empty: the scenario's own
  Given lived_in(const std::string& scenario, const std::string& strategy) const {
    std::vector<std::string> arguments{"run", source_dir + "/scenarios/" + scenario, "--json", "--out",
                                       path("run" + strategy + ".evtwin")};
    if (!strategy.empty()) arguments.insert(arguments.end(), {"--strategy", strategy});
    const Said said = run(arguments);
    EXPECT_EQ(said.status, 0) << said.err;
    if (said.status != 0) return {};
    const auto kpi = said.json()["kpi"];
    return {kpi["energy_cost"].get<double>(), kpi["unmet_kwh"].get<double>()};
  }
};

class NarrowEvening : public LimitsAhead {
 protected:
  Given lived(const std::string& strategy) const { return lived_in("narrow_evening.lua", strategy); }
};
class TwoYards : public LimitsAhead {};

// 4 kW x 4 h of 40 kWh fit into the cheap evening, at 0.20; the other 24 cost 0.40.
TEST_F(NarrowEvening, IsPlannedForInTheMorning) {
  for (const std::string strategy : {"", "lp", "milp"}) {
    const Given given = lived(strategy);
    EXPECT_NEAR(given.cost, 24.0 * 0.40 + 16.0 * 0.20, 1e-6) << strategy;
    EXPECT_NEAR(given.unmet_kwh, 0.0, 1e-6) << strategy;
  }
  EXPECT_NEAR(lived("asap").cost, 40.0 * 0.40, 1e-6);
}

// What the strategy saw is what a request of that decision says: the bound as it was, and those ahead.
TEST_F(NarrowEvening, IsInTheRequestOfARecordedDecision) {
  lived("");
  const Said said = run({"export", path("run.evtwin"), "--at", "2026-10-05T16:30", "--request", path("at.json")});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto request = nlohmann::json::parse(read_all(path("at.json")));
  EXPECT_EQ(request["site"]["feeders"][0]["max_kw"], 14.0);
  std::vector<std::pair<std::string, double>> bounds;
  for (const auto& step : request["horizon"]) {
    if (step.contains("limits"))
      bounds.emplace_back(step["start"].get<std::string>().substr(0, 16), step["limits"][0]["upper"].get<double>());
  }
  EXPECT_EQ(bounds, (std::vector<std::pair<std::string, double>>{
                        {"2026-10-05T16:30", 14.0}, {"2026-10-05T17:00", 4.0}, {"2026-10-05T21:00", 14.0}}));
}

// 10 kW x 2 h of 40 kWh fit into the cheap hours, at 0.10; the other 20 cost 0.30. The sites share both halves alike.
TEST_F(TwoYards, PlanForWhatTheirTransformerWillLeaveThem) {
  for (const std::string strategy : {"", "milp"}) {
    const Given given = lived_in("two_yards.lua", strategy);
    EXPECT_NEAR(given.cost, 20.0 * 0.30 + 20.0 * 0.10, 1e-6) << strategy;
    EXPECT_NEAR(given.unmet_kwh, 0.0, 1e-6) << strategy;
  }
  EXPECT_NEAR(lived_in("two_yards.lua", "asap").cost, 40.0 * 0.30, 1e-6);
}

// Each may count on half of 20 kW until 18:00, then of 10, in the request of a recorded decision, too.
TEST_F(TwoYards, SeeTheirPartInTheRequestOfARecordedDecision) {
  lived_in("two_yards.lua", "");
  const Said said =
      run({"export", path("run.evtwin"), "--at", "2026-10-05T17:00", "--site", "west", "--request", path("at.json")});
  ASSERT_EQ(said.status, 0) << said.err;
  std::vector<double> limits_kw;
  const auto request = nlohmann::json::parse(read_all(path("at.json")));
  for (const auto& step : request["horizon"]) limits_kw.push_back(step.value("contract_kw", 0.0));
  ASSERT_GE(limits_kw.size(), 6U);
  limits_kw.resize(6);
  EXPECT_EQ(limits_kw, (std::vector<double>{0.0, 10.0, 10.0, 10.0, 5.0, 5.0})) << "0: none of its own now";
}

}  // namespace
}  // namespace evtwin::testing
