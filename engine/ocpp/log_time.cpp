#include "ocpp/log_time.hpp"

#include <array>
#include <cmath>

#include "kernel/static_checks.hpp"
#include "market/calendar.hpp"
#include "ocpp/characters.hpp"

namespace evtwin::ocpp {
namespace {

constexpr std::size_t most_searched = 400;

struct Scanner {
  std::string_view text;
  std::size_t at = 0;

  char peek(std::size_t ahead = 0) const { return at + ahead < text.size() ? text[at + ahead] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at;
    return true;
  }
  std::size_t digits() const {
    std::size_t n = 0;
    while (n < 20 && is_digit(peek(n))) ++n;
    return n;
  }
  int number(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (text[at + i] - '0');
    at += count;
    return value;
  }
  void blanks() {
    while (peek() == ' ' || peek() == '\t') ++at;
  }
};

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
static_assert(kernel::has_unique_keys(months));
static_assert(std::all_of(months.begin(), months.end(), [](std::string_view month) { return month.size() == 3; }),
              "month_at() reads three letters");

// Three letters that name a month; 0: none.
int month_at(const Scanner& scan) {
  if (!is_letter(scan.peek()) || !is_letter(scan.peek(1)) || !is_letter(scan.peek(2)) || is_letter(scan.peek(3)))
    return 0;
  const std::array<char, 3> name{to_lower(scan.peek()), to_lower(scan.peek(1)), to_lower(scan.peek(2))};
  for (std::size_t i = 0; i < months.size(); ++i)
    if (months[i] == std::string_view(name.data(), 3)) return static_cast<int>(i) + 1;
  return 0;
}

struct Date {
  int year = 0, month = 0, day = 0;
  bool valid() const {
    return year >= 1970 && year < 2200 && month >= 1 && month <= 12 && market::is_date(year, month, day);
  }
  TimeNs ns() const { return market::days_since_epoch({year, month, day}) * kernel::day_ns; }
};

// HH:MM, with seconds and a fraction where they stand, and AM or PM.
bool time_of_day(Scanner& scan, TimeNs& ns, bool seconds_needed) {
  const std::size_t hours = scan.digits();
  if (hours < 1 || hours > 2 || scan.peek(hours) != ':' || !is_digit(scan.peek(hours + 1)) ||
      !is_digit(scan.peek(hours + 2)) || is_digit(scan.peek(hours + 3)))
    return false;

  int hour = scan.number(hours);
  ++scan.at;
  const int minute = scan.number(2);
  int second = 0;
  TimeNs fraction = 0;

  if (scan.peek() == ':' && is_digit(scan.peek(1)) && is_digit(scan.peek(2))) {
    ++scan.at;
    second = scan.number(2);
    const char dot = scan.peek();
    if ((dot == '.' || dot == ',' || dot == ':') && is_digit(scan.peek(1))) {
      ++scan.at;
      TimeNs unit = kernel::second_ns / 10;
      for (; is_digit(scan.peek()); ++scan.at, unit /= 10) fraction += unit * (scan.peek() - '0');
    }
  } else if (seconds_needed) {
    return false;
  }

  // Clocks of 12 hours: 12 AM is midnight, 12 PM is noon.
  Scanner ahead = scan;
  ahead.blanks();
  const char half = to_lower(ahead.peek());
  if ((half == 'a' || half == 'p') && to_lower(ahead.peek(1)) == 'm' && !is_letter(ahead.peek(2))) {
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (half == 'p' ? 12 : 0);
    ahead.at += 2;
    scan = ahead;
  }

  // Second 60 is a leap second.
  if (hour > 23 || minute > 59 || second > 60) return false;
  ns = hour * kernel::hour_ns + minute * kernel::minute_ns + second * kernel::second_ns + fraction;
  return true;
}

// Z, UTC, GMT, +09, +0900, +09:00, the latter two after a blank as well.
bool zone(Scanner& scan, TimeNs& offset) {
  Scanner ahead = scan;
  const bool blank = ahead.peek() == ' ';
  ahead.blanks();
  offset = 0;

  const char c = ahead.peek();
  if ((c == 'Z' || c == 'z') && !blank && !is_letter(ahead.peek(1))) {
    ++ahead.at;
  } else if (const std::string_view name = ahead.text.substr(std::min(ahead.at, ahead.text.size()), 3);
             (name == "UTC" || name == "GMT") && !is_letter(ahead.peek(3)) && ahead.peek(3) != '+') {
    ahead.at += 3;
  } else if (c == '+' || c == '-') {
    ++ahead.at;
    const std::size_t digits = ahead.digits();
    int hours = 0, minutes = 0;
    if (digits == 4) {
      hours = ahead.number(2);
      minutes = ahead.number(2);
    } else if (digits == 2) {
      hours = ahead.number(2);
      if (ahead.peek() == ':' && is_digit(ahead.peek(1)) && is_digit(ahead.peek(2))) {
        ++ahead.at;
        minutes = ahead.number(2);
      } else if (blank) {
        // Two figures alone behind a blank may be anything.
        return false;
      }
    } else {
      return false;
    }

    if (hours > 14 || minutes > 59 || is_letter(ahead.peek())) return false;
    offset = hours * kernel::hour_ns + minutes * kernel::minute_ns;
    if (c == '-') offset = -offset;
  } else {
    return false;
  }

  scan = ahead;
  return true;
}

// Characters between a date and its time.
void gap(Scanner& scan) {
  if (scan.peek() == 'T' || scan.peek() == 't' || scan.peek() == '_' || scan.peek() == ':') {
    if (is_digit(scan.peek(1))) ++scan.at;
    return;
  }
  if (scan.peek() == ',') ++scan.at;
  scan.blanks();
  if (scan.peek() == '@') {  // Kibana: Mar 2, 2026 @ 19:59:20.755
    ++scan.at;
    scan.blanks();
  }
}

// A date; `either`: two figures of 12 or less before the year, parted by slashes.
struct ReadDate {
  Date date;
  bool either = false;
  DayOrder shows = DayOrder::unknown;
};

// The name of a month, the day and the year: Mar 10, 2026   Mar/10/2026
bool month_name_first(Scanner& scan, Date& date) {
  date.month = month_at(scan);
  if (date.month == 0) return false;
  scan.at += 3;
  while (scan.peek() == ' ' || scan.peek() == '/' || scan.peek() == '-' || scan.peek() == '.') ++scan.at;

  const std::size_t digits = scan.digits();
  if (digits < 1 || digits > 2) return false;
  date.day = scan.number(digits);
  while (scan.peek() == ' ' || scan.peek() == '/' || scan.peek() == '-' || scan.peek() == ',') ++scan.at;
  if (scan.digits() != 4) return false;
  date.year = scan.number(4);
  return true;
}

// Year first: 2026-03-10, 2026/3/10, 2026.3.10.
bool year_first(Scanner& scan, Date& date) {
  date.year = scan.number(4);
  const char part = scan.peek();
  if (part != '-' && part != '/' && part != '.') return false;
  ++scan.at;

  const std::size_t month = scan.digits();
  if (month < 1 || month > 2) return false;
  date.month = scan.number(month);
  if (!scan.take(part)) return false;
  const std::size_t day = scan.digits();
  if (day < 1 || day > 2) return false;
  date.day = scan.number(day);
  return true;
}

// Year last, behind a day and a month in an order of the log's own: 10.3.2026, 10/Mar/2026, 3/10/2026.
bool year_last(Scanner& scan, std::size_t digits, ReadDate& read) {
  Date& date = read.date;
  const int one = scan.number(digits);
  const char part = scan.peek();
  if (part != '-' && part != '/' && part != '.' && part != ' ') return false;
  ++scan.at;

  if (const int month = month_at(scan); month > 0) {  // 10/Mar/2026
    date.month = month;
    scan.at += 3;
    if (!scan.take(part) || scan.digits() != 4) return false;
    date.day = one;
    date.year = scan.number(4);
    return true;
  }

  const std::size_t second = scan.digits();
  if (part == ' ' || second < 1 || second > 2) return false;
  const int two = scan.number(second);
  if (!scan.take(part) || scan.digits() != 4) return false;
  date.year = scan.number(4);

  // Dots and dashes stand between day, month and year. With slashes the month comes first, unless it is above 12.
  const bool day_first = part != '/' || one > 12;
  date.day = day_first ? one : two;
  date.month = day_first ? two : one;
  if (part == '/') {
    read.either = one <= 12 && two <= 12 && one != two;
    if (one > 12) read.shows = DayOrder::day_first;
    if (two > 12) read.shows = DayOrder::month_first;
  }
  return true;
}

std::optional<ReadDate> date_at(Scanner& scan) {
  ReadDate read;
  const std::size_t digits = scan.digits();
  const bool found = digits == 0   ? month_name_first(scan, read.date)
                     : digits == 4 ? year_first(scan, read.date)
                                   : digits <= 2 && year_last(scan, digits, read);
  if (!found || !read.date.valid()) return std::nullopt;
  return read;
}

std::optional<LogStamp> epoch_at(std::string_view text, std::size_t at) {
  Scanner scan{text, at};
  const std::size_t digits = scan.digits();
  if (digits != 10 && digits != 13 && digits != 16 && digits != 19) return std::nullopt;
  TimeNs value = 0;
  for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (text[at + i] - '0');
  for (std::size_t i = digits; i < 19; i += 3) value *= 1000;
  scan.at += digits;
  if (digits == 10 && scan.peek() == '.') {
    ++scan.at;
    TimeNs unit = kernel::second_ns / 10;
    for (; is_digit(scan.peek()); ++scan.at, unit /= 10) value += unit * (scan.peek() - '0');
  }
  if (is_letter(scan.peek()) || is_digit(scan.peek()) || scan.peek() == '-') return std::nullopt;
  if (value < kernel::second_ns * 1'000'000'000 || value > kernel::second_ns * 4'102'444'800) return std::nullopt;
  LogStamp stamp;
  stamp.ns = value;
  stamp.zoned = true;
  stamp.begin = at;
  stamp.end = scan.at;
  return stamp;
}

}  // namespace

TimeNs epoch_ns(double number) {
  if (!(number >= 1e9)) return kernel::time_never;
  for (const double unit : {1e9, 1e6, 1e3, 1.0}) {
    const double seconds = number * unit * 1e-9;
    if (seconds < 1e9 || seconds > 7.26e9) continue;
    return static_cast<TimeNs>(std::llround(number * unit / 1e3)) * 1000;
  }
  return kernel::time_never;
}

std::optional<LogStamp> stamp_at(std::string_view text, std::size_t at, DayOrder order) {
  LogStamp stamp;
  stamp.begin = at;
  Scanner scan{text, at};
  if (const auto read = date_at(scan)) {
    stamp.either_order = read->either;
    stamp.shows = read->shows;

    Date swapped{read->date.year, read->date.day, read->date.month};
    TimeNs of_day = 0;
    Scanner ahead = scan;
    gap(ahead);
    TimeNs offset = 0;
    stamp.end = scan.at;
    if (time_of_day(ahead, of_day, false)) {
      stamp.zoned = zone(ahead, offset);
      stamp.end = ahead.at;
    } else {
      stamp.kind = LogStamp::Kind::date;
    }

    stamp.ns = read->date.ns() + of_day - offset;
    if (read->either) {
      // The survey decides between 3 October and 10 March.
      stamp.other_ns = swapped.ns() + of_day - offset;
      if (order == DayOrder::day_first) stamp.ns = stamp.other_ns;
    }
    return stamp;
  }

  // Else a time of day alone, or an epoch number where the text begins with it.
  scan.at = at;
  if (time_of_day(scan, stamp.ns, true)) {
    stamp.kind = LogStamp::Kind::time;
    stamp.end = scan.at;
    return stamp;
  }
  return at == 0 ? epoch_at(text, at) : std::nullopt;
}

std::optional<LogStamp> StampReader::find_stamp(std::string_view text) {
  if (last_at_ < text.size() && is_digit(text[last_at_]) && (last_at_ == 0 || !is_digit(text[last_at_ - 1]))) {
    const auto stamp = stamp_at(text, last_at_, order_);
    if (stamp && stamp->kind == LogStamp::Kind::full) return stamp;
  }
  std::optional<LogStamp> second_best;
  const std::size_t end = std::min(text.size(), most_searched);
  for (std::size_t i = 0; i < end; ++i) {
    const char c = text[i];
    const bool begins_word = i == 0 || (!is_digit(text[i - 1]) && !is_letter(text[i - 1]));
    if (!begins_word || !(is_digit(c) || is_letter(c))) continue;
    if (is_letter(c) && month_at({text, i}) == 0) continue;
    // An epoch number may also begin a cell.
    const bool begins_cell =
        i == 0 || text[i - 1] == ',' || text[i - 1] == '\t' || text[i - 1] == '[' || text[i - 1] == '"';
    auto stamp = stamp_at(text, i, order_);
    if (!stamp && begins_cell && is_digit(c)) stamp = epoch_at(text, i);
    if (!stamp) continue;
    if (stamp->kind == LogStamp::Kind::full) {
      last_at_ = i;
      return stamp;
    }
    if (!second_best) second_best = stamp;
    i = stamp->end > i ? stamp->end - 1 : i;
  }
  return second_best;
}

}  // namespace evtwin::ocpp
