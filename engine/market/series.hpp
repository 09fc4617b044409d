// Signals over time: prices, CO2, PV, base load. All are piecewise constant and never interpolated.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <variant>
#include <vector>

#include "market/calendar.hpp"
#include "market/day_schedule.hpp"

namespace evtwin::market {

/// A series that cannot be: `what()` names the row (counted from 1).
struct SeriesError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// value[i] holds for time[i] <= t < time[i + 1]; the last until `end_ns()`. Outside, the value is NaN: whoever reads
/// there without asking `covers` first gets a figure that cannot be overlooked. Copies share the rows.
class Series {
 public:
  /// Empty: covers nothing.
  Series() = default;
  /// @param times_ns strictly ascending. @param values as many, finite.
  /// @param end_ns end of the last value; without it the last value holds as long as the one before (needs two rows).
  /// @throws SeriesError naming the row for NaN, inf, times that do not ascend; for unequal lengths.
  Series(std::vector<TimeNs> times_ns, std::vector<double> values, std::optional<TimeNs> end_ns = {});

  bool empty() const { return rows_ == nullptr; }
  std::span<const TimeNs> times_ns() const { return empty() ? std::span<const TimeNs>{} : rows_->times_ns; }
  std::span<const double> values() const { return empty() ? std::span<const double>{} : rows_->values; }
  TimeNs begin_ns() const { return empty() ? 0 : rows_->times_ns.front(); }
  TimeNs end_ns() const { return empty() ? 0 : rows_->end_ns; }
  /// Whether every instant of [from, to) has a value.
  bool covers_span(TimeNs from, TimeNs to) const { return !empty() && from >= begin_ns() && to <= end_ns(); }

  /// NaN outside [begin_ns, end_ns). O(log n).
  double value_at(TimeNs t) const;
  /// First instant after t with another value (the end of the series included); time_never when there is none.
  TimeNs next_change(TimeNs t) const;

  /// The very same series, not one of equal rows.
  friend bool operator==(const Series& a, const Series& b) { return a.rows_ == b.rows_; }

 private:
  struct Rows {
    std::vector<TimeNs> times_ns;
    std::vector<double> values;
    TimeNs end_ns = 0;
  };
  std::shared_ptr<const Rows> rows_;  // null: empty
};

/// A value and the next instant at which it is another one.
struct Sample {
  double value = 0.0;
  TimeNs until_ns = 0;
};

/// Amortised O(1) reading of a series for ascending t (any t is right). The series must outlive it.
class SeriesCursor {
 public:
  explicit SeriesCursor(const Series& series) : series_(&series) {}
  Sample sample_at(TimeNs t);

 private:
  const Series* series_;
  Sample cached_{0.0, INT64_MIN};
  TimeNs cached_from_ns_ = 0;
  std::size_t row_ = 0;
};

/// A curve over the local day, for some months and day types: `values` are equal steps from 00:00 to 24:00 by the local
/// clock (24 values: hourly). A skipped hour is skipped in the curve; an hour that exists twice is read twice.
struct DayCurve {
  MonthMask months = all_months;
  DayTypeMask days = all_day_types;
  std::vector<double> values{};
  friend bool operator==(const DayCurve&, const DayCurve&) = default;
};

/// A periodic signal: day curves that cover every month and day type exactly once.
struct DailyProfile {
  std::vector<DayCurve> curves;
  std::vector<LocalDate> holidays;
  friend bool operator==(const DailyProfile&, const DailyProfile&) = default;
};

/// Empty when the profile is sound: each curve's length divides 1440, values finite, every (month, day type) once.
std::vector<std::string> profile_problems(const DailyProfile& profile);

/// One value for ever, a series, or a periodic profile.
using Signal = std::variant<double, Series, DailyProfile>;

/// Whether every instant of [from, to) has a value.
bool covers_span(const Signal& signal, TimeNs from, TimeNs to);

/// Reads any signal; copies freely (what it reads is shared).
class SignalClock {
 public:
  /// @throws SeriesError for a profile with problems.
  SignalClock(Signal signal, const Calendar& calendar);
  SignalClock() : SignalClock(0.0, Calendar()) {}

  /// Value at t, and the next instant at which it changes (time_never: never).
  Sample sample_at(TimeNs t);

 private:
  struct Source;
  std::shared_ptr<const Source> source_;
  std::optional<SeriesCursor> series_;
  std::optional<ScheduleClock> profile_;
  Sample cached_{0.0, INT64_MIN};
  TimeNs cached_from_ns_ = 0;
};

}  // namespace evtwin::market
