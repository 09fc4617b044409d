// A world of a fleet is the world of a single run: same events, same books; and rewards are those books, each figure
// once.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "analysis/kpi.hpp"
#include "control/strategy_choice.hpp"
#include "fleet/rig.hpp"
#include "twin/run.hpp"
#include "twin/simulation.hpp"

namespace evtwin::testing {
namespace {

control::StrategyFactory edf() { return control::choose_strategy(paths::plugin_dir + "/baseline.so#edf", {}).factory; }

/// What a single run of the scenario makes of the same strategy.
struct Single {
  scenario::LoadedScenario scenario = load_text(over_nights);
  twin::Result result = twin::simulate(scenario.world, edf());
  const twin::SiteResult& site = result.sites[0];
  double objective = analysis::objective_of_site(scenario.world, result, 0);
};

/// Whoever stands for the strategy in the fleet: it sees views and writes decisions.
class EdfRig : public Rig {
 public:
  double reward = 0.0;
  std::vector<evtwin_fleet_episode> ended;
  std::vector<double> term_sums;

  /// Lives one run of the scenario from start to end, by the scenario's own seed.
  void live() {
    const scenario::LoadedScenario read = load_text(over_nights);
    const twin::Run empty(read.world);
    const auto strategy = edf()(empty.view(0), read.world.seed, 0);
    spec.asked_at = strategy->subscribes;
    spec.horizon_steps = strategy->horizon_steps;
    ASSERT_TRUE(strategy->levels.empty());
    spec.autoreset = EVTWIN_AUTORESET_NEXT_STEP;
    begin(true);
    const evtwin_fleet_start start{read.world.seed, read.world.start_ns};
    ASSERT_EQ(evtwin_fleet_reset(fleet, nullptr, &start), EVTWIN_OK) << evtwin_fleet_error();
    term_sums.assign(shape.n_terms, 0.0);
    while (true) {
      if (evtwin_decision* const decision = evtwin_fleet_decision(fleet, 0))
        strategy->decide(*evtwin_fleet_view(fleet, 0), *decision);
      step();
      for (std::uint32_t t = 0; t < shape.n_terms; ++t) term_sums[t] += terms[t];
      if (terminated[0] + truncated[0] == 0) continue;
      ended.push_back(episodes[0]);
      reward += episodes[0].reward;
      if (now_ns[0] >= read.world.end_ns) return;
    }
  }
};

constexpr double money = 1e-6;  // KRW, of sums of some 1e5 KRW

TEST(FleetWorld, IsTheWorldOfASingleRun) {
  const Single single;
  EdfRig rig;
  rig.spec.end = EVTWIN_END_TERMINATES;
  rig.live();
  ASSERT_EQ(rig.ended.size(), 1U);
  const evtwin_fleet_episode& episode = rig.ended[0];
  EXPECT_EQ(episode.event_hash, single.result.event_hash);
  EXPECT_EQ(episode.decisions, single.site.decisions);
  const control::Ledger& books = single.site.ledger;
  EXPECT_EQ(episode.ledger.import_kwh, books.import_kwh);
  EXPECT_EQ(episode.ledger.energy_cost, books.energy_cost);
  EXPECT_EQ(episode.ledger.demand_charge, books.demand_charge);
  EXPECT_EQ(episode.ledger.unmet_kwh, books.unmet_kwh);
  EXPECT_EQ(episode.open_cost, single.site.open_cost);
  EXPECT_EQ(episode.storage_energy_value, single.site.storage_energy_value);
  EXPECT_NEAR(episode.objective, single.objective, money);
  EXPECT_EQ(episode.departures, single.site.sessions_ended);
  EXPECT_EQ(episode.turned_away, single.site.turned_away);
  EXPECT_NEAR(episode.wanted_kwh, single.site.energy_wanted_kwh, 1e-6);
}

TEST(FleetRewards, OfARunThatTerminatesAreMinusItsObjective) {
  const Single single;
  ASSERT_GT(single.site.open_cost, 1.0);  // somebody still wants energy at the end ...
  ASSERT_GT(std::abs(single.site.storage_energy_value), 1.0);
  ASSERT_GT(single.site.ledger.unmet_kwh, 1.0);
  ASSERT_GT(single.site.ledger.demand_charge, 1.0);
  EdfRig rig;
  rig.spec.end = EVTWIN_END_TERMINATES;
  rig.live();
  EXPECT_NEAR(rig.reward, -single.objective, money);
  EXPECT_EQ(rig.terminated[0], 1);
  EXPECT_EQ(rig.truncated[0], 0);
}

TEST(FleetRewards, OfARunThatIsTruncatedLeaveOutWhatIsOwedAndWhatIsStored) {
  const Single single;
  EdfRig rig;
  rig.spec.end = EVTWIN_END_TRUNCATES;
  rig.live();
  ASSERT_EQ(rig.ended.size(), 1U);
  const double booked = single.objective - single.site.open_cost + single.site.storage_energy_value;
  EXPECT_NEAR(rig.reward, -booked, money);
  EXPECT_EQ(rig.ended[0].open_cost, 0.0);
  EXPECT_EQ(rig.terminated[0], 0);
  EXPECT_EQ(rig.truncated[0], 1);
}

TEST(FleetRewards, OfDaysThatCarryOverAreTheRunsOnce) {
  const Single single;
  for (const std::uint32_t end : {EVTWIN_END_TERMINATES, EVTWIN_END_TRUNCATES}) {
    EdfRig rig;
    rig.spec.end = end;
    rig.spec.episode_days = 1;
    rig.spec.carry_over = 1;
    rig.live();
    ASSERT_EQ(rig.ended.size(), 4U);
    const double left_out =
        end == EVTWIN_END_TERMINATES ? 0.0 : single.site.open_cost - single.site.storage_energy_value;
    EXPECT_NEAR(rig.reward, -(single.objective - left_out), money);
    for (std::size_t d = 0; d < 3; ++d) EXPECT_EQ(rig.ended[d].open_cost, 0.0) << "day " << d << " goes on";
    if (end == EVTWIN_END_TERMINATES) {
      EXPECT_EQ(rig.ended[3].event_hash, single.result.event_hash);
    }
  }
}

/// Two parks in one world, an agent each: asked on their own at events, together at ticks, and paid by their own books.
TEST(FleetWorld, OfTwoSitesIsThatOfASingleRun) {
  std::string text = over_nights;
  const std::size_t from = text.find("  site {"), to = text.find("  arrivals ="), end = text.rfind("}\n");
  std::string park = text.substr(from, to - from), cars = text.substr(to, end - to);
  const auto site = [&](const std::string& name, const std::string& contract) {
    std::string one = park.substr(0, park.rfind('}')) + cars + "  },\n";
    one.replace(one.find("\"Park\""), 6, "\"" + name + "\"");
    return one.replace(one.find("param(\"contract_kw\", 30)"), 24, contract);
  };
  text = text.substr(0, from) + site("North", "30") + site("South", "18") + "}\n";
  const scenario::LoadedScenario read = load_text(text);
  const twin::Result single = twin::simulate(read.world, edf());

  Rig rig(text);
  const twin::Run empty(read.world);
  std::vector<std::unique_ptr<control::Strategy>> strategies;
  for (std::uint32_t s = 0; s < 2; ++s) strategies.push_back(edf()(empty.view(s), read.world.seed, s));
  rig.spec.asked_at = strategies[0]->subscribes;
  rig.spec.horizon_steps = strategies[0]->horizon_steps;
  rig.spec.end = EVTWIN_END_TERMINATES;
  rig.spec.autoreset = EVTWIN_AUTORESET_DISABLED;
  rig.begin(true);
  ASSERT_EQ(rig.shape.n_agents, 2U);
  const evtwin_fleet_start start{read.world.seed, read.world.start_ns};
  ASSERT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, &start), EVTWIN_OK) << evtwin_fleet_error();
  int alone = 0;
  double rewards[2] = {0.0, 0.0};
  while (rig.terminated[0] == 0) {
    alone += rig.asked[0] != rig.asked[1] ? 1 : 0;
    for (std::uint32_t a = 0; a < 2; ++a) {
      evtwin_decision* const decision = evtwin_fleet_decision(rig.fleet, a);
      ASSERT_EQ(decision != nullptr, rig.asked[a] == 1);
      if (decision != nullptr) strategies[a]->decide(*evtwin_fleet_view(rig.fleet, a), *decision);
    }
    const std::vector<float> before = rig.observations;
    rig.step();
    for (std::uint32_t a = 0; a < 2; ++a) {
      rewards[a] += static_cast<double>(rig.rewards[a]);
      if (rig.asked[a] != 0) continue;
      EXPECT_EQ(rig.rewards[a], 0.0F);
      const std::size_t row = a * rig.shape.observation_size;
      EXPECT_TRUE(std::equal(before.begin() + static_cast<std::ptrdiff_t>(row),
                             before.begin() + static_cast<std::ptrdiff_t>(row + rig.shape.observation_size),
                             rig.observations.begin() + static_cast<std::ptrdiff_t>(row)));
    }
  }
  EXPECT_GT(alone, 20) << "sites are asked on their own";
  for (std::uint32_t a = 0; a < 2; ++a) {
    const double objective = analysis::objective_of_site(read.world, single, a);
    EXPECT_EQ(rig.terminated[a], 1);
    EXPECT_EQ(rig.episodes[a].event_hash, single.event_hash);
    EXPECT_EQ(rig.episodes[a].decisions, single.sites[a].decisions);
    EXPECT_NEAR(rig.episodes[a].reward, -objective, money);
    EXPECT_NEAR(rewards[a], -objective, 1e-5 * objective) << "as floats";
  }
  EXPECT_NE(rig.episodes[0].reward, rig.episodes[1].reward);
}

TEST(FleetRewards, TermsAddUpToTheLedger) {
  const Single single;
  EdfRig rig;
  rig.spec.end = EVTWIN_END_TERMINATES;
  rig.spec.episode_days = 1;
  rig.spec.carry_over = 1;
  const std::array<evtwin_fleet_weight, 3> weights{
      {{"co2_kg", -2.0}, {"satisfaction", 10.0}, {"storage_cycles", -3.0}}};
  rig.spec.weights = weights.data();
  rig.spec.n_weights = weights.size();
  rig.live();
  const control::Ledger& books = single.site.ledger;
  const auto sum = [&](const std::string& term) { return rig.term_sums[rig.term(term)]; };
  EXPECT_NEAR(sum("import_kwh"), books.import_kwh, 1e-9 * books.import_kwh);
  EXPECT_NEAR(sum("ev_charge_kwh"), books.ev_charge_kwh, 1e-9 * books.ev_charge_kwh);
  EXPECT_NEAR(sum("storage_discharge_kwh"), books.storage_discharge_kwh, 1e-9 * books.import_kwh);
  EXPECT_NEAR(sum("energy_cost"), books.energy_cost, 1e-9 * books.energy_cost);
  EXPECT_NEAR(sum("demand_charge"), books.demand_charge, 1e-9 * books.demand_charge);
  EXPECT_NEAR(sum("driver_revenue"), books.driver_revenue, 1e-9 * books.driver_revenue);
  EXPECT_NEAR(sum("unmet_cost"), 400.0 * books.unmet_kwh, 1e-9 * 400.0 * books.unmet_kwh);
  EXPECT_EQ(sum("departures"), static_cast<double>(single.site.sessions_ended));
  EXPECT_NEAR(sum("satisfaction"),
              static_cast<double>(single.site.sessions_ended) - single.site.satisfaction.missing_of_wanted, 1e-9);
  EXPECT_NEAR(sum("storage_cycles"), books.storage_discharge_kwh / (0.8 * 40.0), 1e-9);
  EXPECT_NEAR(rig.reward, -2.0 * sum("co2_kg") + 10.0 * sum("satisfaction") - 3.0 * sum("storage_cycles"), 1e-6);
}

}  // namespace
}  // namespace evtwin::testing
