#include "control/plugin_caller.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <mutex>
#include <new>
#include <set>
#include <string_view>
#include <utility>

#include "control/call.hpp"
#include "kernel/hash.hpp"
#include "kernel/log.hpp"
#include "kernel/random.hpp"
#include "kernel/text.hpp"

namespace evtwin::control {

namespace {

constexpr std::size_t most_remarks = 1000;  // of one decision; a plugin in a loop must not fill the memory
constexpr std::size_t most_words = 2000;    // bytes of one remark

std::string status_text(evtwin_status status, const char* header) {
  switch (status) {
    case EVTWIN_BAD_PARAMETER:
      return "status 1 (bad parameter), without a word";
    case EVTWIN_UNSUPPORTED:
      return "status 2 (unsupported), without a word";
    case EVTWIN_FAILED:
      return "status 3 (failed), without a word";
    case EVTWIN_BAD_STATE:
      return "status 4 (bad state), without a word";
    default:
      return fmt::format("status {}, which {} does not know", status, header);
  }
}

/// Of who is nobody's strategy: each warning once, on the standard error, and no more than a screen can show.
void warn_once(const std::string& who, std::string_view words) {
  constexpr std::size_t most_warnings = 20;
  static std::mutex lock;
  static std::set<std::string> told;
  std::string line = fmt::format("{} says: {}", who, kernel::make_printable(words));
  const std::lock_guard guard(lock);
  if (told.size() >= most_warnings || !told.insert(line).second) return;
  fmt::print(stderr, "warning: {}{}\n", line, told.size() == most_warnings ? " (no more is shown)" : "");
}

}  // namespace

PluginCaller::PluginCaller(std::string who, const char* header, std::uint64_t seed, std::uint32_t site, Talker* talker)
    : who_(std::move(who)), header_(header), seed_(seed), site_(site), talker_(talker) {
  host_ = {sizeof(evtwin_host), EVTWIN_ABI_MAJOR, EVTWIN_ABI_MINOR, 0, this, &report, &random, &extension};
}

void PluginCaller::let_speak() {
  error_.clear();  // an earlier call's words would explain this one wrongly
  caller_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void PluginCaller::forbid_speaking() { caller_.store({}, std::memory_order_relaxed); }

void PluginCaller::begin_call(const char* what) {
  let_speak();
  call_under_way() = {who_.c_str(), what};
}

void PluginCaller::take_exception() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    error_ = "it ran out of memory (std::bad_alloc crossed the C ABI)";
  } catch (const std::exception& error) {
    error_ = fmt::format("{} (an exception crossed the C ABI)", error.what());
  } catch (...) {
    error_ = "an exception of unknown type (it crossed the C ABI)";
  }
}

void PluginCaller::end_call(const char* what, evtwin_status status, const std::string& changed) {
  call_under_way() = {};
  forbid_speaking();
  if (spoke_out_of_turn_.load(std::memory_order_relaxed))
    throw_failure(what, "it called report() from a thread of its own, or when it was not asked");
  if (status != EVTWIN_OK) throw_failure(what, error_.empty() ? status_text(status, header_) : error_);
  if (!changed.empty()) throw_failure(what, changed);
}

void PluginCaller::throw_failure(const char* what, const std::string& why) const {
  kernel::log_line(kernel::LogRoom::control, kernel::LogLevel::error, "{}: {} failed: {}", who_, what, why);
  throw StrategyError(fmt::format("{}: {} failed: {}", who_, what, why));
}

void PluginCaller::report(const evtwin_host* host, std::uint32_t severity, const char* text) {
  PluginCaller& self = caller_of(host);
  if (self.caller_.load(std::memory_order_relaxed) != std::this_thread::get_id()) {
    self.spoke_out_of_turn_.store(true, std::memory_order_relaxed);
    return;
  }
  if (text == nullptr) return;
  const std::string_view words = std::string_view(text).substr(0, most_words);
  kernel::log_line(kernel::LogRoom::control,
                   severity == EVTWIN_WARNING ? kernel::LogLevel::warning : kernel::LogLevel::debug, "{} says: {}",
                   self.who_, words);
  if (severity >= EVTWIN_ERROR) {
    self.error_ = words;
    return;
  }
  if (self.talker_ == nullptr && severity == EVTWIN_WARNING) warn_once(self.who_, words);
  Talker* const keeper = self.talker_ != nullptr ? self.talker_ : self.listener_;
  if (keeper == nullptr || severity == EVTWIN_DEBUG) return;
  if (keeper->remarks.size() < most_remarks) {
    keeper->remarks.push_back({severity, std::string(words)});
  } else {
    ++keeper->unheard;
  }
}

std::uint64_t PluginCaller::random(const evtwin_host* host, std::uint64_t stream, std::uint64_t index) {
  const PluginCaller& self = caller_of(host);
  return random_of(self.seed_, self.site_, stream, index);
}

std::uint64_t PluginCaller::random_of(std::uint64_t seed, std::uint32_t site, std::uint64_t stream,
                                      std::uint64_t index) {
  constexpr std::uint32_t purpose = kernel::purpose_of("control.plugin");
  return kernel::draw_u64(seed, kernel::mix_bits(site + 1) ^ stream, purpose, index);
}

}  // namespace evtwin::control
