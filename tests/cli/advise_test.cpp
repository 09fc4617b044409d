// evtwin advise: what a driver is told, over the scenarios that are shipped, and what is said of requests that can not
// be.
#include <algorithm>

#include "cli/command.hpp"
#include "support/sweep.hpp"

namespace evtwin::testing {
namespace {

class Advise : public Command {
 protected:
  Said ask(const std::string& scenario, const std::string& vehicle, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"advise", source_dir + "/scenarios/" + scenario, "--vehicle", vehicle});
    return run(more);
  }
};

const std::string week_file = "workplace_week.lua";
const std::string wednesday = "kwh=64,soc=0.2,target=0.5,arrive=2026-06-03T08:00,leave=18:00";

TEST_F(Advise, BothWaysStandSideBySide) {
  const Said said = ask(week_file, wednesday, {"--strategy", "edf"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_NE(said.out.find("64.0 kWh battery from 20 % to 50 %: 20.21 kWh at the meter"), std::string::npos);
  EXPECT_NE(said.out.find("existing way: asap"), std::string::npos);
  EXPECT_NE(said.out.find("charge with edf"), std::string::npos);
  const Said korean = ask(week_file, wednesday, {"--strategy", "edf", "--lang", "ko"});
  EXPECT_NE(korean.out.find("기존 방식: asap"), std::string::npos);
}

TEST_F(Advise, ComparesTheLinearProgramWithUncontrolledChargingUnlessToldOtherwise) {
  const auto json = ask(week_file, wednesday, {"--json"}).json();
  EXPECT_EQ(json["existing"]["strategy"], "asap");
  EXPECT_EQ(json["proposed"]["strategy"], "lp");
  EXPECT_EQ(json["recommended"], "lp");
  EXPECT_LT(json["proposed"]["site"]["objective"].get<double>(), json["existing"]["site"]["objective"].get<double>());
}

TEST_F(Advise, WhereTheStrategyIsDearerOnlyTheExistingWayIsGiven) {
  const Said said = ask(week_file, wednesday, {"--strategy", "alap"});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_NE(said.out.find("keep the existing way (asap): alap would cost the site"), std::string::npos);
  EXPECT_EQ(said.out.find("alap from"), std::string::npos);
  const auto json = ask(week_file, wednesday, {"--strategy", "alap", "--json"}).json();
  EXPECT_EQ(json["advice"], "keep_existing");
  EXPECT_EQ(json["recommended"], "asap");
  EXPECT_FALSE(json["proposed"].contains("schedule"));
}

TEST_F(Advise, WhateverIsAdvisedCostsNoMoreThanTheExistingWay) {
  const std::vector<std::pair<std::string, std::string>> scenarios{
      {week_file, "2026-06-03"}, {"forty_vehicles_day_ahead.lua", "2025-06-02"}, {"dc_v2g.lua", ""}};
  std::size_t kept = 0, advised = 0;
  const std::size_t every = sweep(1U, 7U);  // seven meets each scenario, car and strategy
  std::size_t asked = 0;
  for (const auto& [scenario, date] : scenarios) {
    for (const char* car : {"kwh=64,soc=0.2,target=0.5,", "kwh=40,soc=0.5,target=1,kw=7,phases=1,",
                            "kwh=80,soc=0.1,target=0.9,priority=5,"}) {
      for (const char* times : {"08:00,leave=18:00", "18:00,leave=23:00"}) {
        for (const char* strategy : {"edf", "price-threshold", "alap", "lp"}) {
          if (std::string(strategy) == "lp" && std::string(car).find("kwh=64") != 0) continue;  // it plans for long
          if (asked++ % every != 0) continue;
          const Said said = ask(scenario, std::string(car) + "arrive=" + (date.empty() ? "" : date + "T") + times,
                                {"--strategy", strategy, "--json"});
          if (said.status == 1) {
            EXPECT_NE(said.err.find("every EVSE that fits the car is taken"), std::string::npos) << said.err;
            continue;
          }
          ASSERT_EQ(said.status, 0) << said.err;
          const auto json = said.json();
          const bool keep = json["advice"] == "keep_existing";
          ++(keep ? kept : advised);
          const auto& chosen = json[keep ? "existing" : "proposed"];
          EXPECT_EQ(json["recommended"], chosen["strategy"]);
          const double was = json["existing"]["cost"].get<double>();
          EXPECT_LE(chosen["cost"].get<double>(), was + 1e-9 * std::abs(was));
          EXPECT_GE(chosen["got_kwh"].get<double>(), json["existing"]["got_kwh"].get<double>() - 1e-6);
          EXPECT_LE(chosen["site"]["objective"].get<double>(),
                    json["existing"]["site"]["objective"].get<double>() + 1e-6);
        }
      }
    }
  }
  EXPECT_GT(kept, sweep(5U, 0U));
  EXPECT_GT(advised, sweep(5U, 0U));
}

TEST_F(Advise, ARequestThatCanNotBeEndsInOneLine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"kwh=0,soc=0.2,target=0.8,arrive=18:00,leave=23:00", "kwh = 0 must be above 0"},
      {"kwh=64,soc=0.2,target=0.8,arrive=18:00,leave=23:00,evse=A-99", "did you mean A-9?"},
      {"kwh=64,soc=0.2,target=0.8,arrive=2026-06-03T10:00,leave=17:00,evse=A-3",
       "EVSE A-3 is taken at 2026-06-03 10:00"},
  };
  for (const auto& [vehicle, message] : cases) {
    const Said said = ask(week_file, vehicle);
    EXPECT_EQ(said.status, 1);
    EXPECT_NE(said.err.find("error: --vehicle: "), std::string::npos);
    EXPECT_NE(said.err.find(message), std::string::npos) << said.err;
    EXPECT_TRUE(said.out.empty());
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1);
  }
  EXPECT_EQ(ask(week_file, wednesday, {"--strategyy", "edf"}).status, 2);
  EXPECT_EQ(run({"advise", source_dir + "/scenarios/" + week_file}).status, 2);
}

TEST_F(Advise, TheManagersDayMovesOnlyItsFlexibleBookingsInsideTheirWindows) {
  const std::string day = source_dir + "/scenarios/manager_day.lua";
  const Said said = run({"advise", day, "--bookings", "--strategy", "edf", "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_EQ(json["fixed"], 4);
  EXPECT_EQ(json["flexible"], 2);
  ASSERT_FALSE(json["moves"].empty());
  for (const auto& move : json["moves"]) {
    EXPECT_TRUE(move["id"] == "van-2" || move["id"] == "pool-car") << move;
    // Same date and offset: text order is time order.
    EXPECT_GE(move["to"]["arrive"].get<std::string>(), move["window"]["from"].get<std::string>());
    EXPECT_LE(move["to"]["leave"].get<std::string>(), move["window"]["to"].get<std::string>());
  }
  EXPECT_LT(json["after"]["objective"].get<double>(), json["before"]["objective"].get<double>());
  EXPECT_LE(json["after"]["unmet_kwh"].get<double>(), json["before"]["unmet_kwh"].get<double>() + 1e-6);
  EXPECT_EQ(run({"advise", day, "--bookings", "--strategy", "edf", "--threads", "1", "--json"}).out, said.out);
  EXPECT_NE(run({"advise", day, "--bookings", "--strategy", "edf"}).out.find("may be moved within their windows"),
            std::string::npos);
  EXPECT_EQ(run({"advise", day, "--bookings", "--vehicle", "kwh=1"}).status, 2);
  EXPECT_NE(run({"advise", source_dir + "/scenarios/" + week_file, "--bookings"})
                .err.find("--bookings: the scenario has none"),
            std::string::npos);
}

// 24 kWh for three cars that want 18 each in the same three hours.
TEST_F(Advise, UnderScarcityAHigherPriorityHasLessUnmetEnergy) {
  const std::string scenario = write("scarce.lua", R"(
    return scenario { start = "2026-06-01", days = 1, timezone = "Asia/Seoul",
      site { contract_kw = 8, voltage_v = 220, unmet_price_per_kwh = 400,
             tariff = { currency = "KRW", periods = { { from = "00:00", to = "24:00", price_per_kwh = 100 } } },
             stations = { { name = "A", evses = 3, kw = 7, phases = 1 } } },
      arrivals = bookings {
        { id = "low", arrive = "2026-06-01T09:00", leave = "2026-06-01T12:00", energy_kwh = 18, evse = "A-1", priority = 0 },
        { id = "high", arrive = "2026-06-01T09:00", leave = "2026-06-01T12:00", energy_kwh = 18, evse = "A-2", priority = 5 },
        { id = "middle", arrive = "2026-06-01T09:00", leave = "2026-06-01T12:00", energy_kwh = 18, evse = "A-3", priority = 2 } } })");
  for (const char* strategy : {"edf", "llf", "fcfs", "lp"}) {
    const std::string file = path(std::string(strategy) + ".evtwin");
    const Said said = run({"run", scenario, "--strategy", strategy, "--out", file});
    ASSERT_EQ(said.status, 0) << said.err;
    std::map<std::string, double> unmet_kwh;
    for (const auto& row : query(file, "SELECT session, unmet_kwh FROM session_summary"))
      unmet_kwh[row.at("session")] = std::stod(row.at("unmet_kwh"));
    ASSERT_EQ(unmet_kwh.size(), 3U);
    EXPECT_LT(unmet_kwh["high"], unmet_kwh["middle"]) << strategy;
    EXPECT_LT(unmet_kwh["middle"], unmet_kwh["low"]) << strategy;
  }
}

// Every command that takes a strategy by name: a name that is none is wrong input, told with the nearest right one.
TEST_F(Advise, AStrategyThatDoesNotExistIsNamedWithTheNearest) {
  const std::string scenario = source_dir + "/scenarios/" + week_file;
  const std::vector<std::vector<std::string>> commands{
      {"run", scenario, "--strategy", "edff"},
      {"compare", scenario, "--strategies", "asap,edff"},
      {"advise", scenario, "--vehicle", wednesday, "--strategy", "edff"},
      {"advise", scenario, "--vehicle", wednesday, "--baseline", "edff"},
  };
  for (const auto& command : commands) {
    const Said said = run(command);
    EXPECT_EQ(said.status, 1) << command[0];
    EXPECT_TRUE(said.out.empty());
    EXPECT_NE(said.err.find("edff"), std::string::npos);
    EXPECT_NE(said.err.find("did you mean 'edf'?"), std::string::npos) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
  }
}

}  // namespace
}  // namespace evtwin::testing
