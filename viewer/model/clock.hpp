// The site's wall clock, from the run file alone.
#pragma once
#include <string>
#include <vector>

#include "kernel/time.hpp"

namespace evtwin::viewer::model {

using kernel::TimeNs;

/// Interval of constant UTC offset, as the run file's table `clock` has them.
struct ClockSpan {
  TimeNs start_ns = 0, end_ns = 0;
  TimeNs utc_offset_ns = 0;
};

struct CivilTime {
  int year = 1970, month = 1, day = 1;  ///< 1..12, 1..31
  int hour = 0, minute = 0, second = 0;
  int weekday = 3;  ///< 0 Monday .. 6 Sunday; not read by instant_of()
  int nanosecond = 0;
};

/// Local time of one run. Days of 23 and 25 h are as they are.
class Clock {
 public:
  Clock() = default;  ///< UTC
  /// @param spans in the order of time, each beginning where the one before ends
  explicit Clock(std::vector<ClockSpan> spans, std::string timezone = "UTC");

  const std::string& timezone() const { return timezone_; }
  TimeNs utc_offset_ns(TimeNs t) const;  ///< outside all spans: that of the nearest
  CivilTime local_time(TimeNs t) const;
  /// The instant at which the wall clock shows this; of two, the first; of none, the first after the gap.
  /// Out-of-range fields carry over (day 32, hour 24). Instants beyond 1700 and 2240 are read as those.
  TimeNs instant_of(const CivilTime& local) const;
  /// Start of the local day / month that t lies in.
  TimeNs day_start(TimeNs t) const;
  TimeNs month_start(TimeNs t) const;
  TimeNs next_day(TimeNs t) const;  ///< start of the day after t's

  std::string date_text(TimeNs t) const;       ///< 2026-03-14
  std::string time_text(TimeNs t) const;       ///< 18:45, 18:45:10 where seconds are not 0
  std::string date_time_text(TimeNs t) const;  ///< 2026-03-14 18:45
  std::string iso_text(TimeNs t) const;        ///< 2026-03-14T18:45:00+09:00
  /// "2026-03-14", "2026-03-14T18:45[:10]", with Z or +09:00 where given. Years 1700 to 2240.
  /// @throws std::invalid_argument saying what would be right.
  TimeNs parse_instant(const std::string& text) const;

 private:
  std::vector<ClockSpan> spans_;
  std::string timezone_ = "UTC";
};

/// "6h", "90min", "2d", "45s", "1w", "1.5h" -> ns, > 0. @throws std::invalid_argument saying what would be right.
TimeNs parse_duration(const std::string& text);
/// "2 d 03:15", "2 h 05 min", "45 min", "10 s": for people; rounded down to its last unit.
std::string duration_text(TimeNs duration);

}  // namespace evtwin::viewer::model
