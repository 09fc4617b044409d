// What differs in the sanitized build and in everyday runs: how much of a long sweep runs.
#pragma once
#include <cstdlib>

namespace evtwin {

/// Whether AddressSanitizer is in this build.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// `whole` in the release build and with EVTWIN_LONG set (scripts/test --long); `part` in everyday runs of the
/// sanitized build, where the same takes about ten times as long. For sizes of sweeps, never for what is promised: each
/// kind of case stays in the part.
template <class T>
T sweep(T whole, T part) {
  return sanitized && std::getenv("EVTWIN_LONG") == nullptr ? part : whole;
}

/// `whole` with EVTWIN_LONG set, `part` in everyday runs of any build: for the few sweeps that take many seconds even
/// in the release build. Each kind of case stays in the part.
template <class T>
T long_sweep(T whole, T part) {
  return std::getenv("EVTWIN_LONG") == nullptr ? part : whole;
}

}  // namespace evtwin
