// Strategies in Lua: files of their own, parameters, the second value, limits and books in the view.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scenario/scenario_folder.hpp"
#include "twin/simulation.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

const std::string half_power = R"(return strategy {
  id = "half", help = "Offers a part of what each car can take.",
  params = { { id = "share", min = 0, max = 1, default = 0.5, help = "Part of the car's largest power." },
             { id = "first", default = false },
             { id = "steps", default = 2, min = 1, max = 9, whole = true },
             { id = "mode", default = "a", choices = { "a", "b" } } },
  decide = function(view, params)
    assert(params.first == false and math.type(params.steps) == "integer" and params.mode == "a")
    local kw = {}
    for _, e in ipairs(view.connected) do kw[e.id] = e.car_max_kw * params.share end
    return kw
  end,
})";

/// Loads an ordinary scenario beside `strategy.lua` and runs it under that file. "done", or the message.
std::string run_file(const std::string& strategy, const control::TextParams& params = {},
                     const std::string& in_site = "", twin::Result* result = nullptr) {
  const TemporaryFolder folder;
  const std::string file = folder.write("mine.lua", strategy);
  const LoadedScenario loaded = load_text(scenario_text(in_site));
  try {
    const FileStrategy mine = strategy_from_file(loaded, file, params);
    const twin::Result made = twin::simulate(loaded.world, mine.factory);
    if (result != nullptr) *result = made;
    return mine.label;
  } catch (const std::exception& error) {
    std::string message = error.what();
    const std::string prefix = std::filesystem::path(file).parent_path().string() + "/";
    for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
      message.erase(at, prefix.size());
    return message;
  }
}

TEST(ScriptStrategy, AFileOfItsOwnDecidesWithItsParameters) {
  twin::Result half, quarter;
  EXPECT_EQ(run_file(half_power, {}, "", &half), "half");
  EXPECT_EQ(run_file(half_power, {{"share", "0.25"}}, "", &quarter), "half:share=0.25");
  EXPECT_GT(half.sites[0].ledger.ev_charge_kwh, quarter.sites[0].ledger.ev_charge_kwh);
  EXPECT_GT(quarter.sites[0].ledger.ev_charge_kwh, 0.0);
}

TEST(ScriptStrategy, AScenarioUsesTheSameFileByRequire) {
  const TemporaryFolder folder;
  folder.write("half-power.lua", half_power);
  const auto result = [&](const std::string& strategy) {
    const auto loaded =
        load_scenario(folder.write("site.lua", scenario_text("", "strategy = " + strategy)), options_with_library());
    return std::pair(loaded.strategy_label, twin::simulate(loaded.world, lua_strategy(loaded)).event_hash);
  };
  twin::Result by_file, quarter;
  run_file(half_power, {}, "", &by_file);
  run_file(half_power, {{"share", "0.25"}}, "", &quarter);
  EXPECT_EQ(result("require 'half-power'"), std::pair(std::string("half"), by_file.event_hash));
  EXPECT_EQ(result("(require 'half-power') { share = 0.25 }"),
            std::pair(std::string("half:share=0.25"), quarter.event_hash));
  // Its own table can be read, so that a test can call the function.
  EXPECT_EQ(result("function(view) return require('half-power').decide(view, { share = 0.25, first = false, steps = 2, "
                   "mode = 'a' }) end"),
            std::pair(std::string("lua"), quarter.event_hash));
}

TEST(ScriptStrategy, ParametersAreCheckedByTheTable) {
  EXPECT_THAT(run_file(half_power, {{"share", "1.5"}}), HasSubstr("parameter share must be a number from 0 to 1"));
  EXPECT_THAT(run_file(half_power, {{"shared", "1"}}), HasSubstr("no parameter 'shared'; did you mean 'share'?"));
  EXPECT_THAT(run_file(half_power, {{"steps", "2.5"}}), HasSubstr("a whole number from 1 to 9"));
  EXPECT_THAT(run_file(half_power, {{"mode", "c"}}), HasSubstr("one of a, b"));
  const TemporaryFolder folder;
  folder.write("half.lua", half_power);
  EXPECT_THAT(load_error(folder, scenario_text("", "strategy = require 'half' { share = 2 }")),
              HasSubstr("parameter share must be a number from 0 to 1"));
}

TEST(ScriptStrategy, AWrongTableIsAnErrorWithItsPlace) {
  const auto error = [](const std::string& inside) {
    return run_file("return strategy {\n  id = 'mine', decide = function() end,\n" + inside + "\n}");
  };
  EXPECT_EQ(error(""), "mine");
  EXPECT_THAT(error("params = { { id = 'a', default = 1, min = 0 } }"), HasSubstr("needs max"));
  EXPECT_THAT(error("params = { { id = 'a', default = 3, min = 0, max = 2 } }"), HasSubstr("default"));
  EXPECT_THAT(error("params = { { id = 'A', default = true } }"), HasSubstr("lower case"));
  EXPECT_THAT(error("params = { { id = 'a', default = true }, { id = 'a', default = true } }"),
              HasSubstr("used by two"));
  EXPECT_THAT(error("params = { { id = 'a', default = true, max = 3 } }"), HasSubstr("is for numbers"));
  EXPECT_THAT(error("params = { { id = 'a', default = 'x', choices = { 'y' } } }"), HasSubstr("none of the choices"));
  EXPECT_THAT(error("subscribes = { 'arival' }"), HasSubstr("is no event"));
  EXPECT_THAT(error("levels = { 0.5, 0.1 }"), HasSubstr("levels ascend"));
  EXPECT_THAT(error("levels = { 0 }"), HasSubstr("lie between 0 and 1"));
  EXPECT_THAT(error("horizon_h = 0, levels = { 0.5 }"), HasSubstr("horizon_h = 0 asks for none"));
  EXPECT_THAT(error("ended = 3"), HasSubstr("must be a function(view, params)"));
  EXPECT_THAT(error("horizon = 3"), HasSubstr("did you mean 'horizon_h'?"));
  EXPECT_THAT(error("horizon = 3"), HasSubstr("mine.lua:3"));
  EXPECT_THAT(run_file("return strategy { id = 'Mine', decide = function() end }"), HasSubstr("lower case letters"));
  EXPECT_THAT(run_file("return strategy { id = 'mine', decide = 3 }"), HasSubstr("must be a function(view, params)"));
  EXPECT_THAT(run_file("return strategy { id = 'mine' }"), HasSubstr("decide"));
  EXPECT_THAT(run_file("return 3"), HasSubstr("mine.lua: the file returns a number; a strategy is written"));
  EXPECT_THAT(run_file(scenario_text()), HasSubstr("the file returns a scenario; a strategy is written"));
  EXPECT_THAT(load_error(half_power), HasSubstr("the file returns a strategy; a scenario is written"));
  EXPECT_THAT(run_file("return strategy { id = 'mine', decide = function(view)\n return view.prise end }"),
              HasSubstr("mine.lua:2"));
  EXPECT_THAT(run_file("return strategy { id = 'mine', decide = function(view, params)\n return params.x end }"),
              HasSubstr("params has no field x"));
}

TEST(ScriptStrategy, TheSecondValueAsksForAWakeUpAndIsChecked) {
  const auto answer = [](const std::string& second) {
    return run_file(
        "local woken = 0\nreturn strategy { id = 'mine', subscribes = {}, decide = function(view)\n"
        "  if view.why:find 'wake' then woken = woken + 1 end\n"
        "  if view.hour == 23 and view.minute == 45 then error('woken ' .. woken) end\n"
        "  return nil, " +
        second + "\nend }");
  };
  EXPECT_THAT(answer("nil"), HasSubstr("woken 0"));
  // 0.1 h after each of the 95 ticks and, since each decision asks anew, 0.1 h after that.
  EXPECT_THAT(answer("{ wake_in_h = 0.1 }"), HasSubstr("woken 190"));
  EXPECT_THAT(answer("{ expected_cost = 12 }"), HasSubstr("woken 0"));
  EXPECT_THAT(answer("{ wake_in_h = 0 }"), HasSubstr("wake_in_h = 0; a number of hours above 0"));
  EXPECT_THAT(answer("{ quiet_for_h = -1 }"), HasSubstr("quiet_for_h = -1; a number of hours above 0"));
  EXPECT_THAT(answer("{ wake_in_h = 'soon' }"), HasSubstr("wake_in_h = the string \"soon\""));
  EXPECT_THAT(answer("{ expected_cost = 1/0 }"), HasSubstr("expected_cost = inf"));
  EXPECT_THAT(answer("{ wake_h = 1 }"), HasSubstr("no key wake_h"));
  EXPECT_THAT(answer("{ 1 }"), HasSubstr("without a name"));
  EXPECT_THAT(answer("3"), HasSubstr("returned a number as its second value"));
}

TEST(ScriptStrategy, LimitsAndBooksAreThoseOfTheSite) {
  EXPECT_EQ(run_file(R"(return strategy { id = "mine", horizon_h = 2, decide = function(view)
    assert(#view.horizon == 8)
    local grid = view.limits[1]
    assert(grid.kind == "power_kw" and grid.upper == view.contract_kw and grid.base == view.load_kw - view.pv_kw)
    assert(#grid.members == 3 and grid.members[1].evse.id == "A-1" and grid.members[3].storage.name == view.storages[1].name)
    assert(grid.members[3].evse == nil and grid.members[2].coefficient == 1)
    assert(view.so_far.import_kwh >= view.since_last.import_kwh and view.since_last.import_kwh >= 0)
    for _, e in ipairs(view.connected) do
      assert(e.connected and #e.rates_kw == 0 and #e.curve == 0 and e.departs_ns > view.now_ns)
    end
    return { 7, 7 }
  end })",
                     {}, "storage = { kwh = 10, kw = 5 },"),
            "mine");
}

}  // namespace
}  // namespace evtwin::scenario::testing
