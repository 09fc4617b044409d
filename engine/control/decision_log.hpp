// A decision in the log: what was asked of the guard, what it granted, and which limits bound.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "control/guard.hpp"
#include "kernel/log.hpp"
#include "market/calendar.hpp"

namespace evtwin::control {

struct LoggedDecision {
  std::string_view who, site;
  std::uint64_t number = 0;  ///< from 1
  kernel::TimeNs now_ns = 0;
  const market::Calendar& calendar;
  std::size_t cars = 0;  ///< plugged in
  std::span<const physics::Evse> evses;
};

/// Whether log_decision would write anything.
inline bool logs_decisions() { return kernel::logs_at(kernel::LogRoom::control, kernel::LogLevel::debug); }

/// After the guard has looked. At trace, each member that did not get what was asked for it has a line, too.
/// @param active  members that may have power
void log_decision(const LoggedDecision& decision, const Guard& guard, std::span<const std::uint32_t> active);

}  // namespace evtwin::control
