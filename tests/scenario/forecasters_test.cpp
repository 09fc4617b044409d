// `forecast` of scenarios, sites and --change: who foresees what, functions in Lua, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "control/forecast_model.hpp"
#include "scenario/keys.hpp"
#include "scenario/scenario_folder.hpp"
#include "scenario/site_changes.hpp"
#include "twin/simulation.hpp"
#include "twin/split_runs.hpp"

namespace evtwin::scenario::testing {
namespace {

using control::Forecast;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::TimeNs;
using ::testing::AllOf;
using ::testing::HasSubstr;

using Kind = Forecast::Kind;
using Changes = std::map<std::string, std::string>;

LoadOptions changed(Changes changes) {
  LoadOptions options = options_with_library();
  options.changes = std::move(changes);
  return options;
}
control::SiteForecast rules_of(const std::string& in_site, const std::string& in_scenario = "", Changes changes = {}) {
  return load_text(scenario_text(in_site, in_scenario), changed(std::move(changes))).world.sites[0].forecast;
}
std::string label(const Forecast& rule) { return rule.source == nullptr ? "" : rule.source->label(); }

/// What a strategy that changes nothing sees at its first decision.
struct Ahead {
  std::vector<double> pv, load, arrivals, arrivals_kwh, buy;
  std::vector<std::vector<double>> load_levels;
  TimeNs issued_ns = 0;
};
std::map<std::uint32_t, Ahead> first_views(const LoadedScenario& loaded, std::vector<double> levels = {}) {
  struct Looking : control::Strategy {
    std::map<std::uint32_t, Ahead>* all;
    std::uint32_t site = 0;
    void decide(const evtwin_view& view, evtwin_decision&) override {
      if (all->contains(site)) return;
      const auto column = [&](const double* cells) { return std::vector<double>(cells, cells + view.horizon_steps); };
      Ahead& ahead = (*all)[site];
      ahead = {column(view.horizon_pv_kw),
               column(view.horizon_load_kw),
               column(view.horizon_arrivals),
               column(view.horizon_arrivals_kwh),
               column(view.horizon_buy_per_kwh),
               {},
               view.horizon_issued_ns};
      for (std::uint32_t l = 0; l < view.n_levels; ++l)
        ahead.load_levels.push_back(column(view.level_load_kw + std::size_t{l} * view.horizon_steps));
    }
  };
  std::map<std::uint32_t, Ahead> all;
  twin::simulate(loaded.world, [&](const evtwin_view&, std::uint64_t, std::uint32_t site) {
    auto looking = std::make_unique<Looking>();
    looking->all = &all;
    looking->site = site;
    looking->horizon_steps = 8;
    looking->levels = levels;
    looking->subscribes = EVTWIN_WHY_TICK;
    return looking;
  });
  return all;
}

/// Message of a run under a function, without the folder; "done".
std::string run_error(const std::string& forecast, std::vector<double> levels = {}) {
  const TemporaryFolder folder;
  const std::string file = folder.write("test.lua", scenario_text("load = 5, forecast = " + forecast));
  try {
    first_views(load_scenario(file, options_with_library()), std::move(levels));
    return "done";
  } catch (const std::exception& error) {
    std::string message = error.what();
    const std::string prefix = std::filesystem::path(file).parent_path().string() + "/";
    for (std::size_t at = message.find(prefix); at != std::string::npos; at = message.find(prefix))
      message.erase(at, prefix.size());
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  }
}

TEST(ForecastKeys, EveryFormOfARule) {
  const auto all = [](const control::SiteForecast& f, Kind kind, const std::string& named) {
    for (const Forecast* rule : {&f.pv, &f.load, &f.arrivals}) {
      EXPECT_EQ(rule->kind, kind) << named;
      EXPECT_EQ(label(*rule), named);
    }
    EXPECT_EQ(f.price.kind, Kind::perfect);
    EXPECT_EQ(f.period_ns, 15 * minute_ns);
    EXPECT_EQ(f.history_days, 56);
  };
  all(rules_of(""), Kind::model, "same-kind-of-day");
  all(rules_of("forecast = 'perfect'"), Kind::perfect, "");
  all(rules_of("", "forecast = 'perfect'"), Kind::perfect, "");
  all(rules_of("forecast = 'yesterday'", "forecast = 'perfect'"), Kind::yesterday, "");
  all(rules_of("forecast = 'same-kind-of-day'"), Kind::model, "same-kind-of-day");
  all(rules_of("forecast = forecaster 'seasonal-naive' { days = 2 }"), Kind::model, "seasonal-naive:days=2");
  all(rules_of("forecast = function(past, ask) end"), Kind::model, "lua");
  all(rules_of("forecast = { bias = 0.1, std = 0.2 }"), Kind::noisy, "");
  EXPECT_EQ(rules_of("forecast = { bias = 0.1, std = 0.2 }").arrivals.bias, 0.1);
  all(rules_of("", "", {{"forecast", "seasonal-naive:days=3"}}), Kind::model, "seasonal-naive:days=3");
}

TEST(ForecastKeys, ATableHasARuleForEachQuantityAndTheRestAsWithoutIt) {
  const auto f = rules_of(
      "forecast = { load = 'same-kind-of-day', arrivals = { std = 0.3 }, price = forecaster 'seasonal-naive' { days = "
      "1 "
      "}, period_min = 60, history_days = 14 }",
      "forecast = 'perfect'");
  EXPECT_EQ(f.pv.kind, Kind::perfect);  // the scenario's
  EXPECT_EQ(label(f.load), "same-kind-of-day");
  EXPECT_EQ(f.arrivals.kind, Kind::noisy);
  EXPECT_EQ(f.arrivals.std, 0.3);
  EXPECT_EQ(label(f.price), "seasonal-naive:days=1");
  EXPECT_EQ(f.period_ns, hour_ns);
  EXPECT_EQ(f.history_days, 14);
  const auto errors = rules_of("forecast = { std = 0.2, pv = 'perfect' }");
  EXPECT_EQ(errors.pv.kind, Kind::perfect);
  EXPECT_EQ(errors.load.kind, Kind::noisy);
}

TEST(ForecastKeys, ASiteKeepsThePeriodPricesAndHistoryOfTheScenario) {
  const std::string scenario = "forecast = { period_min = 60, history_days = 3, price = 'seasonal-naive' }";
  for (const char* site : {"forecast = { load = 'same-kind-of-day' }", "forecast = { std = 0.1 }"}) {
    const auto f = rules_of(site, scenario);
    EXPECT_EQ(f.period_ns, hour_ns) << site;
    EXPECT_EQ(f.history_days, 3) << site;
    EXPECT_EQ(label(f.price), "seasonal-naive") << site;
  }
  EXPECT_EQ(rules_of("forecast = 'same-kind-of-day'", scenario).period_ns, hour_ns);
  EXPECT_EQ(rules_of("forecast = { period_min = 30 }", scenario).period_ns, 30 * minute_ns);
}

TEST(ForecastKeys, ChangesHoldInsteadOfTheScenarios) {
  const std::string own = "forecast = { load = 'same-kind-of-day', pv = 'perfect' }";
  const auto pv = rules_of(own, "", {{"forecast_pv", "yesterday"}});
  EXPECT_EQ(pv.pv.kind, Kind::yesterday);
  EXPECT_EQ(label(pv.load), "same-kind-of-day");
  const auto both = rules_of(own, "", {{"forecast", "perfect"}, {"forecast_load", "seasonal-naive:days=1"}});
  EXPECT_EQ(both.pv.kind, Kind::perfect);
  EXPECT_EQ(both.arrivals.kind, Kind::perfect);
  EXPECT_EQ(label(both.load), "seasonal-naive:days=1");
  const auto others = rules_of(
      own, "",
      {{"forecast_arrivals", "perfect"}, {"forecast_price", "same-kind-of-day"}, {"forecast_period_min", "60"}});
  EXPECT_EQ(others.arrivals.kind, Kind::perfect);
  EXPECT_EQ(label(others.price), "same-kind-of-day");
  EXPECT_EQ(others.period_ns, hour_ns);
  const std::string file = paths::plugin_dir + "/forecast.so#seasonal-naive";
  EXPECT_EQ(label(rules_of(own, "", {{"forecast_load", file}}).load), "seasonal-naive");
}

TEST(ForecastKeys, ChangesAreKeptForTheRerun) {
  const auto loaded = load_text(scenario_text(), changed({{"forecast", "seasonal-naive:days=3"}}));
  LoadOptions again = options_with_library();
  read_back(loaded.world.parameters, again);
  const auto second = load_text(scenario_text(), again);
  EXPECT_EQ(label(second.world.sites[0].forecast.load), "seasonal-naive:days=3");
}

TEST(ForecastKeys, WhatIsWrongIsOneLineWithWhatWouldBeRight) {
  const auto site = [](const std::string& forecast) {
    const std::string message = load_error(scenario_text("forecast = " + forecast));
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    EXPECT_THAT(message, HasSubstr("test.lua:")) << forecast;
    return message;
  };
  EXPECT_THAT(site("'same-kind-of-dy'"),
              AllOf(HasSubstr("unknown forecaster 'same-kind-of-dy'; did you mean 'same-kind-of-day'?"),
                    HasSubstr("seasonal-naive")));
  EXPECT_THAT(site("forecaster 'seasonal-naive' { day = 3 }"), HasSubstr("did you mean 'days'?"));
  EXPECT_THAT(site("forecaster 'seasonal-naive' { days = 99 }"), HasSubstr("days must be a whole number from 1 to 28"));
  EXPECT_THAT(site("forecaster 'perfect' { days = 1 }"), HasSubstr("takes no parameters"));
  EXPECT_THAT(site("3"), AllOf(HasSubstr("must be \"perfect\""), HasSubstr("a function(past, ask)")));
  EXPECT_THAT(site("true"), HasSubstr("must be \"perfect\""));
  EXPECT_THAT(site("{ 'perfect' }"), HasSubstr("must be \"perfect\""));
  EXPECT_THAT(site("plugin 'edf' {}"), HasSubstr("must be \"perfect\""));
  EXPECT_THAT(site("{ laod = 'perfect' }"), HasSubstr("did you mean 'load'?"));
  EXPECT_THAT(site("{ load = { pv = 'perfect' } }"), HasSubstr("pv"));
  EXPECT_THAT(site("{ load = 7 }"), AllOf(HasSubstr("load"), HasSubstr("must be \"perfect\"")));
  EXPECT_THAT(site("{ price = 'yesterday' }"), HasSubstr("must be \"perfect\" (prices are known"));
  EXPECT_THAT(site("{ price = { std = 0.1 } }"), HasSubstr("must be \"perfect\" (prices are known"));
  EXPECT_THAT(site("{ period_min = 0 }"), HasSubstr("1 to 1440"));
  EXPECT_THAT(site("{ history_days = -1 }"), HasSubstr("0 to 3650"));
  EXPECT_THAT(site("'mine.so#x'"), HasSubstr("--change forecast=FILE.so#ID"));
}

TEST(ForecastKeys, WhatIsWrongInAChangeNamesTheChange) {
  const auto change = [](Changes changes) {
    const std::string message = load_error(scenario_text(), changed(std::move(changes)));
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    return message;
  };
  EXPECT_THAT(change({{"forecast", "sesonal-naive"}}),
              AllOf(HasSubstr("--change forecast=sesonal-naive: unknown forecaster"), HasSubstr("'seasonal-naive'")));
  EXPECT_THAT(change({{"forecast", "seasonal-naive:days=0"}}), HasSubstr("days must be a whole number from 1 to 28"));
  EXPECT_THAT(change({{"forecast_pv", "seasonal-naive:days"}}), HasSubstr("ID:key=value, got 'days'"));
  EXPECT_THAT(change({{"forecast_load", "perfect:days=1"}}),
              HasSubstr("--change forecast_load=perfect:days=1: perfect takes no parameters"));
  EXPECT_THAT(change({{"forecast_price", "yesterday"}}),
              HasSubstr("--change forecast_price=yesterday: must be perfect"));
  EXPECT_THAT(change({{"forecast_period_min", "0"}}), HasSubstr("from 1 to 1440 min"));
  EXPECT_THAT(change({{"forecast_period_min", "7.5"}}), HasSubstr("--change forecast_period_min=7.5: must be a whole"));
  EXPECT_THAT(change({{"forecast_lod", "perfect"}}), HasSubstr("did you mean forecast_load?"));
  EXPECT_THAT(change({{"forecast", "/nowhere/x.so#a"}}), HasSubstr("--change forecast=/nowhere/x.so#a: "));
}

// 5 kW of the two days before; the site draws 5 kW. What a function is told and returns, cell by cell.
TEST(LuaForecaster, IsToldWhatHasBeenAndAnswersStepByStep) {
  const std::string function = R"(function(past, ask)
    assert(past.step_min() == 60 and ask.step_min() == 60 and past.count() == 48 + ask.minute(1) // 60)
    assert(past.minute(1) == 0 and past.minute(48) == 23 * 60 and past.day(48) == past.day(1) + 1)
    assert(past.weekday(48) == 7 and ask.weekday(1) == 1 and not ask.holiday(1))
    assert(past.load(48) == 5 and past.pv(48) == 0 and past.price(48) == 1 and past.arrivals(48) == nil)
    assert(not pcall(function() past.load = 1 end))
    local number = ({ pv = 1, load = 2, arrivals = 3, arrivals_kwh = 4 })[ask.quantity()]
    local values = {}
    for k = 1, ask.count() do values[k] = number + k / 100 end
    if ask.quantity() ~= "load" then return values end
    assert(#ask.levels() == 2 and ask.levels()[2] == 0.9)
    local low, high = {}, {}
    for k = 1, ask.count() do low[k], high[k] = 1, 7 end
    return values, { low, high }
  end)";
  const auto loaded = load_text(
      scenario_text("load = 5, forecast = { pv = f, load = f, arrivals = f, period_min = 60, history_days = 2 }")
          .insert(0, "local f = " + function + "\n"));
  const Ahead seen = first_views(loaded, {0.1, 0.9}).at(0);
  EXPECT_EQ(seen.pv[0], 0.0);
  EXPECT_EQ(seen.load[0], 5.0);
  for (std::size_t k = 1; k < 8; ++k) {
    const double hour = k < 4 ? 1.0 : 2.0;
    EXPECT_EQ(seen.pv[k], 1.0 + hour / 100);
    EXPECT_EQ(seen.load[k], 2.0 + hour / 100);
    EXPECT_DOUBLE_EQ(seen.arrivals[k], (3.0 + hour / 100) / 4);
    EXPECT_DOUBLE_EQ(seen.arrivals_kwh[k], (4.0 + hour / 100) / 4);
    EXPECT_EQ(seen.load_levels[0][k], 1.0);
    EXPECT_EQ(seen.load_levels[1][k], 7.0);
  }
}

TEST(LuaForecaster, FieldsAreThoseOfTheDocumentation) {
  for (const FieldSection& section : field_sections()) {
    if (section.name != "past" && section.name != "ask") continue;
    const std::string name(section.name);
    std::string known = "local known = {} ";
    for (const Field& field : section.fields) known += "known['" + std::string(field.name) + "'] = true ";
    EXPECT_EQ(run_error("function(past, ask) " + known + "for name in pairs(known) do assert(type(" + name +
                        "[name]) == 'function', name) end for name in pairs(" + name +
                        ") do assert(known[name], name) known[name] = nil end assert(next(known) == nil)"
                        " local v = {} for k = 1, ask.count() do v[k] = 1 end return v end"),
              "done");
  }
}

TEST(LuaForecaster, EverySiteHasItsOwnAndTheScenariosWhereItGivesNone) {
  const auto constant = [](const char* value) {
    return "function(past, ask) local v = {} for k = 1, ask.count() do v[k] = " + std::string(value) +
           " end return v end";
  };
  const auto site = [](const std::string& name, const std::string& forecast) {
    return "site { name = '" + name + "', contract_kw = 20, load = 1, " + forecast +
           " stations = { { name = 'X', evses = 1, kw = 7 } }, "
           "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3 } }, ";
  };
  const std::string text =
      "return scenario { start = '2025-06-02', days = 1, timezone = 'Asia/Seoul', forecast = " + constant("30") + ", " +
      site("A", "forecast = " + constant("10") + ",") + site("B", "") +
      site("C", "forecast = { load = " + constant("40") + ", pv = " + constant("41") + " },") + " }";
  const auto seen = first_views(load_text(text));
  EXPECT_EQ(seen.at(0).load[5], 10.0);
  EXPECT_EQ(seen.at(1).load[5], 30.0);
  EXPECT_EQ(seen.at(2).load[5], 40.0);
  EXPECT_EQ(seen.at(2).pv[5], 41.0);
  EXPECT_EQ(seen.at(2).arrivals[5], 30.0);
  EXPECT_EQ(first_views(load_text(text, changed({{"A.forecast_load", "perfect"}}))).at(0).load[5], 1.0);
}

TEST(LuaForecaster, AWrongAnswerIsOneLineWithItsPlace) {
  const auto error = [](const std::string& body, std::vector<double> levels = {}) {
    return run_error("{ load = function(past, ask)\n" + body + "\nend }", std::move(levels));
  };
  const std::string all = "local v = {} for k = 1, ask.count() do v[k] = 1 end ";
  EXPECT_EQ(error(all + "return v"), "done");
  EXPECT_THAT(error(""), HasSubstr("returned a nil for the values; a list of"));
  EXPECT_THAT(error("return 'much'"), HasSubstr("returned a string for the values"));
  EXPECT_THAT(error("return 3"), HasSubstr("returned a number for the values"));
  EXPECT_THAT(error("return { 1, 2 }"), HasSubstr("returned a nil for step 3 of the values"));
  EXPECT_THAT(error(all + "v[2] = 'x' return v"), HasSubstr("returned a string for step 2 of the values"));
  EXPECT_THAT(error(all + "v[#v + 1] = 1 return v"), HasSubstr(" numbers for the values; "));
  EXPECT_THAT(error(all + "v[2] = -1 return v"), AllOf(HasSubstr("the forecaster in test.lua:"),
                                                       HasSubstr("load for 2025-06-02 00:15, issued 2025-06-02 00:00"),
                                                       HasSubstr("a mean of -1; a number from 0 to 1e9 is due")));
  EXPECT_THAT(error(all + "v[2] = 0/0 return v"), HasSubstr("left the mean out"));
  EXPECT_THAT(error(all + "return v, 3", {0.5}), HasSubstr("returned a number as its second value; a list of lists"));
  EXPECT_THAT(error(all + "return v, { v }", {0.1, 0.9}), HasSubstr("returned a nil for the values of level 2"));
  EXPECT_THAT(error(all + "return v, { v, {} }", {0.1, 0.9}), HasSubstr("step 1 of the values of level 2"));
  EXPECT_THAT(error(all + "return v, { v, 'x' }", {0.1, 0.9}), HasSubstr("a string for the values of level 2"));
  EXPECT_THAT(error(all + "local w = {} for k = 1, #v do w[k] = 0.5 end return v, { v, w }", {0.1, 0.9}),
              HasSubstr("its quantiles cross: 1 at level 0.1, 0.5 at level 0.9"));
  EXPECT_THAT(error("return past.load(0)"), HasSubstr("past.load(0): there are steps 1 to "));
  EXPECT_THAT(error("return past.lod(1)"), HasSubstr("did you mean load?"));
  EXPECT_THAT(error("\n\nerror('no sun')"), AllOf(HasSubstr("test.lua:"), HasSubstr("no sun")));
  EXPECT_THAT(error("while true do end"), HasSubstr("test.lua:"));
}

// A fresh instance must answer the same: a function that counts its calls would make another run of one that was cut.
TEST(LuaForecaster, OneThatKeepsSomethingIsRefused) {
  const std::string head = "(function() local n = 0 return function(past, ask) n = n + 1 ";
  const std::string fill = "local v = {} for k = 1, ask.count() do v[k] = ";
  EXPECT_THAT(run_error(head + fill + "n end return v end end)()"),
              HasSubstr("answered otherwise when it was asked the same again"));
  EXPECT_EQ(run_error(head + fill + "1 end return v end end)()"), "done");
  EXPECT_EQ(run_error("function(past, ask) " + fill + "math.random() end return v end"), "done");
}

/// Tells pasts apart: its answer is a sum over everything that it is told.
const std::string sum_of_all = R"(function(past, ask)
  local sum = 0
  for k = 1, past.count() do
    sum = sum + (k % 7) * ((past.load(k) or 3) + 2 * (past.pv(k) or 5) + 3 * (past.arrivals(k) or 7) + (past.price(k) or 11))
  end
  local v = {}
  for k = 1, ask.count() do v[k] = (sum + ask.minute(k) / 10) % 13 + math.random() end
  return v
end)";

TEST(LuaForecaster, IsNotToldOfWhatComes) {
  const auto views = [](const char* after_noon) {
    const TemporaryFolder folder;
    folder.write("load.csv", std::string("time,kw\n2025-06-01T00:00,4\n2025-06-02T06:00,6\n2025-06-02T12:15,") +
                                 after_noon + "\n2025-06-03T00:00,6\n");
    const auto loaded = load_scenario(
        folder.write("test.lua", scenario_text("load = csv 'load.csv', pv = { profile = csv 'load.csv' }, forecast = " +
                                               sum_of_all)),
        options_with_library());
    std::vector<std::vector<double>> seen, later;
    const TimeNs noon = loaded.world.start_ns + 12 * hour_ns;
    twin::simulate(loaded.world, evtwin::testing::strategy(
                                     [&](const evtwin_view& view, evtwin_decision&) {
                                       auto& to = view.now_ns <= noon ? seen : later;
                                       to.emplace_back(view.horizon_load_kw, view.horizon_load_kw + 8);
                                       to.emplace_back(view.horizon_pv_kw, view.horizon_pv_kw + 8);
                                       to.emplace_back(view.horizon_arrivals, view.horizon_arrivals + 8);
                                     },
                                     EVTWIN_WHY_TICK, 8));
    return std::pair(seen, later);
  };
  const auto a = views("8"), b = views("9");
  EXPECT_GT(a.first.size(), 140U);
  EXPECT_EQ(a.first, b.first);
  EXPECT_NE(a.second, b.second);
}

TEST(LuaForecaster, ARunThatIsCutGoesOnAsIfItHadNot) {
  const auto loaded = load_text(
      scenario_text(
          "load = 5, forecast = { load = f, pv = 'same-kind-of-day', arrivals = 'seasonal-naive', history_days = 2 }")
          .insert(0, "local f = " + sum_of_all + "\n"));
  const auto straight = evtwin::testing::run_in_pieces(loaded.world, evtwin::testing::dice_strategy(3), {});
  const TimeNs start = loaded.world.start_ns;
  for (const std::vector<TimeNs>& cuts : {std::vector<TimeNs>{start + 7 * hour_ns},
                                          {start + 5 * minute_ns, start + 9 * hour_ns + 1, start + 20 * hour_ns}}) {
    const auto split = evtwin::testing::run_in_pieces(loaded.world, evtwin::testing::dice_strategy(3), cuts);
    EXPECT_EQ(split.lines, straight.lines);
    EXPECT_EQ(split.result.event_hash, straight.result.event_hash);
  }
}

}  // namespace
}  // namespace evtwin::scenario::testing
