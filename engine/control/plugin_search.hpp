// Where plugins are, and which of them holds the strategy or forecaster that a name means.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "control/plugin_description.hpp"
#include "control/plugin_params.hpp"

namespace evtwin::control {

enum class PluginPart : unsigned char { strategy, forecaster };

/// Folders searched for plugins: EVTWIN_PLUGIN_PATH (colon separated), then ../lib/evtwin beside the program.
std::vector<std::string> plugin_folders();
bool came_with_the_program(const std::string& file);

/// A plugin file as users name it: looked at in a child process, unless it came with the program.
PluginDescription look_at_plugin(const std::string& file);

struct ListedStrategy {
  std::string file;
  StrategyDescription description;
};
/// Every strategy, or forecaster, of every plugin found, folder by folder. Files that do not open are left out and
/// named in `problems`.
std::vector<ListedStrategy> list_parts(PluginPart part, std::vector<std::string>* problems = nullptr);

struct FoundPart {
  ListedStrategy listed;
  std::string name;   ///< as labels show it: the id, without the file that it was asked for with
  std::string hides;  ///< file that came with the program and has the id, too, where another was found first
};
/// "edf" in the plugin folders, or "FILE.so#edf", or "FILE.so" when it holds one.
/// @throws StrategyError for an unknown id, with the nearest known one.
FoundPart find_part(PluginPart part, std::string_view id);

/// "FILE.so#edf" of the one that came with the program, whatever else has the id; "edf" where there is none.
std::string shipped_part(PluginPart part, std::string_view id);

/// "edf:margin_min=5".
std::string label_of(std::string_view id, const TextParams& params);

}  // namespace evtwin::control
