// Reading and writing instants, dates and times of day. Strict: every text is either exactly one instant or an error
// that names the text and what would be right.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "market/calendar.hpp"
#include "market/zone_table.hpp"

namespace evtwin::market {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Walks over a text; each step either takes what is there or leaves the text as it is.
struct Scanner {
  std::string_view rest;

  bool done() const { return rest.empty(); }
  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::size_t digits_ahead() const {
    std::size_t n = 0;
    while (n < rest.size() && is_digit(rest[n])) ++n;
    return n;
  }
  // A number of exactly `count` digits.
  std::optional<int> number(std::size_t count) {
    if (digits_ahead() != count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (rest[i] - '0');
    rest.remove_prefix(count);
    return value;
  }
};

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw TimeTextError(fmt::format("{}: {}", quote_text(text), why));
}

// 06/02/2025 is 2 June to some and 6 February to others.
void refuse_slashes(std::string_view text) {
  Scanner scan{text};
  const std::size_t first = scan.digits_ahead();
  if (first == 0 || first > 4) return;
  const std::string a(text.substr(0, first));
  scan.rest.remove_prefix(first);
  if (!scan.take('/')) return;
  const std::string b(scan.rest.substr(0, scan.digits_ahead()));
  scan.rest.remove_prefix(b.size());
  if (!scan.take('/')) return;
  const std::string c(scan.rest.substr(0, scan.digits_ahead()));
  if (a.size() <= 2 && b.size() <= 2 && c.size() == 4) {
    refuse(text,
           fmt::format("dates with slashes can be read in two ways: write {0}-{1:0>2}-{2:0>2} (or {0}-{2:0>2}-{1:0>2})",
                       c, a, b));
  }
  refuse(text, "write dates as 2025-06-02");
}

LocalDate scan_date(Scanner& scan, std::string_view text) {
  refuse_slashes(text);
  const std::size_t year_digits = scan.digits_ahead();
  if (year_digits > 4 && year_digits < scan.rest.size() && scan.rest[year_digits] == '-') {
    refuse(text, fmt::format("year {} is outside 1677-09-23 to 2262-04-09",
                             text.substr(0, std::min<std::size_t>(year_digits, 20))));
  }
  const auto year = scan.number(4);
  const bool dash1 = year && scan.take('-');
  const auto month = dash1 ? scan.number(2) : std::nullopt;
  const bool dash2 = month && scan.take('-');
  const auto day = dash2 ? scan.number(2) : std::nullopt;
  if (!day) refuse(text, "write a date as 2025-06-02 or a time as 2025-06-02T14:00");

  // Digits in the right places can still name no day.
  if (*month < 1 || *month > 12) refuse(text, fmt::format("there is no month {:02}", *month));
  if (!is_date(*year, *month, *day)) {
    refuse(text, fmt::format("there is no such date, {:04}-{:02} has {} days", *year, *month,
                             days_in_month({*year, *month})));
  }
  const TimeNs days = days_since_epoch({*year, *month, *day});
  if (days < earliest_ns / kernel::day_ns || days >= latest_ns / kernel::day_ns) {
    refuse(text, "outside 1677-09-23 to 2262-04-09, the days that nanoseconds in 64 bits can count");
  }
  return {*year, *month, *day};
}

// HH:MM[:SS[.fraction]] as nanoseconds since midnight.
TimeNs scan_time(Scanner& scan, std::string_view text) {
  const auto hour = scan.number(2);
  const bool colon = hour && scan.take(':');
  const auto minute = colon ? scan.number(2) : std::nullopt;
  if (!minute) refuse(text, "write the time as 14:00 or 14:00:05");
  if (*hour > 23) refuse(text, fmt::format("there is no hour {}: hours are 00 to 23", *hour));
  if (*minute > 59) refuse(text, fmt::format("there is no minute {}: minutes are 00 to 59", *minute));
  TimeNs ns = *hour * kernel::hour_ns + *minute * kernel::minute_ns;
  if (!scan.take(':')) return ns;

  const auto second = scan.number(2);
  if (!second) refuse(text, "write the seconds as 14:00:05");
  if (*second > 59)
    refuse(text, fmt::format("there is no second {}: seconds are 00 to 59 (leap seconds are not counted)", *second));
  ns += *second * kernel::second_ns;
  if (!scan.take('.')) return ns;

  const std::size_t digits = scan.digits_ahead();
  if (digits == 0 || digits > 9) refuse(text, "a fraction of a second has one to nine digits");
  TimeNs fraction = scan.number(digits).value_or(0);
  for (std::size_t i = digits; i < 9; ++i) fraction *= 10;
  return ns + fraction;
}

// Z, +09:00, +0900 or +09; nothing when the text ends here.
std::optional<TimeNs> scan_offset(Scanner& scan, std::string_view text) {
  if (scan.done()) return std::nullopt;
  if (scan.take('Z')) {
    if (!scan.done()) refuse(text, "nothing may follow the Z");
    return 0;
  }

  scan.take(' ');
  const std::string_view shown = scan.rest;
  const bool negative = !scan.done() && scan.rest.front() == '-';
  if (!scan.take('+') && !scan.take('-')) refuse(text, "after the time only an offset may follow, such as +09:00 or Z");

  // ISO 8601 has both forms: +09:00 and +0900.
  int hours = 0;
  int minutes = 0;
  if (const auto both = scan.number(4)) {
    hours = *both / 100;
    minutes = *both % 100;
  } else {
    const auto h = scan.number(2);
    if (!h) refuse(text, "write the offset as +09:00");
    hours = *h;
    if (scan.take(':')) {
      const auto m = scan.number(2);
      if (!m) refuse(text, "write the offset as +09:00");
      minutes = *m;
    }
  }

  if (!scan.done()) refuse(text, "nothing may follow the offset");
  const int total = (negative ? -1 : 1) * (hours * 60 + minutes);
  if (minutes > 59 || total < -12 * 60 || total > 14 * 60) {
    refuse(text, fmt::format("there is no offset {}: offsets are -12:00 to +14:00", shown));
  }
  return total * kernel::minute_ns;
}

std::string offset_text(TimeNs offset_ns) {
  const TimeNs seconds = offset_ns / kernel::second_ns;
  const TimeNs size = seconds < 0 ? -seconds : seconds;
  std::string text = fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', size / 3600, size / 60 % 60);
  if (size % 60 != 0) text += fmt::format(":{:02}", size % 60);  // local mean time of the 19th century
  return text;
}

std::string clock_text(TimeNs reading_ns) {
  const TimeNs in_day = ((reading_ns % kernel::day_ns) + kernel::day_ns) % kernel::day_ns;
  return format_minute_of_day(static_cast<int>(in_day / kernel::minute_ns));
}

TimeNs instant_of_local(std::string_view text, LocalDate date, TimeNs in_day_ns, const Calendar& calendar) {
  const TimeNs whole_seconds = in_day_ns / kernel::second_ns;
  const auto hour = static_cast<int>(whole_seconds / 3600);
  const auto minute = static_cast<int>(whole_seconds / 60 % 60);
  const auto second = static_cast<int>(whole_seconds % 60);
  const LocalLookup found = calendar.to_utc(date.year, date.month, date.day, hour, minute, second);
  const std::string time = clock_text(in_day_ns);
  if (found.exists == LocalExists::twice) {
    refuse(text,
           fmt::format("{} exists twice on {} in {}: add an offset, {} or {}", time, format_date(date),
                       calendar.zone_name(), offset_text(found.offset_before_ns), offset_text(found.offset_after_ns)));
  }
  if (found.exists == LocalExists::never) {
    refuse(text, fmt::format("{} does not exist on {} in {}: the clock goes from {} to {}", time, format_date(date),
                             calendar.zone_name(), clock_text(found.first_ns + found.offset_before_ns),
                             clock_text(found.first_ns + found.offset_after_ns)));
  }
  return found.first_ns + in_day_ns % kernel::second_ns;
}

}  // namespace

TimeNs parse_instant(std::string_view text, const Calendar& calendar) {
  Scanner scan{text};
  const LocalDate date = scan_date(scan, text);
  // A date alone is the beginning of that day, also where midnight exists twice or not at all.
  if (scan.done()) return calendar.start_of(date);

  TimeNs in_day_ns = 0;
  const bool time_follows = scan.rest.size() > 1 && is_digit(scan.rest[1]) && (scan.take('T') || scan.take(' '));
  if (time_follows) in_day_ns = scan_time(scan, text);
  const std::optional<TimeNs> offset_ns = scan_offset(scan, text);
  if (offset_ns) return days_since_epoch(date) * kernel::day_ns + in_day_ns - *offset_ns;
  return instant_of_local(text, date, in_day_ns, calendar);
}

LocalDate parse_date(std::string_view text) {
  Scanner scan{text};
  const LocalDate date = scan_date(scan, text);
  if (!scan.done()) refuse(text, "a date alone is wanted, such as 2025-06-02");
  return date;
}

int parse_minute_of_day(std::string_view text) {
  Scanner scan{text};
  const auto hour = scan.number(2);
  const bool colon = hour && scan.take(':');
  const auto minute = colon ? scan.number(2) : std::nullopt;
  if (!minute || !scan.done()) refuse(text, "write a time of day as 08:00");
  const int minutes = *hour * 60 + *minute;
  if (*minute > 59 || minutes > 24 * 60) refuse(text, "times of day are 00:00 to 24:00");
  return minutes;
}

std::string format_minute_of_day(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }
std::string format_date(LocalDate date) { return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day); }
std::string format_month(LocalMonth month) { return fmt::format("{:04}-{:02}", month.year, month.month); }

std::string Calendar::format_local(TimeNs t) const {
  const LocalTime now = local_time(t);
  std::string text = fmt::format("{} {:02}:{:02}", format_date(now.date), now.hour, now.minute);
  if (now.second != 0) text += fmt::format(":{:02}", now.second);
  return text;
}

std::string Calendar::format_iso(TimeNs t) const {
  const LocalTime now = local_time(t);
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(now.date), now.hour, now.minute, now.second);
  if (now.nanosecond != 0) text += fmt::format(".{:09}", now.nanosecond);
  return text + offset_text(offset_at(t).offset_ns);
}

}  // namespace evtwin::market
