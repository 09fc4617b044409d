#include "viewer/model/clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "kernel/text.hpp"

namespace evtwin::viewer::model {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;

constexpr int first_year = 1700, last_year = 2240;  // int64 nanoseconds reach from 1677 to 2262

std::int64_t days_since_epoch(std::int64_t year, std::int64_t month) {
  year += (month - 1 >= 0 ? month - 1 : month - 12) / 12;
  month = ((month - 1) % 12 + 12) % 12 + 1;
  year = std::clamp<std::int64_t>(year, first_year, last_year);
  const auto first = std::chrono::year(static_cast<int>(year)) / std::chrono::month(static_cast<unsigned>(month)) / 1;
  return std::chrono::sys_days(first).time_since_epoch().count();
}

// Reading of a clock without offset as ns since 1970.
TimeNs reading_ns(const CivilTime& local) {
  __extension__ using Wide = __int128;
  const Wide days = Wide{days_since_epoch(local.year, local.month)} + local.day - 1;
  const Wide ns = days * day_ns + Wide{local.hour} * hour_ns + Wide{local.minute} * minute_ns +
                  Wide{local.second} * second_ns + local.nanosecond;
  const Wide low = Wide{days_since_epoch(first_year, 1)} * day_ns,
             high = Wide{days_since_epoch(last_year, 12)} * day_ns;
  return static_cast<TimeNs>(std::clamp(ns, low, high));
}

TimeNs floor_to(TimeNs t, TimeNs step) { return t - ((t % step) + step) % step; }

// Walks over a text; each step either takes what is there or leaves the text as it is.
struct Scanner {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  // A number of exactly `digits` digits within [low, high].
  std::optional<int> number(std::size_t digits, int low, int high) {
    if (rest.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest[i] < '0' || rest[i] > '9') return std::nullopt;
      value = value * 10 + (rest[i] - '0');
    }
    if (value < low || value > high) return std::nullopt;
    rest.remove_prefix(digits);
    return value;
  }
};

bool scan_date(Scanner& scan, CivilTime& time) {
  const auto year = scan.number(4, first_year, last_year - 1);
  const auto month = year && scan.take('-') ? scan.number(2, 1, 12) : std::nullopt;
  const auto day = month && scan.take('-') ? scan.number(2, 1, 31) : std::nullopt;
  if (!day) return false;
  time.year = *year;
  time.month = *month;
  time.day = *day;
  return (std::chrono::year(*year) / *month / *day).ok();
}

bool scan_time(Scanner& scan, CivilTime& time) {
  const auto hour = scan.number(2, 0, 23);
  const auto minute = hour && scan.take(':') ? scan.number(2, 0, 59) : std::nullopt;
  if (!minute) return false;
  time.hour = *hour;
  time.minute = *minute;
  if (!scan.take(':')) return true;
  const auto second = scan.number(2, 0, 59);
  time.second = second.value_or(0);
  return second.has_value();
}

// Z, +09:00, +0900 or +09.
std::optional<TimeNs> scan_offset(Scanner& scan) {
  if (scan.take('Z')) return 0;
  const bool west = scan.take('-');
  if (!west && !scan.take('+')) return std::nullopt;
  const auto hours = scan.number(2, 0, 14);
  if (!hours) return std::nullopt;
  const bool colon = scan.take(':');
  const auto minutes = colon || !scan.rest.empty() ? scan.number(2, 0, 59) : std::optional<int>(0);
  if (!minutes) return std::nullopt;
  const TimeNs size = *hours * hour_ns + *minutes * minute_ns;
  return west ? -size : size;
}

struct TimeUnit {
  std::string_view name;
  TimeNs ns;
};
constexpr TimeUnit units[] = {{"w", 7 * day_ns},  {"d", day_ns},    {"h", hour_ns},
                              {"min", minute_ns}, {"m", minute_ns}, {"s", second_ns}};

}  // namespace

Clock::Clock(std::vector<ClockSpan> spans, std::string timezone)
    : spans_(std::move(spans)), timezone_(std::move(timezone)) {}

TimeNs Clock::utc_offset_ns(TimeNs t) const {
  if (spans_.empty()) return 0;
  const auto after = std::ranges::upper_bound(spans_, t, {}, &ClockSpan::start_ns);
  return after == spans_.begin() ? after->utc_offset_ns : std::prev(after)->utc_offset_ns;
}

CivilTime Clock::local_time(TimeNs t) const {
  const TimeNs reading = t + utc_offset_ns(t);
  const TimeNs midnight = floor_to(reading, day_ns);
  const std::chrono::sys_days days{std::chrono::days(midnight / day_ns)};
  const std::chrono::year_month_day date(days);
  const TimeNs in_day = reading - midnight;
  CivilTime local;
  local.year = static_cast<int>(date.year());
  local.month = static_cast<int>(static_cast<unsigned>(date.month()));
  local.day = static_cast<int>(static_cast<unsigned>(date.day()));
  local.hour = static_cast<int>(in_day / hour_ns);
  local.minute = static_cast<int>(in_day / minute_ns % 60);
  local.second = static_cast<int>(in_day / second_ns % 60);
  local.nanosecond = static_cast<int>(in_day % second_ns);
  local.weekday = static_cast<int>(std::chrono::weekday(days).iso_encoding()) - 1;
  return local;
}

TimeNs Clock::instant_of(const CivilTime& local) const {
  const TimeNs reading = reading_ns(local);
  if (spans_.empty()) return reading;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const TimeNs t = reading - spans_[i].utc_offset_ns;
    if (i + 1 < spans_.size() && t >= spans_[i].end_ns) continue;
    // Before this span and past the one before: the clock jumps over it.
    return i == 0 ? t : std::max(t, spans_[i].start_ns);
  }
  return reading;
}

TimeNs Clock::day_start(TimeNs t) const {
  const CivilTime now = local_time(t);
  return instant_of({.year = now.year, .month = now.month, .day = now.day});
}

TimeNs Clock::month_start(TimeNs t) const {
  const CivilTime now = local_time(t);
  return instant_of({.year = now.year, .month = now.month});
}

TimeNs Clock::next_day(TimeNs t) const {
  const CivilTime now = local_time(t);
  return instant_of({.year = now.year, .month = now.month, .day = now.day + 1});
}

std::string Clock::date_text(TimeNs t) const {
  const CivilTime now = local_time(t);
  return fmt::format("{:04}-{:02}-{:02}", now.year, now.month, now.day);
}

std::string Clock::time_text(TimeNs t) const {
  const CivilTime now = local_time(t);
  if (now.second == 0) return fmt::format("{:02}:{:02}", now.hour, now.minute);
  return fmt::format("{:02}:{:02}:{:02}", now.hour, now.minute, now.second);
}

std::string Clock::date_time_text(TimeNs t) const { return date_text(t) + ' ' + time_text(t); }

std::string Clock::iso_text(TimeNs t) const {
  const CivilTime now = local_time(t);
  const TimeNs offset = utc_offset_ns(t);
  const TimeNs minutes = std::abs(offset) / minute_ns;
  return fmt::format("{}T{:02}:{:02}:{:02}{}{:02}:{:02}", date_text(t), now.hour, now.minute, now.second,
                     offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

TimeNs Clock::parse_instant(const std::string& text) const {
  Scanner scan{text};
  CivilTime time;
  bool good = scan_date(scan, time);
  std::optional<TimeNs> offset;
  if (good && !scan.rest.empty()) {
    good = (scan.take('T') || scan.take(' ')) && scan_time(scan, time);
    if (good && !scan.rest.empty()) {
      offset = scan_offset(scan);
      good = offset.has_value() && scan.rest.empty();
    }
  }
  if (!good) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no date or time: write 2026-03-14 or 2026-03-14T18:45", kernel::make_printable(text)));
  }
  return offset ? reading_ns(time) - *offset : instant_of(time);
}

TimeNs parse_duration(const std::string& text) {
  const auto refuse = [&] {
    return std::invalid_argument(
        fmt::format("\"{}\" is no length of time: write 45s, 90min, 6h, 2d or 1w", kernel::make_printable(text)));
  };
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  if (digits == 0 || digits > 12 || std::ranges::count(text.substr(0, digits), '.') > 1) throw refuse();
  std::string_view unit = std::string_view(text).substr(digits);
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const TimeUnit& known : units) {
    if (unit != known.name) continue;
    const double ns = std::strtod(text.substr(0, digits).c_str(), nullptr) * static_cast<double>(known.ns);
    if (!(ns >= 1.0) || ns > 100.0 * 366.0 * static_cast<double>(day_ns)) throw refuse();
    return std::llround(ns);
  }
  throw refuse();
}

std::string duration_text(TimeNs duration) {
  if (duration < 0) return '-' + duration_text(-std::max(duration, -kernel::time_never));
  const TimeNs days = duration / day_ns, hours = duration / hour_ns % 24, minutes = duration / minute_ns % 60;
  const TimeNs seconds = duration / second_ns % 60;
  if (days > 0) return fmt::format("{} d {:02}:{:02}", days, hours, minutes);
  if (hours > 0) return fmt::format("{} h {:02} min", hours, minutes);
  if (minutes > 0)
    return seconds == 0 ? fmt::format("{} min", minutes) : fmt::format("{} min {:02} s", minutes, seconds);
  return fmt::format("{} s", seconds);
}

}  // namespace evtwin::viewer::model
