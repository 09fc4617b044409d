// Rewards that have a name, against their formulas worked by hand; rewards that a scenario says in Lua.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <sstream>

#include "fleet/reward_preset.hpp"
#include "fleet/rig.hpp"
#include "physics/ageing.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

// Two cars of 40 kWh at two outlets of 10 kW, an hour's ticks, a set-point of 15 kW, a transformer of 12 kW that is
// recorded and not enforced, 0.20 EUR until noon and 0.10 after it, sold back at 1.2 times that.
//
//   from     A (09 to 12, wants 30)   B (10 to 13, wants 10)   net   cost   potential   end of the step
//   09:00    +5                       -                          5    1.0          10
//   10:00    +10                      +10                       20    4.0          20
//   11:00    0                        -5                        -5   -1.2          10   A leaves with 15 of 30
//   12:00    -                        +5, and has its 10         5    0.5          10   B leaves with 10 of 10
//   13:00    -                        -                          0    0             0
const std::string two_cars = R"lua(
return scenario {
  name = "Two cars", start = "2026-06-01", days = 1, timezone = "UTC", seed = 1, tick_min = 60, --[[reward]]
  vehicles = { { name = "car", battery_kwh = 40, ac_kw = 10, ac_phases = 3, efficiency = 1, v2g = true, discharge_kw = 10,
                 soc_floor = 0.1, soc_known = true } },
  site {
    name = "site", voltage_v = 230, limits = "record", power_setpoint_kw = 15, unmet_price_per_kwh = 0.5,
    wear_price_per_kwh = 0.05, driver_price_per_kwh = 0.3, v2g_price_per_kwh = 0.4, forecast = "yesterday",
    tariff = { name = "two", currency = "EUR", source = "made up", sell_factor = 1.2, periods = {
      { from = "00:00", to = "12:00", price_per_kwh = 0.2 }, { from = "12:00", to = "24:00", price_per_kwh = 0.1 } } },
    feeders = { { name = "transformer", max_kw = 12, max_export_kw = 12 } },
    stations = { { name = "S", evses = 2, kw = 10, phases = 3, min_a = 0, bidirectional = true, feeder = "transformer" } },
  },
  arrivals = bookings {
    { id = "A", vehicle = "car", arrive = "2026-06-01T09:00", leave = "2026-06-01T12:00", soc = 0.25, target = 1, v2g = true },
    { id = "B", vehicle = "car", arrive = "2026-06-01T10:00", leave = "2026-06-01T13:00", soc = 0.5, target = 0.75, v2g = true },
  },
}
)lua";

/// The day above under one reward: by the hour that a step begins with, the reward's parts.
struct Lived {
  std::map<int, std::map<std::string, double>> parts, terms;
  std::map<int, double> reward;
};

void act_by_hour(Rig& rig, int hour) {
  const std::map<int, std::pair<float, float>> shares{
      {9, {0.5F, 0.0F}}, {10, {1.0F, 1.0F}}, {11, {0.0F, -0.5F}}, {12, {0.0F, 1.0F}}};
  const auto at = shares.find(hour);
  rig.actions[0] = at == shares.end() ? 0.0F : at->second.first;
  rig.actions[1] = at == shares.end() ? 0.0F : at->second.second;
}

Lived live(const std::string& reward, const std::string& text = two_cars) {
  Rig rig(text);
  if (!reward.empty()) rig.spec.reward = reward.c_str();
  Lived lived;
  rig.begin();
  if (rig.fleet == nullptr) return lived;
  std::uint32_t n_parts = 0, n_terms = 0;
  const evtwin_fleet_term* const parts = evtwin_fleet_parts(rig.fleet, &n_parts);
  const evtwin_fleet_term* const terms = evtwin_fleet_terms(rig.fleet, &n_terms);
  std::vector<double> values(n_parts);
  rig.buffers.parts = values.data();
  EXPECT_EQ(evtwin_fleet_bind(rig.fleet, &rig.buffers), EVTWIN_OK) << evtwin_fleet_error();
  for (int hour = 0; hour < 24; ++hour) {
    act_by_hour(rig, hour);
    rig.step();
    double sum = 0.0;
    for (std::uint32_t p = 0; p < n_parts; ++p) sum += lived.parts[hour][parts[p].id] = values[p];
    for (std::uint32_t t = 0; t < n_terms; ++t) lived.terms[hour][terms[t].id] = rig.terms[t];
    lived.reward[hour] = sum;
    EXPECT_NEAR(static_cast<double>(rig.rewards[0]), sum, 1e-4 * std::max(1.0, std::abs(sum))) << reward;
  }
  return lived;
}

/// Rewards of the steps from 09:00 to 13:00, and 0 before them.
void expect_steps(const std::string& reward, const std::vector<double>& due) {
  const Lived lived = live(reward);
  ASSERT_EQ(lived.reward.size(), 24U) << reward;
  for (std::size_t k = 0; k < due.size(); ++k)
    EXPECT_NEAR(lived.reward.at(9 + static_cast<int>(k)), due[k], 1e-6 * std::max(1.0, std::abs(due[k])))
        << reward << " from " << 9 + k << ":00";
}

TEST(Rewards, TermsOfTheTwoCarsAreThoseOfTheTable) {
  const Lived lived = live("objective");
  const auto term = [&](int hour, const char* id) { return lived.terms.at(hour).at(id); };
  const double cost[] = {1.0, 4.0, -1.2, 0.5, 0.0};
  for (int k = 0; k < 5; ++k) EXPECT_NEAR(term(9 + k, "energy_cost"), cost[k], 1e-9);
  EXPECT_NEAR(term(10, "feeder_overload_kwh"), 8.0, 1e-9);
  EXPECT_NEAR(term(11, "requested_kwh"), 30.0, 1e-9);
  EXPECT_NEAR(term(11, "unmet_kwh"), 15.0, 1e-9);
  EXPECT_NEAR(term(11, "missing_kwh2"), 225.0, 1e-9);
  EXPECT_NEAR(term(11, "disappointment"), std::exp(-5.0), 1e-12);
  EXPECT_NEAR(term(12, "disappointment"), std::exp(-10.0), 1e-12);
  // At 10:00 A lacks 25 kWh and has two hours for 20; at 11:00 it lacks 15 and has one for 10.
  EXPECT_NEAR(term(9, "lateness_kwh2"), 25.0, 1e-9);
  EXPECT_NEAR(term(10, "lateness_kwh2"), 25.0, 1e-9);
  EXPECT_NEAR(term(11, "lateness_kwh2"), 0.0, 1e-9);
  for (int hour = 0; hour < 24; ++hour) EXPECT_EQ(term(hour, "ticks"), 1.0);
}

TEST(Rewards, Ev2GymsAreTheirFormulas) {
  const double e5 = std::exp(-5.0), e10 = std::exp(-10.0);
  expect_steps("SquaredTrackingErrorReward", {-25, -25, -225, -25, 0});
  expect_steps("SquaredTrackingErrorRewardWithPenalty", {-25, -25, -225, -25, -100});
  expect_steps("SqTrError_TrPenalty_UserIncentives", {-25, -64 - 800, -225 - 500, -25, 0});
  expect_steps("SimpleReward", {-100, -25, -400, -100, -225});
  expect_steps("MinimizeTrackerSurplusWithChargeRewards", {5, 20 - 25, -5, 5, 0});
  expect_steps("ProfitMax_TrPenalty_UserIncentives", {-1, -4 - 800, 1.2 - 100 * e5, -0.5 - 100 * e10, 0});
  expect_steps("profit_maximization", {-1, -4, 1.2 - 100 * e5, -0.5 - 100 * e10, 0});
  expect_steps("V2G_profitmax", {-1, -4, 1.2 - 1500, -0.5, 0});
  expect_steps("V2G_costs_simple", {-1, -4, 1.2, -0.5, 0});
  expect_steps("V2G_profitmaxV2", {-1 - 1.25, -4 - 1.25, 1.2 - 11.25, -0.5, 0});
  expect_steps("pst_V2G_profitmaxV2", {-1 - 1.25, -4 - 1.25 - 5000, 1.2 - 11.25, -0.5, 0});
}

TEST(Rewards, BoaFeIsCostAndSatisfactionLessCycles) {
  expect_steps("boa-fe", {-1, -4, 1.2 + 500, -0.5 + 1000, 0});
  expect_steps("boa-fe:satisfaction=10,energy_cost=-2", {-2, -8, 2.4 + 5, -1 + 10, 0});
  expect_steps("weights:unmet_kwh=-2,departures=1", {0, 0, -30 + 1, 1, 0});
  // A battery of 40 kWh with 0.1 to 0.9 usable, 32 kWh: what it gave over that, each cycle -1,000.
  Rig rig;
  rig.spec.reward = "boa-fe";
  rig.spec.act = EVTWIN_ACT_SITE;
  rig.begin();
  double gave_kwh = 0.0, cycles = 0.0;
  for (int k = 0; k < 200; ++k) {
    rig.act_at_random(static_cast<std::uint64_t>(k));
    rig.step();
    gave_kwh += rig.terms[rig.term("storage_discharge_kwh")];
    cycles += rig.terms[rig.term("storage_cycles")];
  }
  EXPECT_GT(gave_kwh, 10.0);
  EXPECT_NEAR(cycles, gave_kwh / 32.0, 1e-9);
}

TEST(Rewards, EnerV2GizesPartiesAreTheirFormulas) {
  expect_steps("enerv2gize-grid", {-1 - 12.5, -4 - 4 - 12.5, 1.2 - 112.5, -0.5 - 12.5, 0});
  expect_steps("enerv2gize-grid-corrected", {-1 - 12.5, -4 - 32 - 12.5, 1.2 - 112.5 - 7.5, -0.5 - 12.5, 0});

  const Lived user = live("enerv2gize-user");
  EXPECT_NEAR(user.parts.at(10).at("cost"), 4.0, 1e-9) << "spending is rewarded, as published";
  EXPECT_NEAR(user.parts.at(11).at("cost"), -1.2, 1e-9);
  EXPECT_NEAR(user.parts.at(11).at("satisfaction"), 50.0, 1e-9);
  EXPECT_NEAR(user.parts.at(11).at("energy"), 50.0, 1e-9);
  EXPECT_LT(user.parts.at(11).at("calendar"), 0.0);
  EXPECT_LT(user.parts.at(11).at("cyclic"), 0.0);
  expect_steps("enerv2gize-user-corrected", {-1, -4, 1.2 - 50 - 7.5 - 0.25, -0.5, 0});

  const Lived provider = live("enerv2gize-provider");
  EXPECT_NEAR(provider.parts.at(11).at("profit"), 1.2, 1e-9);
  EXPECT_NEAR(provider.parts.at(11).at("users"), -40.0, 1e-9);
  for (int hour = 0; hour < 24; ++hour)
    EXPECT_NEAR(provider.parts.at(hour).at("discharge"), -60.0, 1e-9) << "the same whatever is done";
  // 0.30 EUR a kWh from drivers, 0.40 to them.
  expect_steps("enerv2gize-provider-corrected", {1.5 - 1, 6 - 4, -2 + 1.2 - 0.25 - 40, 1.5 - 0.5, 0});
}

// A: three hours, 0.25 to 0.375 to 0.625 and then still; 15 kWh in one direction. B: 0.5, 0.75, 0.625, and 0.75 half an
// hour later; 20 kWh in three half cycles of 10, 5 and 5 kWh.
TEST(Rewards, WearIsTheAgeingOfTheStays) {
  const Lived lived = live("enerv2gize-user");
  const physics::Ageing ageing(physics::FittedAgeing{}.fitted_law(), physics::AgeingHistory::of_typical_car(40.0));
  physics::AgeingUse a, b;
  a.days = b.days = 3.0 / 24.0;
  a.mean_soc = (0.3125 + 0.5 + 0.625) / 3.0;
  a.stored_kwh = 15.0;
  a.cycle_soc = (5.0 * 0.3125 + 10.0 * 0.5) / 15.0;
  a.depth = 15.0 / 40.0;
  b.mean_soc = (0.625 + 0.6875 + 0.5 * 0.6875 + 0.5 * 0.75) / 3.0;
  b.stored_kwh = 20.0;
  b.cycle_soc = (10.0 * 0.625 + 5.0 * 0.6875 + 5.0 * 0.6875) / 20.0;
  b.depth = (10.0 * 10.0 + 5.0 * 5.0 + 5.0 * 5.0) / 20.0 / 40.0;
  for (const auto& [hour, use] : {std::pair(11, a), std::pair(12, b)}) {
    const double calendar = ageing.calendar_loss(use), cyclic = ageing.cyclic_loss(use);
    EXPECT_NEAR(lived.terms.at(hour).at("calendar_wear") / calendar, 1.0, 1e-6) << hour;
    EXPECT_NEAR(lived.terms.at(hour).at("cyclic_wear") / cyclic, 1.0, 1e-6) << hour;
    EXPECT_NEAR(lived.parts.at(hour).at("calendar") / (-50.0 * calendar), 1.0, 1e-6) << hour;
    EXPECT_NEAR(lived.parts.at(hour).at("cyclic") / (-50.0 * cyclic), 1.0, 1e-6) << hour;
  }
  EXPECT_EQ(lived.terms.at(10).at("calendar_wear"), 0.0) << "nobody left";
}

// From 10:00: P = 20, L = 12, so 8 over, V = 8, E = 64; at the end A has 25 kWh and B 30, a mean SoC of 0.6875.
// From 11:00: P = -5, V = 17, E = 289; r = 0 / 5, S = 0.5, B alone is left with 25 kWh. Prices 0.20 and 0.24.
TEST(Rewards, EnerV2GizesJoinedOnesAreTheirFormulas) {
  const double grid_10 = -50 * 8 - 100 - 10 * 8 - 5 * 64, grid_11 = -10 * 17 - 5 * 289;
  const double user_10 = 0.1 * 0.6875 - 0.0005 * 20 + 0.02 * 0.04 + 0.01 * 0.2;
  const double user_11 = 0.1 * 0.625 + 0.1 * 5 - 0.0005 * 5 + 0.02 * 0.04 + 0.01 * 0.2;
  Lived lived = live("enerv2gize-joined-1");
  EXPECT_NEAR(lived.parts.at(10).at("grid"), 0.5 * grid_10, 1e-9);
  EXPECT_NEAR(lived.parts.at(10).at("provider"), 0.5 * (400 + 200), 1e-9) << "C = -4: spending is rewarded";
  EXPECT_NEAR(lived.parts.at(10).at("user"), 0.5 * user_10, 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("grid"), 0.5 * grid_11, 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("provider"), 0.5 * (-120 - 40 - 6), 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("user"), 0.5 * user_11, 1e-9);

  lived = live("enerv2gize-joined-2:user=3");
  EXPECT_NEAR(lived.parts.at(10).at("grid"), -500 * 8 - 1000 - 100 * 8 - 50 * 64, 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("provider"), -1200 - 400 - 60, 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("user"), 3 * user_11, 1e-9) << "weights are the user's";

  lived = live("enerv2gize-joined-3");
  EXPECT_NEAR(lived.parts.at(10).at("grid"), -500 * 8 - 1000 - 100 * 64 - 50 * 64.0 * 64.0, 1e-6);
  EXPECT_NEAR(lived.parts.at(11).at("provider"), -1200 - 500 * 0.64 - 500 * 0.09, 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("user"),
              -(0.625 - 0.8) * (0.625 - 0.8) + 0.1 * 25 - 0.0005 * 25 - 0.02 * 0.0016 + 0.01 * 0.04, 1e-9);

  // Corrected: what is spent costs, wear is in it, and nothing pulls the import up to the limit.
  lived = live("enerv2gize-joined-1-corrected");
  EXPECT_NEAR(lived.parts.at(10).at("provider"), 0.5 * (-400 + 200), 1e-9);
  EXPECT_NEAR(lived.parts.at(10).at("grid"), 0.5 * grid_10, 1e-9) << "beyond the limit it is the same";
  EXPECT_NEAR(lived.parts.at(11).at("grid"), 0.0, 1e-9);
  EXPECT_NEAR(lived.parts.at(11).at("provider"), 0.5 * (-100 * (-1.2 + 0.25) - 40 - 6), 1e-9);
}

TEST(Rewards, EveryPresetCanBeLivedAndSaysWhereItStands) {
  for (const fleet::RewardPreset& preset : fleet::reward_presets()) {
    EXPECT_EQ(live(std::string(preset.name)).reward.size(), 24U) << preset.name;
    EXPECT_FALSE(preset.source.empty()) << preset.name;
    EXPECT_FALSE(fleet::formula_of(preset).empty()) << preset.name;
  }
}

// ---- Of a scenario's own

std::string with_reward(const std::string& lua) {
  std::string text = two_cars;
  const std::string mark = "--[[reward]]";
  return text.replace(text.find(mark), mark.size(), "reward = " + lua + ",");
}

TEST(Rewards, AScenarioSaysWhatItsLearnersLearnFor) {
  const auto at = [](const std::string& lua, int hour) { return live("", with_reward(lua)).reward.at(hour); };
  EXPECT_NEAR(at("\"V2G_costs_simple\"", 10), -4.0, 1e-9);
  EXPECT_NEAR(at("{ \"boa-fe\", satisfaction = 10 }", 11), 1.2 + 5.0, 1e-9);
  EXPECT_NEAR(at("{ import_kwh = -2, departures = 3 }", 11), 3.0, 1e-9);
  EXPECT_NEAR(at("function(step) return -step.energy_cost - step.overload_kw ^ 2 end", 10), -4.0 - 64.0, 1e-9);

  const Lived parts =
      live("scenario:comfort=2",
           with_reward(
               "function(s) return { bill = -s.energy_cost, comfort = s.departures > 0 and s.satisfaction or 0 } end"));
  EXPECT_NEAR(parts.parts.at(11).at("bill"), 1.2, 1e-9);
  EXPECT_NEAR(parts.parts.at(11).at("comfort"), 1.0, 1e-9);
  EXPECT_NEAR(live("objective", with_reward("{ import_kwh = -2 }")).reward.at(10), -4.0, 1e-9) << "asked for otherwise";
}

TEST(Rewards, TheFunctionsOfManyWorldsAreTheSameOnAnyThreads) {
  const auto lived = [](std::uint32_t threads) {
    Rig rig;
    rig.spec.n_worlds = 8;
    rig.spec.threads = threads;
    rig.spec.reward = "ProfitMax_TrPenalty_UserIncentives";
    rig.begin();
    std::string all;
    for (int k = 0; k < 200; ++k) {
      rig.act_at_random(static_cast<std::uint64_t>(k));
      rig.step();
      all += rig.written();
    }
    return all;
  };
  const std::string one = lived(1);
  EXPECT_EQ(one, lived(3));
}

TEST(Rewards, WhatCanNotBeIsToldInOneLine) {
  const auto refusal = [](const std::string& reward, const std::string& text = two_cars) -> std::string {
    Rig rig(text);
    if (!reward.empty()) rig.spec.reward = reward.c_str();
    return evtwin_fleet_create(&rig.spec, &rig.fleet) == EVTWIN_OK ? "" : evtwin_fleet_error();
  };
  EXPECT_THAT(refusal("boa_fe"), HasSubstr("there is no reward 'boa_fe'; did you mean boa-fe"));
  EXPECT_THAT(refusal("boa-fe:satisfacton=3"), HasSubstr("there is no term 'satisfacton'; did you mean satisfaction"));
  EXPECT_THAT(refusal("enerv2gize-joined-1:gird=3"), HasSubstr("has no part 'gird'; it has grid, provider, user"));
  EXPECT_THAT(refusal("boa-fe:satisfaction"), HasSubstr("is not PART=WEIGHT"));
  EXPECT_THAT(refusal("weights"), HasSubstr("name terms"));
  EXPECT_THAT(refusal(":x=1"), HasSubstr("its name is missing"));
  EXPECT_THAT(refusal("scenario"), HasSubstr("the scenario has no key `reward`"));
  EXPECT_THAT(refusal("", with_reward("42")), HasSubstr("reward must be the name of a reward"));
  EXPECT_THAT(refusal("", with_reward("\"scenario\"")), HasSubstr("means itself"));
  EXPECT_THAT(refusal("", with_reward("function(s) return s.enery_cost end")), HasSubstr("did you mean energy_cost"));
  EXPECT_THAT(refusal("", with_reward("function(s) return true end")), HasSubstr("the reward is a boolean"));
  EXPECT_THAT(refusal("", with_reward("function(s) while true do end end")), HasSubstr("the text:"));

  const auto failure = [](const std::string& reward, const std::string& text) -> std::string {
    Rig rig(text);
    if (!reward.empty()) rig.spec.reward = reward.c_str();
    rig.begin();
    for (int hour = 0; hour < 24; ++hour) {
      act_by_hour(rig, hour);
      if (evtwin_fleet_step(rig.fleet) == EVTWIN_FLEET_WORLD_FAILED) return evtwin_fleet_error();
    }
    return "";
  };
  EXPECT_THAT(failure("", with_reward("function(s) return s.departures > 0 and { late = 1 } or { cost = 1 } end")),
              HasSubstr("has a part late that it did not have"));
  std::string no_setpoint = two_cars;
  no_setpoint.replace(no_setpoint.find("power_setpoint_kw = 15,"), 23, "");
  EXPECT_THAT(failure("SimpleReward", no_setpoint), HasSubstr("not finite here: setpoint_kw"));
  EXPECT_EQ(failure("SquaredTrackingErrorReward", no_setpoint), "") << "what can be drawn is tracked";
}

}  // namespace
}  // namespace evtwin::testing
