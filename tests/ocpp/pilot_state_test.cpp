#include <gtest/gtest.h>

#include "ocpp/site_log.hpp"

namespace evtwin::ocpp {
namespace {

TEST(PilotState, FollowsTheStatusAsIec61851HasIt) {
  EXPECT_EQ(pilot_state(Status::available), PilotState::a);
  EXPECT_EQ(pilot_state(Status::preparing), PilotState::b);
  EXPECT_EQ(pilot_state(Status::charging), PilotState::c);
  EXPECT_EQ(pilot_state(Status::suspended_ev), PilotState::b);
  EXPECT_EQ(pilot_state(Status::suspended_evse), PilotState::c);
  EXPECT_EQ(pilot_state(Status::faulted), PilotState::e);
  EXPECT_EQ(name_of(pilot_state(Status::unavailable)), "F");
}

}  // namespace
}  // namespace evtwin::ocpp
