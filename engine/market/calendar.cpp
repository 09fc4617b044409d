#include "market/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "kernel/floor_divide.hpp"
#include "market/zone_table.hpp"

namespace evtwin::market {
namespace {

using kernel::day_ns;
using kernel::floor_divide;
using kernel::time_never;

// Days past this have no midnight inside the calendar.
constexpr std::int64_t last_day = latest_ns / day_ns - 1;

TimeNs midnight_before(TimeNs reading) { return floor_divide(reading, day_ns) * day_ns; }

LocalTime local_time_of(TimeNs reading) {
  const std::int64_t days = floor_divide(reading, day_ns);
  TimeNs rest = reading - days * day_ns;
  LocalTime local{.date = date_of_days(days)};
  local.hour = static_cast<int>(rest / kernel::hour_ns);
  rest %= kernel::hour_ns;
  local.minute = static_cast<int>(rest / kernel::minute_ns);
  rest %= kernel::minute_ns;
  local.second = static_cast<int>(rest / kernel::second_ns);
  local.nanosecond = static_cast<int>(rest % kernel::second_ns);
  return local;
}

// Ticks of a local day: 00:00 and the multiples of the tick after it.
bool shows_tick(TimeNs reading, TimeNs tick_ns) { return (reading - midnight_before(reading)) % tick_ns == 0; }

TimeNs tick_reading_after(TimeNs reading, TimeNs midnight, TimeNs tick_ns) {
  const TimeNs in_day = reading - midnight;
  return midnight + std::min(day_ns, (in_day / tick_ns + 1) * tick_ns);
}

// Whether a change of offset is a tick: the clock shows one after it, or the jump went over one.
bool jump_is_tick(TimeNs reading_before, TimeNs reading_after, TimeNs tick_ns) {
  return reading_after >= tick_reading_after(reading_before - 1, midnight_before(reading_before - 1), tick_ns) ||
         shows_tick(reading_after, tick_ns);
}

void check_tick(TimeNs tick_ns) {
  if (tick_ns <= 0 || tick_ns > day_ns) throw std::invalid_argument("a tick is longer than 0 and at most 24 h");
}

std::size_t interval_index(const ZoneTable& table, TimeNs t) {
  const auto after = std::upper_bound(table.intervals.begin(), table.intervals.end(), t,
                                      [](TimeNs time, const OffsetInterval& i) { return time < i.begin_ns; });
  const auto index = std::distance(table.intervals.begin(), after) - 1;
  // Only t = time_never lies in no interval (ends are exclusive): the last one.
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(index, 0));
}

LocalLookup look_up(const ZoneTable& table, TimeNs reading) {
  const auto& intervals = table.intervals;
  // Offsets are less than a day (the largest ever: 15:56), so only intervals that touch the two days around the reading
  // can show it.
  std::size_t i = interval_index(table, reading - day_ns);
  const std::size_t last = interval_index(table, reading + day_ns);
  for (; i <= last; ++i) {
    const TimeNs t = reading - intervals[i].offset_ns;
    if (t >= intervals[i].end_ns) continue;
    const bool shown_here = t >= intervals[i].begin_ns;
    if (!shown_here) {
      // Past the end of the interval before, ahead of this one's begin: the clock jumped over it.
      return {LocalExists::never, intervals[i].begin_ns, intervals[i].begin_ns, intervals[i - 1].offset_ns,
              intervals[i].offset_ns};
    }

    // A clock that is set back shows the reading again.
    if (i < last) {
      const TimeNs again = reading - intervals[i + 1].offset_ns;
      if (again >= intervals[i + 1].begin_ns && again < intervals[i + 1].end_ns) {
        return {LocalExists::twice, t, again, intervals[i].offset_ns, intervals[i + 1].offset_ns};
      }
    }
    return {LocalExists::once, t, t, intervals[i].offset_ns, intervals[i].offset_ns};
  }
  const TimeNs offset_ns = intervals[last].offset_ns;
  return {LocalExists::once, reading - offset_ns, reading - offset_ns, offset_ns, offset_ns};
}

TimeNs start_of_day_number(const ZoneTable& table, std::int64_t days) {
  if (days > last_day) return time_never;
  return look_up(table, std::max(days, earliest_ns / day_ns) * day_ns).first_ns;
}

constexpr std::chrono::year_month_day civil(LocalDate date) {
  return std::chrono::year{date.year} / std::chrono::month{static_cast<unsigned>(date.month)} /
         std::chrono::day{static_cast<unsigned>(date.day)};
}

constexpr std::int64_t days_of(LocalDate date) { return std::chrono::sys_days{civil(date)}.time_since_epoch().count(); }
static_assert(days_of({1970, 1, 1}) == 0 && days_of({1969, 12, 31}) == -1);
static_assert(days_of({2000, 3, 1}) - days_of({2000, 2, 28}) == 2, "a leap year: divisible by 400");
static_assert(days_of({1900, 3, 1}) - days_of({1900, 2, 28}) == 1, "no leap year: divisible by 100");
static_assert(days_of({2024, 3, 1}) - days_of({2024, 2, 28}) == 2, "a leap year: divisible by 4");
static_assert(days_of({2400, 1, 1}) - days_of({2000, 1, 1}) == 146'097, "days of 400 years");
static_assert(days_of({1677, 9, 23}) * day_ns == earliest_ns && days_of({2262, 4, 10}) * day_ns == latest_ns,
              "the dates that the header and the messages name");
static_assert(days_of({2262, 4, 9}) == last_day);

constexpr LocalDate date_of(std::int64_t days) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}
static_assert(date_of(19'782) == LocalDate{2024, 2, 29} && date_of(-25'509) == LocalDate{1900, 2, 28});

constexpr Weekday weekday_of_days(std::int64_t days_since_epoch) {
  // 1970-01-01 was a Thursday.
  const std::int64_t days = days_since_epoch + static_cast<int>(Weekday::thursday);
  return static_cast<Weekday>(days - floor_divide(days, 7) * 7);
}
static_assert(weekday_of_days(days_of({2025, 6, 2})) == Weekday::monday);
static_assert(weekday_of_days(days_of({1969, 12, 31})) == Weekday::wednesday, "days before 1970 are negative");

constexpr LocalMonth months_later(LocalMonth month, int count) {
  const std::int64_t months = std::int64_t{month.year} * 12 + (month.month - 1) + count;
  const std::int64_t year = floor_divide(months, 12);
  return {static_cast<int>(year), static_cast<int>(months - year * 12) + 1};
}
static_assert(months_later({2025, 12}, 1) == LocalMonth{2026, 1} &&
              months_later({2025, 1}, -1) == LocalMonth{2024, 12});
static_assert(months_later({2025, 6}, -18) == LocalMonth{2023, 12});

}  // namespace

std::int64_t days_since_epoch(LocalDate date) { return days_of(date); }

LocalDate date_of_days(std::int64_t days) { return date_of(days); }

Weekday weekday_of(LocalDate date) { return weekday_of_days(days_of(date)); }

bool is_date(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= days_in_month({year, month});
}

int days_in_month(LocalMonth month) {
  const LocalMonth next = add_months(month, 1);
  return static_cast<int>(days_since_epoch({next.year, next.month, 1}) -
                          days_since_epoch({month.year, month.month, 1}));
}

LocalMonth add_months(LocalMonth month, int count) { return months_later(month, count); }

Calendar::Calendar() : Calendar("UTC") {}
Calendar::Calendar(std::string_view zone) : table_(&zone_table(zone)) {}

const std::string& Calendar::zone_name() const { return table_->name; }

TimeNs Calendar::rules_known_until() const {
  const TimeNs year_2037 = days_since_epoch({2037, 1, 1}) * day_ns;
  const bool still_changes = table_->intervals.back().begin_ns >= year_2037;
  return still_changes ? days_since_epoch({2038, 1, 1}) * day_ns : time_never;
}

OffsetInterval Calendar::offset_at(TimeNs t) const { return table_->intervals[interval_index(*table_, t)]; }
LocalTime Calendar::local_time(TimeNs t) const { return local_time_of(LocalClock(*this).local_ns(t)); }
LocalDate Calendar::local_date(TimeNs t) const { return LocalClock(*this).local_date(t); }
LocalMonth Calendar::local_month(TimeNs t) const { return month_of(local_date(t)); }
Weekday Calendar::weekday_at(TimeNs t) const { return weekday_of(local_date(t)); }
int Calendar::minute_of_day(TimeNs t) const { return LocalClock(*this).minute_of_day(t); }

TimeNs Calendar::day_start(TimeNs t) const { return start_of(local_date(t)); }
TimeNs Calendar::next_day_start(TimeNs t) const { return LocalClock(*this).next_day_start(t); }
TimeNs Calendar::month_start(TimeNs t) const { return start_of(local_month(t)); }
TimeNs Calendar::next_month_start(TimeNs t) const { return start_of(add_months(local_month(t), 1)); }
TimeNs Calendar::start_of(LocalDate date) const { return start_of_day_number(*table_, days_since_epoch(date)); }
TimeNs Calendar::start_of(LocalMonth month) const { return start_of(LocalDate{month.year, month.month, 1}); }

TimeNs Calendar::next_tick(TimeNs t, TimeNs tick_ns) const { return LocalClock(*this).next_tick(t, tick_ns); }

TimeNs Calendar::tick_at_or_before(TimeNs t, TimeNs tick_ns) const {
  check_tick(tick_ns);
  t = std::clamp(t, earliest_ns, latest_ns);
  for (;;) {
    const std::size_t index = interval_index(*table_, t);
    const OffsetInterval& now = table_->intervals[index];
    const TimeNs reading = t + now.offset_ns;
    const TimeNs in_day = reading - midnight_before(reading);
    const TimeNs tick = t - in_day % tick_ns;
    if (tick >= now.begin_ns) return tick;
    // The offset changed since: the change itself may be the tick, else it lies before the change.
    const TimeNs offset_before = table_->intervals[index - 1].offset_ns;
    if (jump_is_tick(now.begin_ns + offset_before, now.begin_ns + now.offset_ns, tick_ns)) return now.begin_ns;
    t = now.begin_ns - 1;
  }
}

LocalLookup Calendar::to_utc(int year, int month, int day, int hour, int minute, int second) const {
  const auto refuse = [&](std::string_view why) {
    throw TimeTextError(
        fmt::format("{}-{:02}-{:02} {:02}:{:02}:{:02}: {}", year, month, day, hour, minute, second, why));
  };
  if (!is_date(year, month, day)) refuse("there is no such date");
  const bool on_clock = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
  if (!on_clock) refuse("hours are 0 to 23, minutes and seconds 0 to 59");
  const std::int64_t days = days_since_epoch({year, month, day});
  if (days < earliest_ns / day_ns || days > last_day) refuse("outside 1677-09-23 to 2262-04-09");
  return look_up(*table_,
                 days * day_ns + hour * kernel::hour_ns + minute * kernel::minute_ns + second * kernel::second_ns);
}

const OffsetInterval& LocalClock::offset_at(TimeNs t) {
  const auto& intervals = calendar_.table_->intervals;
  const OffsetInterval& held = intervals[index_];
  if (t >= held.begin_ns && t < held.end_ns) return held;
  index_ = interval_index(*calendar_.table_, t);
  return intervals[index_];
}

LocalDate LocalClock::local_date(TimeNs t) { return date_of_days(floor_divide(local_ns(t), day_ns)); }

int LocalClock::minute_of_day(TimeNs t) {
  const TimeNs reading = local_ns(t);
  return static_cast<int>((reading - midnight_before(reading)) / kernel::minute_ns);
}

TimeNs LocalClock::next_tick(TimeNs t, TimeNs tick_ns) {
  if (t == last_tick_ns_ && tick_ns == step_ns_ && t + tick_ns < steps_until_ns_) return last_tick_ns_ = t + tick_ns;
  check_tick(tick_ns);
  if (t >= latest_ns - day_ns) return time_never;
  t = std::max(t, earliest_ns);
  for (;;) {
    const OffsetInterval now = offset_at(t);
    const TimeNs reading = t + now.offset_ns;
    // Most calls are for the same day as the last one.
    if (reading < midnight_ns_ || reading - midnight_ns_ >= day_ns) midnight_ns_ = midnight_before(reading);
    const TimeNs target = tick_reading_after(reading, midnight_ns_, tick_ns);
    if (target - now.offset_ns < now.end_ns) {
      last_tick_ns_ = target - now.offset_ns;
      step_ns_ = tick_ns;
      steps_until_ns_ = std::min(now.end_ns, midnight_ns_ + day_ns - now.offset_ns);
      return last_tick_ns_;
    }
    // The offset changes first: the change is the tick, or the search goes on behind it.
    t = now.end_ns;
    if (jump_is_tick(t + now.offset_ns, t + offset_at(t).offset_ns, tick_ns)) return t;
  }
}

TimeNs LocalClock::next_reading(TimeNs t, TimeNs local_ns) {
  if (local_ns > latest_ns) return time_never;
  t = std::max(t, earliest_ns);
  for (;;) {
    const OffsetInterval now = offset_at(t);
    const TimeNs reached = local_ns - now.offset_ns;
    if (reached <= t) return t;  // a jump went over it
    if (reached < now.end_ns) return reached;
    t = now.end_ns;
  }
}

TimeNs LocalClock::next_day_start(TimeNs t) {
  if (t >= latest_ns - day_ns) return time_never;
  return next_reading(t, midnight_before(local_ns(t)) + day_ns);
}

}  // namespace evtwin::market
