// How long batteries last, against figures worked out outside of this program (bisection in Python, 200 halvings).
#include "physics/battery_life.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernel/unknown.hpp"

namespace evtwin::physics {
namespace {

//   alpha = (7.543e6 x (3.3324 + 0.8263 x 0.5) - 23.75e6) x exp(-6976 / 298.15) = 3.1046651e-4
//   beta = 7.348e-3 x (3.74555 - 3.667)^2 + 7.6e-4 + 4.081e-3 x 0.4 = 2.4377379e-3
//   alpha x d^0.75 + beta x sqrt(2.05 x d) = 0.2 at d = 3.77970669 years
TEST(BatteryLife, IsWhereAFifthOfTheCapacityIsLost) {
  const AgeingUse use{7.0, 0.5, 700.0, 0.5, 0.4};  // a capacity a day, both directions
  EXPECT_NEAR(life_years({}, 100.0, use), 3.7797066899313405, 1e-8);
  EXPECT_NEAR(health_after({}, 100.0, use, 5 * 365.25), 0.7641097429573104, 1e-12);
  EXPECT_NEAR(health_after({}, 100.0, use, 365.25 * life_years({}, 100.0, use)), 0.8, 1e-9);
  // Harder used: sooner. Nothing flows: by time alone.
  EXPECT_NEAR(life_years({}, 100.0, {7.0, 0.9, 1400.0, 0.5, 0.8}), 1.0202070856929302, 1e-8);
  EXPECT_NEAR(life_years({}, 100.0, {7.0, 0.5, 0.0, 0.5, 0.0}), 15.232227379634114, 1e-7);
}

TEST(BatteryLife, IsARateOfUseAndNotAPeriod) {
  const AgeingUse day{1.0, 0.6, 80.0, 0.55, 0.3}, month{30.0, 0.6, 2400.0, 0.55, 0.3};
  EXPECT_NEAR(life_years({}, 60.0, day), life_years({}, 60.0, month), 1e-9);
  EXPECT_NEAR(life_years({}, 60.0, day), life_years({}, 600.0, {1.0, 0.6, 800.0, 0.55, 0.3}), 1e-9);
  EXPECT_FALSE(kernel::is_known(life_years({}, 60.0, {})));
}

TEST(BatteryLife, FallsWithSocDepthAndFlow) {
  const auto years = [](double soc, double flow, double depth) {
    return life_years({}, 50.0, {1.0, soc, flow, 0.5, depth});
  };
  for (double x = 0.1; x < 0.9; x += 0.1) {
    EXPECT_GT(years(x, 50.0, 0.4), years(x + 0.1, 50.0, 0.4));
    EXPECT_GT(years(0.5, 100.0 * x, 0.4), years(0.5, 100.0 * x + 10.0, 0.4));
    EXPECT_GT(years(0.5, 50.0, x), years(0.5, 50.0, x + 0.1));
  }
}

// Two visits: 50 kWh, 12 h at 60 %, 20 kWh flowed at 70 % and depth 0.4, 40 % more SoC when it left;
//             80 kWh,  6 h at 80 %, 40 kWh flowed at 50 % and depth 0.2, 10 % less.
// Mean SoC (0.30 + 0.20) / 0.75 days; flow 0.4 + 0.5 capacities, at (0.28 + 0.25) / 0.9, depth (0.16 + 0.10) / 0.9;
// a visit a day: (0.9 + 0.4) / 2 capacities. In Python: 4.598224621597 years.
TEST(BatteryLife, OfAFleetIsThatOfItsMeanVisitADay) {
  FleetUse fleet;
  fleet.add_battery({0.5, 0.6, 20.0, 0.7, 0.4}, 50.0, 0.4);
  fleet.add_battery({0.25, 0.8, 40.0, 0.5, 0.2}, 80.0, -0.1);
  EXPECT_NEAR(fleet_life_years({}, fleet), 4.598224621597092, 1e-8);
  FleetUse twice = fleet;
  twice += fleet;
  EXPECT_NEAR(fleet_life_years({}, twice), fleet_life_years({}, fleet), 1e-9);
  EXPECT_FALSE(kernel::is_known(fleet_life_years({}, {})));
}

// A fitted law has no regard for SoC and depth. One full cycle a day, c x n^p = 0.2:
//   c 0.01, p 0.5: n = 20^2 = 400 days; k 0.0004 per day^0.75 alone: n = 500^(4/3) = 3,968.503 days;
//   both with p 0.75 (k + c = 0.001): n = 200^(4/3) = 1,169.607; until 0.7 with c and p 1: n = 30 days.
TEST(BatteryLife, OfAFittedLawIsItsClosedForm) {
  const AgeingUse a_cycle_a_day{1.0, 0.77, 100.0, 0.4, 0.3};  // 50 kWh in and out
  const auto days = [&](const FittedAgeing& fitted) {
    return 365.25 * life_years(fitted.fitted_law(), 50.0, a_cycle_a_day);
  };
  EXPECT_NEAR(days({0.0, 0.01, 0.5, 0.8}), 400.0, 1e-6);
  EXPECT_NEAR(days({0.0004, 0.0, 0.5, 0.8}), std::pow(500.0, 4.0 / 3.0), 1e-5);
  EXPECT_NEAR(days({0.0004, 0.0006, 0.75, 0.8}), std::pow(200.0, 4.0 / 3.0), 1e-5);
  EXPECT_NEAR(days({0.0, 0.01, 1.0, 0.7}), 30.0, 1e-7);
  EXPECT_NEAR(health_after_5_years(FittedAgeing{0.0, 0.01, 0.5, 0.8}.fitted_law(), 50.0, a_cycle_a_day),
              1.0 - 0.01 * std::sqrt(1826.25), 1e-12);
  // Half a cycle a day lasts twice as long: cycles count, not days.
  const AgeingUse half{1.0, 0.77, 50.0, 0.4, 0.3};
  EXPECT_NEAR(365.25 * life_years(FittedAgeing{0.0, 0.01, 0.5, 0.8}.fitted_law(), 50.0, half), 800.0, 1e-6);
}

TEST(BatteryLife, WhatIsNotFittedIsThePublishedLaws) {
  const AgeingUse use{7.0, 0.5, 700.0, 0.5, 0.4};
  EXPECT_EQ(life_years(FittedAgeing{}.fitted_law(), 100.0, use), life_years({}, 100.0, use));
  const AgeingLaw cycles{FittedAgeing{{}, 0.01, 0.5, 0.8}.fitted_law()},
      time{FittedAgeing{0.0004, {}, 0.5, 0.8}.fitted_law()};
  const AgeingHistory history = AgeingHistory::of_typical_storage(100.0);
  EXPECT_EQ(calendar_loss(cycles, history, use), calendar_loss({}, history, use));
  EXPECT_EQ(cyclic_loss(time, history, use), cyclic_loss({}, history, use));
  // 730 days and as many cycles behind it: 7 more of each.
  EXPECT_NEAR(cyclic_loss(cycles, history, {7.0, 0.5, 1400.0, 0.5, 0.4}), 0.01 * (std::sqrt(737.0) - std::sqrt(730.0)),
              1e-14);
  EXPECT_NEAR(calendar_loss(time, history, use), 0.0004 * (std::pow(737.0, 0.75) - std::pow(730.0, 0.75)), 1e-14);
}

TEST(BatteryLife, IsToldUpToAHundredYearsAndHealthDownToNothing) {
  const AgeingUse use{1.0, 0.5, 100.0, 0.5, 0.4};
  EXPECT_EQ(life_years(FittedAgeing{0.0, 0.0, 0.5, 0.8}.fitted_law(), 100.0, use), most_life_years);
  EXPECT_EQ(health_after_5_years(FittedAgeing{0.0, 0.0, 0.5, 0.8}.fitted_law(), 100.0, use), 1.0);
  EXPECT_EQ(health_after_5_years(FittedAgeing{0.0, 0.9, 1.0, 0.8}.fitted_law(), 100.0, use), 0.0);
  EXPECT_FALSE(kernel::is_known(health_after_5_years({}, 100.0, {})));
}

TEST(BatteryLife, OfFleetsIsThatOfTheLawThatIsReplacedFirst) {
  FleetUse visits;
  visits.add_battery({0.5, 0.6, 20.0, 0.7, 0.4}, 50.0, 0.4);
  const FittedAgeing hard{0.0, 0.02, 0.5, 0.8};
  std::vector<FleetOfLaw> fleets;
  for (const FittedAgeing& law : {FittedAgeing{}, hard, FittedAgeing{}}) add_fleet(fleets, {law, visits});
  ASSERT_EQ(fleets.size(), 2U);
  EXPECT_EQ(fleets[0].use.sessions, 2.0);
  // 0.4 capacities at the site and 0.4 on the road make 0.4 cycles a day: (0.2 / 0.02)^2 / 0.4 = 250 days.
  EXPECT_NEAR(365.25 * fleet_life_years(fleets), 250.0, 1e-6);
  EXPECT_FALSE(kernel::is_known(fleet_life_years(std::vector<FleetOfLaw>{})));
}

}  // namespace
}  // namespace evtwin::physics
