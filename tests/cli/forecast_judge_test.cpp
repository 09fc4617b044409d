// evtwin forecast judge: its money is that of runs, its errors those of what came, and bad input is told.
#include <gmock/gmock.h>

#include "cli/command.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string workplace = source_dir + "/scenarios/workplace_week.lua";

class ForecastJudge : public Command {
 protected:
  json judged(std::vector<std::string> more) const {
    more.insert(more.begin(), {"forecast", "judge", workplace, "--json"});
    const Said said = run(more);
    EXPECT_EQ(said.status, 0) << said.err;
    return json::parse(said.out, nullptr, false);
  }
  static const json& row(const json& rows, const std::string& forecaster, const std::string& quantity = {}) {
    for (const json& one : rows) {
      if (one["forecaster"] == forecaster && (quantity.empty() || one["quantity"] == quantity)) return one;
    }
    throw std::runtime_error("no row of " + forecaster);
  }
};

// The building's load is another on workdays than on weekends and the holiday, and else always the same.
TEST_F(ForecastJudge, TellsErrorsAndMoney) {
  const std::string days = sweep("15", "9");
  const json verdict = judged(
      {"--days", days, "--quantities", "load,arrivals", "--forecasters", "same-kind-of-day,seasonal-naive,yesterday"});
  ASSERT_TRUE(verdict.is_object());
  EXPECT_EQ(verdict["judged_days"], std::stoi(days) - 7);
  const json& kind = row(verdict["errors"], "same-kind-of-day", "load");
  EXPECT_NEAR(kind["mae"].get<double>(), 0.0, 1e-6);
  EXPECT_NEAR(row(verdict["errors"], "seasonal-naive", "load")["skill"]["value"].get<double>(), 0.0, 1e-12);
  // Yesterday is wrong on Mondays and Saturdays.
  EXPECT_GT(row(verdict["errors"], "yesterday", "load")["mae"].get<double>(), 1.0);
  EXPECT_GT(row(verdict["errors"], "same-kind-of-day", "arrivals")["mae"].get<double>(), 0.1);
  EXPECT_EQ(row(verdict["errors"], "same-kind-of-day", "load")["steps"],
            row(verdict["errors"], "yesterday", "load")["steps"]);

  for (const char* rule : sweep(std::vector{"yesterday", "same-kind-of-day", "perfect"}, std::vector{"yesterday"})) {
    const Said alone = run({"run", workplace, "--strategy", "lp", "--days", days, "--json", "--change",
                            std::string("forecast_pv=") + rule, "--change", std::string("forecast_load=") + rule,
                            "--change", "forecast_period_min=60"});
    ASSERT_EQ(alone.status, 0) << alone.err;
    EXPECT_NEAR(row(verdict["money"], rule)["objective"].get<double>(), alone.json()["kpi"]["objective"].get<double>(),
                1e-6)
        << rule;
  }
  if (!row(verdict["money"], "perfect")["captured"]["value"].is_null()) {
    EXPECT_NEAR(row(verdict["money"], "perfect")["captured"]["value"].get<double>(), 1.0, 1e-12);
    EXPECT_NEAR(row(verdict["money"], "yesterday")["captured"]["value"].get<double>(), 0.0, 1e-12);
  }
}

TEST_F(ForecastJudge, RefusesWhatCanNotBeJudged) {
  const auto refused = [&](std::vector<std::string> more, const char* words) {
    more.insert(more.begin(), {"forecast", "judge", workplace, "--no-money"});
    const Said said = run(more);
    EXPECT_NE(said.status, 0);
    EXPECT_THAT(said.err, HasSubstr(words));
  };
  refused({"--forecasters", "same-kind"}, "same-kind-of-day");
  refused({"--forecasters", "sarima,sarima"}, "named twice");
  refused({"--forecasters", "perfect"}, "perfect makes no error");
  refused({"--forecasters", "sarima:fit_days=x"}, "fit_days");
  refused({"--quantities", "rain"}, "rain");
  refused({"--period", "1440"}, "give a multiple of it");
}

}  // namespace
}  // namespace evtwin::testing
