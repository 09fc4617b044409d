// Threads that load libraries and threads that fork wait for each other.
#pragma once
#include <mutex>

namespace evtwin::control {

/// Held while a library is loaded or unloaded, and over a fork: the copy of a process in which another thread is inside
/// the dynamic linker has that one's lock, and its half-made tables, for ever. The child lets go at once.
inline std::unique_lock<std::mutex> hold_loader() {
  static std::mutex mutex;
  return std::unique_lock(mutex);
}

}  // namespace evtwin::control
