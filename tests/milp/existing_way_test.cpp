// Uncontrolled charging as a plan: by hand behind a feeder, sound in any problem, and kept only where it is cheaper.
#include "existing_way.hpp"

#include <gmock/gmock.h>

#include "milp/day.hpp"
#include "optimise/planner.hpp"
#include "optimise/problems.hpp"

namespace evtwin::milp::test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Four hours, dear for two; three cars of 7 kW at EVSEs 0 to 2 that want 7 kWh each.
optimise::PlanProblem three_cars() {
  optimise::PlanProblem problem = optimise::test::plain_site(4, 1.0, 0.0);
  problem.buy_per_kwh = {0.30, 0.30, 0.10, 0.10};
  for (std::uint32_t i = 0; i < 3; ++i) {
    optimise::PlanVehicle vehicle;
    vehicle.key = i + 1;
    vehicle.evse = i;
    vehicle.end_step = 4;
    vehicle.max_kw = vehicle.wanted_kwh = vehicle.most_kwh = 7.0;
    vehicle.unmet_price_per_kwh = 3.0;
    problem.vehicles.push_back(vehicle);
  }
  return problem;
}

optimise::PlanLimit feeder(std::vector<std::uint32_t> evses, double upper_kw) {
  optimise::PlanLimit limit;
  limit.name = "feeder";
  for (const std::uint32_t evse : evses) limit.members.push_back({evse, false, 1.0});
  limit.lower = {-optimise::infinite};
  limit.upper = {upper_kw};
  return limit;
}

// Two cars share a feeder of 7 kW, the third has its own way: 3.5 + 3.5 + 7, then 3.5 + 3.5.
//
//   grid --+-- feeder (7 kW) --+-- car 0   7 kW
//          |                   +-- car 1   7 kW
//          +-- car 2                       7 kW
TEST(ExistingWay, CarsBehindAFeederShareIt) {
  optimise::PlanProblem problem = three_cars();
  problem.limits.push_back(feeder({0, 1}, 7.0));
  const optimise::Plan plan = plan_uncontrolled(problem);
  EXPECT_EQ(check_plan(problem, plan), "");
  EXPECT_THAT(plan.vehicles[0].charge_kw, ElementsAre(DoubleNear(3.5, 1e-9), DoubleNear(3.5, 1e-9), 0.0, 0.0));
  EXPECT_THAT(plan.vehicles[1].charge_kw, ElementsAre(DoubleNear(3.5, 1e-9), DoubleNear(3.5, 1e-9), 0.0, 0.0));
  EXPECT_THAT(plan.vehicles[2].charge_kw, ElementsAre(7.0, 0.0, 0.0, 0.0));
  EXPECT_NEAR(plan.objective, 21.0 * 0.30, 1e-9);
}

// 2 kW for 28 kWh: 8 kWh are given, 6 are not, at 3.00 each.
TEST(ExistingWay, WhatAFeederDoesNotLetThroughIsUnmet) {
  optimise::PlanProblem problem = three_cars();
  problem.limits.push_back(feeder({0, 1}, 2.0));
  const optimise::Plan plan = plan_uncontrolled(problem);
  EXPECT_EQ(check_plan(problem, plan), "");
  EXPECT_NEAR(unmet_kwh(plan), 14.0 - 8.0, 1e-9);
  EXPECT_NEAR(plan.objective, (7.0 + 4.0) * 0.30 + 4.0 * 0.10 + 6.0 * 3.0, 1e-9);
}

// Of 12 kW at the grid connection each gets 4; car 0 may have 1 kW behind its feeder, the others share its rest.
//
//   grid (12 kW) --+-- feeder (1 kW) --- car 0
//                  +-- car 1
//                  +-- car 2
TEST(ExistingWay, WhatAFeederLeavesOfTheConnectionGoesToTheOthers) {
  optimise::PlanProblem problem = three_cars();
  problem.import_limit_kw.assign(4, 12.0);
  problem.limits.push_back(feeder({0}, 1.0));
  const optimise::Plan plan = plan_uncontrolled(problem);
  EXPECT_EQ(check_plan(problem, plan), "");
  EXPECT_NEAR(plan.vehicles[0].charge_kw[0], 12.0 / 15.0, 1e-9);  // 1 + 7 + 7 share 12
  EXPECT_NEAR(plan.import_kw[0], 12.0, 1e-9);
  EXPECT_NEAR(unmet_kwh(plan), 7.0 - (12.0 / 15.0 + 3.0), 1e-9);
}

// Two on one phase, one on another behind 30 A, at 0.23 kW per A.
TEST(ExistingWay, KeepsAPhase) {
  optimise::PlanProblem problem = three_cars();
  optimise::PlanMagnitude phase;
  phase.name = "neutral";
  phase.upper = {30.0};
  phase.members = {{0, 1 / 0.23, 0.0}, {1, 1 / 0.23, 0.0}, {2, -0.5 / 0.23, 0.866 / 0.23}};
  problem.magnitudes.push_back(phase);
  const optimise::Plan plan = plan_uncontrolled(problem);
  EXPECT_EQ(check_plan(problem, plan), "");
  EXPECT_NEAR(unmet_kwh(plan), 0.0, 1e-9);
}

TEST(ExistingWay, IsSoundInAnyProblemAndNeverCheaperThanTheBestPlan) {
  for (std::uint64_t seed = 0; seed < 256; ++seed) {
    const auto bit = [&](unsigned n) { return (seed >> n & 1U) != 0; };
    optimise::test::Features with;
    with.limits = bit(0);
    with.magnitudes = bit(1);
    with.demand = bit(2);
    with.pv = with.over_limit = bit(3);
    with.battery_need = bit(4);
    with.storage = bit(5);
    with.discharge = bit(6);
    with.odd_prices = bit(7);
    optimise::PlanProblem problem = optimise::test::random_problem(seed, with);
    problem.curtail_pv = false;  // as in every view
    const optimise::Plan existing = plan_uncontrolled(problem);
    ASSERT_EQ(check_plan(problem, existing), "") << seed;
    const optimise::Plan best = optimise::Planner().make_plan(problem);
    ASSERT_TRUE(best.is_usable()) << seed;
    if (best.outcome != optimise::Outcome::optimal) continue;
    EXPECT_LE(best.objective, existing.objective + 1e-6 * std::max(1.0, std::abs(existing.objective))) << seed;
  }
}

const std::vector<evtwin_param_value> keep{{"keep_existing", 1.0, nullptr}};

// 63 kWh behind a feeder of 10 kW: at full power it would all be over in three dear hours, were it not for the feeder.
TEST(KeepExisting, APlanBehindAFeederIsNotTakenForDearer) {
  ViewBuilder site;
  for (int i = 0; i < 3; ++i) site.car({.requested_kwh = 21.0});
  site.limits.push_back({EVTWIN_LIMIT_POWER_KW, -unlimited, 10.0, 0.0, {{0}, {1}, {2}}});
  std::vector<double> prices(32, 0.10);
  std::fill_n(prices.begin() + 16, 16, 0.30);
  const Day day{.buy_per_kwh = prices};
  const Outcome kept = live("lp", site, day, keep);
  EXPECT_NEAR(kept.unmet_kwh, 0.0, 1e-6);
  EXPECT_NEAR(kept.cost, 40.0 * 0.10 + 23.0 * 0.30, 1e-6);
  EXPECT_THAT(kept.said, IsEmpty());
}

// The grid would have 14 kWh spread over eight hours, cheap first and dear then; the site pays for that. At full power
// they are cheap.
TEST(KeepExisting, APlanForTheGridThatCostsTheSiteMoreIsNotDone) {
  ViewBuilder site;
  site.car();
  std::vector<double> prices(32, 0.10);
  std::fill_n(prices.begin() + 16, 16, 0.30);
  const Day day{.buy_per_kwh = prices};
  std::vector<evtwin_param_value> for_the_grid{{"weight_grid", 1.0, nullptr}, {"grid_peak_per_kw", 100.0, nullptr}};
  const Outcome spread = live("v2g-profit-max", site, day, for_the_grid);
  EXPECT_GT(spread.cost, 1.40 + 0.5);
  for_the_grid.push_back(keep.front());
  const Outcome kept = live("v2g-profit-max", site, day, for_the_grid);
  EXPECT_NEAR(kept.cost, 1.40, 1e-6);
  EXPECT_NEAR(kept.unmet_kwh, 0.0, 1e-6);
  ASSERT_FALSE(kept.said.empty());
  EXPECT_THAT(kept.said.front(), HasSubstr("kept the existing way: plan 2.80, baseline 1.40"));
}

}  // namespace
}  // namespace evtwin::milp::test
