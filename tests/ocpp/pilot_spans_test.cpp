#include "ocpp/pilot_spans.hpp"

#include <gtest/gtest.h>

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

TEST(PilotSpans, StatusesThatSkipAStateImplyIt) {
  const EvseTimeline timeline{.station = "CP",
                              .evse = 1,
                              .spans = {{Status::available, 0, 10, ""},
                                        {Status::charging, 10, 20, ""},
                                        {Status::suspended_ev, 20, 25, ""},
                                        {Status::finishing, 25, 30, ""},
                                        {Status::available, 30, 40, ""},
                                        {Status::reserved, 40, 50, ""}}};
  const std::vector<PilotSpan> expected{{PilotState::a, false, false, 0, 10},  {PilotState::b, false, true, 10, 10},
                                        {PilotState::c, true, false, 10, 20},  {PilotState::b, true, false, 20, 25},
                                        {PilotState::b, false, false, 25, 30}, {PilotState::a, false, false, 30, 50}};
  EXPECT_EQ(pilot_spans(timeline), expected);
}

}  // namespace
}  // namespace evtwin::ocpp
