#include "audit/local_clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace evtwin::audit {
namespace {

std::int64_t floor_of(Ns a, Ns b) { return a / b - (a % b < 0 ? 1 : 0); }
/// The smallest multiple of `b` that is not below `a`.
Ns multiple_from(Ns a, Ns b) { return -floor_of(-a, b) * b; }

}  // namespace

MonthNumber month_number(int year, int month) { return MonthNumber{year} * 12 + month - 1; }

int month_of_year(MonthNumber month) { return static_cast<int>(month - floor_of(month, 12) * 12) + 1; }

std::string month_text(MonthNumber month) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d", static_cast<int>(floor_of(month, 12)), month_of_year(month));
  return text.data();
}

bool parse_month(const std::string& text, MonthNumber& month) {
  const std::size_t dash = text.find('-', 1);
  if (dash == std::string::npos) return false;
  int year = 0, of_year = 0;
  const char* begin = text.data();
  const auto read_year = std::from_chars(begin, begin + dash, year);
  const auto read_month = std::from_chars(begin + dash + 1, begin + text.size(), of_year);
  if (read_year.ec != std::errc() || read_month.ec != std::errc() || of_year < 1 || of_year > 12) return false;
  month = month_number(year, of_year);
  return true;
}

const LocalClock::Interval& LocalClock::offset_interval_at(Ns t) const {
  const auto after = std::upper_bound(intervals_.begin(), intervals_.end(), t,
                                      [](Ns time, const Interval& i) { return time < i.begin_ns; });
  return after == intervals_.begin() ? *after : *(after - 1);
}

std::int64_t LocalClock::day_at(Ns t) const { return floor_of(local_reading(t), day_ns); }

MonthNumber LocalClock::month_at(Ns t) const {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day_at(t)}}};
  return month_number(static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())));
}

Ns LocalClock::month_begin(MonthNumber month) const {
  const std::chrono::year_month_day first{std::chrono::year{static_cast<int>(floor_of(month, 12))},
                                          std::chrono::month{static_cast<unsigned>(month_of_year(month))},
                                          std::chrono::day{1}};
  const Ns midnight = std::chrono::sys_days{first}.time_since_epoch().count() * day_ns;
  for (const Interval& interval : intervals_) {
    const Ns t = midnight - interval.offset_ns;
    if (t < interval.end_ns) return std::max(t, interval.begin_ns);
  }
  return midnight - intervals_.back().offset_ns;
}

std::vector<Ns> LocalClock::stretch_starts(Ns from, Ns to, Ns stretch_ns) const {
  std::vector<Ns> begins{from};
  for (std::size_t i = 0; i < intervals_.size(); ++i) {
    const Interval& now = intervals_[i];
    const Ns begin = std::max(now.begin_ns, from), end = std::min(now.end_ns, to);
    if (begin >= end) continue;
    const bool clock_changes = i > 0 && now.begin_ns > from;
    // Set forward over a multiple: the change itself is where it would have been shown.
    if (clock_changes &&
        multiple_from(now.begin_ns + intervals_[i - 1].offset_ns, stretch_ns) <= now.begin_ns + now.offset_ns)
      begins.push_back(now.begin_ns);
    for (Ns t = multiple_from(begin + now.offset_ns, stretch_ns) - now.offset_ns; t < end; t += stretch_ns) {
      if (t > begins.back()) begins.push_back(t);
    }
  }
  return begins;
}

}  // namespace evtwin::audit
