// The power set-point as scenarios write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "scenario/scenario_folder.hpp"
#include "twin/simulation.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

const std::string key = "power_setpoint_kw = ";

double setpoint_at(const std::string& value, double hour) {
  const auto loaded = load_text(scenario_text(key + value));
  market::SignalClock clock(*loaded.world.sites[0].power_setpoint_kw, loaded.world.calendar);
  return clock.sample_at(loaded.world.start_ns + static_cast<twin::TimeNs>(hour * static_cast<double>(kernel::hour_ns)))
      .value;
}

TEST(SetpointLanguage, IsANumberOrADay) {
  EXPECT_FALSE(load_text(scenario_text("")).world.sites[0].power_setpoint_kw);
  EXPECT_EQ(setpoint_at("42", 3), 42.0);
  EXPECT_EQ(setpoint_at("-7.5", 3), -7.5);
  const std::string day = "{ 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23 }";
  EXPECT_EQ(setpoint_at(day, 17.5), 17.0);
}

// A scenario's own function sees it, and can follow it.
TEST(SetpointLanguage, AStrategyInLuaReadsIt) {
  const std::string follow =
      "function(view) assert(view.power_setpoint_kw == 42 and view.horizon[2].power_setpoint_kw == 42) return {} end";
  const std::string none =
      "function(view) assert(view.power_setpoint_kw == nil and view.horizon[2].power_setpoint_kw == nil) return {} end";
  for (const auto& [site, strategy] : {std::pair{key + "42", follow}, {std::string(), none}}) {
    const LoadedScenario loaded = load_text(scenario_text(site, "strategy = " + strategy));
    const twin::Result result = twin::simulate(loaded.world, lua_strategy(loaded));
    EXPECT_GT(result.sites[0].decisions, 0U);
    EXPECT_EQ(result.sites[0].tracking.has_value(), !site.empty());
  }
}

TEST(SetpointLanguage, SaysWhatIsWrong) {
  EXPECT_THAT(load_error(scenario_text(key + "'much'")), HasSubstr("power_setpoint_kw"));
  EXPECT_THAT(load_error(scenario_text(key + "{ 1, 2, 3 }")), HasSubstr("a day has 24"));
  EXPECT_THAT(load_error(scenario_text(key + "2e6")), HasSubstr("power_setpoint_kw"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
