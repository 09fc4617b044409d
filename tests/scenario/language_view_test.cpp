// What functions of a scenario see: every field that is documented is there, and the other way round.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenario/accessors.hpp"
#include "scenario/keys.hpp"
#include "scenario/scenario_folder.hpp"
#include "twin/simulation.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

TEST(LanguageView, FieldsAreThoseOfTheDocumentation) {
  int sections = 0;
  for (const FieldSection& section : field_sections()) {
    auto accessors = view_accessors(section.name);
    if (accessors.empty()) accessors = world_accessors(section.name);
    if (section.name == "hour" || section.name == "decision") continue;  // plain tables
    if (section.name == "past" || section.name == "ask") continue;       // a forecaster's: LuaForecaster tests
    if (section.name == "stood") continue;                               // a plain table: FiguresOfWords.ParkedSays...
    if (section.name == "priced_station") continue;                      // a plain table: LoadPrices.SlipsAre...
    if (section.name == "recorded_run") continue;                        // of a run file: OwnFigures.ARunHas...
    ++sections;
    std::vector<std::string> documented;
    std::vector<std::string> there;
    for (const Field& field : section.fields)
      documented.push_back(std::string(field.name) + (field.writable ? " =" : ""));
    for (const Accessor& accessor : accessors)
      there.push_back(std::string(accessor.name) + (accessor.set != nullptr ? " =" : ""));
    EXPECT_THAT(there, ::testing::UnorderedElementsAreArray(documented)) << section.name;
  }
  EXPECT_EQ(sections, 11);
}

// Runs a day under a strategy that is written in the scenario; `rows` of the documentation are read in Lua.
std::string run_error(const std::string& strategy, const std::string& in_site = "") {
  const LoadedScenario loaded = load_text(scenario_text(in_site, "strategy = " + strategy));
  const auto script = make_script(loaded);
  twin::RunOptions options;
  options.script = script.get();
  try {
    twin::simulate(loaded.world, lua_strategy(loaded), options);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "done";
}

TEST(LanguageView, EveryFieldCanBeReadAtEveryDecision) {
  std::string body = "function(view)\n";
  const auto read = [&](const char* section, const std::string& object) {
    for (const FieldSection& s : field_sections()) {
      if (s.name != section) continue;
      for (const Field& field : s.fields) body += "  local x = " + object + "." + std::string(field.name) + "\n";
    }
  };
  read("view", "view");
  body +=
      "  assert(#view.evses == 2 and #view.storages == 1 and #view.horizon == 96)\n  for i, e in ipairs(view.evses) "
      "do\n";
  read("view_evse", "e");
  body += "  end\n  for i, s in ipairs(view.storages) do\n";
  read("view_storage", "s");
  body += "  end\n  for k, h in ipairs(view.horizon) do\n";
  read("view_step", "h");
  body += "  end\n  for r, l in ipairs(view.limits) do\n";
  read("view_limit", "l");
  body += "    for m, one in ipairs(l.members) do\n";
  read("view_limit_member", "one");
  body += "    end\n  end\n  for _, l in ipairs { view.since_last, view.so_far } do\n";
  read("view_ledger", "l");
  body += "  end\nend";
  EXPECT_EQ(run_error(body, "storage = { kwh = 10, kw = 5 },"), "done");
}

TEST(LanguageView, AMisspeltFieldIsAnErrorWithTheNearestName) {
  EXPECT_THAT(run_error("function(view) return view.evses[1].remaning_kwh end"),
              HasSubstr("view.evses[i] has no field remaning_kwh; did you mean remaining_kwh?"));
  EXPECT_THAT(run_error("function(view) return view.prise end"), HasSubstr("view has no field prise"));
  EXPECT_THAT(run_error("function(view) view.pv_kw = 1 end"), HasSubstr("view.pv_kw can be read, not assigned"));
}

TEST(LanguageView, TheViewIsNoUseOutsideADecision) {
  // Kept from the first decision; used while the scenario is read there is none at all.
  EXPECT_EQ(
      run_error("(function() local kept return function(view) kept = kept or view local x = kept.pv_kw end end)()"),
      "done");
}

TEST(LanguageView, AnswersThatCanNotBeAreNamed) {
  EXPECT_THAT(run_error("function(view) return { 0/0 } end"), HasSubstr("returned nan for EVSE A-1"));
  EXPECT_THAT(run_error("function(view) return { ['A-1'] = math.huge } end"), HasSubstr("returned inf for EVSE A-1"));
  EXPECT_THAT(run_error("function(view) return { [3] = 1 } end"), HasSubstr("position 3; the site has EVSEs 1 to 2"));
  EXPECT_THAT(run_error("function(view) return { 1, ['A-1'] = 1 } end"), HasSubstr("two powers for A-1"));
  EXPECT_THAT(run_error("function(view) return { ['A-11'] = 1 } end"), HasSubstr("did you mean A-1?"));
  EXPECT_THAT(run_error("function(view) return { [true] = 1 } end"), HasSubstr("key that is a boolean"));
  EXPECT_THAT(run_error("function(view) error('enough') end"), HasSubstr("enough"));
}

// A price follower: the strategy charges in the cheap half of the day only, by what the horizon and the clock say.
TEST(LanguageView, AStrategyThatReadsPricesChargesInCheapHours) {
  const std::string tariff =
      "tariff = { currency = 'EUR', periods = { { from = '00:00', to = '12:00', price_per_kwh = 1 }, { from = '12:00', "
      "to = '24:00', price_per_kwh = 9 } } },";
  const LoadedScenario loaded = load_text(scenario_text(
      tariff,
      "arrivals = arrivals.poisson { per_hour = 2, energy_kwh = 5, stay_h = 3 },\n"
      "strategy = function(view)\n"
      "  assert((view.hour < 12) == (view.horizon[1].buy_per_kwh == 1))\n"
      "  local kw = {}\n"
      "  for i, e in ipairs(view.evses) do kw[e.id] = view.buy_per_kwh < 5 and e.connected and e.car_max_kw or 0 end\n"
      "  return kw\nend"));
  const twin::Result result = twin::simulate(loaded.world, lua_strategy(loaded));
  const control::Ledger& ledger = result.sites[0].ledger;
  EXPECT_GT(ledger.ev_charge_kwh, 10.0);
  // All of it was bought at 1 EUR/kWh.
  EXPECT_NEAR(ledger.energy_cost, ledger.import_kwh, 1e-9 * ledger.import_kwh);
}

TEST(LanguageView, TheSameScenarioGivesTheSameHashTwiceAndInterleaved) {
  const LoadedScenario loaded =
      load_text(scenario_text("", "strategy = function(view) return { math.random() * 7, 3 } end"));
  const auto strategy = lua_strategy(loaded);
  const std::uint64_t first = twin::simulate(loaded.world, strategy).event_hash;
  EXPECT_EQ(twin::simulate(loaded.world, strategy).event_hash, first);
  EXPECT_EQ(twin::simulate(loaded.world, lua_strategy(loaded)).event_hash, first);
}

TEST(LanguageView, HoursOfARateFunctionFollowTheLocalClock) {
  // 25 hours on that day in Amsterdam: the hour 2 twice, each with its own rate in the law.
  const twin::World world =
      load_text(scenario_text("",
                              "start = '2025-10-26', timezone = 'Europe/Amsterdam',\n"
                              "arrivals = arrivals.poisson { per_hour = function(t)\n"
                              "  assert(t.weekday == 7 and t.day_index == 0 and t.month == 10 and t.day == 26 and "
                              "t.year == 2025 and t.minute == 0 and t.date == '2025-10-26')\n"
                              "  return t.hour end }"))
          .world;
  const auto& law = std::get<demand::Poisson>(*world.sites[0].arrivals[0]);
  ASSERT_EQ(law.rate_per_h.size(), 25U);
  EXPECT_EQ(law.rate_per_h[2], 2.0);
  EXPECT_EQ(law.rate_per_h[3], 2.0);
  EXPECT_EQ(law.rate_per_h[24], 23.0);
  EXPECT_FALSE(law.weekly);
}

TEST(LanguageEvents, WrongAssignmentsNameTheField) {
  const auto event = [](const std::string& change) {
    const LoadedScenario loaded = load_text(
        scenario_text("", "at('2025-06-02T14:00', function(world) " + change + " end), strategy = function() end"));
    const auto script = make_script(loaded);
    twin::RunOptions options;
    options.script = script.get();
    try {
      twin::simulate(loaded.world, lua_strategy(loaded), options);
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string("done");
  };
  EXPECT_EQ(event("world.site.contract_kw = 60 assert(world.site.contract_kw == 60)"), "done");
  EXPECT_EQ(event("world.sites[1].evse['A-2'].available = false assert(not world.evse['A-2'].available)"), "done");
  EXPECT_EQ(event("assert(world.now == '2025-06-02 14:00')"), "done");
  EXPECT_THAT(event("world.site.contrat_kw = 60"), HasSubstr("did you mean contract_kw?"));
  EXPECT_THAT(event("world.site.contract_kw = -5"), HasSubstr("contract_kw = -5 must be at least 0"));
  EXPECT_THAT(event("world.site.contract_kw = '60'"), HasSubstr("contract_kw must be a number in kW"));
  EXPECT_THAT(event("world.site.contract_kw = 0/0"), HasSubstr("contract_kw = nan"));
  EXPECT_THAT(event("world.evse['A-22'].available = false"), HasSubstr("no EVSE \"A-22\""));
  EXPECT_THAT(event("world.evse['A-2'].available = 0"), HasSubstr("true or false"));
  EXPECT_THAT(event("world.site.nothing.here = 1"), HasSubstr("world.site has no field nothing"));
}

TEST(LanguageEvents, RunInOrderOfTimeThenOfDeclaration) {
  const twin::World world = load_text(scenario_text("",
                                                    "at('2025-06-02T14:00', function() end), at('2025-06-02T08:00', "
                                                    "function() end), at('2025-06-02T14:00', function() end)"))
                                .world;
  ASSERT_EQ(world.events.size(), 3U);
  EXPECT_EQ(world.events[0].index, 1U);
  EXPECT_EQ(world.events[1].index, 0U);
  EXPECT_EQ(world.events[2].index, 2U);
}

}  // namespace
}  // namespace evtwin::scenario::testing
