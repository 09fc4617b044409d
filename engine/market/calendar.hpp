// Local time of one IANA time zone: the only place in evtwin where local time exists.
//
// Inside the engine an instant is `kernel::TimeNs`, nanoseconds since 1970-01-01T00:00Z. A `Calendar` turns instants
// into the local clock of its zone and back, days of 23 and 25 hours included. The zone's table of UTC offsets is read
// once from the system's tz database and shared by all calendars of the zone; a `Calendar` is one pointer and copies
// freely.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

#include "kernel/time.hpp"

namespace evtwin::market {

using kernel::TimeNs;

/// Base of all errors of the calendar; `what()` names the offending text and what would be right.
struct CalendarError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The name is not an IANA zone ("KST", "Asia/Soeul").
struct UnknownZoneError : CalendarError {
  using CalendarError::CalendarError;
};
/// A text that is no instant, date or time of day, or a local time that exists twice or not at all.
struct TimeTextError : CalendarError {
  using CalendarError::CalendarError;
};

enum class Weekday : std::uint8_t { monday, tuesday, wednesday, thursday, friday, saturday, sunday };

/// Instants the calendar knows, 1677-09-23 to 2262-04-10 UTC: inside int64 nanoseconds with a day to spare on each
/// side. An instant beyond is read as the nearest of these.
inline constexpr TimeNs earliest_ns = -106'750 * kernel::day_ns;
inline constexpr TimeNs latest_ns = 106'750 * kernel::day_ns;
static_assert(latest_ns <= kernel::time_never - kernel::day_ns, "a day to spare");
static_assert(earliest_ns >= std::numeric_limits<TimeNs>::min() + kernel::day_ns, "a day to spare");

/// A date of the (proleptic Gregorian) calendar; month 1..12, day 1..31.
struct LocalDate {
  int year = 1970;
  int month = 1;
  int day = 1;
  friend auto operator<=>(const LocalDate&, const LocalDate&) = default;
};

/// A month of the calendar; month 1..12.
struct LocalMonth {
  int year = 1970;
  int month = 1;
  friend auto operator<=>(const LocalMonth&, const LocalMonth&) = default;
};

/// Reading of the clock on the wall.
struct LocalTime {
  LocalDate date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanosecond = 0;
  friend auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

/// The UTC offset in force for `begin_ns <= t < end_ns`; local clock = t + offset_ns.
struct OffsetInterval {
  TimeNs begin_ns = 0;
  TimeNs end_ns = 0;
  TimeNs offset_ns = 0;
};

enum class LocalExists : std::uint8_t { once, never, twice };

/// The instants at which the local clock shows a given time.
struct LocalLookup {
  LocalExists exists = LocalExists::once;
  TimeNs first_ns = 0;   ///< once, twice: the (first) instant. never: the instant at which the clock jumps over it
  TimeNs second_ns = 0;  ///< twice: the second instant; else equal to first_ns
  TimeNs offset_before_ns = 0;  ///< UTC offset before the jump (once: the offset in force)
  TimeNs offset_after_ns = 0;   ///< UTC offset after the jump (once: the offset in force)
};

struct ZoneTable;  // calendar.cpp: the offset intervals of one zone; lives as long as the program

/// Days since 1970-01-01 of a date, and back (Gregorian; no time zone).
std::int64_t days_since_epoch(LocalDate date);
LocalDate date_of_days(std::int64_t days);
Weekday weekday_of(LocalDate date);
bool is_date(int year, int month, int day);
int days_in_month(LocalMonth month);
LocalMonth add_months(LocalMonth month, int count);
inline LocalMonth month_of(LocalDate date) { return {date.year, date.month}; }

class LocalClock;

/// The local clock of one zone. All functions are const, thread-safe, and cost one binary search; `LocalClock` is the
/// cheaper cursor for the hot loop. A result past 2262-04-09 is `kernel::time_never`.
class Calendar {
 public:
  /// UTC.
  Calendar();
  /// @param zone an IANA name such as "Asia/Seoul", "UTC" or "Etc/GMT+3".
  /// @throws UnknownZoneError for unknown names (with the nearest known one) and for abbreviations (KST, CET, EST5EDT).
  explicit Calendar(std::string_view zone);

  const std::string& zone_name() const;

  /// Until when the system's tz database gives this zone's changes of offset; later the last offset holds. Debian's
  /// zone files end in 2037 for zones that still change their clocks; `time_never` for zones that no longer do.
  TimeNs rules_known_until() const;

  OffsetInterval offset_at(TimeNs t) const;
  LocalTime local_time(TimeNs t) const;
  LocalDate local_date(TimeNs t) const;
  LocalMonth local_month(TimeNs t) const;
  Weekday weekday_at(TimeNs t) const;
  /// Minutes the local clock shows since 00:00, 0..1439 (not the minutes elapsed).
  int minute_of_day(TimeNs t) const;

  /// First instant of the local day of t (00:00, or the end of the gap where midnight does not exist).
  TimeNs day_start(TimeNs t) const;
  /// First instant after t whose local date is later than that of t: 23, 24 or 25 h after day_start(t).
  TimeNs next_day_start(TimeNs t) const;
  TimeNs month_start(TimeNs t) const;
  TimeNs next_month_start(TimeNs t) const;
  /// First instant of a date or month.
  TimeNs start_of(LocalDate date) const;
  TimeNs start_of(LocalMonth month) const;

  /// First instant after t at which the local clock shows a multiple of `tick_ns` since 00:00, or jumps over one.
  /// An hour that exists twice ticks twice. A tick that does not divide the day starts again at midnight.
  /// @param tick_ns 0 < tick_ns <= 24 h. @throws std::invalid_argument otherwise.
  TimeNs next_tick(TimeNs t, TimeNs tick_ns) const;
  /// Last instant at or before t at which the local clock shows or jumps over such a multiple.
  TimeNs tick_at_or_before(TimeNs t, TimeNs tick_ns) const;

  /// The instants at which the local clock shows this time.
  /// @throws TimeTextError for 30 February, hour 24, second 60, and dates outside 1677-09-23..2262-04-09.
  LocalLookup to_utc(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) const;

  /// "2025-06-02 14:00"; with seconds ("14:00:05") when they are not zero.
  std::string format_local(TimeNs t) const;
  /// "2025-06-02T14:00:00+09:00"; with nanoseconds when they are not zero.
  std::string format_iso(TimeNs t) const;

  friend bool operator==(const Calendar&, const Calendar&) = default;

 private:
  friend class LocalClock;
  const ZoneTable* table_;
};

/// A calendar with a remembered place: the same answers, O(1) as long as t stays between two changes of offset.
/// A value of few words; not shared between threads.
class LocalClock {
 public:
  LocalClock() : LocalClock(Calendar()) {}
  explicit LocalClock(Calendar calendar) : calendar_(calendar) {}

  const Calendar& calendar() const { return calendar_; }
  const OffsetInterval& offset_at(TimeNs t);
  /// The clock's reading as nanoseconds since 1970-01-01T00:00 local.
  TimeNs local_ns(TimeNs t) { return std::clamp(t, earliest_ns, latest_ns) + offset_at(t).offset_ns; }
  LocalDate local_date(TimeNs t);
  int minute_of_day(TimeNs t);
  TimeNs next_tick(TimeNs t, TimeNs tick_ns);
  /// First instant after t at which the clock reads `local_ns` or later; precondition local_ns > local_ns(t).
  TimeNs next_reading(TimeNs t, TimeNs local_ns);
  TimeNs next_day_start(TimeNs t);

 private:
  Calendar calendar_;
  std::size_t index_ = 0;
  TimeNs midnight_ns_ = 0;  // a reading of 00:00, of the last day a tick was looked for
  // The last tick found: the next one is a step later, as long as that is before the end of its day and offset.
  TimeNs last_tick_ns_ = 0, step_ns_ = 0, steps_until_ns_ = 0;
};

/// Reads "2025-06-02", "2025-06-02T14:00", "2025-06-02 08:00:00.25", each with or without an offset ("Z", "+09:00",
/// "+0900", "+09"); without one, the text is local time of `calendar`. Strict: nothing is guessed or wrapped.
/// @throws TimeTextError naming the text and what would be right, for dates and hours that do not exist, second 60,
/// dates outside 1677-09-23..2262-04-09, offsets outside -12:00..+14:00, US-style dates, and local times without
/// offset that exist twice or never.
TimeNs parse_instant(std::string_view text, const Calendar& calendar);

/// Reads "2025-06-02". @throws TimeTextError.
LocalDate parse_date(std::string_view text);

/// Reads "22:00" to minutes since midnight, 0..1440 ("24:00" is 1440). @throws TimeTextError.
int parse_minute_of_day(std::string_view text);

/// "22:00" for 1320, "24:00" for 1440.
std::string format_minute_of_day(int minute);
/// "2025-06-02".
std::string format_date(LocalDate date);
/// "2025-06".
std::string format_month(LocalMonth month);

}  // namespace evtwin::market
