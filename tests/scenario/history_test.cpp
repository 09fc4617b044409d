// Those who came before a run: what strategies are told of them, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scenario/scenario_folder.hpp"
#include "twin/simulation.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

// The site has A-1 and A-2 of 7 kW. The first of them took all that 7 kW give in two hours; the third day is the run's.
const std::string three_days =
    "arrival,departure,energy_kwh,evse,requested_kwh,estimated_departure\n"
    "2025-05-31T08:00,2025-05-31T10:00,14,A-2,20,2025-05-31T09:00\n"
    "2025-05-30T09:00,2025-05-30T12:00,6,A-1,8,2025-05-30T13:00\n"
    "2025-06-01T23:00,2025-06-02T01:00,5,A-1,5,2025-06-02T01:00\n"
    "2025-06-02T09:00,2025-06-02T11:00,6,A-1,9,2025-06-02T11:30\n";

LoadedScenario load_history(const TemporaryFolder& folder, const std::string& history) {
  folder.write("days.csv", three_days);
  return load_scenario(folder.write("test.lua", scenario_text("", "arrivals = sessions \"days.csv\", " + history)),
                       options_with_library());
}

TEST(History, FromTheSessionsOfTheRunTakesThoseThatHadEnded) {
  const TemporaryFolder folder;
  const twin::World world = load_history(folder, "history = \"from_sessions\"").world;
  const auto& history = world.sites[0].history;
  ASSERT_EQ(history.size(), 2U);  // the one over midnight has not left, and did not arrive within the run
  const market::Calendar& calendar = world.calendar;
  EXPECT_EQ(calendar.format_local(history[0].at_ns), "2025-05-30 12:00");  // in order of leaving
  EXPECT_EQ(history[0].evse, 0U);
  EXPECT_EQ(history[0].session, 0U);
  EXPECT_EQ(calendar.format_local(history[0].arrived_ns), "2025-05-30 09:00");
  EXPECT_EQ(calendar.format_local(history[0].claimed_ns), "2025-05-30 13:00");
  EXPECT_EQ(history[0].requested_kwh, 8.0);
  EXPECT_EQ(history[0].got_kwh, 6.0);
  EXPECT_NEAR(history[0].max_kw, 7.0, 1e-9);
  EXPECT_EQ(history[0].draws, 0U);
  EXPECT_EQ(history[1].evse, 1U);
  // They are not left out: the one over midnight is.
  std::size_t left_out = 0;
  for (const twin::Flag& flag : world.flags) left_out += flag.left_out ? 1U : 0U;
  EXPECT_EQ(left_out, 1U);
  EXPECT_EQ(history[1].draws, 1U);  // 14 kWh in two hours at 7 kW
}

TEST(History, TheFirstViewShowsItAndNothingOfTheRunChanges) {
  const auto strategy = [](const std::string& shown_first) {
    return R"(strategy = function(view)
      local said = {}
      for _, d in ipairs(view.departed) do
        said[#said + 1] = ("%d on %s %.0f/%.0f kWh %.1f h %.0f kW %s"):format(d.session, d.evse.id, d.got_kwh,
          d.requested_kwh, (d.claimed_ns - d.arrived_ns) / 3.6e12, d.max_kw, d.draws)
        assert(view.decision_number == 0 or d.session > 0)
      end
      said = table.concat(said, "; ")
      assert(view.decision_number > 0 or said == ")" +
           shown_first + R"(", said)
      local kw = {}
      for _, e in ipairs(view.connected) do kw[e.id] = e.car_max_kw end
      return kw
    end)";
  };
  std::vector<std::uint64_t> hashes;
  for (const bool known : {true, false}) {
    const TemporaryFolder folder;
    const LoadedScenario loaded = load_history(
        folder, (known ? "history = \"from_sessions\", " : "") +
                    strategy(known ? "0 on A-1 6/8 kWh 4.0 h 7 kW false; 0 on A-2 14/20 kWh 1.0 h 7 kW true" : ""));
    const twin::Result result = twin::simulate(loaded.world, lua_strategy(loaded));
    EXPECT_EQ(result.sites[0].sessions, 1U);
    hashes.push_back(result.event_hash);
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(History, WhatCouldNotBeOneIsRefusedInOneLine) {
  const auto refusal = [](const std::string& history) {
    const TemporaryFolder folder;
    folder.write("days.csv", three_days);
    folder.write("nowhere.csv", "arrival,departure,energy_kwh,evse\n2025-05-30T09:00,2025-05-30T12:00,6,B-9\n");
    return load_error(folder, scenario_text("", history));
  };
  EXPECT_THAT(refusal("history = sessions \"days.csv\""),
              HasSubstr("days.csv, line 4: ends at 2025-06-02 01:00, after the run's start (2025-06-02 00:00)"));
  EXPECT_THAT(refusal("history = sessions \"nowhere.csv\""), HasSubstr("the site has no such EVSE"));
  EXPECT_THAT(refusal("history = sessions { file = \"days.csv\", shift_to_start = true }"),
              HasSubstr("shift_to_start has no sense in a history; it takes file, evse, requested and columns"));
  EXPECT_THAT(refusal("history = \"from_sessions\""), HasSubstr("needs arrivals = sessions"));
  // Moved in time, the run plays rows that its history would have as they stand in the file.
  EXPECT_THAT(
      refusal("arrivals = sessions { file = \"days.csv\", shift_to_start = true }, history = \"from_sessions\""),
      HasSubstr("\"from_sessions\" and shift_to_start = true exclude each other"));
  EXPECT_THAT(refusal("history = 5"), HasSubstr("must be sessions \"file.csv\" or \"from_sessions\""));
}

TEST(History, WithoutEvsesOfItsOwnItStandsOnAny) {
  const TemporaryFolder folder;
  folder.write("past.csv", "arrival,departure,energy_kwh\n2025-05-30T09:00,2025-05-30T12:00,6\n");
  const auto loaded = load_scenario(
      folder.write("test.lua", scenario_text("", "history = sessions { file = \"past.csv\", evse = \"any\" }")),
      options_with_library());
  ASSERT_EQ(loaded.world.sites[0].history.size(), 1U);
  EXPECT_EQ(loaded.world.sites[0].history[0].evse, 0U);
}

}  // namespace
}  // namespace evtwin::scenario::testing
