// Visits that are announced before they come: an EVSE is reserved for each, shown to strategies and kept free.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/view.hpp"
#include "demand/announcements.hpp"
#include "demand/arrivals.hpp"
#include "kernel/archive.hpp"
#include "kernel/static_checks.hpp"
#include "twin/context.hpp"
#include "twin/stay.hpp"

namespace evtwin::twin {

class Bookings {
 public:
  explicit Bookings(const SiteContext& context);

  /// Nothing is booked. @param streams  [laws] none asked yet
  void begin(std::span<const demand::ArrivalStream> streams);

  /// Visits announced before the run are known at its start.
  void take_known_visits(std::span<const Session> sessions, TimeNs t);
  /// Takes the announcements that are due. No decision is asked for: a reservation is hours ahead, and seen at the
  /// next.
  /// @param sessions  [evses] who is there now
  void take_announcements(std::span<const Session> sessions, TimeNs t);
  /// The visit has come. @returns the EVSE that was reserved for it; -1 when none was, or no longer is.
  std::int32_t end_reservation(std::uint32_t law, const demand::Visit& visit);
  void expire_holds(TimeNs t);

  /// [evses]; empty where nothing is ever held.
  std::span<const Hold> current_holds() const {
    return !any_announced_ || !context_.site.reservations.block ? std::span<const Hold>{} : holds_;
  }
  /// Columns of reservations, where they changed since the last call.
  void show_in_view(control::ViewColumns& columns);

  template <class A>
  void archive_fields(A& a);

 private:
  /// A visit that was announced for an EVSE and has not begun.
  struct Reservation {
    std::uint32_t law = 0;
    std::uint64_t visit = 0;  ///< its number in the law
    std::string id;           ///< the visit's, for people
    std::uint32_t evse = 0;
    TimeNs held_from_ns = 0;  ///< nobody else gets the EVSE from here on
    TimeNs from_ns = 0, until_ns = 0;
    double kwh = 0.0;

    template <class A>
    void archive_fields(A& a) {
      a(law, visit, id, evse, held_from_ns, from_ns, until_ns, kwh);
    }
  };
  static_assert(kernel::has_size<Reservation>(88),
                "a new field must be archived, and the title of checkpoints changed");
  /// The announcements of a law, and the next of them.
  struct Announcer {
    std::uint32_t law;
    demand::AnnouncementStream stream;
    demand::Visit next{};
    bool more = true;

    template <class A>
    void archive_fields(A& a) {
      a(stream, next, more);
    }
  };
  static_assert(kernel::has_size<Announcer>(472), "a new field must be archived or made anew after loading");

  std::int32_t evse_to_reserve(const demand::Visit& visit, std::span<const Session> sessions) const;
  void reserve_evse(std::uint32_t law, const demand::Visit& visit, std::span<const Session> sessions, TimeNs t);
  void look_up_hold(std::uint32_t evse);
  void schedule_expiry();
  void tell_observer(std::string_view kind, const std::string& text, TimeNs t) const;

  const SiteContext context_;
  bool any_announced_ = false;
  std::vector<Announcer> announcers_;      // of the laws that announce visits
  std::vector<Reservation> reservations_;  // in order of announcement
  std::vector<Hold> holds_;                // [evses] what follows from reservations_
  std::vector<std::uint32_t> changed_;     // EVSEs whose hold is another than shown
};
static_assert(kernel::has_size<Bookings>(152), "a new field must be archived or made anew after loading");

template <class A>
void Bookings::archive_fields(A& a) {
  a.begin_section("bookings");
  a.archive_elements(announcers_);
  for (const Announcer& announcer : announcers_) {
    check_visit(a, context_.world, context_.site, announcer.next);
    check_visit(a, context_.world, context_.site, announcer.stream.visit_ahead());
    for (const demand::Visit& visit : announcer.stream.waiting_visits())
      check_visit(a, context_.world, context_.site, visit);
  }
  a(reservations_);
  for (const Reservation& reservation : reservations_)
    a.require_that(reservation.evse < context_.site.evses.size(), "a reservation of an EVSE that there is not");
  if constexpr (A::loads) {
    for (std::uint32_t i = 0; i < holds_.size(); ++i) look_up_hold(i);
  }
}

}  // namespace evtwin::twin
