// Terms of a reward as a learner is given them, step by step, against what is recounted from the run file.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>

#include "analysis/kpi.hpp"
#include "analysis/reward_over_time.hpp"
#include "control/strategy_choice.hpp"
#include "fleet/reward.hpp"
#include "record/reader.hpp"
#include "record/writer.hpp"
#include "scenario/loader.hpp"
#include "support/paths.hpp"
#include "twin/simulation.hpp"

namespace evtwin::fleet {
namespace {

constexpr double usable_kwh = 170.0;  // of the workplace's storage

/// Sums of all terms over the steps that a strategy ended.
using Sums = std::map<std::string, double>;

class Counted : public control::Strategy {
 public:
  Counted(std::unique_ptr<control::Strategy> inner, Sums& sums) : inner_(std::move(inner)), sums_(sums) {
    subscribes = inner_->subscribes;
    horizon_steps = inner_->horizon_steps;
    plan_steps = inner_->plan_steps;
    levels = inner_->levels;
  }
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    count_step(view);
    inner_->decide(view, decision);
  }
  void end(const evtwin_view& last) override {
    count_step(last);
    inner_->end(last);
  }

 private:
  void count_step(const evtwin_view& view) {
    Outcome outcome;
    outcome.view = &view;
    outcome.usable_storage_kwh = usable_kwh;
    const Rewards rewards(std::span<const evtwin_fleet_weight>{});
    std::vector<double> terms(rewards.terms().size());
    rewards.reward_of(outcome, nullptr, terms.data(), nullptr);
    for (std::size_t t = 0; t < terms.size(); ++t) sums_[rewards.terms()[t].id] += terms[t];
  }

  std::unique_ptr<control::Strategy> inner_;
  Sums& sums_;
};

TEST(Recount, TheRunFileTellsWhatTheLearnerWasGiven) {
  scenario::LoadOptions load;
  load.days = 2;
  const auto scenario = scenario::load_scenario(paths::source_dir + "/scenarios/workplace_week.lua", load);
  const twin::World& world = scenario.world;
  const physics::Storage& storage = world.sites.at(0).storages.at(0);
  ASSERT_DOUBLE_EQ(storage.capacity_kwh * (storage.soc_max - storage.soc_min), usable_kwh);

  const std::vector<std::string> terms{"import_kwh",     "energy_cost",   "demand_charge",  "wear_cost",
                                       "unmet_kwh",      "unmet_cost",    "storage_cycles", "satisfaction",
                                       "departures",     "turned_away",   "requested_kwh",  "missing_kwh2",
                                       "overload_kwh",   "losses_kwh",    "disappointment", "ev_charge_kwh",
                                       "driver_revenue", "calendar_wear", "cyclic_wear"};
  record::Origin origin;
  origin.reward = record::LearntReward{"all", true, {}};
  for (const std::string& term : terms) origin.reward->parts.emplace_back(term, 1.0);

  std::string folder = (std::filesystem::temp_directory_path() / "evtwin-fleet-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string file = folder + "/run.evtwin";
  Sums sums;
  {
    record::RunWriter writer(file, world, {"edf", "", ""}, origin);
    const auto edf = control::choose_strategy(paths::plugin_dir + "/baseline.so#edf", {}).factory;
    twin::RunOptions options;
    options.observer = &writer;
    const twin::Result result = twin::simulate(
        world,
        [&](const evtwin_view& first, std::uint64_t seed, std::uint32_t site) {
          return std::make_unique<Counted>(edf(first, seed, site), sums);
        },
        options);
    // The host takes these from the books.
    sums["calendar_wear"] = result.sites.at(0).ledger.ev_wear_calendar;
    sums["cyclic_wear"] = result.sites.at(0).ledger.ev_wear_cyclic;
    writer.finish(result, analysis::kpis_of_run(world, result), 0.0);
  }

  const auto recounted = analysis::reward_over_time(record::open_run_file(file), [](kernel::TimeNs) { return 0; });
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(recounted);
  EXPECT_TRUE(recounted->not_recorded.empty());
  ASSERT_EQ(recounted->parts.size(), terms.size());
  for (const analysis::RewardPart& part : recounted->parts)
    EXPECT_NEAR(part.sum(), sums.at(part.term), 1e-9 * std::max(1.0, std::abs(part.sum()))) << part.term;
  for (const char* term :
       {"energy_cost", "satisfaction", "storage_cycles", "turned_away", "missing_kwh2", "unmet_cost", "cyclic_wear"})
    EXPECT_GT(sums.at(term), 0.0) << term << ": else nothing was compared";
}

}  // namespace
}  // namespace evtwin::fleet
