// One session as metered and as the twin has it, side by side.
#pragma once
#include "replay/scores.hpp"

namespace evtwin::replay {

SessionPair pair_of(const ocpp::Transaction& transaction, const Metered& metered, const ReplayedSession& session);

}  // namespace evtwin::replay
