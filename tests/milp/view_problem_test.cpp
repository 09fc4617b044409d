// What a view says, as a problem: steps, cars, announced and foreseen ones, storage, limits, demand charge.
#include "view_problem.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "milp/site.hpp"
#include "optimise/plan_facts.hpp"

namespace evtwin::milp::test {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

ViewProblem posed(ViewBuilder& site, const ProblemTerms& terms = {}) {
  SiteMemory memory;
  const evtwin_view& view = site.view();
  memory.learn_from(view);
  return problem_from_view(view, terms, memory);
}

TEST(Steps, TheFirstEndsAtTheNextTickAndTheOthersAreTicks) {
  ViewBuilder site = site_with(4);
  site.now_ns = start + 5 * minute;
  EXPECT_THAT(posed(site).problem.hours, ElementsAre(DoubleNear(1.0 / 6.0, 1e-12), 0.25, 0.25, 0.25));
}

TEST(Steps, TicksShorterThanAMeteringWindowArePutTogetherToItsEnd) {
  ViewBuilder site = site_with(60);
  site.tick_ns = minute;
  site.now_ns = start + 7 * minute;
  site.horizon_buy.assign(60, 0.1);
  for (std::size_t k = 8; k < 23; ++k) site.horizon_buy[k] = k < 13 ? 0.3 : 0.0;
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.steps(), 5U);  // 8 min to the quarter, three quarters, 7 min more
  EXPECT_NEAR(problem.problem.hours[0], 8.0 / 60.0, 1e-12);
  EXPECT_NEAR(problem.problem.hours[1], 0.25, 1e-12);
  EXPECT_NEAR(problem.problem.buy_per_kwh[1], 0.1, 1e-12);  // mean of five minutes at 0.3 and ten at 0
}

TEST(Steps, ABlockKeepsItsNumberFromViewToView) {
  ViewBuilder site = site_with(8);
  const std::int64_t at_start = posed(site).problem.first_step_number;
  site.now_ns = start + 14 * minute;
  EXPECT_EQ(posed(site).problem.first_step_number, at_start);
  site.now_ns = start + 15 * minute;
  EXPECT_EQ(posed(site).problem.first_step_number, at_start + 1);
}

// The first step's mean begins with what is metered now and may be another figure by its end.
TEST(Steps, PvAndLoadAreTheMeansOfTheHorizon) {
  ViewBuilder site = site_with(3);
  site.pv_kw = 5.0;
  site.load_kw = 12.0;
  site.horizon_pv = {4.0, 6.0, 7.0};
  site.horizon_load = {10.0, 11.0, 13.0};
  const ViewProblem problem = posed(site);
  EXPECT_THAT(problem.problem.pv_kw, ElementsAre(4.0, 6.0, 7.0));
  EXPECT_THAT(problem.problem.load_kw, ElementsAre(10.0, 11.0, 13.0));
}

TEST(Steps, TheImportLimitIsTheContractWithItsAnnouncedCutsAndTheSetPoint) {
  ViewBuilder site = site_with(3);
  site.contract_kw = 100.0;
  site.horizon_contract = {100.0, 60.0, 100.0};
  site.horizon_setpoint = {nan, nan, 40.0};
  EXPECT_THAT(posed(site).problem.import_limit_kw, ElementsAre(100.0, 60.0, 40.0));
  EXPECT_THAT(posed(site, {.follow_setpoint = false}).problem.import_limit_kw, ElementsAre(100.0, 60.0, 100.0));
}

TEST(Cars, TakePartFromNowToTheDepartureTheyClaim) {
  ViewBuilder site = site_with(8);
  site.car({.departs_ns = start + 70 * minute, .requested_kwh = 5.0});
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.vehicles.size(), 1U);
  const optimise::PlanVehicle& car = problem.problem.vehicles[0];
  EXPECT_EQ(car.first_step, 0U);
  EXPECT_EQ(car.end_step, 5U);
  EXPECT_NEAR(car.last_share, 10.0 / 15.0, 1e-12);
  EXPECT_DOUBLE_EQ(car.wanted_kwh, 5.0);
  EXPECT_DOUBLE_EQ(car.most_kwh, 5.0);
  EXPECT_DOUBLE_EQ(car.max_kw, 7.0);
}

// 7 kW for 5 of the 15 minutes: the mean over the step is a third, the set-point while it is there 7 kW.
TEST(Cars, ThatLeaveWithinTheStepThatRunsAreThereForTheirShareOfIt) {
  ViewBuilder site = site_with(8);
  site.car({.departs_ns = start + 5 * minute, .requested_kwh = 7.0 / 12.0});
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.vehicles.size(), 1U);
  const optimise::PlanVehicle& car = problem.problem.vehicles[0];
  EXPECT_EQ(car.end_step, 1U);
  EXPECT_NEAR(share_of(car, 0), 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(car.wanted_kwh, 7.0 / 12.0, 1e-12);
  const Answer answer = ask("lp", site);
  EXPECT_NEAR(answer.evse_kw[0], 7.0, 1e-6);
}

TEST(Cars, AreDoneTheMarginBeforeTheirDepartureButAreStillChargedInTheLastTick) {
  ViewBuilder site = site_with(8);
  site.car({.departs_ns = start + 90 * minute});
  site.car({.departs_ns = start + 15 * minute});
  const ViewProblem problem = posed(site, {.margin_h = 0.5});
  EXPECT_EQ(problem.problem.vehicles[0].end_step, 4U);
  EXPECT_EQ(problem.problem.vehicles[1].end_step, 1U);
}

// From 0.8 on 7 kW fall to 0.7 at full: a car at 0.8 that wants 6 kWh of its last 12 needs 1.14 h, not 0.86 h.
TEST(Cars, WhoseCurveIsKnownAreGivenTheTimeThatTaperingTakes) {
  ViewBuilder site = site_with(32);
  EvseRow row;
  row.requested_kwh = 6.0;
  row.soc = 0.8;
  row.battery_kwh = 60.0;
  row.car_charge_efficiency = 1.0;
  row.curve_soc = {0.0, 0.8, 1.0};
  row.curve_kw = {7.0, 7.0, 0.7};
  site.car(row);
  const optimise::PlanVehicle car = posed(site).problem.vehicles[0];
  // 12 kWh x ln(7 / 3.85) / 6.3 kW = 1.139 h; 0.857 h at full power.
  EXPECT_EQ(car.end_step, 31U);
  EXPECT_NEAR(car.last_share, 1.0 - (1.139 - 0.857 - 0.25) / 0.25, 0.01);
}

TEST(Cars, WantNoMoreThanCanBeGivenSoThatAnAbsurdRequestDrownsNothing) {
  ViewBuilder site = site_with(8);
  site.car({.departs_ns = start + hour, .requested_kwh = 1e6});
  EXPECT_NEAR(posed(site).problem.vehicles[0].wanted_kwh, 7.0, 1e-9);
}

TEST(Cars, ThatAreFullOrHaveWhatTheyWantTakeNoPart) {
  ViewBuilder site = site_with(8);
  site.car({.draws = false});
  site.car({.requested_kwh = 5.0, .got_kwh = 5.0});
  EXPECT_TRUE(posed(site).problem.vehicles.empty());
}

TEST(Cars, HigherPriorityMakesUnmetEnergyDearer) {
  ViewBuilder site = site_with(8);
  site.unmet_price = 2.0;
  site.car({.priority = -1.0});
  site.car({.priority = 0.0});
  site.car({.priority = 2.0});
  const ViewProblem problem = posed(site);
  EXPECT_DOUBLE_EQ(problem.problem.vehicles[0].unmet_price_per_kwh, 2.0);
  EXPECT_DOUBLE_EQ(problem.problem.vehicles[1].unmet_price_per_kwh, 4.0);
  EXPECT_DOUBLE_EQ(problem.problem.vehicles[2].unmet_price_per_kwh, 8.0);
}

TEST(Cars, UnmetEnergyCostsTenTimesTheDearestPriceWhereTheScenarioNamesNone) {
  ViewBuilder site = site_with(8);
  site.horizon_buy[5] = 0.4;
  site.car();
  EXPECT_NEAR(posed(site).problem.vehicles[0].unmet_price_per_kwh, 4.0, 1e-12);
  EXPECT_NEAR(posed(site, {.unmet_price_per_kwh = 0.5}).problem.vehicles[0].unmet_price_per_kwh, 0.5, 1e-12);
}

TEST(Cars, AnOutageTakesTheStepThatRunsAndNoMore) {
  ViewBuilder site = site_with(8);
  site.car();
  SiteMemory memory;
  memory.learn_from(site.view());
  site.evses[0].max_kw = site.evses[0].car_max_kw = 0.0;
  const evtwin_view& view = site.view();
  memory.learn_from(view);
  const ViewProblem problem = problem_from_view(view, {}, memory);
  ASSERT_EQ(problem.problem.vehicles.size(), 1U);
  EXPECT_EQ(problem.problem.vehicles[0].step_max_kw[0], 0.0);
  EXPECT_EQ(problem.problem.vehicles[0].step_max_kw[1], 7.0);
}

TEST(Cars, OneThatTookLessThanItWasOfferedIsPlannedWithThatUntilItTakesMore) {
  ViewBuilder site = site_with(8);
  site.car({.setpoint_kw = 7.0, .power_kw = 3.3});
  SiteMemory memory;
  memory.learn_from(site.view());
  EXPECT_DOUBLE_EQ(problem_from_view(site.view(), {}, memory).problem.vehicles[0].max_kw, 3.3);
  site.evses[0].setpoint_kw = 3.0;
  site.evses[0].power_kw = 3.0;  // says nothing about more
  memory.learn_from(site.view());
  EXPECT_DOUBLE_EQ(problem_from_view(site.view(), {}, memory).problem.vehicles[0].max_kw, 3.3);
  site.evses[0].setpoint_kw = site.evses[0].power_kw = 3.63;
  memory.learn_from(site.view());
  EXPECT_DOUBLE_EQ(problem_from_view(site.view(), {}, memory).problem.vehicles[0].max_kw, 7.0);
}

TEST(Cars, GiveBackOnlyWhenAskedToAndOnlyWhatIsAboveTheFloor) {
  ViewBuilder site = site_with(8);
  EvseRow row = v2g_car();
  row.soc = 0.6;
  row.battery_kwh = 50.0;
  row.soc_floor = 0.4;
  row.car_charge_efficiency = row.car_discharge_efficiency = 0.9;
  site.car(row);
  EXPECT_EQ(posed(site).problem.vehicles[0].max_discharge_kw, 0.0);
  const ViewProblem problem = posed(site, {.v2g = true});
  const optimise::PlanVehicle& car = problem.problem.vehicles[0];
  EXPECT_DOUBLE_EQ(car.max_discharge_kw, 7.0);
  EXPECT_NEAR(car.dischargeable_kwh, 10.0, 1e-9);
  EXPECT_NEAR(car.room_kwh, 20.0, 1e-9);
  EXPECT_DOUBLE_EQ(car.discharge_efficiency, 0.9);
}

TEST(Cars, OfUnknownBatteryGiveBackNoMoreThanTheyGotInThisSession) {
  ViewBuilder site = site_with(8);
  EvseRow row = v2g_car();
  row.soc = row.car_charge_efficiency = nan;
  row.got_kwh = 5.0;
  site.car(row);
  const ViewProblem problem = posed(site, {.v2g = true});
  EXPECT_NEAR(problem.problem.vehicles[0].dischargeable_kwh, 5.0 * 0.92, 1e-9);
  EXPECT_TRUE(std::isinf(problem.problem.vehicles[0].room_kwh));
}

// A battery of 6 kWh of room takes no 14 kWh, whatever others took: planned with more, no plan was sound.
TEST(Cars, ArePlannedWithNoMoreThanFitsInTheirBattery) {
  ViewBuilder site = site_with(32);
  EvseRow row;
  row.soc = 0.9;
  row.battery_kwh = 60.0;
  row.car_charge_efficiency = 0.95;
  site.car(row);
  const optimise::PlanVehicle car = posed(site, {.learn_drivers = true, .beyond_request = true}).problem.vehicles[0];
  EXPECT_NEAR(car.wanted_kwh, 6.0 / 0.95, 1e-9);
  Driver strategy("lp", site, {{"drivers", 0.0, "learned"}});
  strategy.decide(site);
  EXPECT_EQ(strategy.reported(), "");
}

// At 0.9 it takes 3.85 kW, falling by 0.525 kW per kWh: in the 15 minutes that are left 3.85 / 0.525 x (1 - exp(-0.525
// / 4)) kWh, if it is offered all that it takes. The mean of that, 3.6 kW, would leave it short.
TEST(Cars, ThatTaperAndLeaveWithTheTickAreOfferedAllTheyTake) {
  ViewBuilder site = site_with(8);
  EvseRow row;
  row.departs_ns = start + 15 * minute;
  row.requested_kwh = 3.85 / 0.525 * -std::expm1(-0.525 / 4.0);
  row.soc = 0.9;
  row.battery_kwh = 60.0;
  row.car_max_kw = 3.85;
  row.car_charge_efficiency = 1.0;
  row.curve_soc = {0.0, 0.8, 1.0};
  row.curve_kw = {7.0, 7.0, 0.7};
  site.car(row);
  EXPECT_NEAR(ask("lp", site).evse_kw[0], 3.85, 1e-6);
}

// An unmet kWh costs the same whether it is counted at the meter or, for a car that may be discharged, in its battery.
TEST(Cars, ThatLendLackNoCheaperKilowattHours) {
  ViewBuilder site = site_with(8);
  site.unmet_price = 5.0;
  site.car(v2g_car());
  const optimise::PlanVehicle lends = posed(site, {.v2g = true}).problem.vehicles[0];
  ASSERT_EQ(lends.need_at, optimise::NeedAt::battery);
  EXPECT_NEAR(lends.unmet_price_per_kwh * lends.charge_efficiency, posed(site).problem.vehicles[0].unmet_price_per_kwh,
              1e-12);
}

// Where the scenario's price of unmet energy is below that of energy, what was asked for is still not sold.
TEST(Cars, ThatLendArePromisedMoreThanAnyUseEarns) {
  ViewBuilder site = site_with(8, 0.5);
  site.unmet_price = 0.1;
  site.car(v2g_car());
  EXPECT_EQ(posed(site).problem.vehicles[0].unmet_price_per_kwh, 0.1);
  EXPECT_GT(posed(site, {.v2g = true}).problem.vehicles[0].unmet_price_per_kwh, 0.5 / 0.95 / 0.95);
}

TEST(Cars, DcLossesCountAtTheGridConnectionBothWays) {
  ViewBuilder site = site_with(8);
  site.car({.phases = 0, .efficiency = 0.8, .kw_per_a = 0.0});
  const ViewProblem problem = posed(site);
  EXPECT_DOUBLE_EQ(problem.problem.vehicles[0].grid_kw_per_charge_kw, 1.25);
  EXPECT_DOUBLE_EQ(problem.problem.vehicles[0].grid_kw_per_discharge_kw, 0.8);
}

TEST(Reservations, AreCarsThatComeLater) {
  ViewBuilder site = site_with(16);
  site.evses.push_back({.reserved_from_ns = start + hour, .reserved_until_ns = start + 3 * hour, .reserved_kwh = 9.0});
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.vehicles.size(), 1U);
  EXPECT_EQ(problem.who[0], Who::reserved);
  EXPECT_EQ(problem.problem.vehicles[0].first_step, 4U);
  EXPECT_EQ(problem.problem.vehicles[0].end_step, 12U);
  EXPECT_DOUBLE_EQ(problem.problem.vehicles[0].wanted_kwh, 9.0);
  EXPECT_EQ(problem.problem.vehicles[0].key, reservation_key(0, start + hour));
}

TEST(Reservations, WaitForTheCarThatStandsThereAndForOnesThatAreLate) {
  ViewBuilder site = site_with(16);
  site.car({.departs_ns = start + 2 * hour,
            .reserved_from_ns = start + hour,
            .reserved_until_ns = start + 4 * hour,
            .reserved_kwh = 9.0});
  site.evses.push_back({.reserved_from_ns = start - hour, .reserved_until_ns = start + hour, .reserved_kwh = 2.0});
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.vehicles.size(), 3U);
  EXPECT_EQ(problem.problem.vehicles[1].first_step, 8U);
  EXPECT_EQ(problem.problem.vehicles[2].first_step, 1U);
}

TEST(Expected, ArrivalsOfAnHourAreOneVehicleLessWhatIsReserved) {
  ViewBuilder site = site_with(16);
  site.evses.push_back({});
  site.evses.push_back(
      {.reserved_from_ns = start + hour + minute, .reserved_until_ns = start + 3 * hour, .reserved_kwh = 9.0});
  site.horizon_arrivals.assign(16, 0.0);
  site.horizon_arrivals_kwh.assign(16, 0.0);
  site.horizon_arrivals[4] = site.horizon_arrivals[7] = 1.0;
  site.horizon_arrivals_kwh[4] = 9.0;
  site.horizon_arrivals_kwh[7] = 6.0;
  const ViewProblem problem = posed(site, {.expected_stay_h = 2.0});
  ASSERT_EQ(problem.problem.vehicles.size(), 2U);
  EXPECT_EQ(problem.who[1], Who::expected);
  const optimise::PlanVehicle& expected = problem.problem.vehicles[1];
  EXPECT_DOUBLE_EQ(expected.wanted_kwh, 6.0);
  EXPECT_DOUBLE_EQ(expected.max_kw, 7.0);
  EXPECT_EQ(expected.first_step, 6U);
  EXPECT_EQ(expected.end_step, 14U);
  EXPECT_EQ(posed(site, {.expect_arrivals = false}).problem.vehicles.size(), 1U);
}

TEST(Storage, KeepsItsWindowAndIsWorthTheMeanPriceAtTheEnd) {
  ViewBuilder site = site_with(4);
  site.horizon_buy = {0.1, 0.1, 0.3, 0.3};
  site.storages.push_back({});
  site.storage_policy = EVTWIN_STORAGE_ARBITRAGE;
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.storages.size(), 1U);
  const optimise::PlanStorage& storage = problem.problem.storages[0];
  EXPECT_DOUBLE_EQ(storage.stored_kwh, 50.0);
  EXPECT_DOUBLE_EQ(storage.min_kwh, 10.0);
  EXPECT_DOUBLE_EQ(storage.max_kwh, 90.0);
  EXPECT_NEAR(storage.end_value_per_kwh, 0.2, 1e-12);
}

// Half an hour at 0.1 and half an hour at 0.3 have passed; a quarter at 0.2, one at 0.3 and one at 0.2 are left, and
// the horizon's last step lies beyond the end. 40 kWh can lack, which 50 kWh of charging refill at 20 kW: 10 kWh at
// 0.1, 10 at 0.2 and 15 at 0.3, more of it at the dearest price.
TEST(Storage, IsWorthAtTheEndOfTheRunWhatTheKeyFiguresSay) {
  ViewBuilder site = site_with(4);
  site.storages.push_back({.soc = 0.5, .charge_kw = 20.0, .charge_efficiency = 0.8});
  site.storage_policy = EVTWIN_STORAGE_ARBITRAGE;
  SiteMemory memory;
  std::int64_t last_ns = start;
  const auto look = [&](std::int64_t after_ns, double buy) {
    site.now_ns = start + after_ns;
    site.buy = buy;
    evtwin_view view = site.view();
    view.end_ns = start + hour + 45 * minute;
    view.last_decision_ns = last_ns;
    last_ns = view.now_ns;
    memory.learn_from(view);
    return view;
  };
  look(0, 0.1);
  site.storages[0].soc = 0.3;  // what is owed is counted from the start of the run
  look(hour / 2, 0.3);
  site.horizon_buy = {0.2, 0.3, 0.2, 0.05};
  const evtwin_view view = look(hour, 0.2);

  const optimise::PlanStorage storage = problem_from_view(view, {}, memory).problem.storages.at(0);
  EXPECT_DOUBLE_EQ(storage.end_reference_kwh, 50.0);
  EXPECT_EQ(storage.end_step, 3U);
  EXPECT_NEAR(storage.end_value_per_kwh, 0.1 / 0.8, 1e-12);
  EXPECT_EQ(storage.end_excess_price_per_kwh, 0.0);
  const auto lack = [](double kwh, double per_kwh) {
    return ::testing::AllOf(
        ::testing::Field(&optimise::PlanStorage::Lack::kwh, ::testing::DoubleNear(kwh, 1e-9)),
        ::testing::Field(&optimise::PlanStorage::Lack::price_per_kwh, ::testing::DoubleNear(per_kwh, 1e-12)));
  };
  ASSERT_EQ(storage.end_lacks.size(), 4U);
  EXPECT_EQ(storage.end_lacks.back().kwh, optimise::infinite);
  EXPECT_THAT(std::vector(storage.end_lacks.begin(), storage.end_lacks.end() - 1),
              ElementsAre(lack(8.0, 0.0), lack(8.0, 0.1 / 0.8), lack(12.0, 0.2 / 0.8)));
  EXPECT_NEAR(storage.end_lacks.back().price_per_kwh, 0.2 / 0.8, 1e-12);

  // A strategy that is told a value keeps to it.
  const ProblemTerms told{.storage_value_per_kwh = 0.7};
  const optimise::PlanStorage by_value = problem_from_view(view, told, memory).problem.storages.at(0);
  EXPECT_EQ(by_value.end_value_per_kwh, 0.7);
  EXPECT_TRUE(by_value.end_lacks.empty());
}

TEST(Storage, ThatTheScenarioSwitchedOffIsLeftAlone) {
  ViewBuilder site = site_with(4);
  site.storages.push_back({});
  site.storage_policy = EVTWIN_STORAGE_OFF;
  EXPECT_TRUE(posed(site).problem.storages.empty());
}

TEST(Limits, RowsOfCurrentsCountByTheKwOfOneAmpere) {
  ViewBuilder site = site_with(4);
  site.car({.kw_per_a = 0.23});
  site.car({.phases = 3, .kw_per_a = 0.69});
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_CURRENT_A, -unlimited, 32.0, 2.0, {{0, 1.0}, {1, 1.0}}});
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.limits.size(), 1U);
  EXPECT_NEAR(problem.problem.limits[0].members[0].coefficient, 1.0 / 0.23, 1e-9);
  EXPECT_NEAR(problem.problem.limits[0].members[1].coefficient, 1.0 / 0.69, 1e-9);
  EXPECT_THAT(problem.problem.limits[0].base, ElementsAre(2.0));
}

// 10 kW for two cars of 7: one leaves after 5 of 15 minutes and wants 7 kW until then, a mean of 2.33 kW, so that means
// leave 7 kW to the other. Together they would draw 14; the one that stays gets 3, and the rest afterwards.
TEST(Limits, HoldForPowersAsTheyAreUntilACarLeavesWithinTheStepThatRuns) {
  for (const bool feeder : {false, true}) {
    ViewBuilder site = site_with(8);
    site.car({.departs_ns = start + 5 * minute, .requested_kwh = 7.0 / 12.0});
    site.car({.departs_ns = start + 60 * minute, .requested_kwh = 6.0});
    if (feeder) {
      site.limits.push_back(LimitRow{EVTWIN_LIMIT_POWER_KW, -unlimited, 10.0, 0.0, {{0, 1.0}, {1, 1.0}}});
    } else {
      site.contract_kw = 10.0;
    }
    const Answer answer = ask("lp", site);
    EXPECT_NEAR(answer.evse_kw[0], 7.0, 1e-6) << feeder;
    EXPECT_NEAR(answer.evse_kw[1], 3.0, 1e-6) << feeder;
  }
}

TEST(Limits, ARowWhoseBaseIsTheSitesLoadFollowsTheForecast) {
  ViewBuilder site = site_with(3);
  site.load_kw = 10.0;
  site.horizon_load = {10.0, 20.0, 30.0};
  site.car();
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_POWER_KW, -unlimited, 32.0, 10.0, {{0, 1.0}}});
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_POWER_KW, -unlimited, 32.0, 4.0, {{0, 1.0}}});
  const ViewProblem problem = posed(site);
  EXPECT_THAT(problem.problem.limits[0].base, ElementsAre(10.0, 20.0, 30.0));
  EXPECT_THAT(problem.problem.limits[1].base, ElementsAre(4.0));
}

// Known beforehand: the row's bound within each step, and a row that stays as it is.
TEST(Limits, ThatChangeOverTimeArePlannedWith) {
  ViewBuilder site = site_with(3);
  site.car({.kw_per_a = 0.23});
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_POWER_KW, -unlimited, 32.0, 0.0, {{0, 1.0}}});
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_POWER_KW, -unlimited, 20.0, 0.0, {{0, 1.0}}});
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_MAGNITUDE_A, -unlimited, 32.0, 2.0, {{0, 1.0, 90.0}}});
  site.upper_ahead = {32.0, 4.0, 32.0, 20.0, 20.0, 20.0, 32.0, 10.0, 1.0};
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.limits.size(), 2U);
  EXPECT_THAT(problem.problem.limits[0].upper, ElementsAre(32.0, 4.0, 32.0));
  EXPECT_THAT(problem.problem.limits[1].upper, ElementsAre(20.0));
  ASSERT_EQ(problem.problem.magnitudes.size(), 1U);
  EXPECT_THAT(problem.problem.magnitudes[0].upper, ElementsAre(30.0, 8.0, 0.0));
}

TEST(Limits, MagnitudeRowsBecomePhasorsPerKw) {
  ViewBuilder site = site_with(3);
  site.car({.kw_per_a = 0.23});
  site.limits.push_back(LimitRow{EVTWIN_LIMIT_MAGNITUDE_A, -unlimited, 32.0, 2.0, {{0, 1.0, 90.0}}});
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.magnitudes.size(), 1U);
  EXPECT_NEAR(problem.problem.magnitudes[0].members[0].re, 0.0, 1e-9);
  EXPECT_NEAR(problem.problem.magnitudes[0].members[0].im, 1.0 / 0.23, 1e-9);
  EXPECT_THAT(problem.problem.magnitudes[0].upper, ElementsAre(30.0));
}

TEST(DemandCharge, WindowsAreStepsAndWhatWasBilledIsFree) {
  ViewBuilder site = site_with(96);
  site.demand_price_per_kw = 30.0;
  site.billed_peak_kw = 12.0;
  site.now_ns = start + 5 * minute;
  site.window_import_kwh = 1.5;
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.periods.size(), 1U);
  EXPECT_DOUBLE_EQ(problem.problem.periods[0].floor_kw, 12.0);
  ASSERT_EQ(problem.problem.windows.size(), 96U);
  EXPECT_NEAR(problem.problem.windows[0].hours, 0.25, 1e-12);
  EXPECT_NEAR(problem.problem.windows[0].so_far_kwh, 1.5, 1e-12);
  EXPECT_NEAR(problem.problem.windows[7].hours, 0.25, 1e-12);
  EXPECT_NEAR(problem.problem.periods[0].price_per_kw, 30.0, 1e-12);
  EXPECT_NEAR(posed(site, {.demand_share = 0.1}).problem.periods[0].price_per_kw, 3.0, 1e-12);
}

TEST(LearnedMargin, IsWhatFourOfFiveDriversKeepTo) {
  ViewBuilder site;
  site.evses.push_back({});
  SiteMemory memory;
  for (std::uint64_t session = 1; session <= 10; ++session) {
    EXPECT_EQ(session <= 8 ? memory.learned_margin_h() : 0.0, 0.0);
    site.evses[0].session = session;
    site.evses[0].departs_ns = site.now_ns + 4 * hour;
    memory.learn_from(site.view());
    // The first leaves an hour early, the second two, the third three, the others when they said.
    site.now_ns += 4 * hour - (session <= 3 ? static_cast<std::int64_t>(session) * hour : 0);
    site.evses[0].session = 0;
    memory.learn_from(site.view());
  }
  EXPECT_NEAR(memory.learned_margin_h(), 2.0, 1e-12);  // 0 x 7, 1, 2, 3: the ninth of ten
}

TEST(DemandCharge, AnHourLongStepThatBeginsWithinAWindowFillsItInProportion) {
  ViewBuilder site = site_with(24);
  site.tick_ns = hour;
  site.now_ns = start + 10 * minute;
  site.demand_price_per_kw = 30.0;
  site.window_import_kwh = 4.0;
  const ViewProblem problem = posed(site);
  const optimise::MeterWindow& window = problem.problem.windows[0];
  // 6 kW for the rest of the window, 5 min: (4 + 6 / 12) kWh / 0.25 h = 18 kW.
  const double kwh_of_step = 6.0 * 50.0 / 60.0;
  EXPECT_NEAR((window.so_far_kwh + kwh_of_step) / window.hours, 18.0, 1e-9);
}

TEST(DemandCharge, TheNextMonthIsAPeriodOfItsOwn) {
  ViewBuilder site = site_with(96);
  site.demand_price_per_kw = 30.0;
  site.month_end_ns = start + 6 * hour;
  const ViewProblem problem = posed(site);
  ASSERT_EQ(problem.problem.periods.size(), 2U);
  EXPECT_EQ(problem.problem.windows[23].period, 0U);
  EXPECT_EQ(problem.problem.windows[24].period, 1U);
  EXPECT_DOUBLE_EQ(problem.problem.periods[0].price_per_kw, 30.0);
}

TEST(DemandCharge, EachMonthsWindowsCostWhatThatMonthDoes) {
  ViewBuilder site = site_with(96);
  site.demand_price_per_kw = 30.0;
  site.billed_peak_kw = 12.0;
  site.month_end_ns = start + 6 * hour;
  site.next_demand_price_per_kw = 8.0;
  site.next_demand_fraction = 0.5;
  site.next_floor_kw = 3.0;
  const ViewProblem both = posed(site, {.demand_share = 0.5});
  ASSERT_EQ(both.problem.periods.size(), 2U);
  EXPECT_DOUBLE_EQ(both.problem.periods[0].price_per_kw, 15.0);
  EXPECT_DOUBLE_EQ(both.problem.periods[0].floor_kw, 12.0);
  EXPECT_DOUBLE_EQ(both.problem.periods[1].price_per_kw, 2.0);
  EXPECT_DOUBLE_EQ(both.problem.periods[1].floor_kw, 3.0);

  // The run ends with the month: what comes after it costs nothing.
  site.next_demand_fraction = 0.0;
  const ViewProblem this_one = posed(site);
  ASSERT_EQ(this_one.problem.periods.size(), 1U);
  EXPECT_EQ(this_one.problem.windows.size(), 24U);

  // A month without a charge before one with it.
  site.demand_price_per_kw = 0.0;
  site.next_demand_fraction = 1.0;
  const ViewProblem next_one = posed(site);
  ASSERT_EQ(next_one.problem.periods.size(), 1U);
  EXPECT_DOUBLE_EQ(next_one.problem.periods[0].price_per_kw, 8.0);
  EXPECT_EQ(next_one.problem.windows.front().first_step, 24U);
  EXPECT_EQ(next_one.problem.windows.size(), 72U);
}

// At 00:20 of windows of an hour: 10 and three times 15 minutes are the rest of the first one, of which 1.5 kWh are in.
TEST(DemandCharge, WindowsOfAnHourAreSeveralSteps) {
  ViewBuilder site = site_with(96);
  site.demand_price_per_kw = 30.0;
  site.metering_window_ns = hour;
  site.now_ns = start + 20 * minute;
  site.window_import_kwh = 1.5;
  const ViewProblem problem = posed(site);
  EXPECT_NEAR(problem.problem.hours[0], 10.0 / 60.0, 1e-12);
  const optimise::MeterWindow& first = problem.problem.windows[0];
  EXPECT_EQ(first.first_step, 0U);
  EXPECT_EQ(first.end_step, 3U);
  EXPECT_NEAR(first.hours, 1.0, 1e-12);
  EXPECT_DOUBLE_EQ(first.so_far_kwh, 1.5);
  const optimise::MeterWindow& second = problem.problem.windows[1];
  EXPECT_EQ(second.first_step, 3U);
  EXPECT_EQ(second.end_step, 7U);
  EXPECT_NEAR(second.hours, 1.0, 1e-12);
  EXPECT_EQ(second.so_far_kwh, 0.0);
}

// Lord Howe's clock goes back by half an hour: the hour that runs lasts 90 minutes, of which 20 have gone by, and from
// then on windows end at half past by the old clock.
TEST(DemandCharge, WindowsAreThoseOfTheMeterWhereTheClockChanges) {
  ViewBuilder site = site_with(16);
  site.demand_price_per_kw = 30.0;
  site.now_ns = start + 20 * minute;
  site.metering_window_ns = 90 * minute;
  for (int k = 0; k < 16; ++k)
    site.horizon_window_end.push_back(start + (k < 5 ? 90 : k < 9 ? 150 : k < 13 ? 210 : 270) * minute);
  const ViewProblem problem = posed(site);
  const std::vector<optimise::MeterWindow>& windows = problem.problem.windows;
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_NEAR(windows[0].hours, 1.5, 1e-12);
  EXPECT_EQ(windows[0].end_step, 5U);
  EXPECT_NEAR(windows[1].hours, 1.0, 1e-12);
  EXPECT_EQ(windows[1].first_step, 5U);
  EXPECT_EQ(windows[1].end_step, 9U);
  EXPECT_EQ(windows[3].first_step, 13U);
}

}  // namespace
}  // namespace evtwin::milp::test
