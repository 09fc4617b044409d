// Bookings alone: an EVSE is chosen for each announced visit and held until it comes or its time is over.
#include <gtest/gtest.h>

#include "control/guard.hpp"
#include "twin/bookings.hpp"
#include "twin/one_part.hpp"

namespace evtwin::twin {
namespace {

using demand::Visit;
using testing::at_h;
using testing::Bench;

Visit booked(const char* id, double announced_h, double from_h, double to_h, std::int32_t evse = demand::any_evse) {
  Visit v = testing::visit(from_h, to_h, 10.0, evse);
  v.id = id;
  v.announced_ns = at_h(announced_h);
  v.reserved_from_ns = at_h(from_h);
  v.reserved_until_ns = at_h(to_h);
  return v;
}

/// Two EVSEs held a quarter of an hour before; nobody is there but where a test says so.
struct BookingDesk {
  explicit BookingDesk(std::vector<Visit> visits, bool block = true)
      : bench(world_of(std::move(visits), block)), bookings(bench.context) {
    streams.emplace_back(bench.site.arrivals[0],
                         demand::StreamContext{bench.episode.seed, 0, bench.episode.from_ns, bench.episode.to_ns,
                                               bench.world.calendar, &bench.world.vehicles});
    bookings.begin(streams);
  }
  static World world_of(std::vector<Visit> visits, bool block) {
    World world = testing::small_world(2);
    world.sites[0].reservations = {block, 15 * kernel::minute_ns};
    testing::add_visits(world, std::move(visits));
    return world;
  }
  void run_to(double h) {
    while (bench.queue.next_time() <= at_h(h)) {
      const kernel::Event event = bench.queue.pop();
      if (event.kind == static_cast<std::uint8_t>(EventKind::announcement)) {
        bookings.take_announcements(sessions, event.time);
      } else {
        bookings.expire_holds(event.time);
      }
    }
  }
  /// The law's visit with that number has come.
  std::int32_t comes(std::uint64_t number) {
    Visit v;
    v.number = number;
    return bookings.end_reservation(0, v);
  }
  void expect_hold(std::uint32_t evse, double held_h, double from_h, double until_h) const {
    const Hold& hold = bookings.current_holds()[evse];
    EXPECT_EQ(hold.held_from_ns, at_h(held_h)) << evse;
    EXPECT_EQ(hold.from_ns, at_h(from_h)) << evse;
    EXPECT_EQ(hold.until_ns, at_h(until_h)) << evse;
  }

  Bench bench;
  std::vector<demand::ArrivalStream> streams;
  Bookings bookings;
  std::vector<Session> sessions = std::vector<Session>(2);
};

// a gets A-1; b overlaps it and gets A-2; c begins when a ends: A-1 again. d overlaps a and b. e ends when a
// begins.
TEST(PartBookings, AnEvseIsChosenThatIsFreeForAllOfTheTime) {
  BookingDesk desk({booked("a", 0.5, 2, 4), booked("b", 1, 3, 5), booked("c", 1.5, 4, 6), booked("d", 1.6, 3.5, 4.5),
                    booked("e", 1.65, 1.7, 2)});
  desk.bookings.take_known_visits(desk.sessions, at_h(0));
  desk.run_to(1.75);
  ASSERT_EQ(desk.bench.seen.events.size(), 5U);
  EXPECT_EQ(desk.bench.seen.events[0], "reserved: A-1: a from 2025-06-02 02:00 to 2025-06-02 04:00, 10 kWh");
  EXPECT_TRUE(desk.bench.seen.events[1].starts_with("reserved: A-2: b"));
  EXPECT_TRUE(desk.bench.seen.events[2].starts_with("reserved: A-1: c"));
  EXPECT_TRUE(desk.bench.seen.events[3].starts_with("reservation_refused: no EVSE: d"));
  EXPECT_TRUE(desk.bench.seen.events[4].starts_with("reserved: A-1: e"));
  desk.expect_hold(0, 1.65, 1.7, 2);
  desk.expect_hold(1, 2.75, 3, 5);
}

TEST(PartBookings, AStayThatIsSaidToLastLongerIsInTheWay) {
  BookingDesk desk({booked("a", 0.5, 2, 4)});
  desk.sessions[0].number = 1;
  desk.sessions[0].visit.claimed_departure_ns = at_h(2.25);
  desk.bookings.take_known_visits(desk.sessions, at_h(0));
  desk.run_to(1.0);
  desk.expect_hold(1, 1.75, 2, 4);
  EXPECT_EQ(desk.bookings.current_holds()[0].held_from_ns, kernel::time_never);
}

TEST(PartBookings, EndWithTheVisitOrWithTheirTime) {
  BookingDesk desk({booked("a", 0.5, 2, 4), booked("b", 1, 3, 5), booked("c", 1.5, 4, 6)});
  desk.bookings.take_known_visits(desk.sessions, at_h(0));
  desk.run_to(1.5);
  EXPECT_EQ(desk.comes(0), 0);   // a has A-1
  EXPECT_EQ(desk.comes(0), -1);  // and no longer
  desk.expect_hold(0, 3.75, 4, 6);
  EXPECT_EQ(desk.bench.queue.next_time(), at_h(5));  // b's time ends first
  desk.run_to(5.0);
  EXPECT_EQ(desk.bench.seen.events.back(), "reservation_expired: A-2: b");
  EXPECT_EQ(desk.bookings.current_holds()[1].held_from_ns, kernel::time_never);
  EXPECT_EQ(desk.bookings.current_holds()[1].until_ns, 0);
  EXPECT_EQ(desk.comes(1), -1);
  EXPECT_EQ(desk.bench.queue.next_time(), at_h(6));
}

TEST(PartBookings, AreHeldFromTheirAnnouncementWhereThatIsLater) {
  BookingDesk desk({booked("a", 1.9, 2, 4, 1)});  // ten to two is less than a quarter of an hour ahead; it names A-2
  desk.bookings.take_known_visits(desk.sessions, at_h(0));
  desk.run_to(1.9);
  desk.expect_hold(1, 1.9, 2, 4);
}

TEST(PartBookings, AnnouncedBeforeTheRunTheyAreKnownAtItsStart) {
  BookingDesk desk({booked("a", -3.0, 2, 4)});
  desk.bookings.take_known_visits(desk.sessions, at_h(0));
  desk.expect_hold(0, 1.75, 2, 4);
}

TEST(PartBookings, WhereNothingIsBlockedNothingIsHeld) {
  BookingDesk open({booked("a", 0.5, 2, 4)}, false);
  open.bookings.take_known_visits(open.sessions, at_h(0));
  open.run_to(1.0);
  EXPECT_EQ(open.bench.seen.events.size(), 1U);  // it is reserved all the same
  EXPECT_TRUE(open.bookings.current_holds().empty());
  BookingDesk unannounced({testing::visit(2.0, 4.0, 10.0, demand::any_evse)});
  unannounced.bookings.take_known_visits(unannounced.sessions, at_h(0));
  EXPECT_TRUE(unannounced.bookings.current_holds().empty());
  EXPECT_TRUE(unannounced.bench.queue.empty());
}

TEST(PartBookings, ShowTheNextReservationOfEachRow) {
  BookingDesk desk({booked("a", 0.5, 2, 4), booked("b", 1, 3, 5)});
  const control::Guard guard(desk.bench.site.evses, {}, {}, {}, physics::infinite, physics::infinite);
  control::ViewColumns columns(desk.bench.site.evses, {}, guard);
  desk.bookings.take_known_visits(desk.sessions, at_h(0));
  desk.run_to(1.0);
  desk.bookings.show_in_view(columns);
  EXPECT_EQ(columns.view.evse_reserved_from_ns[0], at_h(2));
  EXPECT_EQ(columns.view.evse_reserved_until_ns[1], at_h(5));
  EXPECT_EQ(columns.view.evse_reserved_kwh[1], 10.0);
  desk.comes(0);
  desk.bookings.show_in_view(columns);
  EXPECT_EQ(columns.view.evse_reserved_from_ns[0], 0);
  EXPECT_EQ(columns.view.evse_reserved_kwh[0], 0.0);
  EXPECT_EQ(columns.view.evse_reserved_from_ns[1], at_h(3));
}

}  // namespace
}  // namespace evtwin::twin
