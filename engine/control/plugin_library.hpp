// Plugins: shared objects with strategies behind the C ABI, found, checked and made into instances.
#pragma once
#include <evtwin/strategy.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/strategy.hpp"

namespace evtwin::control {

/// An opened shared object whose entry fits this host.
class PluginLibrary {
 public:
  /// @throws StrategyError naming the file and the reason: not there, not a shared object, no entry symbol, another
  /// abi_major, a newer abi_minor, another header digest, an incomplete entry or description.
  static std::shared_ptr<const PluginLibrary> open(const std::string& file);
  ~PluginLibrary();
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  const std::string& file() const { return file_; }
  std::vector<const evtwin_info*> strategies() const;
  const evtwin_info* find(std::string_view id) const;
  const evtwin_entry& entry() const { return *entry_; }

 private:
  PluginLibrary(std::string file, void* handle, const evtwin_entry* entry);
  std::string file_;
  void* handle_;
  const evtwin_entry* entry_;
};

using TextParams = std::vector<std::pair<std::string, std::string>>;

/// A strategy found, its parameters checked against the table and completed with defaults; ready to be instantiated.
struct ChosenStrategy {
  std::shared_ptr<const PluginLibrary> library;
  const evtwin_info* info = nullptr;
  TextParams params;  ///< as given
  std::string label;  ///< "edf", "edf:margin_min=5"
  StrategyFactory factory;
};

/// Finds `id` ("edf" in the plugin folders, or "FILE.so#edf", or "FILE.so" when it holds one strategy).
/// @throws StrategyError: unknown id (with the nearest known one), unknown or out-of-range parameter (with its range).
ChosenStrategy choose_strategy(std::string_view id, const TextParams& params);

/// Folders searched for plugins: EVTWIN_PLUGIN_PATH (colon separated), then ../lib/evtwin beside the program.
std::vector<std::string> plugin_folders();

/// Every strategy of every plugin found, by id. Files that do not open are left out and named in `problems`.
struct ListedStrategy {
  std::string id;
  std::string file;
  const evtwin_info* info;
  std::shared_ptr<const PluginLibrary> library;
};
std::vector<ListedStrategy> list_strategies(std::vector<std::string>* problems = nullptr);

}  // namespace evtwin::control
