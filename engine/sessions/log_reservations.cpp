// Reservations of a log (ReserveNow, OCPP 1.6 chapter 5.13, 2.0.1 part 2 section H) as announcements of the sessions
// that used them.
#include <algorithm>

#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

using kernel::TimeNs;

/// A station that is offline may tell of the start after the expiry; one that never expires is for a day.
constexpr TimeNs slack_ns = kernel::minute_ns, longest_ns = kernel::day_ns;

TimeNs expiry_of(const ocpp::Reservation& reservation) {
  const TimeNs most_ns = reservation.made_ns + longest_ns;
  return reservation.expiry_ns == kernel::time_never ? most_ns : std::min(most_ns, reservation.expiry_ns);
}

bool is_of(const ocpp::Reservation& reservation, const ocpp::Transaction& t) {
  const bool here = t.station == reservation.station && (reservation.evse == 0 || reservation.evse == t.evse);
  return here && (reservation.id_tag.empty() || t.id_tag.empty() || reservation.id_tag == t.id_tag);
}

}  // namespace

void reserve_as_logged(const ocpp::SiteLog& log, std::vector<LogSession>& sessions) {
  for (const ocpp::Reservation& reservation : log.reservations) {
    if (reservation.ended != "used") continue;
    const TimeNs expiry_ns = expiry_of(reservation);
    const auto first = std::partition_point(sessions.begin(), sessions.end(), [&](const LogSession& s) {
      return s.visit.arrival_ns <= reservation.made_ns;
    });
    const auto used = std::find_if(first, sessions.end(), [&](const LogSession& s) {
      return is_of(reservation, log.transactions[s.transaction]) || s.visit.arrival_ns > expiry_ns + slack_ns;
    });
    if (used == sessions.end() || used->visit.arrival_ns > expiry_ns + slack_ns) continue;
    // Somebody else was let in before: then it held nothing.
    const bool taken =
        std::any_of(first, used, [&](const LogSession& other) { return other.evse_id == used->evse_id; });
    if (taken) continue;
    used->visit.announced_ns = used->visit.reserved_from_ns = reservation.made_ns;
    used->visit.reserved_until_ns = std::max(expiry_ns, used->visit.arrival_ns);
  }
}

}  // namespace evtwin::sessions
