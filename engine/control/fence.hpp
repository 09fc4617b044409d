// The fence: calls into foreign code in this process, and the way back out when it crashes, exits, hangs or takes all
// memory. What it can not survive (a heap the plugin destroyed for good, SIGKILL) is for control/isolated_strategy.
#pragma once
#include <cstddef>
#include <string>
#include <type_traits>

namespace evtwin::control {

/// How much a call may take. Neither changes a result: a call within its limits answers as it would without them.
struct CallLimits {
  double call_s = 60.0;        ///< wall-clock seconds for one call; infinite: no limit
  std::size_t memory_mib = 0;  ///< of the whole process; 0: nine tenths of what this machine (or container) has
};

/// Why a call did not come back by itself.
struct Breach {
  enum class Kind : unsigned char { none, signal, exit, too_long, too_much_memory };
  Kind kind = Kind::none;
  int number = 0;                 ///< signal: its number; exit: the status
  const void* address = nullptr;  ///< signal SIGSEGV, SIGBUS: what was touched
  bool wrote = false;             ///< ... by writing
  explicit operator bool() const { return kind != Kind::none; }
};

/// Calls `call(context)` so that signals, exit(), the watchdog and too much memory bring it back here. The frames of
/// the callee are left without their destructors: afterwards nothing of the plugin may be called again.
/// @param who, what  for the last words where even the way back is barred: "strategy half (libhalf.so)", "decide"
Breach call_fenced(void (*call)(void*), void* context, const CallLimits& limits, const char* who, const char* what);

template <class Call>
Breach call_fenced(Call&& call, const CallLimits& limits, const char* who, const char* what) {
  return call_fenced([](void* context) { (*static_cast<std::remove_reference_t<Call>*>(context))(); }, &call, limits,
                     who, what);
}

/// A thread that a plugin started can crash when no call is under way, and there is no way back from that. From now on
/// such a crash in code of this opened file ends the process with words that name it.
void name_in_last_words(void* opened_file);

/// "crashed: signal 11 (Segmentation fault)", "called exit(3)" ...
std::string words_of(const Breach& breach, const CallLimits& limits);

/// "signal 11 (Segmentation fault)".
std::string signal_text(int signal);

}  // namespace evtwin::control
