#include "sessions/log_sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "market/calendar.hpp"

namespace evtwin::sessions {
namespace {

using ocpp::Transaction;

/// Unique in the log: the transaction's own id where that does, else with its EVSE, else with its number too.
class Ids {
 public:
  explicit Ids(const std::vector<Transaction>& transactions) {
    for (const Transaction& t : transactions) ++uses_[t.id];
  }
  std::string of(const Transaction& t, const std::string& evse_id, std::size_t index) {
    std::string own = t.id.empty() ? fmt::format("transaction {}", index + 1) : t.id;
    if (!t.id.empty() && uses_[t.id] == 1 && given_.insert(own).second) return own;
    std::string id = fmt::format("{}:{}", evse_id, own);
    for (std::size_t n = index + 1; !given_.insert(id).second; ++n) id = fmt::format("{}:{}:{}", evse_id, own, n);
    return id;
  }

 private:
  std::unordered_map<std::string, std::size_t> uses_;
  std::set<std::string> given_;
};

std::string place_in_log(const ocpp::SiteLog& log, const Transaction& t) {
  return log.report.place_text(t.start_seen ? t.start_place : t.stop_place);
}

/// Why a transaction can not be a session; empty: it can.
std::string trouble_with(const Transaction& t) {
  if (!t.start_seen && !t.cut_at_start) return "its start is not in the log";
  if (!t.stop_seen && !t.cut_at_end) return "its stop is not in the log";
  if (!t.is_whole() && !t.is_part()) return "its energy is not known";
  if (std::max(t.stop_ns, t.plugged_out_ns) <= std::min(t.start_ns, t.plugged_in_ns))
    return "it does not end after it begins";
  return {};
}

/// Of a part: which part it is.
std::string words_of_part(const ocpp::SiteLog& log, const Transaction& t, const std::string& id) {
  const market::Calendar utc;
  return fmt::format("{}: transaction {} {}: its part from {} to {}, {:.3f} kWh, is a session", place_in_log(log, t),
                     kernel::make_printable(id, 80),
                     !t.cut_at_end    ? "began before the log"
                     : t.cut_at_start ? "began before the log and goes on after it"
                                      : "goes on after the log",
                     utc.format_iso(t.start_ns), utc.format_iso(t.stop_ns), t.energy_kwh);
}

/// Whatever is left out says why, with its place in the log. @returns empty: it stays
std::string reason_to_leave_out(const ocpp::SiteLog& log, const Transaction& t, const std::string& id,
                                const LogSessionOptions& options) {
  if (const std::string trouble = trouble_with(t); !trouble.empty())
    return fmt::format("{}: transaction {}: {}", place_in_log(log, t), kernel::make_printable(id, 80), trouble);
  if (t.energy_kwh < options.least_kwh)
    return fmt::format("{}: transaction {} took {:g} kWh, less than the {:g} asked for", place_in_log(log, t),
                       kernel::make_printable(id, 80), t.energy_kwh, options.least_kwh);
  if (t.energy_kwh > most_session_kwh)
    return fmt::format("{}: transaction {} took {:g} kWh, more than any vehicle does", place_in_log(log, t),
                       kernel::make_printable(id, 80), t.energy_kwh);
  return {};
}

std::vector<std::string> evses_in(const ocpp::SiteLog& log) {
  std::map<std::string, std::set<int>, std::less<>> numbers;
  for (const ocpp::EvseTimeline& timeline : log.timelines) {
    if (timeline.evse > 0) numbers[timeline.station].insert(timeline.evse);
  }
  for (const Transaction& t : log.transactions) numbers[t.station].insert(std::max(1, t.evse));
  std::vector<std::string> out;
  const auto take = [&](const std::string& station) {
    const auto found = numbers.find(station);
    if (found == numbers.end()) return;
    for (const int evse : found->second) out.push_back(evse_id_of(station, evse));
    numbers.erase(found);
  };
  for (const ocpp::Station& station : log.stations) take(station.id);
  while (!numbers.empty()) take(std::string(numbers.begin()->first));
  return out;
}

void say_left_out(LogSessions& out, std::string id, std::string reason) {
  kernel::log_line(kernel::LogRoom::sessions, kernel::LogLevel::debug, "left out: {}", reason);
  out.flags.push_back({std::move(id), std::move(reason), true});
}

LogSession session_of(const Transaction& t, std::size_t index, std::string evse_id, std::string id) {
  LogSession session;
  session.transaction = index;
  session.evse_id = std::move(evse_id);
  demand::Visit& visit = session.visit;
  visit.id = std::move(id);
  visit.arrival_ns = std::min(t.plugged_in_ns, t.start_ns);
  visit.departure_ns = std::max(t.plugged_out_ns, t.stop_ns);
  visit.claimed_departure_ns = visit.departure_ns;
  visit.taken_kwh = visit.requested_kwh = t.energy_kwh;
  ObservedVehicle seen = vehicle_of(t);
  session.vehicle = std::move(seen.vehicle);
  session.observed_kw = seen.observed_kw;
  session.taper = seen.taper;
  session.waits_h = seen.waits_h;
  visit.soc_start = seen.soc_start;
  return session;
}

/// Of sessions on one EVSE the one that arrives later is left out, unless only the plugs overlap: then the earlier car
/// was gone when the later one came.
void leave_out_overlaps(const ocpp::SiteLog& log, LogSessions& out) {
  std::unordered_map<std::string, std::size_t> last_on;
  std::vector<LogSession> kept;
  kept.reserve(out.sessions.size());

  for (LogSession& session : out.sessions) {
    const auto [last, is_first] = last_on.emplace(session.evse_id, kept.size());
    if (!is_first && session.visit.arrival_ns < kept[last->second].visit.departure_ns) {
      demand::Visit& before = kept[last->second].visit;

      // The cars changed when the earlier transaction had stopped; one that had begun by then is a real overlap.
      const kernel::TimeNs earlier_stop_ns = log.transactions[kept[last->second].transaction].stop_ns;
      const Transaction& later = log.transactions[session.transaction];
      const kernel::TimeNs change_ns = std::max(earlier_stop_ns, std::min(later.start_ns, session.visit.arrival_ns));
      if (later.start_ns < change_ns || change_ns <= before.arrival_ns || change_ns >= session.visit.departure_ns) {
        say_left_out(out, session.visit.id,
                     fmt::format("{}: transaction {} overlaps {} on EVSE {}; the later start is left out",
                                 place_in_log(log, later), kernel::make_printable(session.visit.id, 80),
                                 kernel::make_printable(before.id, 80), kernel::make_printable(session.evse_id, 80)));
        continue;
      }

      // A driver who claimed to leave when he left still does.
      if (before.claimed_departure_ns == before.departure_ns) before.claimed_departure_ns = change_ns;
      before.departure_ns = change_ns;
      session.visit.arrival_ns = change_ns;
    }

    last->second = kept.size();
    kept.push_back(std::move(session));
  }
  out.sessions = std::move(kept);
}

void sort_by_arrival(std::vector<LogSession>& sessions) {
  std::sort(sessions.begin(), sessions.end(), [](const LogSession& a, const LogSession& b) {
    return std::pair(a.visit.arrival_ns, a.transaction) < std::pair(b.visit.arrival_ns, b.transaction);
  });
}

}  // namespace

std::string evse_id_of(const std::string& station, int evse) {
  return fmt::format("{}-{}", kernel::make_printable(station, 500), evse);
}

LogSessions sessions_of(const ocpp::SiteLog& log, const LogSessionOptions& options) {
  LogSessions out;
  out.evse_ids = evses_in(log);
  Ids ids(log.transactions);
  std::size_t without_evse = 0;
  std::string first_without;
  for (std::size_t i = 0; i < log.transactions.size(); ++i) {
    const Transaction& t = log.transactions[i];
    std::string evse_id = evse_id_of(t.station, std::max(1, t.evse));
    std::string id = ids.of(t, evse_id, i);

    if (options.wishes && is_wish(t)) {
      out.sessions.push_back(wish_of(log, i, std::move(evse_id), std::move(id)));
      out.flags.push_back({out.sessions.back().visit.id, words_of_wish(log, out.sessions.back()), false});
      continue;
    }

    if (std::string reason = reason_to_leave_out(log, t, id, options); !reason.empty()) {
      say_left_out(out, std::move(id), std::move(reason));
      continue;
    }

    if (t.is_part()) out.flags.push_back({id, words_of_part(log, t, id), false});
    if (t.evse < 1 && without_evse++ == 0) first_without = place_in_log(log, t);
    out.sessions.push_back(session_of(t, i, std::move(evse_id), std::move(id)));
  }

  if (without_evse > 0) {
    out.flags.push_back({"",
                         fmt::format("{}: the log does not say at which EVSE; taken as the station's first ({} "
                                     "transaction{} of this kind)",
                                     first_without, without_evse, without_evse == 1 ? "" : "s"),
                         false});
  }

  // Overlaps are seen in order of arrival, and cutting one moves an arrival.
  sort_by_arrival(out.sessions);
  leave_out_overlaps(log, out);
  sort_by_arrival(out.sessions);
  reserve_as_logged(log, out.sessions);
  if (options.claims == Claims::history) claim_from_history(log, out.sessions);

  kernel::log_line(kernel::LogRoom::sessions, kernel::LogLevel::info,
                   "{} of {} transactions of the log used, at {} EVSE(s), {} note(s)", out.sessions.size(),
                   log.transactions.size(), out.evse_ids.size(), out.flags.size());
  return out;
}

SessionDays days_of(const LogSessions& sessions, const market::Calendar& calendar) {
  if (sessions.sessions.empty()) return {};
  kernel::TimeNs last_ns = sessions.sessions.front().visit.departure_ns;
  for (const LogSession& session : sessions.sessions) last_ns = std::max(last_ns, session.visit.departure_ns);
  const market::LocalDate first = calendar.local_date(sessions.sessions.front().visit.arrival_ns);
  // A departure at midnight belongs to the day that ends there.
  const market::LocalDate last = calendar.local_date(last_ns - 1);
  return {first, static_cast<int>(market::days_since_epoch(last) - market::days_since_epoch(first)) + 1};
}

}  // namespace evtwin::sessions
