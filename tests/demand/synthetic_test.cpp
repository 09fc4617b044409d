// Cars of a made-up day: their ranges, their independence of each other, and how often each kind comes.
#include "demand/synthetic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace evtwin::demand {
namespace {

TEST(SyntheticCars, KeepTheRangesOfTheExercise) {
  const std::vector<SyntheticCar> cars = synthetic_cars(20'000, 1);
  std::map<double, int> powers, batteries;
  double arrival_s = 0.0;
  for (const SyntheticCar& car : cars) {
    ++powers[car.nominal_kw];
    ++batteries[car.battery_kwh];
    arrival_s += car.arrival_s;
    EXPECT_GE(car.arrival_s, 5 * 3600);
    EXPECT_LT(car.arrival_s, 16 * 3600);
    EXPECT_GE(car.departure_s - car.arrival_s, 3600);
    EXPECT_LE(car.departure_s - car.arrival_s, 5 * 3600);
    EXPECT_LE(car.departure_s, 23 * 3600);
    EXPECT_GE(car.arrival_kwh, 0.0);
    EXPECT_LE(car.arrival_kwh + car.required_kwh, car.battery_kwh + 1e-9);
    EXPECT_LE(car.required_kwh, car.nominal_kw * (car.departure_s - car.arrival_s) / 3600.0 + 1e-9);
    EXPECT_EQ(car.required_kwh, std::round(car.required_kwh * 10.0) / 10.0) << "a table has tenths";
  }
  // A quarter each; four standard deviations of a count of 20,000 are 245.
  ASSERT_EQ(powers.size(), 4U);
  ASSERT_EQ(batteries.size(), 4U);
  for (const auto& [kw, count] : powers) EXPECT_NEAR(count, 5'000, 245) << kw;
  for (const auto& [kwh, count] : batteries) EXPECT_NEAR(count, 5'000, 245) << kwh;
  // Uniform from 5 to 16: mean 10.5 h, less half a minute of rounding; four standard deviations are 0.09 h.
  EXPECT_NEAR(arrival_s / 20'000.0 / 3600.0, 10.5 - 0.5 / 60.0, 0.09);
}

TEST(SyntheticCars, ACarIsTheSameHoweverManyComeAfterIt) {
  const auto few = synthetic_cars(3, 7), many = synthetic_cars(40, 7), other = synthetic_cars(40, 8);
  int different = 0;
  for (std::size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i].arrival_s, many[i].arrival_s);
    EXPECT_EQ(few[i].required_kwh, many[i].required_kwh);
  }
  for (std::size_t i = 0; i < many.size(); ++i) different += many[i].arrival_s != other[i].arrival_s ? 1 : 0;
  EXPECT_GT(different, 35);
}

}  // namespace
}  // namespace evtwin::demand
