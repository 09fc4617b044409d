#include "demand/visit.hpp"

#include <gtest/gtest.h>

namespace evtwin::demand {
namespace {

physics::BatterySpec battery(double capacity_kwh, double efficiency) {
  physics::BatterySpec spec;
  spec.capacity_kwh = capacity_kwh;
  spec.charge_efficiency = efficiency;
  return spec;
}

TEST(SocFor, TheVehicleWouldLeaveAtItsTargetWithWhatIsWanted) {
  EXPECT_DOUBLE_EQ(soc_for(battery(50.0, 1.0), 20.0, 0.8), 0.4);
  EXPECT_DOUBLE_EQ(soc_for(battery(50.0, 0.9), 20.0, 0.8), 0.8 - 18.0 / 50.0);
  EXPECT_DOUBLE_EQ(soc_for(battery(50.0, 1.0), 0.0, 0.8), 0.8);
  EXPECT_NEAR(soc_for(battery(50.0, 1.0), 40.0, 0.8), 0.0, 1e-15);
}

TEST(SocFor, WhatDoesNotFitBelowTheTargetFillsTheBattery) {
  EXPECT_DOUBLE_EQ(soc_for(battery(50.0, 1.0), 45.0, 0.8), 0.1);
  EXPECT_EQ(soc_for(battery(50.0, 1.0), 60.0, 0.8), 0.0);
}

TEST(SocFor, UnknownBatteriesStartAtZero) { EXPECT_EQ(soc_for(physics::BatterySpec{}, 20.0, 0.8), 0.0); }

}  // namespace
}  // namespace evtwin::demand
