#include "twin/bookings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evtwin::twin {

using demand::Visit;
using kernel::Phase;

Bookings::Bookings(const SiteContext& context) : context_(context), holds_(context.site.evses.size()) {
  for (const auto& law : context.site.arrivals) any_announced_ = any_announced_ || demand::has_announcements(*law);
}

void Bookings::begin(std::span<const demand::ArrivalStream> streams) {
  reservations_.clear();
  announcers_.clear();
  std::fill(holds_.begin(), holds_.end(), Hold{});
  changed_.clear();
  for (std::uint32_t law = 0; law < streams.size(); ++law) {
    if (demand::has_announcements(*context_.site.arrivals[law]))
      announcers_.push_back({law, demand::AnnouncementStream(*context_.site.arrivals[law], streams[law])});
  }
  if (!any_announced_) return;
  for (std::uint32_t i = 0; i < holds_.size(); ++i) changed_.push_back(i);
}

void Bookings::take_known_visits(std::span<const Session> sessions, TimeNs t) {
  for (Announcer& announcer : announcers_) announcer.more = announcer.stream.next_visit(announcer.next);
  if (!announcers_.empty()) take_announcements(sessions, t);
}

void Bookings::take_announcements(std::span<const Session> sessions, TimeNs t) {
  TimeNs next_ns = kernel::time_never;
  for (Announcer& announcer : announcers_) {
    for (; announcer.more && announcer.next.announced_ns <= t;
         announcer.more = announcer.stream.next_visit(announcer.next))
      reserve_evse(announcer.law, announcer.next, sessions, t);
    if (announcer.more) next_ns = std::min(next_ns, announcer.next.announced_ns);
  }
  context_.timers.schedule_timer(EventKind::announcement, Phase::signal, next_ns);
  schedule_expiry();
}

/// The first EVSE that fits, is not reserved for any of that time, and is not taken by a vehicle whose driver said it
/// would stay so long; -1 when there is none.
std::int32_t Bookings::evse_to_reserve(const Visit& visit, std::span<const Session> sessions) const {
  for (std::uint32_t i = 0; i < sessions.size(); ++i) {
    if (!physics::fits_inlet(context_.site.evses[i], context_.world.vehicles[visit.vehicle])) continue;
    if (sessions[i].number != 0 && sessions[i].visit.claimed_departure_ns > visit.reserved_from_ns) continue;
    const bool taken = std::any_of(reservations_.begin(), reservations_.end(), [&](const Reservation& r) {
      return r.evse == i && r.from_ns < visit.reserved_until_ns && visit.reserved_from_ns < r.until_ns;
    });
    if (!taken) return static_cast<std::int32_t>(i);
  }
  return -1;
}

void Bookings::reserve_evse(std::uint32_t law, const Visit& visit, std::span<const Session> sessions, TimeNs t) {
  if (visit.reserved_until_ns <= t) return;  // over before the run begins
  const std::int32_t evse = visit.evse != demand::any_evse ? visit.evse : evse_to_reserve(visit, sessions);
  if (context_.observer != nullptr) {
    const market::Calendar& local = context_.world.calendar;
    tell_observer(evse < 0 ? "reservation_refused" : "reserved",
                  fmt::format("{}: {} from {} to {}, {:.6g} kWh",
                              evse < 0 ? "no EVSE" : context_.site.evses[static_cast<std::uint32_t>(evse)].id.c_str(),
                              visit.id, local.format_local(visit.reserved_from_ns),
                              local.format_local(visit.reserved_until_ns), visit.requested_kwh),
                  t);
  }
  if (evse < 0) return;
  const auto row = static_cast<std::uint32_t>(evse);
  reservations_.push_back({law, visit.number, visit.id, row,
                           std::max(t, visit.reserved_from_ns - context_.site.reservations.hold_ns),
                           visit.reserved_from_ns, visit.reserved_until_ns, visit.requested_kwh});
  look_up_hold(row);
}

std::int32_t Bookings::end_reservation(std::uint32_t law, const Visit& visit) {
  const auto it = std::find_if(reservations_.begin(), reservations_.end(),
                               [&](const Reservation& r) { return r.law == law && r.visit == visit.number; });
  if (it == reservations_.end()) return -1;
  const std::uint32_t evse = it->evse;
  reservations_.erase(it);
  look_up_hold(evse);
  schedule_expiry();
  return static_cast<std::int32_t>(evse);
}

void Bookings::expire_holds(TimeNs t) {
  for (auto it = reservations_.begin(); it != reservations_.end();) {
    if (it->until_ns > t) {
      ++it;
      continue;
    }
    const std::uint32_t evse = it->evse;
    tell_observer("reservation_expired", context_.site.evses[evse].id + ": " + it->id, t);
    it = reservations_.erase(it);
    look_up_hold(evse);
  }
  schedule_expiry();
}

void Bookings::schedule_expiry() {
  TimeNs next_ns = kernel::time_never;
  for (const Reservation& r : reservations_) next_ns = std::min(next_ns, r.until_ns);
  context_.timers.schedule_timer(EventKind::reservation_end, Phase::plug_out, next_ns);
}

/// The EVSE's next reservation, and since when it is held.
void Bookings::look_up_hold(std::uint32_t evse) {
  Hold hold;
  for (const Reservation& r : reservations_) {
    if (r.evse != evse) continue;
    if (hold.until_ns == 0 || r.from_ns < hold.from_ns) {
      hold.from_ns = r.from_ns;
      hold.until_ns = r.until_ns;
      hold.kwh = r.kwh;
    }
    hold.held_from_ns = std::min(hold.held_from_ns, r.held_from_ns);
  }
  holds_[evse] = hold;
  changed_.push_back(evse);
}

void Bookings::show_in_view(control::ViewColumns& columns) {
  for (const std::uint32_t evse : changed_) {
    columns.reserved_from_ns[evse] = holds_[evse].from_ns;
    columns.reserved_until_ns[evse] = holds_[evse].until_ns;
    columns.reserved_kwh[evse] = holds_[evse].kwh;
  }
  changed_.clear();
}

void Bookings::tell_observer(std::string_view kind, const std::string& text, TimeNs t) const {
  if (context_.observer != nullptr) context_.observer->on_event({context_.number, t, kind, text});
}

}  // namespace evtwin::twin
