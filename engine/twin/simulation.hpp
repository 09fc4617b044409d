// A simulation: one world run once under one strategy.
#pragma once
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "control/strategy.hpp"
#include "twin/checkpoint.hpp"
#include "twin/observer.hpp"
#include "twin/result.hpp"
#include "twin/script.hpp"
#include "twin/world.hpp"
#include "twin/world_part.hpp"

namespace evtwin::twin {

struct RunOptions {
  Observer* observer = nullptr;                   ///< may be null: nothing is recorded
  Script* script = nullptr;                       ///< needed when the world has scripted events
  std::function<void(double fraction)> progress;  ///< called about every thousandth of the simulated time
  std::function<bool()> stop;     ///< asked as often, and every some decisions; true ends the run with Interrupted
  std::string strategy_name;      ///< for messages; may be empty
  std::vector<WorldPart*> parts;  ///< of the world, see run.hpp

  const Checkpoint* from = nullptr;                      ///< where to go on; null: the start of the run
  Successor successor = Successor::same_strategy;        ///< with `from` only
  std::optional<TimeNs> checkpoint_at_ns;                ///< where to make one: after `from`, before the end
  std::function<void(const Checkpoint&)> on_checkpoint;  ///< called once, between two events
};

/// The run was stopped from outside (Ctrl-C).
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Runs the world from start to end. Deterministic: same world, strategy and seed give the same Result, bit for bit.
/// @throws control::StrategyError, Interrupted, CheckpointError, whatever Script throws.
Result simulate(const World& world, const control::StrategyFactory& strategy, const RunOptions& options = {});

/// The beginning of the same, without its events: for finding out, before anything else is touched, whether it can
/// begin. The script is left alone. @throws as simulate.
void rehearse_run(const World& world, const control::StrategyFactory& strategy, const RunOptions& options);

}  // namespace evtwin::twin
