// Facts of its log that the run file of a replay keeps.
#pragma once
#include "record/log_content.hpp"
#include "replay/judge.hpp"

namespace evtwin::replay {

/// Metered pieces beside what flowed in the twin, the scores, and the messages that changed something.
record::LogContent log_content(const Prepared& prepared, const ReplayResult& result, const ScoreCard& card);

}  // namespace evtwin::replay
