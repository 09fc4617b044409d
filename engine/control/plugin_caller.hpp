// Calls into an instance of a plugin in this process, and what the host owes it meanwhile: whatever kind of instance.
#pragma once
#include <evtwin/strategy.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "control/process_state.hpp"
#include "control/strategy.hpp"

namespace evtwin::control {

class PluginCaller {
 public:
  /// @param who      "strategy half (libhalf.so)"
  /// @param header   of its contract, for messages: "strategy.h"
  /// @param talker   whose remarks what it reports becomes; null: the log's, and each warning is printed once
  PluginCaller(std::string who, const char* header, std::uint64_t seed, std::uint32_t site, Talker* talker);
  PluginCaller(const PluginCaller&) = delete;
  PluginCaller& operator=(const PluginCaller&) = delete;

  const std::string& who() const { return who_; }
  const evtwin_host* host() const { return &host_; }

  /// One call; `plugin` answers an evtwin_status. Modes of numbers that it changes are taken back, and fail the call.
  /// @throws StrategyError "strategy half (libhalf.so): decide failed: ..."
  template <class Call>
  void operator()(const char* what, Call&& plugin) {
    begin_call(what);
    evtwin_status status = EVTWIN_FAILED;
    const NumberModes modes;
    // The contract lets no exception cross; one that does all the same still ends in an error that names the plugin.
    try {
      status = plugin();
    } catch (...) {
      take_exception();
    }
    end_call(what, status, modes.changed() ? modes.take_back() : std::string());
  }

  [[noreturn]] void throw_failure(const char* what, const std::string& why) const;

  /// host->random_u64 of the instance at `site` in a run of `seed`.
  static std::uint64_t random_of(std::uint64_t seed, std::uint32_t site, std::uint64_t stream, std::uint64_t index);

  /// Of an instance without a talker: from now on its warnings, printed once as before, and its words are kept there as
  /// well. Null: nowhere.
  void keep_words(Talker* listener) { listener_ = listener; }

  /// For an instance that is called together with others: it may report, and what it said is asked for afterwards.
  void let_speak();
  void forbid_speaking();
  const std::string& error_text() const { return error_; }
  void keep_error(const std::string& error) { error_ = error; }

 private:
  void begin_call(const char* what);
  void take_exception();
  void end_call(const char* what, evtwin_status status, const std::string& changed);
  static PluginCaller& caller_of(const evtwin_host* host) { return *static_cast<PluginCaller*>(host->context); }
  static void report(const evtwin_host* host, std::uint32_t severity, const char* text);
  static std::uint64_t random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index);
  static const void* extension(const evtwin_host*, const char*) { return nullptr; }

  std::string who_;
  const char* header_;
  std::uint64_t seed_;
  std::uint32_t site_;
  Talker *talker_, *listener_ = nullptr;
  evtwin_host host_{};
  std::string error_;
  std::atomic<std::thread::id> caller_;         ///< the thread inside a call; none between calls
  std::atomic<bool> spoke_out_of_turn_{false};  ///< report() from another thread or between calls
};

}  // namespace evtwin::control
