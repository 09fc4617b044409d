// A whole simulation at an instant, as bytes: to go on from later, elsewhere, or under another strategy.
//
// A checkpoint at T is the state after every event before T and before any event at T. Nothing is added to the run that
// makes it, and a run that goes on from it does what the straight run does, bit for bit. Whatever follows from the
// world (sites, tariffs, forecasts, arrival laws) is not in it: the world is built anew from the very same input.
#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "kernel/time.hpp"

namespace evtwin::twin {

struct Checkpoint {
  kernel::TimeNs time_ns = 0;
  std::uint64_t event_hash = 0;  ///< of all events so far
  std::uint64_t events = 0;      ///< so far
  std::vector<std::byte> state;
};

/// A checkpoint that can not be made or taken up; `what()` is a clause for the user, without a file's name.
struct CheckpointError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The strategy that decides after a checkpoint.
enum class Successor : std::uint8_t {
  same_strategy,  ///< the one of the checkpoint, with the memory it had
  /// A new one, made as at the start of the run. It is first asked at the next tick or the next event it subscribes to;
  /// what the one before asked to be woken for is dropped. Until then the setpoints in force stay.
  other_strategy,
};

}  // namespace evtwin::twin
