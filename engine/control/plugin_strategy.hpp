// A plugin's strategy in this process: its C functions, with all that the host owes it. A plugin that crashes, hangs or
// ends the process does so to this one; control/isolated_strategy gives it one of its own.
#pragma once
#include <evtwin/strategy.h>

#include <memory>
#include <span>
#include <string>

#include "control/plugin_caller.hpp"
#include "control/plugin_library.hpp"
#include "control/plugin_params.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {

class PluginStrategy : public Strategy {
 public:
  /// @param stop  see CallLimits
  /// @throws StrategyError "strategy half (libhalf.so): create failed: ..."
  PluginStrategy(std::shared_ptr<const PluginLibrary> library, std::shared_ptr<const CheckedParams> params,
                 const evtwin_view& first, std::uint64_t seed, std::uint32_t site, bool (*stop)() = nullptr);
  ~PluginStrategy() override;
  PluginStrategy(const PluginStrategy&) = delete;
  PluginStrategy& operator=(const PluginStrategy&) = delete;

  void decide(const evtwin_view& view, evtwin_decision& decision) override;
  void end(const evtwin_view& last) override;
  const void* batch_key() const override { return batch_; }
  void decide_many(std::span<const Asked> asked) override;
  std::string name_in_messages() const override { return call_.who(); }
  bool can_save() const override;
  bool keeps_threads() const override;
  void save_memory(std::vector<std::byte>& bytes) override;
  void load_memory(std::span<const std::byte> bytes) override;

 private:
  [[noreturn]] void refuse_instance(const std::string& why);
  void take_levels();
  void take_extensions();

  std::shared_ptr<const PluginLibrary> library_;
  std::shared_ptr<const CheckedParams> params_;
  PluginCaller call_;
  bool (*stop_)();
  evtwin_strategy* instance_ = nullptr;
  const evtwin_state* state_ = nullptr;
  const evtwin_batch* batch_ = nullptr;
};

}  // namespace evtwin::control
