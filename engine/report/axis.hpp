// Axes of figures: round numbers, and the local calendar.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace evtwin::report {

struct Tick {
  double at = 0.0;  ///< 0 (left, bottom) to 1
  std::string text;
};

/// An axis of numbers from `low` to `high`, with ticks at multiples of its step.
struct Axis {
  double low = 0.0, high = 1.0;
  std::vector<Tick> ticks;

  double place_of(double value) const { return (value - low) / (high - low); }  ///< 0 to 1
};

/// About five steps of 1, 2 or 5 times a power of ten that hold 0 and [low, high]. The high end is a multiple of the
/// step; below 0 the axis ends at most a tenth of a step under `low`. @pre finite
Axis axis_for(double low, double high);

/// The time of a figure: that of the run, on its local clock.
struct TimeFrame {
  std::int64_t start_s = 0;  ///< since 1970, UTC
  std::int64_t span_s = 1;
  std::vector<std::pair<std::int64_t, std::int64_t>> clock;  ///< from (seconds since start_s), offset in s

  std::int64_t offset_at(std::int64_t second) const;
};

/// Local hours, days, weeks or months, about eight of them: "06:00", "06-02", "2026-06".
std::vector<Tick> time_ticks(const TimeFrame& frame);

/// Local date and time "2026-06-02 09:30" of a second since the frame's start.
std::string local_time(const TimeFrame& frame, std::int64_t second);
/// "2026-06-02" of a number of days since 1970.
std::string date_text(std::int64_t day);

}  // namespace evtwin::report
