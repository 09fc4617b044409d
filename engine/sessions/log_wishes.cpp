// Transactions that go on when the log ends and tell what their driver asked for: arrivals whose end the twin finds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernel/text.hpp"
#include "sessions/log_sessions.hpp"

namespace evtwin::sessions {
namespace {

using kernel::TimeNs;
using ocpp::Transaction;

/// A driver who does not say when is not waited for for ever.
constexpr TimeNs wish_stay_ns = kernel::day_ns;

/// The least current that the transaction's own profiles ever leave it, per phase; NaN: none of its profiles is in A.
double least_a(const ocpp::SiteLog& log, const Transaction& t) {
  double least = kernel::unknown;
  for (const ocpp::ProfileCommand& command : log.profiles) {
    if (!command.profile || !command.accepted || command.station != t.station) continue;
    const ocpp::ChargingProfile& profile = *command.profile;
    if (profile.transaction_id.empty() || profile.transaction_id != t.id) continue;
    if (profile.schedule.unit != ocpp::RateUnit::ampere) continue;
    for (const ocpp::SchedulePeriod& period : profile.schedule.periods)
      if (std::isfinite(period.limit)) least = std::isnan(least) ? period.limit : std::min(least, period.limit);
  }
  return least;
}

/// The battery that a state of charge is of: the one told, else the least that holds what was asked for. NaN: the state
/// is not told, or leaves no room.
double battery_of(const Transaction& t) {
  if (!(t.soc_start >= 0.0 && t.soc_start < 1.0)) return kernel::unknown;
  return t.battery_kwh > 0.0 ? t.battery_kwh : t.requested_kwh / (1.0 - t.soc_start);
}

}  // namespace

bool is_wish(const Transaction& t) {
  return t.start_seen && !t.stop_seen && t.requested_kwh > 0.0 && t.requested_kwh <= most_session_kwh;
}

LogSession wish_of(const ocpp::SiteLog& log, std::size_t index, std::string evse_id, std::string id) {
  const Transaction& t = log.transactions[index];
  LogSession session;
  session.transaction = index;
  session.evse_id = std::move(evse_id);
  session.vehicle.share = 0.0;
  session.most_a = least_a(log, t);
  demand::Visit& visit = session.visit;
  visit.id = std::move(id);
  visit.arrival_ns = t.start_ns;
  const bool says_when = t.claimed_departure_ns != kernel::time_never && t.claimed_departure_ns > t.start_ns;
  visit.departure_ns = visit.claimed_departure_ns = says_when ? t.claimed_departure_ns : t.start_ns + wish_stay_ns;
  visit.taken_kwh = visit.requested_kwh = t.requested_kwh;
  if (const double battery_kwh = battery_of(t); battery_kwh > 0.0) {
    session.vehicle.battery.capacity_kwh = battery_kwh;
    visit.soc_start = t.soc_start;
  }
  return session;
}

std::string words_of_wish(const ocpp::SiteLog& log, const LogSession& session) {
  const Transaction& t = log.transactions[session.transaction];
  std::string words =
      fmt::format("{}: transaction {} goes on: it takes the {:g} kWh that were asked for, and stays {}",
                  log.report.place_text(t.start_place), kernel::make_printable(session.visit.id, 80), t.requested_kwh,
                  t.claimed_departure_ns == session.visit.departure_ns ? "until its driver leaves"
                                                                       : "for 24 h: no departure is told");
  if (session.most_a > 0.0) words += fmt::format("; at most {:g} A from its arrival on", session.most_a);
  if (t.soc_start < 1.0 && !(t.battery_kwh > 0.0))
    words += fmt::format("; its battery, {:g} % full, is taken as {:g} kWh, the least that holds them",
                         100.0 * t.soc_start, battery_of(t));
  return words;
}

}  // namespace evtwin::sessions
