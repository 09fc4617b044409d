// The scenario language: every key arrives in the world, every slip is an error that names place, key and what would be
// right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "scenario/keys.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::scenario {
namespace {

using evtwin::testing::TemporaryFolder;
using kernel::TimeNs;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A scenario of one site; `top` stands among the scenario's entries, `in_site` among the site's.
std::string text_of(const std::string& top, const std::string& in_site = "",
                    const std::string& stations = "{ { name = \"A\", evses = 2, kw = 7 } }") {
  return "return scenario {\n  start = \"2025-06-02\", days = 1, timezone = \"Asia/Seoul\",\n  site {\n    stations "
         "= " +
         stations + ",\n    " + in_site + "\n  },\n  " + top + "\n}\n";
}

const std::string some_cars = "arrivals = arrivals.poisson { per_hour = 1 },";

class Language : public ::testing::Test {
 protected:
  LoadedScenario load(const std::string& text, const LoadOptions& options = {}) {
    LoadOptions with_library = options;
    with_library.library_dir = paths::source_dir + "/scenarios/lib";
    return load_scenario(folder_.write("s.lua", text), with_library);
  }
  twin::World world(const std::string& text, const LoadOptions& options = {}) { return load(text, options).world; }
  std::string error_of(const std::string& text, const LoadOptions& options = {}) {
    try {
      load(text, options);
    } catch (const ScriptError& error) {
      return error.message;
    }
    return "no error";
  }
  TemporaryFolder folder_;
};

TEST_F(Language, EveryKeyOfASiteArrivesInTheWorld) {
  const twin::World w = world(text_of(
      R"(
  seed = 9, tick_min = 5, name = "All keys",
  vehicles = {
    { name = "car", share = 2, battery_kwh = 60, ac_kw = 11, ac_phases = 3, dc_kw = 100, efficiency = { 0.9, 0.8 }, taper_soc = 0.8, taper_end_kw = 3,
      v2g = true, discharge_kw = 9, soc_floor = 0.3, soc_known = true, acceptance_hold = true },
    { name = "curve", battery_kwh = 40, curve = { { 0, 20 }, { 0.5, 40 }, { 1, 0 } }, ageing = { cyclic = 0.004 } },
  },
  arrivals = { arrivals.poisson { name = "x", per_hour = { weekday = 2, saturday = 1, sunday = 0, holiday = 0 }, energy_kwh = normal { mean = 10, std = 2, min = 1, max = 20 },
                                  stay_h = uniform { 1, 3 }, v2g_share = 0.5, soc_target = 0.9, priorities = { { 0, 3 }, { 5, 1 } }, claim_stay_factor_std = 0.2, vehicles = { "curve" } } },
  strategy = plugin "edf" { beyond_request = true },
  at("2025-06-02T14:00", function(world) world.site.contract_kw = 60 end),)",
      R"(
    name = "S", contract_kw = 100, export_limit_kw = 20, limits = "record", voltage_v = 220, load = 3,
    pv = { peak_kw = 10, profile = { 0,0,0,0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0 } },
    storage = { name = "B", kwh = 100, charge_kw = 40, discharge_kw = 50, efficiency = { 0.95, 0.9 }, soc_start = 0.4, soc_min = 0.1, soc_max = 0.9, standby_kw = 0.1, ageing = { calendar = 0.0003, cyclic = 0.005, power = 0.6, replaced_at = 0.7 } },
    feeders = { { name = "T", max_kw = 90, efficiency = 0.98 }, { name = "F", parent = "T", max_a = 64 } },
    rows = { { name = "L1", kind = "magnitude_a", upper = 80, members = { ["A-1"] = 1, ["A-2"] = { -1, 120 } } } },
    co2_kg_per_kwh = 0.4, forecast = { bias = 0.1, std = 0.2 }, driver_price_per_kwh = 250, v2g_price_per_kwh = 150, unmet_price_per_kwh = 400, wear_price_per_kwh = 30,
    billing = "full", past_peaks_kw = { ["2025-01"] = 80 }, storage_policy = "arbitrage", queue = { places = 3, patience_min = 30 },
    outages = { { evse = "A-2", from = "2025-06-02T08:00", to = "2025-06-02T09:00" } },)",
      R"({ { name = "A", evses = 2, kw = 11, phases = 3, min_a = 8, phase = "L2", bidirectional = true, max_discharge_kw = 6, feeder = "F" },
                 { name = "D", evses = 1, kind = "dc", kw = 50, min_kw = 2, efficiency = 0.94 } })"));
  ASSERT_EQ(w.sites.size(), 1U);
  const twin::Site& s = w.sites[0];
  EXPECT_EQ(w.seed, 9U);
  EXPECT_EQ(w.tick_ns, 5 * kernel::minute_ns);
  EXPECT_EQ(s.contract_kw, 100.0);
  EXPECT_EQ(s.export_limit_kw, 20.0);
  EXPECT_EQ(s.limits, twin::LimitMode::record);
  ASSERT_EQ(s.evses.size(), 3U);
  EXPECT_EQ(s.evses[1].id, "A-2");
  EXPECT_NEAR(physics::rated_kw(s.evses[0]), 11.0, 1e-12);
  EXPECT_EQ(s.evses[0].min_a, 8.0);
  EXPECT_EQ(s.evses[0].phase_angle_deg, -120.0);
  EXPECT_EQ(s.evses[0].feeder, 1);
  EXPECT_EQ(s.evses[2].phases, 0);
  EXPECT_EQ(s.evses[2].efficiency, 0.94);
  ASSERT_EQ(s.storages.size(), 1U);
  EXPECT_EQ(s.storages[0].max_discharge_kw, 50.0);
  EXPECT_EQ(s.storages[0].soc_start, 0.4);
  EXPECT_EQ(s.storages[0].ageing, (physics::FittedAgeing{0.0003, 0.005, 0.6, 0.7}));
  EXPECT_EQ(w.vehicles[0].ageing, physics::FittedAgeing{});
  EXPECT_EQ(w.vehicles[1].ageing, (physics::FittedAgeing{{}, 0.004, 0.5, 0.8}));
  ASSERT_EQ(s.feeders.size(), 2U);
  EXPECT_EQ(s.feeders[1].parent, 0);
  EXPECT_EQ(s.feeders[1].max_a, 64.0);
  ASSERT_EQ(s.rows.size(), 1U);
  EXPECT_EQ(s.rows[0].kind, physics::LimitKind::magnitude_a);
  ASSERT_EQ(s.rows[0].members.size(), 2U);
  EXPECT_EQ(s.rows[0].members[1].coefficient, -1.0);
  EXPECT_EQ(s.rows[0].members[1].angle_deg, 120.0);
  EXPECT_EQ(s.forecast.load.kind, control::Forecast::Kind::noisy);
  EXPECT_EQ(s.forecast.load.std, 0.2);
  EXPECT_EQ(s.driver_price_per_kwh, 250.0);
  EXPECT_EQ(s.part_month, market::PartMonth::full);
  ASSERT_EQ(s.past_peaks.size(), 1U);
  EXPECT_EQ(s.past_peaks[0].peak_kw, 80.0);
  EXPECT_EQ(s.storage_policy, twin::StoragePolicy::arbitrage);
  EXPECT_EQ(s.waiting_room.places, 3U);
  EXPECT_EQ(s.waiting_room.patience_h, 0.5);
  ASSERT_EQ(s.outages.size(), 1U);
  EXPECT_EQ(s.outages[0].evse, 1U);
  EXPECT_EQ(s.outages[0].to_ns - s.outages[0].from_ns, kernel::hour_ns);
  const auto& law = std::get<demand::Poisson>(*s.arrivals.at(0));
  EXPECT_EQ(law.energy_kwh.kind, demand::Distribution::Kind::normal);
  EXPECT_EQ(law.priorities.size(), 2U);
  ASSERT_EQ(law.vehicles.size(), 1U);
  EXPECT_EQ(w.vehicles[law.vehicles[0]].name, "curve");
  EXPECT_EQ(w.strategy.id, "edf");
  ASSERT_EQ(w.events.size(), 1U);
  EXPECT_EQ(w.calendar.format_local(w.events[0].time_ns), "2025-06-02 14:00");
}

struct Slip {
  std::string top, in_site, stations;
  std::vector<std::string> words;  ///< all of them must be in the message
};

TEST_F(Language, SlipsAreNamedWithKeyAndRemedy) {
  const std::string a = "{ { name = \"A\", evses = 2, kw = 7 } }";
  const std::vector<Slip> slips = {
      {"arrivals = arrivals.poison { per_hour = 1 },", "", a, {"poison", "poisson"}},
      {some_cars + "sed = 3,", "", a, {"'sed'", "seed"}},
      {some_cars + "tick_min = 0,", "", a, {"tick_min", "1"}},
      {some_cars + "seed = 1.5,", "", a, {"seed"}},
      {some_cars, "contract_kw = \"100 kW\",", a, {"contract_kw", "100 kW", "number"}},
      {some_cars, "contract_kw = 0/0,", a, {"contract_kw"}},
      {some_cars, "tarif = {},", a, {"tarif", "tariff"}},
      {some_cars,
       "tariff = { currency = \"KRW\", periods = { { from = \"00:00\", to = \"23:00\", price_per_kwh = 1 } } },",
       a,
       {"23:00", "24:00"}},
      {some_cars,
       "tariff = { currency = \"KRW\", periods = { { from = \"7\", to = \"24:00\", price_per_kwh = 1 } } },",
       a,
       {"7"}},
      {some_cars, "storage = { kwh = 10, kw = 5, efficiency = 96 },", a, {"efficiency"}},
      {some_cars, "storage = { kwh = 10, kw = 5, soc_min = 0.5, soc_max = 0.2 },", a, {"soc"}},
      {some_cars, "pv = { peak_kw = 5, profile = { 1, 2, 3 } },", a, {"profile", "24"}},
      {some_cars, "load = -1,", a, {"load"}},
      {some_cars, "feeders = { { name = \"a\", parent = \"b\" }, { name = \"b\", parent = \"a\" } },", a, {"feeder"}},
      {some_cars, "feeders = { { name = \"a\", parent = \"x\" } },", a, {"x"}},
      {some_cars,
       "rows = { { name = \"r\", kind = \"power_kw\", upper = 10, members = { [\"A-9\"] = 1 } } },",
       a,
       {"A-9"}},
      {some_cars,
       "outages = { { evse = \"B-1\", from = \"2025-06-02T08:00\", to = \"2025-06-02T09:00\" } },",
       a,
       {"B-1"}},
      {some_cars,
       "outages = { { evse = \"A-1\", from = \"2025-06-02T10:00\", to = \"2025-06-02T09:00\" } },",
       a,
       {"to"}},
      {some_cars, "queue = { places = -1 },", a, {"places"}},
      {some_cars, "", "{ { name = \"A\", evses = 2 } }", {"kw"}},
      {some_cars, "", "{ { name = \"A\", evses = 2, kw = 7, phase = \"L4\" } }", {"phase"}},
      {some_cars, "", "{ { name = \"A\", evses = 2, kw = 7, rates_a = { 16, 8 } } }", {"rates_a"}},
      {some_cars, "", "{}", {"stations"}},
      {"vehicles = { { name = \"c\", battery_kwh = 60, curve = { { 0, 10 }, { 0.5, 20 } } } }," + some_cars,
       "",
       a,
       {"curve", "1"}},
      {"vehicles = { { name = \"c\", battery_kwh = 60, soc_floor = 30 } }," + some_cars, "", a, {"soc_floor", "0..1"}},
      {"arrivals = arrivals.poisson { per_hour = { 1, 2 } },", "", a, {"per_hour", "24"}},
      {"arrivals = arrivals.poisson { per_hour = 1, energy_kwh = normal { mean = 5 } },", "", a, {"std"}},
      {"arrivals = arrivals.poisson { per_hour = 1, vehicles = { \"none\" } },", "", a, {"none"}},
      {some_cars + "at(\"2025-06-02T08:00\", 7),", "", a, {"function"}},
      {some_cars + "strategy = 7,", "", a, {"strategy"}},
  };
  for (const Slip& slip : slips) {
    const std::string message = error_of(text_of(slip.top, slip.in_site, slip.stations));
    EXPECT_THAT(message, HasSubstr("s.lua:")) << slip.top << slip.in_site << slip.stations;
    for (const std::string& word : slip.words)
      EXPECT_THAT(message, HasSubstr(word)) << slip.top << slip.in_site << slip.stations;
  }
}

/// A misspelt key in each section, made from the table itself, is refused with the right name.
TEST_F(Language, EveryMisspeltKeyIsAnErrorWithTheNearestName) {
  const std::string a = "{ { name = \"A\", evses = 2, kw = 7 } }";
  const std::vector<std::pair<std::string, std::function<std::string(const std::string&)>>> places = {
      {"scenario", [&](const std::string& k) { return text_of(some_cars + k); }},
      {"site", [&](const std::string& k) { return text_of(some_cars, k); }},
      {"station",
       [&](const std::string& k) {
         return text_of(some_cars, "", "{ { name = \"A\", evses = 2, kw = 7, " + k + " } }");
       }},
      {"vehicle",
       [&](const std::string& k) {
         return text_of("vehicles = { { name = \"c\", battery_kwh = 60, " + k + " } }," + some_cars);
       }},
      {"storage",
       [&](const std::string& k) { return text_of(some_cars, "storage = { kwh = 10, kw = 5, " + k + " },"); }},
      {"queue", [&](const std::string& k) { return text_of(some_cars, "queue = { places = 1, " + k + " },"); }},
      {"poisson",
       [&](const std::string& k) { return text_of("arrivals = arrivals.poisson { per_hour = 1, " + k + " },"); }},
      {"feeder",
       [&](const std::string& k) { return text_of(some_cars, "feeders = { { name = \"f\", " + k + " } },"); }},
      {"row",
       [&](const std::string& k) {
         return text_of(some_cars, "rows = { { name = \"f\", upper = 1, members = { [\"A-1\"] = 1 }, " + k + " } },");
       }},
      {"tariff",
       [&](const std::string& k) { return text_of(some_cars, "tariff = { currency = \"KRW\", " + k + " },"); }},
  };
  int tried = 0;
  for (const auto& [name, text] : places) {
    for (const Key& key : find_section(name).keys) {
      std::string wrong(key.name);
      wrong.insert(wrong.size() / 2, "q");
      const std::string message = error_of(text(wrong + " = 1,"));
      EXPECT_THAT(message, HasSubstr("unknown key '" + wrong + "'")) << name;
      if (wrong.size() >= 6) {
        EXPECT_THAT(message, HasSubstr("did you mean '" + std::string(key.name) + "'?"));
      }
      ++tried;
    }
  }
  EXPECT_GT(tried, 80);
}

TEST_F(Language, ParametersTakeTheTypeOfTheirDefault) {
  const std::string text = "local kw = param(\"kw\", 50)\nlocal name = param(\"title\", \"x\")\n" +
                           text_of(some_cars + "name = name,", "contract_kw = kw,");
  LoadOptions options;
  options.set = {{"kw", "75.5"}, {"title", "mine"}};
  const twin::World w = world(text, options);
  EXPECT_EQ(w.sites[0].contract_kw, 75.5);
  EXPECT_EQ(w.name, "mine");
  options.set = {{"kw", "much"}};
  EXPECT_THAT(error_of(text, options), HasSubstr("kw"));
  options.set = {{"kv", "3"}};
  EXPECT_THAT(error_of(text, options), AllOf(HasSubstr("kv"), HasSubstr("kw")));
}

TEST_F(Language, SeedAndDaysOfTheCommandLineWin) {
  LoadOptions options;
  options.seed = 42;
  options.days = 3;
  const twin::World w = world(text_of(some_cars + "seed = 1,"), options);
  EXPECT_EQ(w.seed, 42U);
  EXPECT_EQ(w.end_ns - w.start_ns, 3 * kernel::day_ns);
}

TEST_F(Language, LocalTimesThatClocksSkipOrRepeatAreErrors) {
  const auto at = [&](const std::string& start, const std::string& time) {
    return error_of(
        "return scenario { start = \"" + start +
        "\", days = 1, timezone = \"Europe/Berlin\", site { stations = { { name = \"A\", evses = 1, kw = 7 } } }, " +
        some_cars + " at(\"" + time + "\", function(world) end) }");
  };
  EXPECT_THAT(at("2025-03-30", "2025-03-30T02:30"), HasSubstr("02:30"));
  EXPECT_THAT(at("2025-10-26", "2025-10-26T02:30"), HasSubstr("02:30"));
  EXPECT_EQ(at("2025-10-26", "2025-10-26T02:30+02:00"), "no error");
}

TEST_F(Language, ADayOf25HoursHas25) {
  const twin::World w = world(
      "return scenario { start = \"2025-10-26\", days = 1, timezone = \"Europe/Amsterdam\", site { stations = { { name "
      "= \"A\", evses = 1, kw = 7 } } }, " +
      some_cars + " }");
  EXPECT_EQ(w.end_ns - w.start_ns, 25 * kernel::hour_ns);
}

TEST_F(Language, SeveralSitesHaveTheirOwnArrivals) {
  const std::string stations = "stations = { { name = \"A\", evses = 1, kw = 7 } }, ";
  const std::string head = "return scenario { start = \"2025-06-02\", days = 1, timezone = \"Asia/Seoul\", ";
  const twin::World w = world(head + "site { name = \"x\", " + stations + some_cars + " }, site { name = \"y\", " +
                              stations + some_cars + " } }");
  ASSERT_EQ(w.sites.size(), 2U);
  EXPECT_EQ(w.sites[1].arrivals.size(), 1U);
  EXPECT_THAT(error_of(head + "site { " + stations + " }, site { " + stations + " }, " + some_cars + " }"),
              HasSubstr("arrivals"));
}

TEST_F(Language, FreeEnergyIsSaid) {
  const twin::World w = world(text_of(some_cars));
  const bool said = std::any_of(w.flags.begin(), w.flags.end(),
                                [](const auto& flag) { return flag.reason.find("free") != std::string::npos; });
  EXPECT_TRUE(said);
}

TEST_F(Language, AnEventOutsideTheRunIsFlagged) {
  const twin::World w = world(text_of(some_cars + "at(\"2025-06-05T08:00\", function(world) end),"));
  const bool said = std::any_of(w.flags.begin(), w.flags.end(), [](const auto& flag) {
    return (flag.id + flag.reason).find("2025-06-05") != std::string::npos;
  });
  EXPECT_TRUE(said);
}

TEST_F(Language, LuaStrategyGivesPowerByIdAndNamesWhatIsNoNumber) {
  const auto run = [&](const std::string& answer) {
    const LoadedScenario s = load(text_of(some_cars + "strategy = function(view) return " + answer + " end,"));
    EXPECT_EQ(s.world.strategy.id, "lua");
    return twin::simulate(s.world, lua_strategy(s));
  };
  EXPECT_GT(run("{ [\"A-1\"] = 5, [\"A-2\"] = 5 }").sites[0].ledger.ev_charge_kwh, 0.0);
  EXPECT_EQ(run("{}").sites[0].ledger.ev_charge_kwh, 0.0);
  EXPECT_EQ(run("nil").sites[0].ledger.ev_charge_kwh, 0.0);
  for (const std::string wrong : {"{ [\"A-1\"] = 0/0 }", "{ [\"A-7\"] = 1 }", "{ [\"A-1\"] = \"5\" }", "7"}) {
    EXPECT_THROW(run(wrong), std::exception) << wrong;
  }
}

TEST_F(Language, ScriptedEventsChangeTheContractAndTheEvses) {
  const LoadedScenario s = load(text_of(
      "arrivals = arrivals.poisson { per_hour = 5, energy_kwh = 40, stay_h = 20 }, strategy = \"asap\","
      "at(\"2025-06-02T12:00\", function(world) world.site.contract_kw = 3 world.evse[\"A-2\"].available = false end),",
      "contract_kw = 100,"));
  const auto script = make_script(s);
  ASSERT_NE(script, nullptr);
  struct Seen : twin::Observer {
    double after_kw = 0.0;
    bool out = false;
    TimeNs noon;
    void on_power(const twin::PowerSegment& p) override {
      if (p.start_ns >= noon) after_kw = std::max(after_kw, p.kw);
    }
    void on_event(const twin::EventRecord& e) override { out = out || e.kind == "evse_unavailable"; }
  } seen;
  seen.noon = s.world.start_ns + 12 * kernel::hour_ns;
  twin::RunOptions options;
  options.observer = &seen;
  options.script = script.get();
  const auto full = [](const evtwin_view&, std::uint64_t, std::uint32_t) {
    struct All : control::Strategy {
      void decide(const evtwin_view& view, evtwin_decision& d) override {
        for (std::uint32_t i = 0; i < view.n_evses; ++i)
          d.evse_kw[i] = view.evse_session[i] != 0 ? view.evse_car_max_kw[i] : 0.0;
      }
    };
    return std::make_unique<All>();
  };
  twin::simulate(s.world, full, options);
  EXPECT_TRUE(seen.out);
  EXPECT_LE(seen.after_kw, 3.0 + 1e-9);
  EXPECT_GT(seen.after_kw, 0.0);
}

}  // namespace
}  // namespace evtwin::scenario
