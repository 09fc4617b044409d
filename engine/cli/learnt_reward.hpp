// The reward that a policy was trained for, as its file tells it.
#pragma once
#include <optional>

#include "control/plugin_params.hpp"
#include "record/learnt_reward.hpp"

namespace evtwin::cli {

/// @param params  of a strategy; the first policy file among them counts. Nothing where there is none, or where it
/// names no reward. A reward that is not known here, as a scenario's own, has a name and no parts.
std::optional<record::LearntReward> learnt_reward(const control::TextParams& params);

}  // namespace evtwin::cli
