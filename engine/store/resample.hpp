#pragma once
// A series in steps of the local clock, with its energy kept.

#include <vector>

#include "market/calendar.hpp"
#include "sessions/raw_series.hpp"

namespace evtwin::store {

using kernel::TimeNs;

struct Step {
  TimeNs start_ns = 0, end_ns = 0;
  double value = 0.0;    ///< of levels (kW) the mean over the whole step, of amounts (kWh) the sum
  double covered = 0.0;  ///< share of the step that rows stand for; where it is below 1 the rest counts as 0
};

/// A row stands for the time until the next one, at most for the usual step, so that a hole is a hole. Levels hold for
/// that time; amounts are spread evenly over their usual step, which begins at the row's time, or ends there
/// (`ends`). So the sum of value times length of steps is that of rows, and of amounts the sum of values.
/// Steps begin at multiples of `step_ns` on the local clock; the first and last are whole, and none is left out.
/// @param series  two rows at least, ascending. @param step_ns  1 min to 24 h
std::vector<Step> resample(const sessions::RawSeries& series, TimeNs step_ns, const market::Calendar& calendar,
                           bool ends = false);

}  // namespace evtwin::store
