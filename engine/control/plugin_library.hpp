// A shared object with strategies, forecasters or both behind the C ABI, opened in this process. Files of others are
// looked at in a child first: plugin_description.hpp.
#pragma once
#include <evtwin/forecaster.h>
#include <evtwin/strategy.h>

#include <memory>
#include <string>
#include <vector>

namespace evtwin::control {

/// An opened shared object whose entries fit this host; it has one at least.
class PluginLibrary {
 public:
  /// @throws StrategyError naming the file and the reason: not there, not a shared object, no entry symbol, another
  /// abi_major, a newer abi_minor, another header digest, an incomplete entry or description.
  static std::shared_ptr<const PluginLibrary> open_library(const std::string& file);
  ~PluginLibrary();
  PluginLibrary(const PluginLibrary&) = delete;
  PluginLibrary& operator=(const PluginLibrary&) = delete;

  const std::string& file() const { return file_; }
  std::vector<const evtwin_info*> strategy_infos() const;    ///< empty: it holds none
  std::vector<const evtwin_info*> forecaster_infos() const;  ///< empty: it holds none
  /// Of a library that holds strategies.
  const evtwin_entry& strategy_entry() const { return *strategies_; }
  /// Of a library that holds forecasters.
  const evtwin_forecaster_entry& forecaster_entry() const { return *forecasters_; }

 private:
  PluginLibrary(std::string file, void* handle, const evtwin_entry* strategies,
                const evtwin_forecaster_entry* forecasters);
  std::string file_;
  void* handle_;
  const evtwin_entry* strategies_;              // null: none
  const evtwin_forecaster_entry* forecasters_;  // null: none
  bool keep_loaded_ = false;
};

}  // namespace evtwin::control
