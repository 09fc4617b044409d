// Ticks of the calendar: round times of the site's own clock, whatever it does in spring and autumn.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kernel/static_checks.hpp"
#include "viewer/plot/axis.hpp"

namespace evtwin::viewer::plot {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using model::CivilTime;
using model::Clock;

constexpr std::array<const char*, 12> months_english{"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};
constexpr std::array<const char*, 7> weekdays_english{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<const char*, 7> weekdays_korean{"월", "화", "수", "목", "금", "토", "일"};
static_assert(std::string_view(weekdays_english.front()) == "Mon" && std::string_view(weekdays_korean.front()) == "월",
              "as ISO 8601: CivilTime::weekday counts from Monday");

enum class Unit : std::uint8_t { second, minute, day, month, year };  // hours are minutes

struct TimeStep {
  Unit unit;
  int count;      ///< of the unit
  TimeNs length;  ///< about
};
constexpr std::array<TimeStep, 27> tick_steps{{
    {Unit::second, 1, second_ns},       {Unit::second, 2, 2 * second_ns},   {Unit::second, 5, 5 * second_ns},
    {Unit::second, 10, 10 * second_ns}, {Unit::second, 15, 15 * second_ns}, {Unit::second, 30, 30 * second_ns},
    {Unit::minute, 1, minute_ns},       {Unit::minute, 2, 2 * minute_ns},   {Unit::minute, 5, 5 * minute_ns},
    {Unit::minute, 10, 10 * minute_ns}, {Unit::minute, 15, 15 * minute_ns}, {Unit::minute, 30, 30 * minute_ns},
    {Unit::minute, 60, hour_ns},        {Unit::minute, 120, 2 * hour_ns},   {Unit::minute, 180, 3 * hour_ns},
    {Unit::minute, 360, 6 * hour_ns},   {Unit::minute, 720, 12 * hour_ns},  {Unit::day, 1, day_ns},
    {Unit::day, 2, 2 * day_ns},         {Unit::day, 7, 7 * day_ns},         {Unit::month, 1, 31 * day_ns},
    {Unit::month, 3, 92 * day_ns},      {Unit::year, 1, 366 * day_ns},      {Unit::year, 2, 731 * day_ns},
    {Unit::year, 5, 1826 * day_ns},     {Unit::year, 10, 3652 * day_ns},    {Unit::year, 50, 18262 * day_ns},
}};
static_assert(kernel::is_ascending(tick_steps, &TimeStep::length), "the first that is long enough is taken");
static_assert(std::all_of(tick_steps.begin(), tick_steps.end(),
                          [](const TimeStep& step) {
                            return (step.unit != Unit::second || step.length == step.count * second_ns) &&
                                   (step.unit != Unit::minute || step.length == step.count * minute_ns) &&
                                   (step.unit != Unit::day || step.length == step.count * day_ns);
                          }),
              "seconds to days have one length");

std::string month_name(const CivilTime& at, Words words, bool whole) {
  if (words == Words::korean) return fmt::format("{}월", at.month);
  const std::string_view name = months_english[static_cast<std::size_t>(at.month - 1)];
  return std::string(whole ? name : name.substr(0, 3));
}

std::string weekday_name(const CivilTime& at, Words words) {
  const auto day = static_cast<std::size_t>(at.weekday);
  return words == Words::korean ? weekdays_korean[day] : weekdays_english[day];
}

std::string label_of(const CivilTime& at, const TimeStep& step, Words words) {
  switch (step.unit) {
    case Unit::second:
      return fmt::format("{:02}:{:02}:{:02}", at.hour, at.minute, at.second);
    case Unit::minute:
      return fmt::format("{:02}:{:02}", at.hour, at.minute);
    case Unit::day:
      if (step.count == 1) {
        return words == Words::korean ? fmt::format("{}({})", at.day, weekday_name(at, words))
                                      : fmt::format("{} {}", weekday_name(at, words), at.day);
      }
      return words == Words::korean ? fmt::format("{}/{}", at.month, at.day)
                                    : fmt::format("{} {}", at.day, month_name(at, words, false));
    case Unit::month:
      return month_name(at, words, false);
    case Unit::year:
      return fmt::format("{}", at.year);
  }
  return {};
}

/// The coarser step that `at` lies in.
std::string above_of(const CivilTime& at, const TimeStep& step, Words words) {
  switch (step.unit) {
    case Unit::second:
    case Unit::minute: {
      const std::string date = fmt::format("{:04}-{:02}-{:02}", at.year, at.month, at.day);
      return words == Words::korean ? fmt::format("{} ({})", date, weekday_name(at, words))
                                    : fmt::format("{} {}", weekday_name(at, words), date);
    }
    case Unit::day:
      return words == Words::korean ? fmt::format("{}년 {}월", at.year, at.month)
                                    : fmt::format("{} {}", month_name(at, words, true), at.year);
    case Unit::month:
      return words == Words::korean ? fmt::format("{}년", at.year) : fmt::format("{}", at.year);
    case Unit::year:
      break;
  }
  return {};
}

/// Whether a coarser step begins with a tick at `at`, the tick before it having been at `before`.
bool begins_coarser(const CivilTime& at, const CivilTime& before, const TimeStep& step) {
  switch (step.unit) {
    case Unit::second:
    case Unit::minute:
      return at.day != before.day || at.month != before.month || at.year != before.year;
    case Unit::day:
      return at.month != before.month || at.year != before.year;
    case Unit::month:
      return at.year != before.year;
    case Unit::year:
      break;
  }
  return false;
}

/// Round local times of steps shorter than a day. Where the clock is put forward or back the count starts anew, so an
/// hour that comes twice has two ticks and one that is left out has none.
std::vector<TimeNs> ticks_within_days(const Clock& clock, TimeNs from, TimeNs to, TimeNs step) {
  std::vector<TimeNs> found;
  TimeNs t = from;
  while (t <= to) {
    const TimeNs offset = clock.utc_offset_ns(t);
    const TimeNs local = t + offset;
    const TimeNs into_step = ((local % step) + step) % step;
    const TimeNs next = into_step == 0 ? t : t + (step - into_step);
    if (clock.utc_offset_ns(next) != offset) {
      TimeNs before = t, after = next;  // it changes in (before, after]
      while (after - before > 1) {
        const TimeNs middle = before + (after - before) / 2;
        (clock.utc_offset_ns(middle) == offset ? before : after) = middle;
      }
      t = after;
      continue;
    }
    if (next > to) break;
    found.push_back(next);
    t = next + 1;
  }
  return found;
}

/// Starts of local days, months or years.
std::vector<TimeNs> ticks_of_days(const Clock& clock, TimeNs from, TimeNs to, const TimeStep& step) {
  std::vector<TimeNs> found;
  const bool days = step.unit == Unit::day;
  TimeNs t = days ? clock.day_start(from) : clock.month_start(from);
  while (t <= to) {
    const CivilTime at = clock.local_time(t);
    bool wanted = false;
    switch (step.unit) {
      case Unit::day:
        wanted = step.count == 1 || (step.count == 2 ? at.day % 2 == 1 && at.day < 31 : at.weekday == 0);
        break;
      case Unit::month:
        wanted = (at.month - 1) % step.count == 0;
        break;
      default:
        wanted = at.month == 1 && at.year % step.count == 0;
    }
    if (wanted && t >= from) found.push_back(t);
    t = days ? clock.next_day(t) : clock.month_start(t + 33 * day_ns);
  }
  return found;
}

}  // namespace

std::vector<TimeTick> time_ticks(const Clock& clock, TimeNs from, TimeNs to, int count, Words words) {
  if (to <= from || count < 1) return {};
  const TimeNs least = (to - from) / count;
  const auto enough = [least](const TimeStep& step) { return step.length >= least; };
  auto found = std::find_if(tick_steps.begin(), tick_steps.end(), enough);
  if (found == tick_steps.end()) found = std::prev(tick_steps.end());
  const TimeStep& step = *found;

  const bool within_days = step.unit == Unit::second || step.unit == Unit::minute;
  const std::vector<TimeNs> times =
      within_days ? ticks_within_days(clock, from, to, step.length) : ticks_of_days(clock, from, to, step);

  std::vector<TimeTick> ticks;
  CivilTime before = clock.local_time(from - 1);
  for (const TimeNs t : times) {
    const CivilTime at = clock.local_time(t);
    TimeTick tick{t, label_of(at, step, words), {}, begins_coarser(at, before, step)};
    if (tick.major || ticks.empty()) tick.above = above_of(at, step, words);
    ticks.push_back(std::move(tick));
    before = at;
  }
  return ticks;
}

std::string_view axis_characters() { return "월화수목금토일년평균()/"; }

}  // namespace evtwin::viewer::plot
