#include "sessions/log_parts.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace evtwin::sessions {
namespace {

using kernel::TimeNs;
using ocpp::Transaction;

/// A metering window, and the longest interval that readings usually have. The same for all: were it that of the
/// readings that are there, fewer of them would excuse more.
constexpr TimeNs edge_slack_ns = 15 * kernel::minute_ns;
constexpr double rounding_kwh = 1e-6;

/// Statuses in which no transaction runs, or is about to begin or has just stopped.
bool has_no_transaction(ocpp::Status status) {
  using ocpp::Status;
  return status == Status::available || status == Status::reserved || status == Status::preparing ||
         status == Status::finishing || status == Status::unavailable;
}

/// Instants at which a log tells the register of a transaction.
std::vector<TimeNs> register_times(const Transaction& t) {
  std::vector<TimeNs> times;
  if (t.start_seen && std::isfinite(t.meter_start_kwh)) times.push_back(t.start_ns);
  for (const ocpp::Sample& sample : t.samples)
    if (std::isfinite(sample.register_kwh)) times.push_back(sample.time_ns);
  if (t.stop_seen && std::isfinite(t.meter_stop_kwh)) times.push_back(t.stop_ns);
  std::sort(times.begin(), times.end());
  return times;
}

/// Whether anything of the EVSE within [from, to] says that no transaction, or another, was under way there.
bool has_other_news(const ocpp::SiteLog& log, const Transaction& t, TimeNs from_ns, TimeNs to_ns) {
  const auto within = [&](TimeNs at) { return at >= from_ns && at <= to_ns; };
  for (const Transaction& other : log.transactions) {
    if (&other == &t || other.station != t.station || (other.evse != t.evse && other.evse != 0)) continue;
    if (within(other.start_ns) || (other.stop_seen && within(other.stop_ns))) return true;
  }
  for (const ocpp::EvseTimeline& timeline : log.timelines) {
    if (timeline.station != t.station || timeline.evse != t.evse) continue;
    for (const ocpp::StatusSpan& span : timeline.spans)
      if (within(span.from_ns) && has_no_transaction(span.status)) return true;
  }
  for (const ocpp::Station& station : log.stations) {
    if (station.id != t.station) continue;
    for (const ocpp::Station::Boot& boot : station.boots)
      if (within(boot.time_ns)) return true;
  }
  return false;
}

bool is_cut(const ocpp::SiteLog& log, const Transaction& t, const std::vector<TimeNs>& times) {
  const TimeNs first = times.front(), last = times.back();
  if (!t.start_seen && (first - log.first_ns > edge_slack_ns || has_other_news(log, t, log.first_ns, first - 1)))
    return false;
  return t.stop_seen || (log.last_ns - last <= edge_slack_ns && !has_other_news(log, t, last + 1, log.last_ns));
}

}  // namespace

void settle_parts(ocpp::SiteLog& log) {
  for (Transaction& t : log.transactions) {
    if ((t.start_seen && t.stop_seen) || t.evse < 1 || t.exported_kwh > 0.0) continue;
    // The registers at both ends count just what is known of it: nothing odd lies between.
    if (!(std::abs(t.meter_stop_kwh - t.meter_start_kwh - t.energy_kwh) <= rounding_kwh)) continue;
    const std::vector<TimeNs> times = register_times(t);
    if (times.size() < 2 || times.back() <= times.front() || !is_cut(log, t, times)) continue;
    if (!t.start_seen) {
      t.cut_at_start = true;
      t.start_ns = t.plugged_in_ns = times.front();
    }
    if (!t.stop_seen) {
      t.cut_at_end = true;
      t.stop_ns = t.plugged_out_ns = times.back();
    }
  }
}

LogSessions sessions_and_parts_of(ocpp::SiteLog& log, const LogSessionOptions& options) {
  settle_parts(log);
  return sessions_of(log, options);
}

}  // namespace evtwin::sessions
