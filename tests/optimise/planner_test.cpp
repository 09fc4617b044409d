// Plans of small problems that are solved by hand.
#include "optimise/planner.hpp"

#include <gmock/gmock.h>

#include "optimise/problems.hpp"

namespace evtwin::optimise::test {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Plan planned(const PlanProblem& problem, Method method = Method::lp) {
  PlannerOptions options;
  options.method = method;
  options.milp.relative_gap = 0.0;
  Plan plan = Planner(options).make_plan(problem);
  EXPECT_EQ(plan.outcome, Outcome::optimal);
  if (plan.is_usable()) {
    EXPECT_EQ(check_plan(problem, plan), "");
  }
  return plan;
}

TEST(Planner, OneCarTwoPricesChargesInTheCheapHours) {
  // 8 h, the last four cheap; 20 kWh at 7 kW are 2 h 51 min: 20 x 50.
  PlanProblem problem = plain_site(8, 1.0, 200.0);
  for (std::size_t t = 4; t < 8; ++t) problem.buy_per_kwh[t] = 50.0;
  problem.vehicles = {car(1, 0, 8, 7.0, 20.0)};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 1000.0, 1e-9);
  EXPECT_NEAR(plan.vehicles[0].unmet_kwh, 0.0, 1e-9);
  // Of the equally cheap hours the earliest.
  EXPECT_THAT(plan.vehicles[0].charge_kw,
              ElementsAre(0.0, 0.0, 0.0, 0.0, DoubleNear(7, 1e-9), DoubleNear(7, 1e-9), DoubleNear(6, 1e-9), 0.0));
}

TEST(Planner, EnergyThatGetsDearerByWaitingIsChargedEarlierWhereThatCostsLess) {
  // 20 kWh in 4 h at 7 kW, the last two cheaper by 50; waiting costs 30 more with every hour: 100, 130, 110 and
  // 140 per kWh.
  PlanProblem problem = plain_site(4, 1.0, 100.0);
  problem.buy_per_kwh[2] = problem.buy_per_kwh[3] = 50.0;
  problem.vehicles = {car(1, 0, 4, 7.0, 20.0)};
  problem.vehicles[0].step_charge_price_per_kwh = {0.0, 30.0, 60.0, 90.0};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 7.0 * 100.0 + 6.0 * 130.0 + 7.0 * 110.0, 1e-9);
  EXPECT_THAT(plan.vehicles[0].charge_kw,
              ElementsAre(DoubleNear(7, 1e-9), DoubleNear(6, 1e-9), DoubleNear(7, 1e-9), DoubleNear(0, 1e-9)));
  problem.vehicles[0].step_charge_price_per_kwh.pop_back();
  EXPECT_THAT(check_problem(problem), HasSubstr("step_charge_price_per_kwh has 3 values"));
}

TEST(Planner, WhatDoesNotFitUnderTheContractIsUnmetAtItsPrice) {
  // Two cars want 10 kWh each in one hour; 12 kW are there beside 3 kW of load: 15 - 3 = 12 kWh, 8 short.
  PlanProblem problem = plain_site(1, 1.0, 100.0);
  problem.load_kw = {3.0};
  problem.import_limit_kw = {15.0};
  problem.vehicles = {car(1, 0, 1, 22.0, 10.0), car(2, 0, 1, 22.0, 10.0)};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 15.0 * 100.0 + 8.0 * 1000.0, 1e-6);
  EXPECT_NEAR(plan.vehicles[0].unmet_kwh + plan.vehicles[1].unmet_kwh, 8.0, 1e-9);
  // One more kW of contract is one more kWh served: 1000 - 100.
  EXPECT_THAT(plan.contract_value_per_kw, ElementsAre(DoubleNear(900.0, 1e-6)));
}

TEST(Planner, ChargingThatCostsMoreThanTheUnmetPriceIsLeft) {
  PlanProblem problem = plain_site(2, 1.0, 100.0);
  problem.vehicles = {car(1, 0, 2, 5.0, 5.0)};
  problem.vehicles[0].unmet_price_per_kwh = 80.0;
  EXPECT_NEAR(planned(problem).objective, 400.0, 1e-9);
}

TEST(Planner, PvThatCanNotBeSoldAtAPriceAbove0IsCurtailed) {
  // 10 kW of sun, nobody charges, selling costs 5 per kWh: everything is curtailed.
  PlanProblem problem = plain_site(1, 1.0, 100.0);
  problem.pv_kw = {10.0};
  problem.sell_per_kwh = {-5.0};
  Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 0.0, 1e-9);
  EXPECT_NEAR(plan.curtailed_kw[0], 10.0, 1e-9);
  problem.curtail_pv = false;
  plan = planned(problem);
  EXPECT_NEAR(plan.objective, 50.0, 1e-9);
  EXPECT_NEAR(plan.export_kw[0], 10.0, 1e-9);
}

TEST(Planner, PvChargesTheCarBeforeItIsSold) {
  // Sun in hour 2 (8 kW), bought energy 100, sold 40: the car's 6 kWh come from the sun, 2 are sold.
  PlanProblem problem = plain_site(2, 1.0, 100.0);
  problem.sell_per_kwh = {40.0, 40.0};
  problem.pv_kw = {0.0, 8.0};
  problem.vehicles = {car(1, 0, 2, 7.0, 6.0)};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, -80.0, 1e-9);
  EXPECT_THAT(plan.vehicles[0].charge_kw, ElementsAre(DoubleNear(0, 1e-9), DoubleNear(6, 1e-9)));
}

TEST(Planner, StorageMovesCheapEnergyWithItsLosses) {
  // Charge 10 kW in the cheap hour at 0.9: 9 kWh, 8.1 come out against a load of 20 in the dear hour.
  PlanProblem problem = plain_site(2, 1.0, 100.0);
  problem.buy_per_kwh = {10.0, 100.0};
  problem.load_kw = {0.0, 20.0};
  PlanStorage storage;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.9;
  storage.max_kwh = 50.0;
  problem.storages = {storage};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 10.0 * 10.0 + (20.0 - 8.1) * 100.0, 1e-6);
  EXPECT_THAT(plan.storages[0].stored_kwh, ElementsAre(DoubleNear(9, 1e-9), DoubleNear(0, 1e-9)));
}

TEST(Planner, StorageKeepsWhatIsWorthMoreAtTheEnd) {
  PlanProblem problem = plain_site(1, 1.0, 100.0);
  problem.load_kw = {20.0};
  PlanStorage storage;
  storage.max_charge_kw = storage.max_discharge_kw = 5.0;
  storage.stored_kwh = 4.0;
  storage.max_kwh = 10.0;
  storage.end_value_per_kwh = 120.0;
  problem.storages = {storage};
  // Buying 5 kWh more at 100 to hold them at 120: 25 x 100 - 9 x 120.
  EXPECT_NEAR(planned(problem).objective, 2500.0 - 1080.0, 1e-6);
  problem.storages[0].end_value_per_kwh = 80.0;
  // Now the 4 kWh go: 16 x 100.
  EXPECT_NEAR(planned(problem).objective, 1600.0, 1e-6);
  problem.storages[0].end_at_least_kwh = 3.0;
  EXPECT_NEAR(planned(problem).objective, 1900.0 - 240.0, 1e-6);
}

// 10 kWh stored, 20 kW of load at 100. What is taken costs 30 for the first 4 kWh, 70 for the next 3, then 120.
TEST(Planner, WhatLacksAtTheEndCostsBlockByBlock) {
  PlanProblem problem = plain_site(1, 1.0, 100.0);
  problem.load_kw = {20.0};
  PlanStorage storage;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  storage.stored_kwh = 10.0;
  storage.max_kwh = 20.0;
  storage.end_value_per_kwh = 10.0;
  storage.end_lacks = {{4.0, 20.0}, {3.0, 60.0}, {infinite, 110.0}};
  problem.storages = {storage};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.storages[0].stored_kwh[0], 3.0, 1e-6);
  EXPECT_NEAR(plan.objective, 13.0 * 100.0 - 3.0 * 10.0 + 4.0 * 20.0 + 3.0 * 60.0, 1e-6);
  EXPECT_EQ(check_plan(problem, plan), "");
  // More than at the start lacks nothing.
  problem.storages[0].end_value_per_kwh = 150.0;
  EXPECT_NEAR(planned(problem).objective, 30.0 * 100.0 - 20.0 * 150.0, 1e-6);
  problem.storages[0].end_lacks = {{4.0, 20.0}, {infinite, 10.0}};
  EXPECT_NE(check_problem(problem).find("end_lacks has the price 10 after 20"), std::string::npos);
  problem.storages[0].end_lacks = {{4.0, 20.0}};
  EXPECT_NE(check_problem(problem).find("must end with an infinite one"), std::string::npos);
}

/// Whoever is paid for drawing would charge and discharge a full battery at once, which no battery can: it does so by
/// turns. With a share x of the time for charging 0.8 x 5 x = 5 / 0.8 (1 - x), x = 6.25 / 10.25: an hour earns at most
/// 0.1 x 5 (2 x - 1) = 0.1098. Turns of a whole hour earn 94 % of that at least.
TEST(Planner, AFullBatteryIsPaidForBelowZeroByTurns) {
  const double most = 24 * 0.1 * 5.0 * (2.0 * 6.25 / 10.25 - 1.0);
  for (const Method method : {Method::lp, Method::milp}) {
    PlanProblem problem = plain_site(24, 1.0, -0.1);
    problem.sell_per_kwh = problem.buy_per_kwh;
    PlanStorage storage;
    storage.max_charge_kw = storage.max_discharge_kw = 5.0;
    storage.charge_efficiency = storage.discharge_efficiency = 0.8;
    storage.stored_kwh = storage.max_kwh = 10.0;
    problem.storages = {storage};

    PlannerOptions options;
    options.method = method;
    const Plan plan = Planner(options).make_plan(problem);
    ASSERT_TRUE(plan.is_usable()) << plan.why;
    EXPECT_EQ(check_plan(problem, plan), "");
    EXPECT_LE(plan.objective, -0.94 * most);
    EXPECT_GE(plan.objective, -most);
  }
}

TEST(Planner, StorageOutsideOfItsWindowMayStayAndOnlyMovesInwards) {
  // 12 kWh in a window of 0 to 10. A cheap hour between two dear ones: what went out below 10 comes back to 10 only.
  PlanProblem problem = plain_site(3, 1.0, 100.0);
  problem.buy_per_kwh = {100.0, 1.0, 100.0};
  problem.load_kw = {3.0, 0.0, 20.0};
  PlanStorage storage;
  storage.max_charge_kw = storage.max_discharge_kw = 20.0;
  storage.stored_kwh = 12.0;
  storage.max_kwh = 10.0;
  problem.storages = {storage};
  const Plan plan = planned(problem);
  EXPECT_LE(plan.storages[0].stored_kwh[1], 10.0 + 1e-6);
  EXPECT_EQ(check_plan(problem, plan), "");
  problem.load_kw = {0.0, 0.0, 0.0};
  EXPECT_NEAR(planned(problem).objective, 0.0, 1e-9);
  problem.storages[0].stored_kwh = -1.0;  // and from below
  problem.storages[0].end_value_per_kwh = 50.0;
  EXPECT_NEAR(planned(problem).objective, 11.0 - 500.0, 1e-6);
}

TEST(Planner, DemandChargeFlattensWhatItCan) {
  // 8 kWh in 4 h at 4 kW: one price of energy, 50 per kW of the highest hour: 2 kW throughout.
  PlanProblem problem = plain_site(4, 1.0, 10.0);
  problem.vehicles = {car(1, 0, 4, 4.0, 8.0)};
  problem.periods = {{50.0, 0.0, {}}};
  for (std::uint32_t t = 0; t < 4; ++t) problem.windows.push_back({t, t + 1, 1.0, 0.0, 0});
  Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 80.0 + 100.0, 1e-6);
  EXPECT_THAT(plan.vehicles[0].charge_kw, Each(DoubleNear(2.0, 1e-9)));
  EXPECT_THAT(plan.peak_kw, ElementsAre(DoubleNear(2.0, 1e-9)));
  // Up to the month's peak so far it costs nothing more.
  problem.periods[0].floor_kw = 3.0;
  EXPECT_NEAR(planned(problem).objective, 80.0 + 150.0, 1e-6);
  // Energy that a window has imported already counts in it: 1 kWh of the first hour.
  problem.periods[0].floor_kw = 0.0;
  problem.windows[0].so_far_kwh = 1.0;
  EXPECT_NEAR(planned(problem).objective, 80.0 + 50.0 * 9.0 / 4.0, 1e-6);
}

// The load alone, 10 kW, is above the limit of 5 in both hours, so that either may take what the other is spared.
TEST(Planner, AWindowAboveTheLimitIsBilledWithWhatAStorageDrawsThere) {
  PlanProblem problem = plain_site(2, 1.0, 1.0);
  problem.buy_per_kwh = {-1.0, 1.0};
  problem.load_kw = {10.0, 10.0};
  problem.import_limit_kw = {5.0, 5.0};
  PlanStorage storage;
  storage.max_charge_kw = storage.max_discharge_kw = 5.0;
  storage.max_kwh = 10.0;
  problem.storages = {storage};
  problem.periods = {{0.5, 10.0, {}}};
  problem.windows = {{0, 1, 1.0, 0.0, 0}, {1, 2, 1.0, 0.0, 0}};
  // 5 kWh over: they earn 5 x (1 + 1) and raise the peak by 5 kW.
  const double over = 10.0 * problem.over_limit_price_per_kwh;
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, over - 15.0 + 5.0 + 15.0 * 0.5, 1e-3);
  EXPECT_THAT(plan.peak_kw, ElementsAre(DoubleNear(15.0, 1e-6)));
  // At 3 per kW the peak costs more than that.
  problem.periods[0].price_per_kw = 3.0;
  EXPECT_NEAR(planned(problem).objective, over - 10.0 + 10.0 + 10.0 * 3.0, 1e-3);
}

TEST(Planner, ARatchetBillsAShareOfTheEarlierPeak) {
  // Period 0 has 10 kW of load, period 1 nothing: it is billed 0.8 x 10.
  PlanProblem problem = plain_site(2, 1.0, 0.0);
  problem.load_kw = {10.0, 0.0};
  problem.periods = {{5.0, 0.0, {}}, {5.0, 0.0, {{0, 0.8}}}};
  problem.windows = {{0, 1, 1.0, 0.0, 0}, {1, 2, 1.0, 0.0, 1}};
  EXPECT_NEAR(planned(problem).objective, 50.0 + 40.0, 1e-6);
  // A floor of the first period is no peak of its own.
  problem.periods[0].floor_kw = 20.0;
  EXPECT_NEAR(planned(problem).objective, 100.0 + 40.0, 1e-6);
}

TEST(Planner, ACarThatGivesBackEarnsTheDifferenceLessLossesAndWear) {
  // 10 kWh above the floor; dear hour first: 5 kW out of 5 / 0.9 stored kWh; then it wants nothing less than it had.
  PlanProblem problem = plain_site(2, 1.0, 100.0);
  problem.buy_per_kwh = {300.0, 50.0};
  problem.sell_per_kwh = problem.buy_per_kwh;
  PlanVehicle one = car(1, 0, 2, 10.0, 0.0);
  one.max_discharge_kw = 5.0;
  one.charge_efficiency = one.discharge_efficiency = 0.9;
  one.dischargeable_kwh = 10.0;
  one.room_kwh = 3.0;
  one.need_at = NeedAt::battery;
  one.discharge_price_per_kwh = 20.0;
  problem.vehicles = {one};
  const double back = 5.0 / 0.81;  // kWh to buy so that the battery has again what it had
  EXPECT_NEAR(planned(problem).objective, -5.0 * 300.0 + 5.0 * 20.0 + back * 50.0, 1e-6);
  // With 2 kWh above the floor only 1.8 go out.
  problem.vehicles[0].dischargeable_kwh = 2.0;
  EXPECT_NEAR(planned(problem).objective, -1.8 * 280.0 + 2.0 / 0.9 * 50.0, 1e-6);
}

TEST(Planner, AFeederRowBindsItsMembers) {
  // Two cars under a feeder of 6 kW with 1 kW of its own load: 5 kWh of 10 in the hour.
  PlanProblem problem = plain_site(1, 1.0, 100.0);
  problem.vehicles = {car(0, 0, 1, 7.0, 5.0), car(1, 0, 1, 7.0, 5.0)};
  PlanLimit feeder;
  feeder.name = "feeder";
  feeder.members = {{0, false, 1.0}, {1, false, 1.0}};
  feeder.lower = {-infinite};
  feeder.upper = {6.0};
  feeder.base = {1.0};
  problem.limits = {feeder};
  EXPECT_NEAR(planned(problem).objective, 500.0 + 5000.0, 1e-6);
  // Its own load alone is too much: nothing charges, and what is over has its price.
  problem.limits[0].base = {8.0};
  problem.over_limit_price_per_kwh = 7000.0;
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, 10'000.0 + 2.0 * 7000.0, 1e-6);
  EXPECT_NEAR(plan.over_limit_kwh, 2.0, 1e-9);
}

TEST(Planner, PhaseMagnitudeOfTwoPhasesIsTheCircleButForAThousandth) {
  // Two cars 120 degrees apart, 1 per kW, upper 6: equal powers p give |p + p exp(j120)| = p; alone each gets 6.
  PlanProblem problem = plain_site(1, 1.0, 1.0);
  problem.vehicles = {car(0, 0, 1, 20.0, 20.0), car(1, 0, 1, 20.0, 20.0)};
  PlanMagnitude phase;
  phase.name = "phase";
  phase.members = {{0, 1.0, 0.0}, {1, -0.5, std::sqrt(0.75)}};
  phase.upper = {6.0};
  problem.magnitudes = {phase};
  // The most of x + y with x^2 + y^2 - xy <= 36 is 12, at x = y = 6.
  const Plan plan = planned(problem);
  const double sum = plan.vehicles[0].charge_kw[0] + plan.vehicles[1].charge_kw[0];
  EXPECT_LE(sum, 12.0 + 1e-6);
  EXPECT_GE(sum, 12.0 * (1.0 - 0.0013));
  problem.linearisation = Linearisation::outer;
  const Plan bound = planned(problem);
  const double most = bound.vehicles[0].charge_kw[0] + bound.vehicles[1].charge_kw[0];
  EXPECT_GE(most, 12.0 - 1e-6);
  EXPECT_LE(most, 12.0 * 1.0013);
}

TEST(Planner, NegativePricesPayForChargingButNotForBothWaysAtOnce) {
  // -100 per kWh for an hour: the storage fills (10 kWh room, 0.5 efficiency: 20 kWh in); charging and discharging at
  // once would burn more.
  PlanProblem problem = plain_site(1, 1.0, -100.0);
  problem.sell_per_kwh = {-100.0};
  PlanStorage storage;
  storage.max_charge_kw = storage.max_discharge_kw = 100.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.5;
  storage.max_kwh = 10.0;
  problem.storages = {storage};
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.objective, -2000.0, 1e-6);
  // A bound keeps the relaxation, which is lower.
  problem.linearisation = Linearisation::outer;
  EXPECT_LT(planned(problem).objective, -2100.0);
}

TEST(Planner, SellingAboveTheBuyingPriceDoesNotRunThroughTheMeterInACircle) {
  PlanProblem problem = plain_site(1, 1.0, 10.0);
  problem.sell_per_kwh = {20.0};
  problem.pv_kw = {5.0};
  problem.vehicles = {car(1, 0, 1, 7.0, 7.0)};
  // 7 kWh for the car: 5 of the sun and 2 bought.
  EXPECT_NEAR(planned(problem).objective, 20.0, 1e-6);
}

TEST(Planner, MinimumCurrentIsKeptAndCostsWhatItMust) {
  // 2 kWh wanted, at least 4 kW for the 1 h step: the linear plan charges 2 kW, the whole one must charge 4 or leave
  // it.
  PlanProblem problem = plain_site(2, 1.0, 100.0);
  problem.vehicles = {car(1, 0, 2, 7.0, 2.0)};
  problem.vehicles[0].min_kw = 4.0;
  EXPECT_NEAR(planned(problem).objective, 200.0, 1e-6);
  Plan plan = planned(problem, Method::milp);
  EXPECT_NEAR(plan.objective, 400.0, 1e-6);
  EXPECT_EQ(plan.method, Method::milp);
  // It may take no more than it wants: then it takes nothing.
  problem.vehicles[0].most_kwh = 2.0;
  EXPECT_NEAR(planned(problem, Method::milp).objective, 2000.0, 1e-6);
}

TEST(Planner, RatesAreTheOnlyPowers) {
  // 5 kWh wanted in one hour at 0, 2 or 6 kW: 6 kW is right (600), not 5.
  PlanProblem problem = plain_site(1, 1.0, 100.0);
  problem.vehicles = {car(1, 0, 1, 7.0, 5.0)};
  problem.vehicles[0].rates_kw = {2.0, 6.0};
  EXPECT_NEAR(planned(problem, Method::milp).objective, 600.0, 1e-6);
  problem.vehicles[0].most_kwh = 5.0;
  EXPECT_NEAR(planned(problem, Method::milp).objective, 200.0 + 3000.0, 1e-6);
}

TEST(Planner, StartsAreCounted) {
  // Cheap hours 0 and 2, dear 1: two starts without a rule, one start must go through the dear hour or skip one.
  PlanProblem problem = plain_site(3, 1.0, 10.0);
  problem.buy_per_kwh[1] = 100.0;
  problem.vehicles = {car(1, 0, 3, 5.0, 10.0)};
  problem.vehicles[0].min_kw = 1.0;
  EXPECT_NEAR(planned(problem, Method::milp).objective, 100.0, 1e-6);
  problem.vehicles[0].max_starts = 1;
  // 5 + 1 + 4 kWh: the least through hour 1.
  EXPECT_NEAR(planned(problem, Method::milp).objective, 50.0 + 100.0 + 40.0, 1e-6);
  // It is charging already: hour 0 needs no start, so hour 2 may have one.
  problem.vehicles[0].charging_now = true;
  EXPECT_NEAR(planned(problem, Method::milp).objective, 100.0, 1e-6);
}

TEST(Planner, MaxMinSharesScarcityBeforeItSavesMoney) {
  // 10 kWh for two cars that want 10 each; the first pays more when short, but max-min gives both half.
  PlanProblem problem = plain_site(1, 1.0, 10.0);
  problem.import_limit_kw = {10.0};
  problem.vehicles = {car(1, 0, 1, 22.0, 10.0), car(2, 0, 1, 22.0, 10.0)};
  problem.vehicles[0].unmet_price_per_kwh = 2000.0;
  EXPECT_NEAR(planned(problem).vehicles[0].unmet_kwh, 0.0, 1e-6);
  problem.fairness = Fairness::max_min;
  const Plan plan = planned(problem);
  EXPECT_NEAR(plan.vehicles[0].unmet_kwh, 5.0, 1e-5);
  EXPECT_NEAR(plan.vehicles[1].unmet_kwh, 5.0, 1e-5);
  // A car that can have nothing at all takes the sense out of nobody else's share.
  problem.vehicles.push_back(car(3, 0, 1, 0.0, 10.0));
  EXPECT_NEAR(planned(problem).vehicles[0].unmet_kwh, 5.0, 1e-5);
}

TEST(Planner, GridWishesFlattenPeakRampAndPressure) {
  PlanProblem problem = plain_site(4, 1.0, 0.0);
  problem.vehicles = {car(1, 0, 4, 10.0, 8.0)};
  problem.grid.last_net_kw = std::nan("");
  problem.grid.peak_price_per_kw = 3.0;
  EXPECT_NEAR(planned(problem).objective, 6.0, 1e-6);
  problem.grid = {};
  problem.grid.last_net_kw = 1.0;
  problem.grid.ramp_price_per_kw = 1.0;
  // From 1 kW to 2 kW and no further change.
  EXPECT_NEAR(planned(problem).objective, 1.0, 1e-6);
  problem.grid = {};
  problem.grid.pressure_price_per_kwh = 5.0;
  problem.import_limit_kw.assign(4, 2.0);
  // Above 0.8 x 2 kW for 4 h: 8 - 6.4.
  EXPECT_NEAR(planned(problem).objective, 5.0 * 1.6, 1e-6);
}

TEST(Planner, OneFirstStepForSeveralFutures) {
  // The sun shines in hour 1 or it does not: the first hour is one decision. At equal weights charging 4 of the 5 kWh
  // late costs 0 or 100 each; now 60 each.
  PlanProblem sunny = plain_site(2, 1.0, 60.0), dull;
  sunny.buy_per_kwh[1] = 100.0;
  sunny.vehicles = {car(1, 0, 2, 5.0, 5.0)};
  dull = sunny;
  sunny.pv_kw[1] = 5.0;
  const PlanProblem futures[] = {sunny, dull};
  for (const auto& [weight, first_kw] : {std::pair(0.5, 0.0), std::pair(0.3, 5.0)}) {
    const double weights[] = {weight, 1.0 - weight};
    const std::vector<Plan> plans = Planner().make_plan(futures, weights);
    ASSERT_EQ(plans.size(), 2u);
    for (const Plan& plan : plans) {
      ASSERT_TRUE(plan.is_usable());
      EXPECT_NEAR(plan.vehicles[0].charge_kw[0], first_kw, 1e-6) << weight;
    }
  }
}

TEST(Planner, PlansDoNotFlutter) {
  // One price all day. The first plan charges early; then somebody takes all of hour 0, and is gone again: who went to
  // hour 1 stays there, though hour 0 is free.
  PlanProblem problem = plain_site(4, 1.0, 100.0);
  problem.import_limit_kw.assign(4, 5.0);
  problem.vehicles = {car(1, 0, 4, 5.0, 5.0)};
  Planner steady, earliest({Method::lp, TieBreak::earliest, {}});
  const auto first_kw = [&](Planner& planner) { return planner.make_plan(problem).vehicles[0].charge_kw[0]; };
  EXPECT_NEAR(first_kw(steady), 5.0, 1e-9);
  EXPECT_NEAR(first_kw(earliest), 5.0, 1e-9);
  problem.vehicles.push_back(car(2, 0, 1, 5.0, 5.0));
  problem.vehicles[1].unmet_price_per_kwh = 5000.0;
  EXPECT_NEAR(first_kw(steady), 0.0, 1e-9);
  EXPECT_NEAR(first_kw(earliest), 0.0, 1e-9);
  problem.vehicles.pop_back();
  EXPECT_NEAR(first_kw(steady), 0.0, 1e-9);
  EXPECT_NEAR(first_kw(earliest), 5.0, 1e-9);
  // A price that falls is worth moving for.
  problem.buy_per_kwh[3] = 99.0;
  EXPECT_NEAR(steady.make_plan(problem).vehicles[0].charge_kw[3], 5.0, 1e-9);
}

TEST(Planner, ASearchThatIsCutOffStillGivesAPlanAndSaysItsGap) {
  // Rates that no sum of which is what is wanted, many cars under one limit: no node is allowed.
  PlanProblem problem = plain_site(6, 1.0, 10.0);
  problem.import_limit_kw.assign(6, 17.0);
  for (std::uint32_t v = 0; v < 12; ++v) {
    problem.vehicles.push_back(car(v, v % 3, 6 - v % 2, 9.0, 11.0 + v));
    problem.vehicles.back().rates_kw = {2.3, 5.9, 8.7};
    problem.vehicles.back().max_starts = 1;
  }
  PlannerOptions options;
  options.method = Method::milp;
  options.milp = {0.0, 1};
  const Plan plan = Planner(options).make_plan(problem);
  ASSERT_TRUE(plan.is_usable()) << plan.why;
  EXPECT_EQ(check_plan(problem, plan), "");
  EXPECT_EQ(plan.outcome, Outcome::limit);
  EXPECT_GT(plan.relative_gap(), 0.0);
}

TEST(Planner, OddProblemsHaveAPlan) {
  EXPECT_NEAR(planned(PlanProblem{}).objective, 0.0, 1e-12);  // no horizon
  PlanProblem problem = plain_site(2, 1.0, 10.0);
  EXPECT_NEAR(planned(problem).objective, 0.0, 1e-12);  // nobody there
  problem.vehicles = {car(1, 1, 1, 7.0, 3.0)};          // a stay that is over
  EXPECT_NEAR(planned(problem).objective, 3000.0, 1e-9);
  problem.vehicles = {car(1, 0, 2, 7.0, 3.0)};
  problem.import_limit_kw = {0.0, 0.0};  // no capacity
  EXPECT_NEAR(planned(problem).objective, 3000.0, 1e-6);
  problem.load_kw = {1.0, 1.0};  // less than none
  EXPECT_NEAR(planned(problem).over_limit_kwh, 2.0, 1e-9);
  problem = plain_site(2, 1.0, 10.0);
  problem.vehicles = {car(1, 0, 2, 7.0, 30.0)};  // wants more than fits
  problem.vehicles[0].room_kwh = 5.0;
  EXPECT_NEAR(planned(problem).objective, 50.0 + 25'000.0, 1e-6);
}

TEST(Planner, WhatIsWrongIsSaidInOneLine) {
  const auto line_of = [](auto change) {
    PlanProblem problem = plain_site(2, 1.0, 10.0);
    problem.vehicles = {car(1, 0, 2, 7.0, 3.0), car(2, 0, 2, 7.0, 3.0)};
    problem.storages = {{}};
    change(problem);
    try {
      Planner().make_plan(problem);
    } catch (const std::invalid_argument& wrong) {
      return std::string(wrong.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(line_of([](PlanProblem&) {}), "nothing");
  EXPECT_THAT(line_of([](PlanProblem& p) { p.buy_per_kwh[1] = NAN; }), HasSubstr("buy_per_kwh is nan in step 1"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.sell_per_kwh[0] = infinite; }), HasSubstr("sell_per_kwh is inf"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.load_kw.pop_back(); }), HasSubstr("load_kw has 1 values"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.hours[0] = 0.0; }), HasSubstr("hours is 0 in step 0"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.vehicles[1].key = 1; }), HasSubstr("vehicle 1: key 1"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.vehicles[0].end_step = 3; }), HasSubstr("steps 0 to 3"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.vehicles[0].rates_kw = {6.0, 2.0}; }), HasSubstr("rates_kw[1] is 2"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.vehicles[0].charge_efficiency = 0.0; }), HasSubstr("charge_efficiency"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.vehicles[0].end_value_per_kwh = 2000.0; }), HasSubstr("end_value"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.storages[0].min_kwh = 2.0; }), HasSubstr("min_kwh is 2"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.windows = {{0, 3, 1.0, 0.0, 0}}; }), HasSubstr("window 0: steps 0 to 3"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.windows = {{0, 1, 1.0, 0.0, 0}}; }), HasSubstr("period is 0"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.limits = {{"x", {}, {2.0}, {1.0}, {}}}; }), HasSubstr("lower is 2"));
  EXPECT_THAT(line_of([](PlanProblem& p) { p.magnitudes = {{"x", {}, {NAN}}}; }), HasSubstr("upper is nan"));
}

}  // namespace
}  // namespace evtwin::optimise::test
