// The strategies on days that can be reckoned by hand.
#include <gmock/gmock.h>

#include <numeric>

#include "milp/day.hpp"

namespace evtwin::milp::test {
namespace {

using ::testing::Each;
using ::testing::Le;

const std::vector<const char*> all = {"lp", "milp", "v2g-profit-max"};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

// One car from 00:00 to 08:00, 14 kWh at 7 kW, cheap from 04:00: two of the four cheap hours, 14 x 0.10.
TEST(OneCarTwoPrices, ChargesInTheCheapHoursAtTheCostReckonedByHand) {
  for (const char* id : all) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    site.car();
    const Outcome day = live(id, site, {.buy_per_kwh = dear_then_cheap(4, 8)});
    EXPECT_NEAR(day.cost, 1.40, 1e-6);
    EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
    for (std::size_t n = 0; n < 16; ++n) EXPECT_EQ(day.kw[n][0], 0.0) << "tick " << n;
  }
}

TEST(OneCarTwoPrices, CostsTheSameFromADayAheadPlan) {
  ViewBuilder site;
  site.car();
  const Outcome day = live("lp", site, {.buy_per_kwh = dear_then_cheap(4, 8)}, {{"mode", 0.0, "day-ahead"}});
  EXPECT_NEAR(day.cost, 1.40, 1e-6);
  EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
}

TEST(OneCarTwoPrices, TheExpectedCostIsTheOneReckonedByHand) {
  ViewBuilder site;
  site.car();
  site.buy = 0.30;
  site.horizon_buy = dear_then_cheap(4, 8);
  EXPECT_NEAR(ask("lp", site).expected_cost, 1.40, 1e-6);
}

// 56 of 100 kWh can be given; what is not is no part of a bill, whatever it weighs in the plan.
TEST(ExpectedCost, IsTheBillAndNoWeightOfThePlan) {
  ViewBuilder site = site_with(32, 0.30);
  site.car({.requested_kwh = 100.0});
  for (const char* mode : {"receding", "day-ahead"}) {
    SCOPED_TRACE(mode);
    EXPECT_NEAR(ask("lp", site, {{"mode", 0.0, mode}}).expected_cost, 56.0 * 0.30, 1e-6);
    EXPECT_NEAR(ask("lp", site, {{"mode", 0.0, mode}, {"leave_per_h", 0.1, nullptr}}).expected_cost, 56.0 * 0.30, 1e-6);
  }
}

// 14 kWh in 8 h, flat: 1.75 kW. A plan that counts a tenth of the charge, or none below a target, is billed all of it.
TEST(ExpectedCost, CountsTheDemandChargeAsItIsBilled) {
  ViewBuilder site = site_with(32, 0.30);
  site.car();
  site.demand_price_per_kw = 10.0;
  EXPECT_NEAR(ask("lp", site).expected_cost, 14.0 * 0.30 + 1.75 * 10.0, 1e-5);
  EXPECT_NEAR(ask("lp", site, {{"demand_share", 0.1, nullptr}}).expected_cost, 14.0 * 0.30 + 1.75 * 10.0, 1e-5);
  EXPECT_NEAR(ask("lp", site, {{"peak_target_kw", 7.0, nullptr}, {"tie_break", 0.0, "earliest"}}).expected_cost,
              14.0 * 0.30 + 7.0 * 10.0, 1e-5);
  site.billed_peak_kw = 3.0;
  EXPECT_NEAR(ask("lp", site).expected_cost, 14.0 * 0.30 + 3.0 * 10.0, 1e-5);
}

// Three cars that want 21 kWh each in 8 h behind a feeder of 10 kW: 63 of 80 kWh.
TEST(ThreeCarsOneFeeder, StayBelowTheCapAtEveryDecisionAndAllHaveWhatTheyWant) {
  for (const char* id : all) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    for (int i = 0; i < 3; ++i) site.car({.requested_kwh = 21.0});
    site.limits.push_back({EVTWIN_LIMIT_POWER_KW, -unlimited, 10.0, 0.0, {{0}, {1}, {2}}});
    const Outcome day = live(id, site, {.buy_per_kwh = dear_then_cheap(4, 8)});
    EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
    for (const std::vector<double>& kw : day.kw) EXPECT_LE(sum(kw), 10.0 + 1e-6);
    // 40 kWh fit into the cheap half, 23 must be dear.
    EXPECT_NEAR(day.cost, 40.0 * 0.10 + 23.0 * 0.30, 1e-6);
  }
}

TEST(PhasorRow, IsKeptByEveryPlan) {
  ViewBuilder site;
  for (int i = 0; i < 4; ++i) site.car({.kw_per_a = 0.23});
  // Two on one phase, two on another: |1 + 1 exp(j 120)| is 1.
  site.limits.push_back({EVTWIN_LIMIT_MAGNITUDE_A,
                         -unlimited,
                         30.0,
                         0.0,
                         {{0, 1.0, 0.0}, {1, 1.0, 0.0}, {2, 1.0, 120.0}, {3, 1.0, 120.0}}});
  const Outcome day = live("lp", site, {.buy_per_kwh = dear_then_cheap(4, 8)});
  EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
  for (const std::vector<double>& kw : day.kw) {
    const double a = (kw[0] + kw[1]) / 0.23;
    const double b = (kw[2] + kw[3]) / 0.23;
    EXPECT_LE(std::sqrt(a * a + b * b - a * b), 30.0 + 1e-6);
  }
}

// 7 kW for two cars that want 14 kWh each within 2 h: one gets all, the other nothing.
TEST(Scarcity, HigherPriorityHasLessUnmetEnergy) {
  for (const char* id : all) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    site.contract_kw = 7.0;
    site.car({.departs_ns = start + 2 * hour});
    site.car({.departs_ns = start + 2 * hour, .priority = 1.0});
    const Outcome day = live(id, site, {.buy_per_kwh = std::vector<double>(8, 0.2)});
    EXPECT_NEAR(day.charged_kwh[0], 0.0, 1e-6);
    EXPECT_NEAR(day.charged_kwh[1], 14.0, 1e-6);
    EXPECT_NEAR(day.unmet_kwh, 14.0, 1e-6);
  }
}

TEST(Scarcity, MaxMinGivesTheSameShareToAll) {
  ViewBuilder site;
  site.contract_kw = 7.0;
  site.car({.departs_ns = start + 2 * hour, .requested_kwh = 14.0});
  site.car({.departs_ns = start + 2 * hour, .requested_kwh = 7.0});
  const Outcome day = live("lp", site, {.buy_per_kwh = std::vector<double>(8, 0.2)},
                           {{"fairness", 0.0, "max-min"}, {"replan_min", 1440.0, nullptr}});
  EXPECT_NEAR(day.charged_kwh[0], 14.0 * 2.0 / 3.0, 1e-5);
  EXPECT_NEAR(day.charged_kwh[1], 7.0 * 2.0 / 3.0, 1e-5);
}

// 14 kWh in 8 h at one price: with a demand charge the peak is 14 / 8 kW.
TEST(DemandCharge, FlattensTheDay) {
  ViewBuilder site;
  site.car();
  site.demand_price_per_kw = 10.0;
  const Outcome day = live("lp", site, {.buy_per_kwh = std::vector<double>(32, 0.2)});
  EXPECT_NEAR(day.peak_kw, 1.75, 1e-5);
  EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
}

TEST(DemandCharge, BelowWhatIsBilledAnywayOnlyEnergyCounts) {
  ViewBuilder site;
  site.car();
  site.demand_price_per_kw = 10.0;
  site.billed_peak_kw = 7.0;
  const Outcome day = live("lp", site, {.buy_per_kwh = dear_then_cheap(6, 8)});
  EXPECT_NEAR(day.cost, 1.40, 1e-6);
}

// Ten cars wait for the cheap hours: a rule that looks at the price alone starts them together, 70 kW.
TEST(Rebound, ADemandChargeKeepsCarsFromStartingTogether) {
  ViewBuilder site;
  for (int i = 0; i < 10; ++i) site.car();
  const Day day{.buy_per_kwh = dear_then_cheap(4, 8)};
  const Outcome by_price = live("lp", site, day);
  EXPECT_NEAR(by_price.cost, 14.0, 1e-6);
  site.demand_price_per_kw = 10.0;
  const Outcome billed = live("lp", site, day, {{"demand_share", 1.0, nullptr}});
  EXPECT_NEAR(billed.peak_kw, 17.5, 1e-4);  // 140 kWh over all 8 h
  EXPECT_NEAR(billed.unmet_kwh, 0.0, 1e-6);
  EXPECT_GT(by_price.peak_kw, 2.0 * billed.peak_kw - 1e-6);
}

TEST(NegativePrices, EnergyIsTakenWhereItIsPaidFor) {
  for (const char* id : {"lp", "milp"}) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    site.car();
    std::vector<double> prices(32, 0.2);
    std::fill_n(prices.begin() + 12, 4, -0.1);
    const Outcome day = live(id, site, {.buy_per_kwh = prices});
    EXPECT_NEAR(day.cost, 7.0 * -0.1 + 7.0 * 0.2, 1e-6);
  }
}

TEST(NegativePrices, StorageDoesNotBurnEnergyByTurningItRound) {
  ViewBuilder site;
  site.sell = -0.2;
  site.storages.push_back({.soc = 0.5});
  site.storage_policy = EVTWIN_STORAGE_ARBITRAGE;
  const Outcome day = live("lp", site, {.buy_per_kwh = std::vector<double>(12, -0.1)});
  // From 50 to 90 kWh stored, once.
  EXPECT_NEAR(day.cost, -0.1 * 40.0 / 0.95, 1e-4);
}

TEST(Contract, ALowerOneIsKeptFromTheDecisionAtWhichItComes) {
  ViewBuilder site;
  for (int i = 0; i < 8; ++i) site.car({.requested_kwh = 28.0});
  Day day{.buy_per_kwh = std::vector<double>(32, 0.2)};
  day.before = [](std::size_t n, ViewBuilder& now) {
    if (n < 8) return;
    now.contract_kw = 30.0;
    if (n == 8) now.why |= EVTWIN_WHY_LIMIT;
  };
  site.contract_kw = 40.0;
  const Outcome out = live("lp", site, day, {{"tie_break", 0.0, "earliest"}});
  for (std::size_t n = 0; n < 8; ++n) EXPECT_NEAR(out.import_kw[n], 40.0, 1e-5) << "tick " << n;
  for (std::size_t n = 8; n < 32; ++n) EXPECT_LE(out.import_kw[n], 30.0 + 1e-5) << "tick " << n;
  EXPECT_NEAR(out.unmet_kwh, 0.0, 1e-5);
}

// A limit below what the building draws alone can not be kept: cars get what they can at other times, nothing breaks.
TEST(Contract, OneThatTheLoadAloneExceedsIsNoReasonToStop) {
  ViewBuilder site;
  site.load_kw = 20.0;
  site.car();
  std::vector<double> contract(32, 30.0);
  std::fill_n(contract.begin() + 4, 8, 10.0);
  const Outcome day = live("lp", site, {.buy_per_kwh = std::vector<double>(32, 0.2), .contract_kw = contract});
  EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
  for (std::size_t n = 4; n < 12; ++n) EXPECT_NEAR(day.import_kw[n], 20.0, 1e-6);
}

// Minimum current 1.4 kW; the flat plan for 7 kWh in 8 h would be 0.875 kW.
TEST(MinimumCurrent, IsKeptAndNoEnergyIsLost) {
  for (const char* id : {"lp", "milp"}) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    site.car({.requested_kwh = 7.0, .car_min_kw = 1.4});
    site.demand_price_per_kw = 10.0;
    const Outcome day = live(id, site, {.buy_per_kwh = std::vector<double>(32, 0.2)});
    EXPECT_NEAR(day.unmet_kwh, 0.0, 1e-6);
    EXPECT_LE(day.peak_kw, 7.0);
  }
}

TEST(FiniteRates, OnlyTheyAreOffered) {
  for (const char* id : {"lp", "milp"}) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    site.contract_kw = 9.0;
    for (int i = 0; i < 2; ++i) site.car({.requested_kwh = 20.0, .rates_kw = {2.0, 4.0, 7.0}});
    site.horizon_buy.assign(32, 0.2);
    const Answer answer = ask(id, site, {{"tie_break", 0.0, "earliest"}});
    for (const double kw : answer.evse_kw) EXPECT_THAT(kw, ::testing::AnyOf(0.0, 2.0, 4.0, 7.0));
    EXPECT_LE(sum(answer.evse_kw), 9.0);
  }
}

// Cheap and dear by turns: without a limit a car is switched on in each cheap hour.
TEST(Starts, ACarIsSwitchedOnNoMoreOftenThanAllowed) {
  std::vector<double> prices(32);
  for (std::size_t n = 0; n < 32; ++n) prices[n] = n / 4 % 2 == 0 ? 0.3 : 0.1;
  ViewBuilder site;
  site.car({.requested_kwh = 21.0, .car_min_kw = 1.4});
  const auto starts = [](const Outcome& day) {
    int count = 0;
    for (std::size_t n = 0; n < day.kw.size(); ++n) {
      count += day.kw[n][0] > 0.0 && (n == 0 || day.kw[n - 1][0] <= 0.0) ? 1 : 0;
    }
    return count;
  };
  const Outcome free = live("milp", site, {.buy_per_kwh = prices});
  EXPECT_EQ(starts(free), 3);
  const Outcome once = live("milp", site, {.buy_per_kwh = prices}, {{"max_starts", 1.0, nullptr}});
  EXPECT_EQ(starts(once), 1);
  EXPECT_NEAR(once.unmet_kwh, 0.0, 1e-6);
  EXPECT_GT(once.cost, free.cost);
}

// What it costs is the same however equally good plans are told apart; and "steady" does not change its mind.
TEST(TieBreak, ChangesPlansAndNotTheirCost) {
  ViewBuilder site;
  for (int i = 0; i < 4; ++i) site.car();
  site.contract_kw = 14.0;
  for (const char* tie_break : {"steady", "earliest", "none"}) {
    SCOPED_TRACE(tie_break);
    const Outcome day = live("lp", site, {.buy_per_kwh = dear_then_cheap(2, 8)}, {{"tie_break", 0.0, tie_break}});
    EXPECT_NEAR(day.cost, 5.6, 1e-5);
  }
}

TEST(Futures, AFirstStepForSeveralIsNeverWorseThanTheirWorstByHand) {
  ViewBuilder site;
  site.car();
  site.pv_kw = 3.0;
  const Outcome one = live("lp", site, {.buy_per_kwh = dear_then_cheap(4, 8)});
  const Outcome four = live("lp", site, {.buy_per_kwh = dear_then_cheap(4, 8)}, {{"futures", 4.0, nullptr}});
  EXPECT_NEAR(four.unmet_kwh, 0.0, 1e-6);
  EXPECT_LE(four.cost, one.cost + 14.0 * 0.30);
  const Outcome again = live("lp", site, {.buy_per_kwh = dear_then_cheap(4, 8)}, {{"futures", 4.0, nullptr}});
  EXPECT_EQ(four.kw, again.kw);
}

TEST(Margin, ACarThatLeavesHalfAnHourEarlyHasWhatItWants) {
  ViewBuilder site;
  site.car({.departs_ns = start + 8 * hour - 30 * minute, .claimed_departs_ns = start + 8 * hour});
  Day day{.buy_per_kwh = dear_then_cheap(6, 8)};
  // The driver says 08:00 and leaves at 07:30.
  day.before = [](std::size_t n, ViewBuilder& now) {
    now.evses[0].departs_ns = n < 30 ? start + 8 * hour : start + 7 * hour + 30 * minute;
  };
  const Outcome punctual = live("lp", site, day, {{"margin_min", 30.0, nullptr}});
  EXPECT_NEAR(punctual.unmet_kwh, 0.0, 1e-6);
}

// Dear until 04:00; unmet energy costs ten times the dear price, 3.00. To wait four hours saves 0.20 per kWh, and costs
// 1 - exp(-0.4) = a third of 3.00 where one driver in ten leaves within the hour.
TEST(EarlyLeaving, ACarIsChargedNowWhereWaitingRisksMoreThanItSaves) {
  for (const char* id : all) {
    SCOPED_TRACE(id);
    ViewBuilder site;
    site.car();
    site.buy = 0.30;
    site.horizon_buy = dear_then_cheap(4, 8);
    EXPECT_EQ(ask(id, site).evse_kw[0], 0.0);
    EXPECT_EQ(ask(id, site, {{"leave_per_h", 0.001, nullptr}}).evse_kw[0], 0.0);
    EXPECT_NEAR(ask(id, site, {{"leave_per_h", 0.1, nullptr}}).evse_kw[0], 7.0, 1e-6);
  }
}

TEST(BeyondRequest, ACarThatStillDrawsGoesOnWhereAskedTo) {
  for (const char* mode : {"receding", "day-ahead"}) {
    SCOPED_TRACE(mode);
    ViewBuilder site = site_with(32);
    site.car({.got_kwh = 14.0});
    EXPECT_EQ(ask("lp", site, {{"mode", 0.0, mode}}).evse_kw[0], 0.0);
  }
  ViewBuilder site = site_with(32);
  site.car({.got_kwh = 14.0});
  EXPECT_GT(ask("lp", site, {{"beyond_request", 0.0, "continue"}}).evse_kw[0], 0.0);
  site.evses[0].draws = false;
  EXPECT_EQ(ask("lp", site, {{"beyond_request", 0.0, "continue"}}).evse_kw[0], 0.0);
}

TEST(ReplanEvery, FollowsTheLastPlanMeanwhile) {
  ViewBuilder site;
  site.car();
  const Day day{.buy_per_kwh = dear_then_cheap(4, 8)};
  EXPECT_EQ(live("lp", site, day).kw, live("lp", site, day, {{"replan_min", 240.0, nullptr}}).kw);
}

TEST(Parameters, ThatDoNotGoTogetherAreRefusedInWords) {
  ViewBuilder site;
  const Driver no_time("lp", site, {{"plan_at", 0.0, "25:00"}});
  EXPECT_EQ(no_time.status, EVTWIN_BAD_PARAMETER);
  EXPECT_EQ(no_time.reported(), "parameter 'plan_at' is '25:00', must be a time of day from 00:00 to 23:59");
  const Driver nobody("v2g-profit-max", site,
                      {{"weight_site", 0.0, nullptr}, {"weight_owner", 0.0, nullptr}, {"weight_grid", 0.0, nullptr}});
  EXPECT_EQ(nobody.status, EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(nobody.reported(), ::testing::HasSubstr("one of them must be above 0"));
}

}  // namespace
}  // namespace evtwin::milp::test
