#include "cli/last_words.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "control/call.hpp"

namespace evtwin::cli {

namespace {

/// A line made of pieces and written at once, with nothing that a handler of signals may not use.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    const std::size_t n = std::min(text.size(), text_.size() - used_);
    std::memcpy(text_.data() + used_, text.data(), n);
    used_ += n;
    return *this;
  }
  Line& number(std::uintptr_t value, int base) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
    return *this << std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data()));
  }
  void say() const {
    const auto written = ::write(STDERR_FILENO, text_.data(), used_);
    static_cast<void>(written);
  }

 private:
  std::array<char, 1024> text_;
  std::size_t used_ = 0;
};

/// Tells the fate of the run. Forecasters have no process of their own.
std::string_view left_unfinished(const control::PluginCall& call) {
  if (std::string_view(call.who).starts_with("forecaster "))
    return "; the run is left unfinished, forecasters run in evtwin's own process\n";
  if (std::string_view(call.who).starts_with("learner "))
    return "; a policy that it kept stands, learners run in evtwin's own process\n";
  return "; the run is left unfinished, --isolate keeps it apart\n";
}

/// Says the line and ends the process; where two threads come here at once, one speaks.
[[noreturn]] void end_with(const Line& line) {
  static std::atomic_flag taken;
  while (taken.test_and_set()) ::pause();
  line.say();
  ::_exit(1);
}

std::array<struct sigaction, 65> earlier;  // by signal: a sanitizer's handler, mostly none

void on_crash(int signal, siginfo_t* info, void*) {
  const control::PluginCall call = control::call_under_way();
  if (call.who == nullptr) {  // not a plugin's doing: as if nobody had been here
    sigaction(signal, &earlier[static_cast<std::size_t>(signal)], nullptr);
    if (info->si_code <= 0) std::raise(signal);  // else what raised it is tried once more
    return;
  }
  Line line;
  line << "error: " << call.who << ": " << call.what << " crashed: signal ";
  line.number(static_cast<std::uintptr_t>(signal), 10);
  if (const char* name = sigdescr_np(signal)) line << " (" << name << ")";
  if (signal == SIGSEGV || signal == SIGBUS)
    (line << ": at address 0x").number(reinterpret_cast<std::uintptr_t>(info->si_addr), 16);
  end_with(line << left_unfinished(call));
}

void on_exit_of_process(int status, void*) {
  const control::PluginCall call = control::call_under_way();
  if (call.who == nullptr) return;
  Line line;
  line << "error: " << call.who << ": " << call.what << " called exit(";
  line.number(static_cast<std::uintptr_t>(status & 0xff), 10);
  end_with(line << ")" << left_unfinished(call));
}

}  // namespace

void name_plugins_that_end_the_process() {
  // A stack of its own for the handler: the plugin may have used up the thread's.
  alignas(16) static std::array<std::byte, 64 << 10> stack;
  const stack_t own{stack.data(), 0, stack.size()};
  sigaltstack(&own, nullptr);
  struct sigaction action {};
  action.sa_sigaction = &on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    sigaction(signal, &action, &earlier[static_cast<std::size_t>(signal)]);
  ::on_exit(&on_exit_of_process, nullptr);
}

void say_interrupted_plugin() noexcept {
  const control::PluginCall call = control::call_under_way();
  if (call.who == nullptr) return;
  (Line() << "interrupted in " << call.what << " of " << call.who << "\n").say();
}

}  // namespace evtwin::cli
