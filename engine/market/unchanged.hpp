// Internal to this room: joins neighbouring steps of a signal that have the same value.
#pragma once

#include <cmath>

#include "market/calendar.hpp"

namespace evtwin::market {

/// How far ahead a change is looked for. A year holds every month and day type that can bring one.
inline constexpr TimeNs longest_look_ahead_ns = 366 * kernel::day_ns;

/// The values are the same bits of information: equal, or both NaN (outside a series).
inline bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Extends `first`, the step that holds at t, over the steps after it that are the same.
/// @param step_at instant -> step with `until_ns`, the earliest instant at which another step may hold.
template <typename Step, typename StepAt, typename Same>
Step join_unchanged(Step first, TimeNs t, StepAt step_at, Same same) {
  while (first.until_ns != kernel::time_never && first.until_ns - t < longest_look_ahead_ns) {
    const Step next = step_at(first.until_ns);
    if (!same(first, next)) break;
    first.until_ns = next.until_ns;
  }
  return first;
}

}  // namespace evtwin::market
