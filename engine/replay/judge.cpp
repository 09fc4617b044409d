#include "replay/judge.hpp"

#include <cmath>
#include <unordered_map>
#include <utility>

namespace evtwin::replay {

std::vector<ReplayedSession> replayed_sessions(const std::vector<sessions::LogSession>& logged,
                                               const ReplayResult& result) {
  std::vector<ReplayedSession> sessions;
  std::unordered_map<std::uint64_t, std::size_t> row_of;  // by number of the session
  for (std::size_t i = 0; i < result.sessions.size(); ++i) {
    const TwinSession& twin = result.sessions[i];
    if (twin.number == 0) continue;
    const sessions::LogSession& session = logged[i];
    row_of[twin.number] = sessions.size();
    sessions.push_back({session.transaction,
                        session.visit.id,
                        session.evse_id,
                        session.visit.arrival_ns,
                        session.visit.departure_ns,
                        twin.got_kwh,
                        {}});
  }
  for (const std::vector<twin::PowerSegment>& power : result.power) {
    for (const twin::PowerSegment& segment : power) {
      const auto row = row_of.find(segment.session);
      if (row != row_of.end()) sessions[row->second].power.push_back(segment);
    }
  }
  return sessions;
}

ScoreCard judge(const Prepared& prepared, const ReplayResult& result, std::optional<bool> repeated_alike,
                HeldOut held_out) {
  const std::vector<ReplayedSession> sessions = replayed_sessions(prepared.sessions.sessions, result);
  Evidence evidence{prepared.log, sessions, prepared.scenario.world.calendar, {}, repeated_alike, std::move(held_out)};
  // The sessions' names of the EVSEs, which need not be the site's.
  std::unordered_map<std::int32_t, std::string> evse_of;
  for (const sessions::LogSession& logged : prepared.sessions.sessions) evse_of[logged.visit.evse] = logged.evse_id;
  for (std::size_t row = 0; row < result.limits.size(); ++row) {
    const auto evse = evse_of.find(static_cast<std::int32_t>(row));
    if (evse == evse_of.end()) continue;
    const std::vector<LimitStep>& steps = result.limits[row];
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!std::isfinite(steps[i].kw)) continue;
      const TimeNs to = i + 1 < steps.size() ? steps[i + 1].from_ns : kernel::time_never;
      evidence.limits.push_back({evse->second, steps[i].from_ns, to, steps[i].kw});
    }
  }
  return score_evidence(evidence);
}

}  // namespace evtwin::replay
