// A checkpoint as a file: a run file of all that happened until an instant, and what is needed to go on from there.
#pragma once

#include <string>

#include "record/create.hpp"
#include "record/origin.hpp"
#include "twin/checkpoint.hpp"

namespace evtwin::record {

/// Contents of a checkpoint's file: the simulation at an instant, and where it came from.
struct CheckpointContent {
  twin::Checkpoint checkpoint;
  Origin origin;
};

/// Reads and checks all of a checkpoint's file. Its words on scenario and strategy are in read_summary().
/// @throws RunFileError: no run file, a run file that is no checkpoint, one made by another evtwin or with other time
/// zones, anything that is not what was written.
CheckpointContent read_checkpoint(const std::string& file);

}  // namespace evtwin::record
