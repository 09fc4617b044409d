#include "viewer/ui/event_index.hpp"

#include <gtest/gtest.h>

namespace evtwin::viewer::ui {
namespace {

using model::Event;
using model::EventKind;
using model::no_row;
using model::Run;

/// Two stations A (EVSE 0) and B (EVSE 1) of one site; session 0 stays at EVSE 0 from 10 to 50.
Run small_run() {
  Run run;
  run.evses.resize(2);
  run.evses[0].station = "A";
  run.evses[1].station = "B";
  run.sessions.resize(1);
  run.sessions[0].evse = 0;
  run.sessions[0].plugged_in_ns = 10;
  run.sessions[0].departed_ns = 50;
  const auto event = [&](model::TimeNs t, EventKind kind, std::uint32_t evse, std::uint32_t session, bool alert) {
    Event e;
    e.time_ns = t;
    e.kind = kind;
    e.alert = alert;
    e.evse = evse;
    e.session = session;
    run.events.push_back(std::move(e));
  };
  event(10, EventKind::arrival, 0, 0, false);
  event(20, EventKind::correction, 0, no_row, false);
  event(20, EventKind::outage, 1, no_row, true);
  event(50, EventKind::missed_target, 0, 0, true);
  event(60, EventKind::correction, 0, no_row, false);
  event(70, EventKind::price_change, no_row, no_row, false);
  return run;
}

EventQuery everything() {
  EventQuery query;
  query.show.fill(true);
  return query;
}

std::size_t count_of(const EventIndex& index, EventKind kind) { return index.count.at(static_cast<std::size_t>(kind)); }

using EventRows = std::vector<std::uint32_t>;

TEST(EventIndex, ListsEverythingInTheOrderOfTime) {
  const model::Run run = small_run();
  const EventIndex index = event_index(run, everything());
  EXPECT_EQ(index.rows, (EventRows{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(index.alerts, 2U);
  EXPECT_EQ(count_of(index, EventKind::correction), 2U);
}

TEST(EventIndex, CountsAKindAlsoWhileItIsHidden) {
  const model::Run run = small_run();
  EventQuery query = everything();
  query.show.at(static_cast<std::size_t>(EventKind::correction)) = false;
  const EventIndex index = event_index(run, query);
  EXPECT_EQ(index.rows, (EventRows{0, 2, 3, 5}));
  EXPECT_EQ(count_of(index, EventKind::correction), 2U);
}

TEST(EventIndex, AlertsOnlyLeavesAlerts) {
  EventQuery query = everything();
  query.alerts_only = true;
  EXPECT_EQ(event_index(small_run(), query).rows, (EventRows{2, 3}));
}

TEST(EventIndex, AStationHasTheEventsOfItsEvses) {
  EventQuery query = everything();
  query.station = "B";
  EXPECT_EQ(event_index(small_run(), query).rows, (EventRows{2}));
}

TEST(EventIndex, ASessionHasItsOwnEventsAndThoseOfItsEvseWhileItWasThere) {
  EventQuery query = everything();
  query.session = 0;
  EXPECT_EQ(event_index(small_run(), query).rows, (EventRows{0, 1, 3}));
}

TEST(EventIndex, StepsToTheNeighboursInTimeAndNotToTheInstantItself) {
  const model::Run run = small_run();
  const EventIndex index = event_index(run, everything());
  EXPECT_EQ(next_time(run, index, 9), 10);
  EXPECT_EQ(next_time(run, index, 20), 50);
  EXPECT_EQ(next_time(run, index, 70), kernel::time_never);
  EXPECT_EQ(previous_time(run, index, 20), 10);
  EXPECT_EQ(previous_time(run, index, 21), 20);
  EXPECT_EQ(previous_time(run, index, 10), -kernel::time_never);
}

TEST(EventIndex, TheRowAtTheCursorIsTheLastThatHasHappened) {
  const model::Run run = small_run();
  const EventIndex index = event_index(run, everything());
  EXPECT_EQ(place_at(run, index, 9), index.rows.size());
  EXPECT_EQ(place_at(run, index, 10), 0U);
  EXPECT_EQ(place_at(run, index, 20), 2U);
  EXPECT_EQ(place_at(run, index, 1000), 5U);
}

TEST(EventIndex, NothingPassesInARunWithoutEvents) {
  const model::Run run;
  const EventIndex index = event_index(run, everything());
  EXPECT_TRUE(index.rows.empty());
  EXPECT_EQ(next_time(run, index, 0), kernel::time_never);
  EXPECT_EQ(place_at(run, index, 0), 0U);
}

}  // namespace
}  // namespace evtwin::viewer::ui
