// A checkpoint as a file: a run file of all that happened until an instant, and what is needed to go on from there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/create.hpp"
#include "twin/checkpoint.hpp"

namespace evtwin::record {

/// Something that the world was made from, and a fingerprint of it.
struct CheckpointInput {
  std::string name;
  std::uint64_t digest = 0;

  friend bool operator==(const CheckpointInput&, const CheckpointInput&) = default;
};

/// What a checkpoint's file has beyond a run file.
struct CheckpointContent {
  twin::Checkpoint checkpoint;
  std::optional<int> days;  ///< asked for instead of the scenario's
  std::string strategy_id;  ///< as asked for
  std::vector<std::pair<std::string, std::string>> strategy_parameters;
  std::vector<CheckpointInput> inputs;
};

/// Reads and checks all of a checkpoint's file. What it says of scenario and strategy is in read_summary().
/// @throws RunFileError: no run file, a run file that is no checkpoint, one made by another evtwin or with other time
/// zones, anything that is not what was written.
CheckpointContent read_checkpoint(const std::string& file);

}  // namespace evtwin::record
