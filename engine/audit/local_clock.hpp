// The local clock of a run, as the run file's table `clock` has it: metering windows, days and months on days of 23, 24
// and 25 hours.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace evtwin::audit {

using Ns = std::int64_t;  ///< since 1970-01-01T00:00Z

inline constexpr Ns second_ns = 1'000'000'000;
inline constexpr Ns hour_ns = 3'600 * second_ns;
inline constexpr Ns day_ns = 24 * hour_ns;

inline double hours_between(Ns from, Ns to) { return static_cast<double>(to - from) / static_cast<double>(hour_ns); }

/// A month of the local calendar, counted from January of year 0: the next month is one more.
using MonthNumber = std::int64_t;

MonthNumber month_number(int year, int month);
/// "2025-06". @returns whether the text was one.
bool parse_month(const std::string& text, MonthNumber& month);
std::string month_text(MonthNumber month);
/// 1 (January) to 12.
int month_of_year(MonthNumber month);

class LocalClock {
 public:
  /// A stretch of time with one UTC offset.
  struct Interval {
    Ns begin_ns, end_ns, offset_ns;
  };
  /// @param intervals  in order, each beginning where the one before ends; not empty
  explicit LocalClock(std::vector<Interval> intervals) : intervals_(std::move(intervals)) {}

  MonthNumber month_at(Ns t) const;
  /// Days since 1970-01-01 on the local calendar.
  std::int64_t day_at(Ns t) const;
  /// The first instant at which the local clock shows 00:00 of a day of that month, or later.
  Ns month_begin(MonthNumber month) const;

  /// The instants of [from, to) at which a stretch of the local clock begins: `from`, every reading that is a multiple
  /// of `stretch_ns` (a divisor of a day) since local midnight, and a change of the clock that jumps over one.
  std::vector<Ns> stretch_starts(Ns from, Ns to, Ns stretch_ns) const;

 private:
  const Interval& offset_interval_at(Ns t) const;
  Ns local_reading(Ns t) const { return t + offset_interval_at(t).offset_ns; }

  std::vector<Interval> intervals_;
};

}  // namespace evtwin::audit
