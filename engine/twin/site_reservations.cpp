// Visits that are announced before they come: an EVSE is reserved for each, shown to strategies and kept free.
#include <fmt/format.h>

#include <algorithm>

#include "twin/site_run.hpp"

namespace evtwin::twin {

using demand::Visit;
using kernel::Phase;

void SiteRun::report_event(std::string_view kind, const std::string& text, TimeNs t) {
  if (context_.observer != nullptr) context_.observer->on_event({number_, t, kind, text});
}

/// What was announced before the run is known at its start.
void SiteRun::begin_announcements() {
  for (Announcer& announcer : announcers_) announcer.more = announcer.stream.next(announcer.next);
  if (!announcers_.empty()) announce(now_ns_);
}

/// Takes the announcements that are due. No decision is asked for: a reservation is hours ahead, and seen at the next.
void SiteRun::announce(TimeNs t) {
  TimeNs next_ns = kernel::time_never;
  for (Announcer& announcer : announcers_) {
    for (; announcer.more && announcer.next.announced_ns <= t; announcer.more = announcer.stream.next(announcer.next)) {
      reserve(announcer.law, announcer.next, t);
    }
    if (announcer.more) next_ns = std::min(next_ns, announcer.next.announced_ns);
  }
  schedule(EventKind::announcement, Phase::signal, next_ns);
  schedule_expiry();
}

/// The first EVSE that fits, is not reserved for any of that time, and is not taken by a vehicle whose driver said it
/// would stay so long; -1 when there is none.
std::int32_t SiteRun::evse_to_reserve(const Visit& visit) const {
  for (std::uint32_t i = 0; i < evse_count(); ++i) {
    if (!fits(i, visit)) continue;
    if (sessions_[i].number != 0 && sessions_[i].visit.claimed_departure_ns > visit.reserved_from_ns) continue;
    const bool taken = std::any_of(reservations_.begin(), reservations_.end(), [&](const Reservation& r) {
      return r.evse == i && r.from_ns < visit.reserved_until_ns && visit.reserved_from_ns < r.until_ns;
    });
    if (!taken) return static_cast<std::int32_t>(i);
  }
  return -1;
}

void SiteRun::reserve(std::uint32_t law, const Visit& visit, TimeNs t) {
  if (visit.reserved_until_ns <= t) return;  // over before the run begins
  const std::int32_t evse = visit.evse != demand::any_evse ? visit.evse : evse_to_reserve(visit);
  if (context_.observer != nullptr) {
    const market::Calendar& local = context_.world.calendar;
    report_event(evse < 0 ? "reservation_refused" : "reserved",
                 fmt::format("{}: {} from {} to {}, {:.6g} kWh",
                             evse < 0 ? "no EVSE" : site_.evses[static_cast<std::uint32_t>(evse)].id.c_str(), visit.id,
                             local.format_local(visit.reserved_from_ns), local.format_local(visit.reserved_until_ns),
                             visit.requested_kwh),
                 t);
  }
  if (evse < 0) return;
  const auto row = static_cast<std::uint32_t>(evse);
  reservations_.push_back({law, visit.number, visit.id, row,
                           std::max(t, visit.reserved_from_ns - site_.reservations.hold_ns), visit.reserved_from_ns,
                           visit.reserved_until_ns, visit.requested_kwh});
  show_reservation(row);
}

/// The visit has come. @returns the EVSE that was reserved for it; -1 when none was, or no longer is.
std::int32_t SiteRun::end_reservation(std::uint32_t law, const Visit& visit) {
  const auto it = std::find_if(reservations_.begin(), reservations_.end(),
                               [&](const Reservation& r) { return r.law == law && r.visit == visit.number; });
  if (it == reservations_.end()) return -1;
  const std::uint32_t evse = it->evse;
  reservations_.erase(it);
  show_reservation(evse);
  schedule_expiry();
  return static_cast<std::int32_t>(evse);
}

void SiteRun::expire_reservations(TimeNs t) {
  for (auto it = reservations_.begin(); it != reservations_.end();) {
    if (it->until_ns > t) {
      ++it;
      continue;
    }
    const std::uint32_t evse = it->evse;
    report_event("reservation_expired", site_.evses[evse].id + ": " + it->id, t);
    it = reservations_.erase(it);
    show_reservation(evse);
  }
  schedule_expiry();
  if (!waiting_.empty()) admit_waiting(t);
}

void SiteRun::schedule_expiry() {
  TimeNs next_ns = kernel::time_never;
  for (const Reservation& r : reservations_) next_ns = std::min(next_ns, r.until_ns);
  schedule(EventKind::reservation_end, Phase::plug_out, next_ns);
}

/// The EVSE's next reservation as strategies see it, and since when it is held.
void SiteRun::show_reservation(std::uint32_t evse) {
  const Reservation* next = nullptr;
  TimeNs held_from_ns = kernel::time_never;
  for (const Reservation& r : reservations_) {
    if (r.evse != evse) continue;
    if (next == nullptr || r.from_ns < next->from_ns) next = &r;
    held_from_ns = std::min(held_from_ns, r.held_from_ns);
  }
  if (!held_from_ns_.empty()) held_from_ns_[evse] = held_from_ns;
  columns_.reserved_from_ns[evse] = next != nullptr ? next->from_ns : 0;
  columns_.reserved_until_ns[evse] = next != nullptr ? next->until_ns : 0;
  columns_.reserved_kwh[evse] = next != nullptr ? next->kwh : 0.0;
}

}  // namespace evtwin::twin
