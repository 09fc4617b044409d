#include "replay/logged_outages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::replay {
namespace {

using kernel::TimeNs;

struct LoggedOutage {
  TimeNs from_ns = 0, to_ns = 0;
};
using EvseOfLog = std::pair<std::string, int>;  ///< station and number

/// Rows on the site of the log's EVSEs: where its sessions are, else by name.
std::map<EvseOfLog, std::uint32_t> rows_of(const Prepared& prepared) {
  std::map<std::string, std::uint32_t, std::less<>> by_name;
  const std::vector<physics::Evse>& evses = prepared.scenario.world.sites.front().evses;
  for (std::uint32_t row = 0; row < evses.size(); ++row) by_name.emplace(evses[row].id, row);
  std::map<EvseOfLog, std::uint32_t> rows;
  for (const sessions::LogSession& session : prepared.sessions.sessions) {
    const ocpp::Transaction& t = prepared.log.transactions[session.transaction];
    rows.emplace(EvseOfLog{t.station, std::max(1, t.evse)}, static_cast<std::uint32_t>(session.visit.evse));
  }
  for (const ocpp::EvseTimeline& timeline : prepared.log.timelines) {
    const auto named = by_name.find(fmt::format("{}-{}", kernel::make_printable(timeline.station, 500), timeline.evse));
    if (named != by_name.end()) rows.emplace(EvseOfLog{timeline.station, timeline.evse}, named->second);
  }
  return rows;
}

/// Whether nothing speaks against a vehicle having got nothing within `out`.
bool may_have_rested(const ocpp::Transaction& t, double observed_kw, const LoggedOutage& out) {
  constexpr double idle_kw = 0.1;  // as of a car that is full: the offset of its meter
  double first_kwh = kernel::unknown, last_kwh = kernel::unknown;
  for (const ocpp::Sample& sample : t.samples) {
    if (sample.time_ns < out.from_ns || sample.time_ns > out.to_ns) continue;
    if (sample.power_kw > idle_kw && sample.time_ns > out.from_ns && sample.time_ns < out.to_ns) return false;
    if (!(sample.register_kwh >= 0.0)) continue;
    if (!(first_kwh >= 0.0)) first_kwh = sample.register_kwh;
    last_kwh = sample.register_kwh;
  }
  if (last_kwh - first_kwh > t.register_step_kwh * 1.5) return false;
  const TimeNs rest_ns =
      t.stop_ns - t.start_ns - std::max<TimeNs>(0, std::min(out.to_ns, t.stop_ns) - std::max(out.from_ns, t.start_ns));
  return !(t.energy_kwh > observed_kw * kernel::hours_between(0, rest_ns)) && (rest_ns > 0 || !(t.energy_kwh > 0.0));
}

/// Appends the parts of `out` outside [from, to).
void add_without(const LoggedOutage& out, TimeNs from, TimeNs to, std::vector<LoggedOutage>& left) {
  if (out.from_ns < std::min(from, out.to_ns)) left.push_back({out.from_ns, std::min(from, out.to_ns)});
  if (std::max(to, out.from_ns) < out.to_ns) left.push_back({std::max(to, out.from_ns), out.to_ns});
}

std::vector<LoggedOutage> joined(std::vector<LoggedOutage> spans) {
  std::sort(spans.begin(), spans.end(),
            [](const LoggedOutage& a, const LoggedOutage& b) { return a.from_ns < b.from_ns; });
  std::vector<LoggedOutage> out;
  for (const LoggedOutage& span : spans) {
    if (!out.empty() && span.from_ns <= out.back().to_ns) {
      out.back().to_ns = std::max(out.back().to_ns, span.to_ns);
    } else {
      out.push_back(span);
    }
  }
  return out;
}

}  // namespace

std::vector<twin::Outage> logged_outages(const Prepared& prepared) {
  const twin::World& world = prepared.scenario.world;
  std::map<std::uint32_t, std::vector<LoggedOutage>> told;
  const auto rows = rows_of(prepared);

  for (const ocpp::Station& station : prepared.log.stations) {
    for (const ocpp::Station::Interval& interval : station.out_of_service) {
      const LoggedOutage span{std::max(interval.from_ns, world.start_ns), std::min(interval.to_ns, world.end_ns)};
      if (span.from_ns >= span.to_ns) continue;
      for (auto row = rows.lower_bound({station.id, 0}); row != rows.end() && row->first.first == station.id; ++row)
        if (interval.evse == 0 || interval.evse == row->first.second) told[row->second].push_back(span);
    }
  }
  if (told.empty()) return {};
  for (auto& [row, spans] : told) spans = joined(std::move(spans));

  // A vehicle that was charged meanwhile speaks against its EVSE being out of service: the time of its transaction is
  // taken out.
  for (const sessions::LogSession& session : prepared.sessions.sessions) {
    const auto found = told.find(static_cast<std::uint32_t>(session.visit.evse));
    if (found == told.end()) continue;
    const ocpp::Transaction& t = prepared.log.transactions[session.transaction];
    std::vector<LoggedOutage> left;
    for (const LoggedOutage& span : found->second) {
      const bool meet = span.from_ns < t.stop_ns && t.start_ns < span.to_ns;
      if (meet && !may_have_rested(t, session.observed_kw, span)) {
        add_without(span, t.start_ns, t.stop_ns, left);
      } else {
        left.push_back(span);
      }
    }
    found->second = std::move(left);
  }

  std::vector<twin::Outage> outages;
  for (const auto& [row, spans] : told)
    for (const LoggedOutage& span : spans) outages.push_back({row, span.from_ns, span.to_ns});
  return outages;
}

}  // namespace evtwin::replay
