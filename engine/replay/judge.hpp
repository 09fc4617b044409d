// A replay judged against its log.
#pragma once
#include <optional>
#include <vector>

#include "replay/prepared.hpp"
#include "replay/replay.hpp"
#include "replay/scores.hpp"

namespace evtwin::replay {

/// Sessions of `logged` that the twin had, in their order. @param result  a run of just them
std::vector<ReplayedSession> replayed_sessions(const std::vector<sessions::LogSession>& logged,
                                               const ReplayResult& result);

/// @param repeated_alike  a second replay had the same event hash; nullopt: none was made
/// @param held_out  see HeldOut; without it nothing is predicted, and there is no verdict
ScoreCard judge(const Prepared& prepared, const ReplayResult& result, std::optional<bool> repeated_alike,
                HeldOut held_out = {});

}  // namespace evtwin::replay
