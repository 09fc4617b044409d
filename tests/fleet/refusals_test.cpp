// What can not be is refused in one line that says what, where and what would be right, and changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "fleet/rig.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

struct BadSpec {
  std::string says;
  std::function<void(evtwin_fleet_spec&, evtwin_fleet_scenario&)> spoil;
};

const double descending[] = {0.9, 0.1};
const evtwin_fleet_weight no_term[] = {{"energy_costs", -1.0}};
const evtwin_fleet_weight no_number[] = {{"energy_cost", std::numeric_limits<double>::quiet_NaN()}};
const evtwin_fleet_setting no_parameter[] = {{"contract", "5"}};
const evtwin_fleet_setting twice[] = {{"contract_kw", "5"}, {"contract_kw", "6"}};

TEST(FleetRefusals, OfSpecsSayWhatWouldBeRight) {
  const std::vector<BadSpec> all{
      {"spec.struct_size is 4000; this library knows", [](auto& s, auto&) { s.struct_size = 4000; }},
      {"spec.struct_size is 0", [](auto& s, auto&) { s.struct_size = 0; }},
      {"n_worlds is 0; a fleet has 1 world or more", [](auto& s, auto&) { s.n_worlds = 0; }},
      {"n_worlds is 4294967295; at most 1000000", [](auto& s, auto&) { s.n_worlds = UINT32_MAX; }},
      {"there are no scenarios", [](auto& s, auto&) { s.n_scenarios = 0; }},
      {"autoreset is 3; it must be 0 to 2", [](auto& s, auto&) { s.autoreset = 3; }},
      {"end is 2; it must be 0 to 1", [](auto& s, auto&) { s.end = 2; }},
      {"act is 9; it must be 0 to 1", [](auto& s, auto&) { s.act = 9; }},
      {"threads is 70000; at most 1024", [](auto& s, auto&) { s.threads = 70000; }},
      {"asked_at has bits that are no EVTWIN_WHY_*: 0x800", [](auto& s, auto&) { s.asked_at = 0x801; }},
      {"levels are of the horizon; horizon_steps is 0", [](auto& s, auto&) { s.levels = descending, s.n_levels = 2; }},
      {"levels[1] is 0.1; levels are ascending between 0 and 1",
       [](auto& s, auto&) { s.levels = descending, s.n_levels = 2, s.horizon_steps = 4; }},
      {"there is no term 'energy_costs'; did you mean energy_cost?",
       [](auto& s, auto&) { s.weights = no_term, s.n_weights = 1; }},
      {"weight of 'energy_cost' is nan; it must be a finite number",
       [](auto& s, auto&) { s.weights = no_number, s.n_weights = 1; }},
      {"observe: there is no 'evse.laxity'; did you mean evse.laxity_h?",
       [](auto& s, auto&) { s.observe = "evse.plugged evse.laxity"; }},
      {"observe names nothing", [](auto& s, auto&) { s.observe = "  "; }},
      {"scenarios[0] has neither file nor text", [](auto&, auto& given) { given.text = nullptr; }},
      {"the text:1: ", [](auto&, auto& given) { given.text = "return scenario {"; }},
      {"/no/such/file.lua", [](auto&, auto& given) { given.text = nullptr, given.file = "/no/such/file.lua"; }},
      {"contract", [](auto&, auto& given) { given.settings = no_parameter, given.n_settings = 1; }},
      {"scenarios[0]: 'contract_kw' is set twice",
       [](auto&, auto& given) { given.settings = twice, given.n_settings = 2; }},
      {"scenarios[0].settings[0] has no name or no value",
       [](auto&, auto& given) {
         static const evtwin_fleet_setting nameless{nullptr, "5"};
         given.settings = &nameless, given.n_settings = 1;
       }},
  };
  for (const BadSpec& bad : all) {
    Rig rig;
    bad.spoil(rig.spec, rig.scenario);
    evtwin_fleet* made = nullptr;
    EXPECT_EQ(evtwin_fleet_create(&rig.spec, &made), EVTWIN_BAD_PARAMETER) << bad.says;
    EXPECT_EQ(made, nullptr);
    EXPECT_THAT(evtwin_fleet_error(), HasSubstr(bad.says));
    EXPECT_EQ(std::string(evtwin_fleet_error()).find('\n'), std::string::npos);
  }
  evtwin_fleet* made = nullptr;
  EXPECT_EQ(evtwin_fleet_create(nullptr, &made), EVTWIN_BAD_PARAMETER);
  EXPECT_STREQ(evtwin_fleet_error(), "spec is NULL");
  EXPECT_EQ(evtwin_fleet_step(nullptr), EVTWIN_BAD_PARAMETER);
  EXPECT_STREQ(evtwin_fleet_error(), "fleet is NULL");
  std::uint32_t n = 7;
  EXPECT_EQ(evtwin_fleet_terms(nullptr, &n), nullptr);
  EXPECT_EQ(n, 0U);
  EXPECT_EQ(evtwin_fleet_shape_of(nullptr), nullptr);
}

/// A caller that was compiled with an older, shorter struct.
TEST(FleetRefusals, AStructThatIsShorterMeansZero) {
  Rig rig;
  rig.spec.struct_size = offsetof(evtwin_fleet_spec, pad_evses);
  rig.spec.pad_evses = 50;
  evtwin_fleet* made = nullptr;
  ASSERT_EQ(evtwin_fleet_create(&rig.spec, &made), EVTWIN_OK) << evtwin_fleet_error();
  EXPECT_EQ(evtwin_fleet_shape_of(made)->n_evses, 6U);
  evtwin_fleet_destroy(made);
  evtwin_fleet_destroy(nullptr);
}

TEST(FleetRefusals, OfCallsInTheWrongOrder) {
  Rig rig;
  rig.spec.n_worlds = 3;
  evtwin_fleet* made = nullptr;
  ASSERT_EQ(evtwin_fleet_create(&rig.spec, &made), EVTWIN_OK);
  EXPECT_EQ(evtwin_fleet_reset(made, nullptr, nullptr), EVTWIN_BAD_PARAMETER);
  EXPECT_STREQ(evtwin_fleet_error(), "no buffers are bound; evtwin_fleet_bind() comes first");
  EXPECT_EQ(evtwin_fleet_view(made, 0), nullptr);
  evtwin_fleet_destroy(made);

  rig.begin();
  EXPECT_STREQ(evtwin_fleet_error(), "");
  EXPECT_EQ(evtwin_fleet_step_range(rig.fleet, 2, 2), EVTWIN_BAD_PARAMETER);
  EXPECT_STREQ(evtwin_fleet_error(), "worlds 2 to 4 of 3");
  EXPECT_EQ(evtwin_fleet_step_range(rig.fleet, 4294967295U, 2), EVTWIN_BAD_PARAMETER);
  EXPECT_EQ(evtwin_fleet_view(rig.fleet, 3), nullptr);

  const std::uint32_t worlds[] = {2, 0, 0};
  EXPECT_EQ(evtwin_fleet_send(rig.fleet, worlds, 3), EVTWIN_FLEET_BUSY);
  EXPECT_STREQ(evtwin_fleet_error(), "world 0 is under way already");
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_OK) << "nothing was sent";
  ASSERT_EQ(evtwin_fleet_send(rig.fleet, worlds, 2), EVTWIN_OK);
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_FLEET_BUSY);
  EXPECT_EQ(evtwin_fleet_bind(rig.fleet, &rig.buffers), EVTWIN_FLEET_BUSY);
  EXPECT_EQ(evtwin_fleet_view(rig.fleet, 2), nullptr);
  EXPECT_NE(evtwin_fleet_view(rig.fleet, 1), nullptr);
  std::uint32_t back[3], n = 0;
  EXPECT_EQ(evtwin_fleet_recv(rig.fleet, 3, 3, back, &n), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("3 worlds are asked for; 2 are under way"));
  ASSERT_EQ(evtwin_fleet_recv(rig.fleet, 2, 3, back, &n), EVTWIN_OK);
  EXPECT_EQ(n, 2U);
  EXPECT_EQ(back[0], 2U);
  const std::uint32_t unknown = 3;
  EXPECT_EQ(evtwin_fleet_send(rig.fleet, &unknown, 1), EVTWIN_BAD_PARAMETER);
}

TEST(FleetRefusals, OfBuffersNameTheOneThatIsMissing) {
  Rig rig;
  rig.begin();
  evtwin_fleet_buffers bad = rig.buffers;
  bad.final_observations = nullptr;
  EXPECT_EQ(evtwin_fleet_bind(rig.fleet, &bad), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("final_observations is NULL; with AUTORESET_SAME_STEP"));
  bad = rig.buffers;
  bad.rewards = nullptr;
  EXPECT_EQ(evtwin_fleet_bind(rig.fleet, &bad), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("rewards is NULL"));
  bad = rig.buffers;
  bad.observation_stride = 3;
  EXPECT_EQ(evtwin_fleet_bind(rig.fleet, &bad), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("observation_stride is 3; a row has"));
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_OK) << "those bound before are in force";
}

/// A site without an EVSE, and days on which nobody comes.
TEST(FleetRefusals, NothingToDoIsNoError) {
  std::string nobody = over_nights;
  for (std::size_t at = nobody.find("= cars,"); at != std::string::npos; at = nobody.find("= cars,"))
    nobody.replace(at, 7, "= 0,");
  nobody.replace(nobody.find("holiday = cars"), 14, "holiday = 0");
  Rig rig(nobody);
  rig.spec.end = EVTWIN_END_TERMINATES;
  rig.spec.autoreset = EVTWIN_AUTORESET_DISABLED;
  rig.begin();
  for (int s = 0; s < 4 * 96; ++s) rig.step();
  EXPECT_EQ(rig.terminated[0], 1);
  EXPECT_EQ(rig.episodes[0].departures, 0U);
  EXPECT_NEAR(rig.episodes[0].reward, -rig.episodes[0].objective, 1e-6);
  for (const float cell : rig.observations) EXPECT_TRUE(std::isfinite(cell));
}

}  // namespace
}  // namespace evtwin::testing
