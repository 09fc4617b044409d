// A parked car's 12 V battery, against figures worked by hand and a walk in small steps.
#include "physics/low_voltage.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace evtwin::physics {
namespace {

// 720 Wh, 0.9 full: 648 Wh. 0.8 W take 576 Wh in 30 days: 72 Wh are left, 0.1. The limit of 0.5 (360 Wh) is passed
// after 288 / 0.8 = 360 h, the 15th day.
TEST(LowVoltage, WithoutCareItFallsBelowItsLimitInThirtyDays) {
  const Standing left = stand_parked({}, nullptr, 720.0);
  EXPECT_NEAR(left.soc_end, 0.1, 1e-12);
  EXPECT_NEAR(left.hours_to_limit, 360.0, 1e-9);
  EXPECT_EQ(left.hours_to_flat, infinite);
  EXPECT_NEAR(left.drained_wh, 576.0, 1e-9);
  EXPECT_EQ(left.traction_kwh, 0.0);
  // After 810 h nothing is left, and it stays so.
  const Standing longer = stand_parked({}, nullptr, 2000.0);
  EXPECT_EQ(longer.soc_end, 0.0);
  EXPECT_NEAR(longer.hours_to_flat, 810.0, 1e-9);
}

// Topped up from 0.65 to 0.95: 216 Wh at (250 - 0.8) x 0.9 = 224.28 W, 0.96308 h, which takes 250 / 0.92 + 120 =
// 391.739 W from the traction battery: 0.377278 kWh. From 0.9 the first comes after 180 / 0.8 = 225 h, the next 216 /
// 0.8 = 270 h after the end of the one before: at 225 and 495.963 h, the next would be at 766.9.
TEST(LowVoltage, WithCareItStaysAboveItsLimitAndTheTractionEnergyIsTold) {
  const LowVoltageCare care;
  const Standing kept = stand_parked({}, &care, 720.0);
  const double awake_h = 216.0 / 224.28;
  EXPECT_EQ(kept.top_ups, 2U);
  EXPECT_NEAR(kept.traction_kwh, 2.0 * awake_h * (250.0 / 0.92 + 120.0) / 1000.0, 1e-12);
  EXPECT_NEAR(kept.soc_lowest, 0.65, 1e-12);
  EXPECT_EQ(kept.hours_to_limit, infinite);
  const double since_h = 720.0 - (225.0 + awake_h + 270.0 + awake_h);
  EXPECT_NEAR(kept.soc_end, 0.95 - since_h * 0.8 / 720.0, 1e-12);
  EXPECT_NEAR(kept.stored_wh, 432.0, 1e-9);
  // What was there, came and went.
  EXPECT_NEAR(648.0 + kept.stored_wh - kept.drained_wh, kept.soc_end * 720.0, 1e-9);
}

// Every day 3 min awake at 120 W: 30 x 6 Wh.
TEST(LowVoltage, SelfTestsTakeTractionEnergyBesideTopUps) {
  LowVoltageCare care;
  const double without_kwh = stand_parked({}, &care, 720.0).traction_kwh;
  care.self_test_every_h = 24.0;
  const Standing tested = stand_parked({}, &care, 720.0);
  EXPECT_EQ(tested.self_tests, 30U);
  EXPECT_NEAR(tested.traction_kwh - without_kwh, 0.18, 1e-12);
}

TEST(LowVoltage, AgreesWithAWalkInSmallSteps) {
  for (const double drain_w : {0.3, 2.0, 7.5}) {
    for (const double soc : {0.55, 0.7, 0.97}) {
      const LowVoltageBattery battery{500.0, soc, drain_w, 0.5, 0.85};
      LowVoltageCare care;
      care.from_soc = 0.6;
      care.to_soc = 0.8;
      constexpr double step_h = 1e-4;
      double wh = soc * 500.0, kwh = 0.0;
      bool awake = false;
      for (int i = 0; i < 5'000'000; ++i) {
        if (wh <= 300.0) awake = true;
        if (wh >= 400.0) awake = false;
        wh += step_h * (awake ? (250.0 - drain_w) * 0.85 : -drain_w);
        kwh += awake ? step_h * (250.0 / 0.92 + 120.0) / 1000.0 : 0.0;
      }
      const Standing exact = stand_parked(battery, &care, 500.0);
      EXPECT_NEAR(exact.traction_kwh, kwh, 0.01 * kwh + 0.002) << drain_w << " " << soc;
      EXPECT_NEAR(exact.soc_end, wh / 500.0, 0.01) << drain_w << " " << soc;
    }
  }
}

}  // namespace
}  // namespace evtwin::physics
