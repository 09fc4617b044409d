// A replay judged against its log.
#pragma once
#include <optional>
#include <vector>

#include "replay/prepared.hpp"
#include "replay/replay.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

/// The sessions that the twin had, in the order of the log.
std::vector<ReplayedSession> replayed_sessions(const Prepared& prepared, const ReplayResult& result);

/// @param repeated_alike  a second replay had the same event hash; nullopt: none was made
ScoreCard judge(const Prepared& prepared, const ReplayResult& result, std::optional<bool> repeated_alike);

}  // namespace evtwin::replay
