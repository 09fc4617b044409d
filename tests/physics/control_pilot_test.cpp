// Figures of IEC 61851-1 table A.8 and its states.
#include "physics/control_pilot.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace evtwin::physics {
namespace {

using Event = ControlPilot::Event;
using Kind = PilotOffer::Kind;

TEST(ControlPilot, OffersTheCurrentOfItsDutyCycle) {
  EXPECT_EQ(offer_of_duty(10.0), (PilotOffer{Kind::current, 6.0}));
  EXPECT_EQ(offer_of_duty(8.0), (PilotOffer{Kind::current, 6.0}));
  EXPECT_DOUBLE_EQ(offer_of_duty(26.0 + 2.0 / 3.0).a, 16.0);
  EXPECT_DOUBLE_EQ(offer_of_duty(50.0).a, 30.0);
  EXPECT_DOUBLE_EQ(offer_of_duty(85.0).a, 51.0);
  EXPECT_DOUBLE_EQ(offer_of_duty(90.0).a, 65.0);
  EXPECT_DOUBLE_EQ(offer_of_duty(96.0).a, 80.0);
  EXPECT_DOUBLE_EQ(offer_of_duty(97.0).a, 80.0);
}

TEST(ControlPilot, OffersNothingBetweenTheRanges) {
  for (const double duty : {-1.0, 0.0, 2.9, 7.5, 97.1, 99.9, 100.1, std::nan("")})
    EXPECT_EQ(offer_of_duty(duty).kind, Kind::none) << duty;
  EXPECT_EQ(offer_of_duty(5.0).kind, Kind::digital);
  EXPECT_EQ(offer_of_duty(100.0).kind, Kind::not_permitted);
}

TEST(ControlPilot, FindsTheDutyCycleOfACurrentAndBack) {
  EXPECT_DOUBLE_EQ(*duty_of_current(6.0), 10.0);
  EXPECT_NEAR(*duty_of_current(16.0), 26.7, 0.05);
  EXPECT_DOUBLE_EQ(*duty_of_current(51.0), 85.0);
  EXPECT_DOUBLE_EQ(*duty_of_current(80.0), 96.0);
  for (double a = 6.0; a <= 51.0; a += 0.5) EXPECT_NEAR(offer_of_duty(*duty_of_current(a)).a, a, 1e-9);
  for (const double a : {51.1, 52.0, 52.5}) EXPECT_EQ(offer_of_duty(*duty_of_current(a)).a, 51.0) << a;
  for (double a = 53.0; a <= 80.0; a += 0.5) EXPECT_NEAR(offer_of_duty(*duty_of_current(a)).a, a, 1e-9);
  EXPECT_FALSE(duty_of_current(5.9));
  EXPECT_FALSE(duty_of_current(80.1));
  EXPECT_FALSE(duty_of_current(std::nan("")));
}

TEST(ControlPilot, ChargesOnlyWhereOneOffersAndTheOtherIsReady) {
  ControlPilot pilot;
  EXPECT_EQ(pilot.pilot_state(), PilotState::a);
  EXPECT_FALSE(pilot.on_event(Event::ready)) << "no vehicle";
  EXPECT_TRUE(pilot.on_event(Event::plug_in));
  EXPECT_FALSE(pilot.on_event(Event::plug_in));
  EXPECT_EQ(pilot.pilot_state(), PilotState::b);
  EXPECT_TRUE(pilot.on_event(Event::ready));
  EXPECT_EQ(pilot.pilot_state(), PilotState::c);
  EXPECT_FALSE(pilot.energy_flows()) << "C1";
  EXPECT_TRUE(pilot.on_event(Event::offer));
  EXPECT_TRUE(pilot.energy_flows()) << "C2";
  EXPECT_TRUE(pilot.on_event(Event::not_ready));
  EXPECT_EQ(pilot.pilot_state(), PilotState::b);
  EXPECT_TRUE(pilot.is_oscillating()) << "B2: suspended by the vehicle";
  EXPECT_TRUE(pilot.on_event(Event::ready_ventilate));
  EXPECT_EQ(pilot.pilot_state(), PilotState::d);
  EXPECT_TRUE(pilot.energy_flows());
  EXPECT_TRUE(pilot.on_event(Event::unplug));
  EXPECT_EQ(pilot.pilot_state(), PilotState::a);
  EXPECT_FALSE(pilot.is_oscillating());
}

TEST(ControlPilot, AFaultEndsTheOfferAndLeavesTheVehicleWhereItIs) {
  ControlPilot pilot;
  for (const Event event : {Event::plug_in, Event::offer, Event::ready}) EXPECT_TRUE(pilot.on_event(event));
  EXPECT_TRUE(pilot.on_event(Event::lose_pilot));
  EXPECT_EQ(pilot.pilot_state(), PilotState::e);
  EXPECT_FALSE(pilot.energy_flows());
  EXPECT_FALSE(pilot.on_event(Event::offer));
  EXPECT_TRUE(pilot.on_event(Event::restore));
  EXPECT_EQ(pilot.pilot_state(), PilotState::c);
  EXPECT_FALSE(pilot.energy_flows());
  EXPECT_TRUE(pilot.on_event(Event::out_of_service));
  EXPECT_EQ(pilot.pilot_state(), PilotState::f);
}

TEST(ControlPilot, ShowsTheVoltagesOfItsStates) {
  const std::pair<PilotState, double> volts[] = {{PilotState::a, 12}, {PilotState::b, 9}, {PilotState::c, 6},
                                                 {PilotState::d, 3},  {PilotState::e, 0}, {PilotState::f, -12}};
  for (const auto& [state, v] : volts) EXPECT_EQ(high_level_v(state), v);
  EXPECT_TRUE(std::isnan(high_level_v(PilotState::none)));
}

TEST(ControlPilot, BetweenStatesThatDoNotFollowAtOnceLiesB) {
  EXPECT_EQ(passed_between(PilotState::a, PilotState::c), std::vector{PilotState::b});
  EXPECT_TRUE(passed_between(PilotState::c, PilotState::a).empty()) << "cut off";
  EXPECT_TRUE(passed_between(PilotState::f, PilotState::c).empty());
}

}  // namespace
}  // namespace evtwin::physics
