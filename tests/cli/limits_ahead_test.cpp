// scenarios/narrow_evening.lua: a feeder that is known to be narrow later. Figures by hand, from the scenario's own
// words.
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

class NarrowEvening : public Command {
 protected:
  /// @param strategy  empty: the scenario's own
  Given lived(const std::string& strategy) const {
    std::vector<std::string> arguments{"run", source_dir + "/scenarios/narrow_evening.lua", "--json", "--out",
                                       path("run" + strategy + ".evtwin")};
    if (!strategy.empty()) arguments.insert(arguments.end(), {"--strategy", strategy});
    const Said said = run(arguments);
    EXPECT_EQ(said.status, 0) << said.err;
    if (said.status != 0) return {};
    const auto kpi = said.json()["kpi"];
    return {kpi["energy_cost"].get<double>(), kpi["unmet_kwh"].get<double>()};
  }
};

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

}  // namespace
}  // namespace evtwin::testing
