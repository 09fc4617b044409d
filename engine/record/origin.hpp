// Inputs that a run was made from, and how it was asked for: evtwin rerun repeats them, evtwin diff compares them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/learnt_reward.hpp"
#include "twin/road_record.hpp"

namespace evtwin::record {

/// A file or module that the world was made from, and a fingerprint of its bytes.
struct InputFile {
  std::string name;
  std::int64_t bytes = 0;
  std::uint64_t digest = 0;

  friend bool operator==(const InputFile&, const InputFile&) = default;
};

struct Origin {
  std::optional<int> days;    ///< asked for instead of the scenario's
  std::string operator_name;  ///< whose sites alone were asked for; empty: all
  std::string strategy_id;    ///< as asked for; "lua" for a function of the scenario; empty: nobody asked for one
  std::vector<std::pair<std::string, std::string>> strategy_parameters;
  std::vector<InputFile> inputs;
  std::optional<LearntReward> reward;                       ///< that the policy among the inputs was trained for
  std::shared_ptr<const twin::RoadRecord> roads = nullptr;  ///< null: none. Written; readers do not give it back
};

}  // namespace evtwin::record
