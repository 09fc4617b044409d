// EV2Gym's rules and evtwin's physics on three cars, with figures worked out by hand from the rules alone: what the
// re-simulation of EV2Gym is worth where no recorded run is at hand.
#include <gtest/gtest.h>

#include <cmath>

#include "conformance/ev2gym_engine.hpp"
#include "conformance/ev2gym_ladder.hpp"
#include "conformance/ev2gym_step.hpp"

namespace evtwin::conformance::ev2gym {
namespace {

constexpr double last_digits = 1e-12;

// Quarters of an hour 0 to 6. Both chargers have one port of 25 A at V_LL = 400 / sqrt(3) V on three phases:
// V_LL x sqrt(3) x 25 A = 400 V x 25 A = 10 kW, the same by EV2Gym's rule and by that of three phase voltages.
//
//     step        0   1   2   3   4   5   6
//     charger 0       [==== car 0 =====]           20 kWh, 10 in it, up to 10 kW, tapers from SoC 0.8, efficiency 1
//     charger 1       [car 1]     [car 2]          car 1: 30 kWh, 5 in it, up to 8.3 kW, efficiency 0.9
//                                                  car 2: 40 kWh, 20 in it, floor 18, gives up to 6.1 kW, efficiency
//                                                  0.85
//
// EV2Gym serves a car in its departure step too; evtwin has it gone by then.
class ThreeCars : public ::testing::Test {
 protected:
  static Scenario scenario() {
    Scenario s;
    s.steps = 7;
    s.ports = 2;
    for (std::uint32_t c = 0; c < 2; ++c)
      s.chargers.push_back({0, 1, c, 6.0, 25.0, -6.0, -25.0, 400.0 / std::sqrt(3.0), 3});
    s.transformers.push_back({std::vector<double>(7, 15.0), std::vector<double>(7, -15.0), std::vector<double>(7, 2.0),
                              std::vector<double>(7, 0.0)});
    s.charge_price_per_kwh = {-0.1, -0.2, -0.3, -0.3, -0.2, -0.1, -0.1};
    s.discharge_price_per_kwh.assign(7, 0.25);
    s.setpoint_kw.assign(7, 0.0);
    s.cars.push_back(car(0, 1, 4, 20.0, 10.0, 18.0, 10.0, 0.8, 1.0));
    s.cars.push_back(car(1, 1, 2, 30.0, 5.0, 9.0, 8.3, 1.0, 0.9));
    s.cars.push_back(car(1, 4, 5, 40.0, 20.0, 20.0, 10.0, 1.0, 0.85));
    s.cars[2].min_kwh = 18.0;
    s.cars[2].max_discharge_kw = -6.1;
    return s;
  }
  static Car car(std::uint32_t charger, int arrival, int departure, double capacity_kwh, double initial_kwh,
                 double desired_kwh, double max_kw, double transition_soc, double efficiency) {
    Car car;
    car.charger = charger;
    car.arrival_step = arrival;
    car.departure_step = departure;
    car.capacity_kwh = capacity_kwh;
    car.initial_kwh = initial_kwh;
    car.desired_kwh = desired_kwh;
    car.min_kwh = car.min_emergency_kwh = 0.0;
    car.max_charge_kw = max_kw;
    car.max_discharge_kw = car.min_charge_kw = car.min_discharge_kw = 0.0;
    car.phases = 3;
    car.transition_soc = transition_soc;
    car.transition_multiplier = 1.0;
    car.charge_efficiency.at_all_currents = car.discharge_efficiency.at_all_currents = efficiency;
    return car;
  }
  /// All a charger has to car 0 and 1, all back from car 2.
  static Actions actions() {
    Actions all(7, {1.0, 1.0});
    all[4][1] = all[5][1] = -1.0;
    return all;
  }
  static Quirks none() {
    Quirks off;
    off.actions_rounded = off.capacity_rounded_up = off.lifted_to_floor = off.efficiency_by_ampere = false;
    off.taper_multiplied = off.efficiency_costs_nothing = off.served_while_leaving = false;
    off.phases_for_free = off.export_against_import_limit = false;
    return off;
  }
  static void expect_series(const std::vector<double>& got, const std::vector<double>& by_hand) {
    ASSERT_EQ(got.size(), by_hand.size());
    for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], by_hand[k], last_digits) << k;
  }
};

// Car 0: 10 kW x 1/4 h = 2.5 kWh twice: 12.5, 15. In the third step 1 kWh at 10 kW, 0.1 h, to 16 kWh = SoC 0.8; from
// there the power falls in a line to 0 at 20 kWh, 10 kW x (20 - E) / 4, so that 4 exp(-2.5 x 0.15) = 4 exp(-0.375) are
// missing after the other 0.15 h. EV2Gym writes 17.2508... up to 17.26; of the 2.74 that are missing then,
// 2.74 exp(-2.5 x 0.25) are left after the fourth: 18.5333..., written up to 18.54.
TEST_F(ThreeCars, TheTaperingCarUnderEv2GymsRules) {
  const Stay stay = simulate(scenario(), actions(), Quirks{}).stays[0];
  const double third_kwh = 5.0 - 4.0 * std::exp(-0.375), fourth_kwh = 2.74 * (1.0 - std::exp(-0.625));
  EXPECT_NEAR(third_kwh, 2.2508429, 1e-7);
  EXPECT_NEAR(fourth_kwh, 1.2733837, 1e-7);
  expect_series(stay.energy_kwh, {2.5, 2.5, third_kwh, fourth_kwh});
  expect_series(stay.capacity_kwh, {12.5, 15.0, 17.26, 18.54});
  // 2.5 kWh in a quarter of an hour are 10 kW, at 400 V 25 A.
  expect_series(stay.current_a, {25.0, 25.0, third_kwh * 4.0 / 0.4, fourth_kwh * 4.0 / 0.4});
}

// Car 1: 0.9 x 8.3 kW x 1/4 h = 1.8675 kWh into the battery in each of two steps, and EV2Gym takes what the battery got
// for what was metered: 6.8675 written up to 6.87, 8.7375 to 8.74.
// Car 2: 0.85 x 6.1 kW x 1/4 h = 1.29625 kWh out of it; 18.70375 written up to 18.71; then no more than the 0.71 above
// its floor of 18.
TEST_F(ThreeCars, LossesThatCostNothingUnderEv2GymsRules) {
  const auto run = simulate(scenario(), actions(), Quirks{});
  expect_series(run.stays[1].energy_kwh, {1.8675, 1.8675});
  expect_series(run.stays[1].capacity_kwh, {6.87, 8.74});
  expect_series(run.stays[2].energy_kwh, {-1.29625, -0.71});
  expect_series(run.stays[2].capacity_kwh, {18.71, 18.0});
  EXPECT_EQ(run.stays[2].cycles, 1);
}

TEST_F(ThreeCars, MoneyServiceAndOverloadUnderEv2GymsRules) {
  const auto run = simulate(scenario(), actions(), Quirks{});
  const double third_kwh = 5.0 - 4.0 * std::exp(-0.375), fourth_kwh = 2.74 * (1.0 - std::exp(-0.625));
  // Step 1: 2.5 + 1.8675 kWh at 0.20; step 2 at 0.30; step 3 car 0 alone at 0.30; step 4: car 0 buys at 0.20 and car 2
  // is paid 0.25; step 5: 0.71 kWh are paid 0.25.
  expect_series(run.profit_eur, {0.0, -0.8735, -1.31025, -0.3 * third_kwh, -0.2 * fourth_kwh + 0.3240625, 0.1775, 0.0});
  EXPECT_NEAR(run.totals[0].charged_kwh, 5.0 + third_kwh + fourth_kwh, last_digits);
  EXPECT_NEAR(run.totals[1].charged_kwh, 3.735, last_digits);
  EXPECT_NEAR(run.totals[1].discharged_kwh, 2.00625, last_digits);
  // Who leaves with what was wanted counts 1; car 1 has 8.74 of 9, car 2 18 of 20.
  ASSERT_EQ(run.satisfaction[2].size(), 1U);
  EXPECT_NEAR(run.satisfaction[2][0], 8.74 / 9.0, last_digits);
  ASSERT_EQ(run.satisfaction[4].size(), 1U);
  EXPECT_EQ(run.satisfaction[4][0], 1.0);
  ASSERT_EQ(run.satisfaction[5].size(), 1U);
  EXPECT_NEAR(run.satisfaction[5][0], 0.9, last_digits);
  // The transformer: 2 kW of load, 10 and 1.8675 x 4 = 7.47 kW of cars: 4.47 above 15. Step 4: both ways at once.
  expect_series(run.transformer_kw[0],
                {2.0, 19.47, 19.47, 2.0 + 4.0 * third_kwh, 2.0 + 4.0 * fourth_kwh - 5.185, 2.0 - 2.84, 2.0});
  expect_series(run.overload_kw[0], {0.0, 4.47, 4.47, 0.0, 0.0, 0.0, 0.0});
}

// By evtwin's physics nothing is rounded, losses are metered, and a car is gone at its departure step: car 0 has three
// steps; car 1 one, 8.3 x 1/4 = 2.075 kWh at the meter, 1.8675 in the battery; car 2 one, 6.1 x 1/4 = 1.525 kWh at the
// meter, 1.525 / 0.85 out of the battery.
TEST_F(ThreeCars, TheSameCarsByEvtwinsPhysics) {
  const auto run = simulate(scenario(), actions(), none());
  const double third_kwh = 5.0 - 4.0 * std::exp(-0.375);
  expect_series(run.stays[0].energy_kwh, {2.5, 2.5, third_kwh});
  EXPECT_NEAR(run.stays[0].final_kwh, 15.0 + third_kwh, last_digits);
  expect_series(run.stays[1].energy_kwh, {2.075});
  EXPECT_NEAR(run.stays[1].final_kwh, 6.8675, last_digits);
  expect_series(run.stays[2].energy_kwh, {-1.525});
  EXPECT_NEAR(run.stays[2].final_kwh, 20.0 - 1.525 / 0.85, last_digits);
}

// The engine itself is held to these figures, not to the re-simulation's.
TEST_F(ThreeCars, TheEngineItself) {
  auto by_hand = simulate(scenario(), actions(), none());
  const double third_kwh = 5.0 - 4.0 * std::exp(-0.375);
  by_hand.stays[0].energy_kwh = {2.5, 2.5, third_kwh};
  by_hand.stays[0].final_kwh = 15.0 + third_kwh;
  by_hand.stays[1].energy_kwh = {2.075};
  by_hand.stays[1].final_kwh = 6.8675;
  by_hand.stays[2].energy_kwh = {-1.525};
  by_hand.stays[2].final_kwh = 20.0 - 1.525 / 0.85;
  Comparison engine("three cars");
  compare_with_engine(scenario(), actions(), by_hand, none(), engine);
  EXPECT_TRUE(engine.passed()) << engine.text();
  EXPECT_EQ(engine.compared(), 10U);  // five steps of energy, three batteries, two sums of the ledger

  by_hand.stays[1].energy_kwh = {2.076};
  Comparison bites("three cars, one figure off");
  compare_with_engine(scenario(), actions(), by_hand, none(), bites);
  EXPECT_NE(bites.failure().find("engine, session 1 kWh in step"), std::string::npos) << bites.text();
}

TEST_F(ThreeCars, EveryRungOfTheLadderAgreesInTheEnd) {
  Comparison ladder("three cars");
  climb(scenario(), actions(), ladder);
  EXPECT_TRUE(ladder.passed()) << ladder.text();
  for (const char* rung : {"rung: capacity not rounded up", "rung: losses are metered and paid",
                           "rung: a car that leaves gets nothing any more"})
    EXPECT_NE(ladder.text().find(rung), std::string::npos) << ladder.text();
}

}  // namespace
}  // namespace evtwin::conformance::ev2gym
