#pragma once
// A scenario file becomes a world, and its functions become what a simulation can call.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/plugin_params.hpp"
#include "control/strategy.hpp"
#include "lua/sandbox.hpp"
#include "twin/simulation.hpp"
#include "twin/world.hpp"

namespace evtwin::sessions {
struct LogSessions;
}

namespace evtwin::scenario {

using lua::ScriptError;

struct LoadOptions {
  std::map<std::string, std::string>
      set;  ///< --set name=value, read by param(); a path among them is the user's own and may lie anywhere
  std::map<std::string, std::string> changes;  ///< --change name=value: what is otherwise at a site (site_changes.hpp)
  std::optional<std::uint64_t> seed;           ///< instead of the scenario's
  std::optional<int> days;                     ///< instead of the scenario's
  std::string operator_name;                   ///< whose sites alone are kept; empty: all are
  std::string library_dir;                     ///< folder of the scenario library; empty: library_folder()
  /// In place of the scenario's arrivals, start and days: the sessions of a log on its one site, over the local days
  /// that they touch.
  std::shared_ptr<const sessions::LogSessions> arrivals_from;
  std::optional<std::string> text;  ///< of the scenario, where it stands in no file; the file's name is its title then
};

/// The scenario's text, modules and options: what its functions are rebuilt from, the same in every simulation.
class ScenarioSource;

/// A scenario's sweep { ... }, the sweep that it is made for; texts as the command line takes them.
struct AskedSweep {
  std::vector<std::string> vary, strategies;
  std::size_t samples = 0;  ///< 0: the whole grid
  std::string seeds;        ///< empty: the scenario's own
};

/// A figure that the scenario defines (own_figures.hpp).
struct OwnFigure {
  std::string name;
  std::string sql;    ///< empty: a function
  std::string where;  ///< "week.lua:9"
};

/// What learners are to learn for, as the scenario's key `reward` says; see fleet/reward_preset.hpp.
struct AskedReward {
  std::string name;  ///< of a reward that evtwin knows; empty: of none, weights of terms alone
  std::vector<std::pair<std::string, double>> weights;
  bool is_function = false;  ///< script_reward.hpp
  std::string where;         ///< "week.lua:9"; empty: the scenario says nothing
};

struct RoadRegion;

struct LoadedScenario {
  twin::World world;
  std::shared_ptr<const ScenarioSource> source;
  std::string operator_name;           ///< whose sites alone were kept; empty: all are there
  std::string strategy_label = "lua";  ///< of a strategy in Lua, in tables of results: "mine:patience_h=1"
  std::string strategy_where;          ///< "week.lua:9", for messages about the strategy's id and parameters
  std::vector<std::string> params;     ///< names that it reads with param(), in that order
  AskedSweep sweep;                    ///< empty where it says nothing
  std::vector<OwnFigure> figures;      ///< by name
  AskedReward reward;
  std::shared_ptr<const RoadRegion> roads;  ///< road_region.hpp; null where the scenario has none
};

/// Reads, checks and builds. Text that is accepted and yet questionable becomes a World::flags entry.
/// @throws ScriptError "FILE:LINE: what, and what would be right", for every kind of trouble.
LoadedScenario load_scenario(const std::string& file, const LoadOptions& options = {});

/// Something that a scenario was read from, and a fingerprint of it.
struct Input {
  std::string name;  ///< path as the scenario or the user names it; "module tariffs.kepco_ev" for a module
  std::int64_t bytes = 0;
  std::uint64_t digest = 0;
};
/// The scenario's text, its modules and every file it names, in a fixed order; the files are read again.
/// @throws ScriptError for a file that has gone.
std::vector<Input> inputs_of(const LoadedScenario& scenario);

/// The functions of at(), in a Lua state of their own; null when there are none. One per simulation.
/// @throws ScriptError
std::unique_ptr<twin::Script> make_script(const LoadedScenario& scenario);

/// For `strategy = function(view) ... end` and `strategy = strategy { ... }`: every instance runs the scenario anew in
/// a Lua state of its own, so that sites and simulations share nothing. Precondition: the world's strategy id is "lua".
/// The scenario must outlive nothing: all is shared.
control::StrategyFactory lua_strategy(const LoadedScenario& scenario);

/// A strategy from a Lua file of its own, `return strategy { ... }`, for the sites of this scenario.
struct FileStrategy {
  std::string label;  ///< "mine", "mine:patience_h=1"
  control::StrategyFactory factory;
};
/// @param params as given by the user; checked against the file's table
/// @throws ScriptError "FILE:LINE: what, and what would be right"
FileStrategy strategy_from_file(const LoadedScenario& scenario, const std::string& file,
                                const control::TextParams& params);

/// The same for the sites of a world that no scenario made: a request of `evtwin decide`, a site of `plugin check`.
/// Names of EVSEs and storages, calendar, tick and seed are all that is read of it.
FileStrategy strategy_for_world(const twin::World& world, const std::string& file, const control::TextParams& params);

/// Description of the strategy { ... } that a sound file returns; none for other files, whatever is wrong there.
/// @throws ScriptError for a strategy that is not sound
std::optional<control::StrategyDescription> describe_strategy_file(const std::string& file);

/// Where the scenario library lies: $EVTWIN_LIBRARY, else share/evtwin/scenarios/lib beside the program's folder, else
/// scenarios/lib of the source tree that the program was built in; empty when there is none.
std::string library_folder();

/// Text that `evtwin init` writes: a commented scenario that runs as it stands.
std::string example_scenario();

}  // namespace evtwin::scenario
