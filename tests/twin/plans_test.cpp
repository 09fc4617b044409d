// A strategy's plan in a run: what is told of it, and when it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <tuple>

#include "twin/v2g_world.hpp"

namespace evtwin::testing {
namespace {

/// From hour, to hour, kW, hour of being taken back (0: it stood).
using Told = std::tuple<double, double, double, double>;

double hour_of(TimeNs t) { return kernel::hours_between(monday_ns, t); }

struct PlanObserver : twin::Observer {
  std::vector<Told> plans;
  std::vector<std::uint64_t> planned;  // numbers of decisions that planned
  std::vector<std::uint64_t> planned_by;
  void on_plan(const twin::PlanRecord& p) override {
    plans.emplace_back(hour_of(p.start_ns), hour_of(p.end_ns), p.kw, p.replaced_ns == 0 ? 0.0 : hour_of(p.replaced_ns));
    planned_by.push_back(p.decision);
  }
  void on_decision(const twin::DecisionRecord& d) override {
    if (d.planned) planned.push_back(d.number);
  }
};

/// Plans so many kW until the claimed departure, at each decision anew.
class Steady : public control::Strategy {
 public:
  explicit Steady(double kw) : kw_(kw) {
    horizon_steps = plan_steps = 12;
    subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE;
  }
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      if (view.evse_session[i] == 0) continue;
      decision.evse_kw[i] = kw_;
      for (std::uint32_t k = 0; k < decision.plan_steps; ++k)
        decision.plan_kw[i * decision.plan_steps + k] =
            view.horizon_start_ns[k] < view.evse_claimed_departs_ns[i] ? kw_ : 0.0;
    }
  }
  bool can_save() const override { return true; }
  void save_memory(std::vector<std::byte>&) override {}
  void load_memory(std::span<const std::byte>) override {}

 private:
  double kw_;
};

control::StrategyFactory steady(double kw) {
  return [kw](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Steady>(kw); };
}

twin::World hourly_world() {
  twin::World world = v2g_world();
  world.tick_ns = hour_ns;
  demand::Visit v = v2g_visit(2, 5, 0.1);
  v.claimed_departure_ns = monday_ns + 6 * hour_ns;
  add_visits(world, {v, v2g_visit(7, 9, 0.1)});
  return world;
}

TEST(Plans, MadeAgainAtEachTickTheyAreToldOnceAndEndWithTheCar) {
  PlanObserver seen;
  twin::RunOptions options;
  options.observer = &seen;
  twin::simulate(hourly_world(), steady(5.0), options);
  EXPECT_THAT(seen.plans, ::testing::ElementsAre(Told{2, 5, 5.0, 0}, Told{5, 6, 5.0, 5}, Told{7, 9, 5.0, 0}));
  // The tick comes first at 0, so the arrivals are decisions 3 and 9.
  ASSERT_EQ(seen.planned.size(), 2U);
  EXPECT_THAT(seen.planned_by, ::testing::ElementsAre(seen.planned[0], seen.planned[0], seen.planned[1]));
}

TEST(Plans, ASuccessorTakesBackWhatWasNotItsOwn) {
  const twin::World world = hourly_world();
  std::optional<twin::Checkpoint> made;
  twin::RunOptions first;
  first.checkpoint_at_ns = monday_ns + 4 * hour_ns;
  first.on_checkpoint = [&](const twin::Checkpoint& checkpoint) { made = checkpoint; };
  twin::simulate(world, steady(5.0), first);
  ASSERT_TRUE(made);
  PlanObserver seen;
  twin::RunOptions second;
  second.observer = &seen;
  second.from = &*made;
  second.successor = twin::Successor::other_strategy;
  twin::simulate(world, full_power(), second);  // which plans nothing
  ASSERT_EQ(seen.plans.size(), 2U);
  EXPECT_EQ(std::get<0>(seen.plans[0]), 2.0);
  EXPECT_EQ(std::get<3>(seen.plans[0]), 0.0);
  EXPECT_EQ(std::get<1>(seen.plans[1]), 6.0);
  EXPECT_GT(std::get<3>(seen.plans[1]), 0.0);
  EXPECT_EQ(std::get<1>(seen.plans[0]), std::get<0>(seen.plans[1]));
}

TEST(Plans, AreNoPartOfWhatHappens) {
  const twin::World world = hourly_world();
  const auto silent = strategy([](const evtwin_view& view, evtwin_decision& decision) {
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      if (view.evse_session[i] != 0) decision.evse_kw[i] = 5.0;
    }
  });
  EXPECT_EQ(twin::simulate(world, steady(5.0)).event_hash, twin::simulate(world, silent).event_hash);
}

}  // namespace
}  // namespace evtwin::testing
