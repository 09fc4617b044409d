// Times of messages that can be reckoned with.
#pragma once
#include <chrono>
#include <string_view>

#include "kernel/time.hpp"
#include "ocpp/timestamp.hpp"

namespace evtwin::ocpp {

/// Chargers, and clocks that were never set, live between 1970 and 2200; differences of such times fit TimeNs.
inline constexpr kernel::TimeNs earliest_usable_ns = 0;
inline constexpr kernel::TimeNs latest_usable_ns = 84'006 * kernel::day_ns;  // 2200-01-01
static_assert(std::chrono::sys_days(std::chrono::year(2200) / 1 / 1).time_since_epoch() == std::chrono::days(84'006));
static_assert(latest_usable_ns - earliest_usable_ns < kernel::time_never, "differences fit");

constexpr bool is_usable_time(kernel::TimeNs ns) { return ns >= earliest_usable_ns && ns < latest_usable_ns; }
static_assert(!is_usable_time(kernel::time_never), "a time that is not told is none");

/// @returns time_never for texts that are no date, and for dates outside.
inline kernel::TimeNs payload_time(std::string_view text) {
  const auto stamp = timestamp_of(text);
  return stamp && is_usable_time(stamp->ns) ? stamp->ns : kernel::time_never;
}

}  // namespace evtwin::ocpp
