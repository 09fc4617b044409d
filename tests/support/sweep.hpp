// How much of a long sweep runs in which build.
#pragma once
#include <cstdlib>

namespace evtwin {

/// `whole` in the release build and with EVTWIN_LONG set (scripts/test --long); `part` in everyday runs of the
/// sanitized build, where the same takes about ten times as long. For sizes of sweeps, never for what is promised: each
/// kind of case stays in the part.
template <class T>
T sweep(T whole, [[maybe_unused]] T part) {
#if defined(__SANITIZE_ADDRESS__)
  if (std::getenv("EVTWIN_LONG") == nullptr) return part;
#endif
  return whole;
}

}  // namespace evtwin
