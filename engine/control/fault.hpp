// How a child process crashed, written down by its own handler in memory that its parent sees.
#pragma once
#include <atomic>
#include <cstddef>
#include <string>

namespace evtwin::control {

struct Fault {
  std::atomic<int> signal{0};     ///< 0: none; set last
  const void* address = nullptr;  ///< SIGSEGV, SIGBUS: the address that was touched
  bool wrote = false;             ///< ... by writing
  bool at_stack_end = false;      ///< ... where the stack ends
  bool own_thread = false;        ///< in a thread that the plugin started
  std::size_t data_bytes = 0;     ///< of private memory that could be written; 0: not known
};
static_assert(std::atomic<int>::is_always_lock_free);

/// To be called in a child. From now on a crash is written into `fault` before it ends the process as it would have,
/// and exit() ends it at once: functions that the parent registered for its own end are not the child's to run.
/// @param who  for a line on stderr when a process that the plugin forked comes back into the host and crashes there
void write_down_crashes(Fault& fault, const std::string& who);

}  // namespace evtwin::control
