// A plugin's strategy in this process: its C functions, with all that the host owes it. A plugin that crashes, hangs or
// ends the process does so to this one; control/isolated_strategy gives it one of its own.
#pragma once
#include <evtwin/strategy.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "control/call.hpp"
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
  std::string who() const override { return who_; }
  bool can_save() const override;
  void save(std::vector<std::byte>& bytes) override;
  void load(std::span<const std::byte> bytes) override;

 private:
  template <class Call>
  void call(const char* what, Call&& plugin);
  [[noreturn]] void refuse_instance(const std::string& why);
  void take_levels();
  void take_extensions();
  [[noreturn]] void fail(const char* what, const std::string& why) const;
  static PluginStrategy& of(const evtwin_host* host) { return *static_cast<PluginStrategy*>(host->context); }
  static void report(const evtwin_host* host, std::uint32_t severity, const char* text);
  static std::uint64_t random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index);
  static const void* extension(const evtwin_host*, const char*) { return nullptr; }

  std::shared_ptr<const PluginLibrary> library_;
  std::shared_ptr<const CheckedParams> params_;
  std::string who_;  ///< "strategy half (libhalf.so)"
  std::uint64_t seed_;
  std::uint32_t site_;
  bool (*stop_)();
  evtwin_host host_{};
  evtwin_strategy* instance_ = nullptr;
  const evtwin_state* state_ = nullptr;
  const evtwin_batch* batch_ = nullptr;
  std::string error_;
  std::atomic<std::thread::id> caller_;         ///< the thread inside a call; none between calls
  std::atomic<bool> spoke_out_of_turn_{false};  ///< report() from another thread or between calls
};

}  // namespace evtwin::control
