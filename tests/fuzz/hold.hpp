// What the invariants are made of.
#pragma once
#include <stdexcept>

namespace evtwin::ocpp {
struct LogReport;
}

namespace evtwin::fuzz {

inline void hold(bool condition, const char* what) {
  if (!condition) throw std::logic_error(what);
}

/// Counts that go together. @throws std::logic_error
void check_report(const ocpp::LogReport& report);

}  // namespace evtwin::fuzz
