// A shared object with strategies behind the C ABI, opened in this process. Files of others are looked at in a child
// first: plugin_description.hpp.
#pragma once
#include <evtwin/strategy.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  bool keep_loaded_ = false;
};

}  // namespace evtwin::control
