// Calls into foreign code: how much one may take, and which one a thread is in.
#pragma once
#include <cstddef>
#include <string>

namespace evtwin::control {

/// How much a call into a process of its own may take. None of it changes a result: a call within its limits answers
/// as it would without them. A call in this process has no limits: nothing could bring it back.
struct CallLimits {
  double call_s = 60.0;        ///< wall-clock seconds for one call; infinite: no limit
  std::size_t memory_mib = 0;  ///< of the process; 0: nine tenths of what this machine (or container) has
  bool (*stop)() = nullptr;    ///< asked before a decision, here too, and while one lasts; true ends it with an error
};

/// The call into a plugin of this process that a thread is in. Both null: none.
struct PluginCall {
  const char* who = nullptr;   ///< "strategy half (libhalf.so)"
  const char* what = nullptr;  ///< "decide"
};

/// This thread's. A handler of signals may read it: a program that wants to say in which plugin it crashed.
PluginCall& call_under_way() noexcept;

/// "signal 11 (Segmentation fault)".
std::string signal_text(int signal);

}  // namespace evtwin::control
