// Internal to this room: joins neighbouring steps of a signal that have the same value.
#pragma once

#include <algorithm>
#include <cmath>

#include "market/calendar.hpp"

namespace evtwin::market {

/// A year holds every month and day type: what did not change within one, with no dated change ahead, never does.
inline constexpr TimeNs every_kind_of_day_ns = 366 * kernel::day_ns;

/// The values are the same bits of information: equal, or both NaN (outside a series).
inline bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// Extends `first`, the step that holds at t, over the steps after it that are the same; time_never where all are. The
/// answer is exact, so that it does not matter from where one looked.
/// @param last_dated_ns  the last instant at which something happens on a date and not by month and day type: the end
///                       of a series or of the last holiday
/// @param step_at        instant -> step with `until_ns`, the earliest instant at which another step may hold
template <typename Step, typename StepAt, typename Same>
Step join_unchanged(Step first, TimeNs t, TimeNs last_dated_ns, StepAt step_at, Same same) {
  const TimeNs end_ns = std::min(std::max(t, last_dated_ns), latest_ns - every_kind_of_day_ns) + every_kind_of_day_ns;
  while (first.until_ns != kernel::time_never) {
    if (first.until_ns >= end_ns) {
      first.until_ns = kernel::time_never;
      break;
    }
    const Step next = step_at(first.until_ns);
    if (!same(first, next)) break;
    first.until_ns = next.until_ns;
  }
  return first;
}

}  // namespace evtwin::market
