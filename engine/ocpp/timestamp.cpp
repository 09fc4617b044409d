#include "ocpp/timestamp.hpp"

#include "market/calendar.hpp"

namespace evtwin::ocpp {
namespace {

struct StampScanner {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take_any(std::string_view of) {
    if (rest.empty() || of.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool digit_ahead() const { return !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; }
  int digit() {
    const int value = rest.front() - '0';
    rest.remove_prefix(1);
    return value;
  }
  /// A number of just `count` digits; -1: there are fewer.
  int number(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (!digit_ahead()) return -1;
      value = value * 10 + digit();
    }
    return value;
  }
};

// HH:MM[:SS[.fraction]] in ns; -1: no such time.
kernel::TimeNs time_in_stamp(StampScanner& scan) {
  const int hour = scan.number(2);
  if (hour < 0 || hour > 23 || !scan.take(':')) return -1;
  const int minute = scan.number(2);
  if (minute < 0 || minute > 59) return -1;
  kernel::TimeNs ns = hour * kernel::hour_ns + minute * kernel::minute_ns;
  if (!scan.take(':')) return ns;

  const int second = scan.number(2);
  if (second < 0 || second > 60) return -1;
  ns += second * kernel::second_ns;
  if (!scan.take_any(".,")) return ns;
  if (!scan.digit_ahead()) return -1;
  for (kernel::TimeNs unit = kernel::second_ns / 10; scan.digit_ahead(); unit /= 10) ns += scan.digit() * unit;
  return ns;
}

// Z, +09:00, +0900, +09 or nothing, up to the end. @returns false: something else.
bool offset(StampScanner& scan, Timestamp& stamp, kernel::TimeNs& offset_ns) {
  if (scan.rest.empty()) return true;
  stamp.zoned = true;
  if (scan.take_any("Zz")) return scan.rest.empty();
  const bool west = scan.take('-');
  if (!west && !scan.take('+')) return false;
  const int hours = scan.number(2);
  if (hours < 0 || hours > 23) return false;
  int minutes = 0;
  if (!scan.rest.empty()) {
    scan.take(':');
    minutes = scan.number(2);
  }
  if (minutes < 0 || minutes > 59 || !scan.rest.empty()) return false;
  offset_ns = (hours * kernel::hour_ns + minutes * kernel::minute_ns) * (west ? -1 : 1);
  return true;
}

}  // namespace

std::optional<Timestamp> timestamp_of(std::string_view text) {
  StampScanner scan{text};
  const int year = scan.number(4);
  if (year < 0 || !scan.take('-')) return std::nullopt;
  const int month = scan.number(2);
  if (month < 1 || month > 12 || !scan.take('-')) return std::nullopt;
  const int day = scan.number(2);
  if (day < 1 || day > market::days_in_month({year, month}) || !scan.take_any("Tt ")) return std::nullopt;
  const kernel::TimeNs time_ns = time_in_stamp(scan);
  Timestamp stamp;
  kernel::TimeNs offset_ns = 0;
  if (time_ns < 0 || !offset(scan, stamp, offset_ns)) return std::nullopt;

  // A year inside the range on either side leaves room for the time of the day and the offset.
  if (year < 1678 || year > 2261) {
    stamp.clamped = true;
    stamp.ns = year < 1678 ? market::earliest_ns : market::latest_ns;
  } else {
    stamp.ns = market::days_since_epoch({year, month, day}) * kernel::day_ns + time_ns - offset_ns;
  }
  return stamp;
}

}  // namespace evtwin::ocpp
