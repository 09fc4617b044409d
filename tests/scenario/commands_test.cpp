// The way of a command as scenarios write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

twin::CommandPath path(const std::string& in_site) { return load_text(scenario_text(in_site)).world.sites[0].commands; }
std::string commands_error(const std::string& keys) { return load_error(scenario_text("commands = { " + keys + " }")); }

TEST(CommandLanguage, DelaysAreSecondsAndNoneUnlessGiven) {
  EXPECT_TRUE(path("").is_instant());
  EXPECT_TRUE(path("commands = {}").is_instant());
  const twin::CommandPath p = path("commands = { forecast_s = 2, plan_s = 0.25, apply_s = 1e-9, loss = 0.01 }");
  EXPECT_EQ(p.forecast_ns, 2 * kernel::second_ns);
  EXPECT_EQ(p.plan_ns, kernel::second_ns / 4);
  EXPECT_EQ(p.apply_ns, 1);
  EXPECT_EQ(p.loss, 0.01);
  EXPECT_FALSE(p.is_instant());
  EXPECT_FALSE(path("commands = { loss = 1 }").is_instant());
}

TEST(CommandLanguage, SaysWhatCanNotBe) {
  EXPECT_THAT(commands_error("plan_s = -1"), HasSubstr("commands.plan_s = -1 must be from 0 to 86,400"));
  EXPECT_THAT(commands_error("loss = 2"), HasSubstr("commands.loss = 2 must be"));
  EXPECT_THAT(commands_error("delay_s = 2"), HasSubstr("unknown key 'delay_s'"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
