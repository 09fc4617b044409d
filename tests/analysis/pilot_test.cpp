// The states of IEC 61851-1 that a run's facts stand for, by hand.
#include "analysis/pilot.hpp"

#include <gtest/gtest.h>

namespace evtwin::analysis {
namespace {

using physics::PilotState;

/// 32 A, one phase of 230 V, a vehicle plugged in.
EvseFacts wallbox(double kw, double setpoint_kw) {
  EvseFacts facts;
  facts.connected = true;
  facts.phases = 1;
  facts.voltage_v = 230.0;
  facts.max_kw = 7.36;
  facts.kw = kw;
  facts.setpoint_kw = setpoint_kw;
  return facts;
}

TEST(Pilot, WithoutAVehicleIsAAndOutOfServiceIsF) {
  EvseFacts facts;
  facts.max_kw = 7.36;
  EXPECT_EQ(text_of(pilot_of(facts)), "A");
  facts.in_service = false;
  EXPECT_EQ(text_of(pilot_of(facts)), "F");
  facts.connected = true;
  EXPECT_EQ(text_of(pilot_of(facts)), "F");
  EXPECT_FALSE(pilot_of(facts).oscillates);
}

TEST(Pilot, SixteenAmpsAreADutyCycleOf26Point7Percent) {
  const PilotReading reading = pilot_of(wallbox(3.68, 3.68));  // 230 V x 16 A
  EXPECT_EQ(reading.state, PilotState::c);
  EXPECT_TRUE(reading.oscillates);
  EXPECT_NEAR(reading.duty, 26.0 + 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(reading.offered_a, 16.0, 1e-12);
  EXPECT_EQ(text_of(reading), "C2, 26.7 % (16.0 A)");

  EvseFacts three = wallbox(11.04, 11.04);  // 3 x 230 V x 16 A
  three.phases = 3;
  three.max_kw = 22.0;
  EXPECT_EQ(text_of(pilot_of(three)), "C2, 26.7 % (16.0 A)");
}

TEST(Pilot, AVehicleThatTakesLessThanOfferedKeepsTheOffer) {
  EXPECT_EQ(text_of(pilot_of(wallbox(1.0, 7.36))), "C2, 53.3 % (32.0 A)");  // tapering
  EXPECT_EQ(text_of(pilot_of(wallbox(0.0, 7.36))), "B2, 53.3 % (32.0 A)");  // full
  EXPECT_EQ(text_of(pilot_of(wallbox(0.0, kernel::unknown))), "B2, 53.3 % (32.0 A)") << "the rating is offered";
  EXPECT_EQ(text_of(pilot_of(wallbox(0.0, 1e9))), "B2, 53.3 % (32.0 A)") << "never above the rating";
  EXPECT_EQ(text_of(pilot_of(wallbox(3.68, 2.0))), "C2, 26.7 % (16.0 A)") << "never below what flows";
}

TEST(Pilot, NothingOfferedIsC1) {
  for (const double setpoint_kw : {0.0, -2.0, 1.0}) {  // 1 kW is 4.3 A: less than a duty cycle can offer
    const PilotReading reading = pilot_of(wallbox(0.0, setpoint_kw));
    EXPECT_EQ(text_of(reading), "C1") << setpoint_kw;
    EXPECT_FALSE(reading.oscillates);
  }
  EXPECT_EQ(text_of(pilot_of(wallbox(0.0, 1.38))), "B2, 10 % (6.0 A)") << "6 A just do";
}

TEST(Pilot, WhatNoDutyCycleOffersIsSaidToFlowWithoutOne) {
  const PilotReading reading = pilot_of(wallbox(1.0, 1.0));
  EXPECT_EQ(name_of(reading), "C2");
  EXPECT_FALSE(kernel::is_known(reading.duty));
  EXPECT_NEAR(reading.offered_a, 1000.0 / 230.0, 1e-12);
}

TEST(Pilot, DcAndDischargingAreAgreedOnDigitally) {
  EvseFacts dc = wallbox(40.0, 50.0);
  dc.dc = true;
  dc.phases = 0;
  dc.max_kw = 50.0;
  EXPECT_EQ(text_of(pilot_of(dc)), "C2, 5 %");
  dc.kw = 0.0;
  EXPECT_EQ(text_of(pilot_of(dc)), "B2, 5 %");
  dc.setpoint_kw = 0.0;
  EXPECT_EQ(text_of(pilot_of(dc)), "C1");
  EXPECT_EQ(text_of(pilot_of(wallbox(-3.0, -3.0))), "C2, 5 %");
}

TEST(Pilot, ACableCarriesEightyAmps) {
  EvseFacts strong = wallbox(0.0, 43.0);
  strong.max_kw = 43.0;
  EXPECT_EQ(text_of(pilot_of(strong)), "B2, 96 % (80.0 A)");
}

}  // namespace
}  // namespace evtwin::analysis
