// Where a run begins: at the start of a scenario, or at a checkpoint of one.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "control/strategy_choice.hpp"
#include "record/checkpoint.hpp"
#include "scenario/loader.hpp"
#include "twin/checkpoint.hpp"

namespace evtwin::cli {

struct StartPoint {
  scenario::LoadedScenario scenario;
  std::optional<int> days;              ///< asked for instead of the scenario's
  std::vector<record::InputFile> logs;  ///< that the sessions were read from, beside the scenario

  // Of a checkpoint; empty at the start of a scenario.
  std::string file;
  std::optional<record::CheckpointContent> content;
  record::StrategyIdentity strategy;  ///< that decided until then
};

/// @param scenario  file; may be empty with `from`, which knows its own
/// @param from      file of a checkpoint; empty: the start
/// @throws CommandError, record::RunFileError, scenario::ScriptError. The files that the checkpoint was made from must
/// be there, unchanged.
StartPoint start_of(const std::string& scenario, const scenario::LoadOptions& load, const std::string& from);

/// The scenario's own strategy, whatever it is, among those that are asked for by name.
inline constexpr const char* own_id = "own";

/// A strategy that can be run: found, its parameters checked.
struct ReadyStrategy {
  record::StrategyIdentity identity;
  control::StrategyFactory factory;
  StrategyText text;  ///< as it was asked for; "lua" for a function of the scenario
  bool own = false;   ///< the scenario's, and so perhaps another on another world
  /// A Lua function or file, whose memory nobody can see.
  bool is_lua() const { return text.id == "lua" || text.id.ends_with(".lua"); }
};

/// The command line's strategy, or where `asked` is null the checkpoint's, or the scenario's own.
/// @throws control::StrategyError; CommandError where the checkpoint's strategy is not the build it was.
ReadyStrategy ready_strategy(const StartPoint& start, const StrategyText* asked, const control::Hosting& hosting = {});

/// Whether a strategy goes on with the memory of the checkpoint: it has the same label, is the same build and reads the
/// same files.
twin::Successor successor_of(const StartPoint& start, const ReadyStrategy& strategy);

/// Origin to be written into a run file. Reads the inputs. @throws scenario::ScriptError for one that has gone.
record::Origin origin_of(const StartPoint& start, const ReadyStrategy& strategy);

}  // namespace evtwin::cli
