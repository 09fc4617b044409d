#include "market/day_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "kernel/floor_divide.hpp"

namespace evtwin::market {
namespace {

constexpr std::array<std::string_view, 12> month_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static_assert(kernel::has_unique_keys(month_names));

// Calls `visit(from, to)` for the one or two stretches of a day that a row holds on.
template <typename Visit>
void for_each_stretch(const ScheduleRow& row, Visit visit) {
  if (row.from_minute < row.to_minute) {
    visit(row.from_minute, row.to_minute);
    return;
  }
  if (row.to_minute > 0) visit(0, row.to_minute);
  visit(row.from_minute, minutes_per_day);
}

// How many rows hold at each minute of a day of that month and type, and the last of them.
struct Cover {
  std::array<int, minutes_per_day> count{};
  std::array<std::uint32_t, minutes_per_day> row{};
};

Cover cover_of(const std::vector<ScheduleRow>& rows, int month, DayType day) {
  Cover cover;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (!has_month(rows[r].months, month) || !has_day(rows[r].days, day)) continue;
    for_each_stretch(rows[r], [&](int from, int to) {
      for (auto m = static_cast<std::size_t>(from); m < static_cast<std::size_t>(to); ++m) {
        ++cover.count[m];
        cover.row[m] = static_cast<std::uint32_t>(r);
      }
    });
  }
  return cover;
}

// A stretch of minutes covered not once, and on which days of which months.
struct Fault {
  bool gap;
  int from_minute;
  int to_minute;
  auto operator<=>(const Fault&) const = default;
};
using DaysOfFault = std::array<MonthMask, day_type_count>;

void collect_faults(const Cover& cover, int month, DayType day, std::map<Fault, DaysOfFault>& faults) {
  const auto kind = [&](std::size_t m) { return std::min(cover.count[m], 2); };
  for (std::size_t from = 0; from < minutes_per_day;) {
    std::size_t to = from + 1;
    while (to < minutes_per_day && kind(to) == kind(from)) ++to;
    if (kind(from) != 1) {
      const Fault fault{kind(from) == 0, static_cast<int>(from), static_cast<int>(to)};
      MonthMask& months = faults[fault][static_cast<std::size_t>(day)];
      months = static_cast<MonthMask>(months | month_bit(month));
    }
    from = to;
  }
}

// "..., Jun-Aug, weekday": day types with the same months share a text.
std::vector<std::string> describe_fault(const Fault& fault, const DaysOfFault& days) {
  std::map<MonthMask, DayTypeMask> days_by_months;
  for (std::size_t d = 0; d < day_type_count; ++d) {
    if (days[d] == 0) continue;
    DayTypeMask& mask = days_by_months[days[d]];
    mask = static_cast<DayTypeMask>(mask | day_bit(static_cast<DayType>(d)));
  }
  std::vector<std::string> texts;
  texts.reserve(days_by_months.size());
  for (const auto& [months, mask] : days_by_months) {
    texts.push_back(fmt::format("{} {:02}:{:02} to {:02}:{:02} ({}, {})",
                                fault.gap ? "no period covers" : "more than one period covers", fault.from_minute / 60,
                                fault.from_minute % 60, fault.to_minute / 60, fault.to_minute % 60,
                                describe_months(months), describe_days(mask)));
  }
  return texts;
}

}  // namespace

std::string_view name_of(DayType day) {
  constexpr std::array<std::string_view, day_type_count> names = {"weekday", "saturday", "sunday", "holiday"};
  static_assert(kernel::names_each<DayType>(names));
  return names[static_cast<std::size_t>(day)];
}

std::string describe_months(MonthMask months) {
  if (months == all_months) return "all months";
  std::string text;
  for (int month = 1; month <= 12; ++month) {
    if (!has_month(months, month)) continue;
    int last = month;
    while (last < 12 && has_month(months, last + 1)) ++last;
    if (!text.empty()) text += ", ";
    text += month_names[static_cast<std::size_t>(month - 1)];
    if (last > month) text += fmt::format("-{}", month_names[static_cast<std::size_t>(last - 1)]);
    month = last;
  }
  return text;
}

std::string describe_days(DayTypeMask days) {
  if (days == all_day_types) return "all days";
  std::string text;
  for (std::size_t d = 0; d < day_type_count; ++d) {
    const auto day = static_cast<DayType>(d);
    if (!has_day(days, day)) continue;
    if (!text.empty()) text += ", ";
    text += name_of(day);
  }
  return text;
}

std::vector<std::string> schedule_problems(const std::vector<ScheduleRow>& rows) {
  std::vector<std::string> problems;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const ScheduleRow& row = rows[r];
    const auto text = [&](int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); };
    const bool in_day = row.from_minute >= 0 && row.from_minute < minutes_per_day && row.to_minute >= 0 &&
                        row.to_minute <= minutes_per_day;
    if (!in_day) {
      problems.push_back(fmt::format("period {}: from is 00:00 to 23:59 and to is 00:00 to 24:00", r + 1));
    } else if (row.from_minute == row.to_minute) {
      problems.push_back(fmt::format("period {} goes from {} to {}: write 00:00 to 24:00 for the whole day", r + 1,
                                     text(row.from_minute), text(row.to_minute)));
    }

    if ((row.months & all_months) == 0 || (row.months & ~all_months) != 0) {
      problems.push_back(fmt::format("period {}: months are 1 to 12, at least one", r + 1));
    }
    if ((row.days & all_day_types) == 0) {
      problems.push_back(fmt::format("period {}: days are weekday, saturday, sunday, holiday, at least one", r + 1));
    }
  }
  if (!problems.empty()) return problems;

  // Each minute of every month and type of day must be covered once; a fault that many days share is told once.
  std::map<Fault, DaysOfFault> faults;
  for (int month = 1; month <= 12; ++month) {
    for (std::size_t d = 0; d < day_type_count; ++d) {
      const auto day = static_cast<DayType>(d);
      collect_faults(cover_of(rows, month, day), month, day, faults);
    }
  }
  for (const auto& [fault, days] : faults) {
    for (std::string& text : describe_fault(fault, days)) problems.push_back(std::move(text));
  }
  return problems;
}

DaySchedule compile_schedule(const std::vector<ScheduleRow>& rows, std::vector<LocalDate> holidays) {
  DaySchedule schedule;
  for (int month = 1; month <= 12; ++month) {
    for (std::size_t d = 0; d < day_type_count; ++d) {
      const Cover cover = cover_of(rows, month, static_cast<DayType>(d));
      auto& steps = schedule.steps[static_cast<std::size_t>(month - 1)][d];
      for (std::size_t m = 0; m < minutes_per_day; ++m) {
        const bool begins = steps.empty() || steps.back().row != cover.row[m];
        if (begins) steps.push_back({static_cast<std::int32_t>(m), cover.row[m]});
      }
    }
  }
  std::sort(holidays.begin(), holidays.end());
  holidays.erase(std::unique(holidays.begin(), holidays.end()), holidays.end());
  schedule.holidays = std::move(holidays);
  return schedule;
}

DayType day_type_of(const DaySchedule& schedule, LocalDate date) {
  if (std::binary_search(schedule.holidays.begin(), schedule.holidays.end(), date)) return DayType::holiday;
  switch (weekday_of(date)) {
    case Weekday::saturday:
      return DayType::saturday;
    case Weekday::sunday:
      return DayType::sunday;
    default:
      return DayType::weekday;
  }
}

TimeNs ScheduleClock::last_holiday_end_ns() const {
  if (schedule_->holidays.empty()) return earliest_ns;
  return calendar().next_day_start(calendar().start_of(schedule_->holidays.back()));
}

ScheduleClock::Reading ScheduleClock::reading_at(TimeNs t) {
  if (t >= cached_from_ns_ && t < cached_.until_ns) return cached_;
  const TimeNs reading = clock_.local_ns(t);
  const std::int64_t day = kernel::floor_divide(reading, kernel::day_ns);
  if (day != day_) {
    const LocalDate date = date_of_days(day);
    const auto type = static_cast<std::size_t>(day_type_of(*schedule_, date));
    day_steps_ = &schedule_->steps[static_cast<std::size_t>(date.month - 1)][type];
    day_ = day;
  }

  // The step that holds is the last one that does not begin after this minute.
  const TimeNs midnight = day * kernel::day_ns;
  const auto minute = static_cast<std::int32_t>((reading - midnight) / kernel::minute_ns);
  std::size_t step = day_steps_->size() - 1;
  while ((*day_steps_)[step].from_minute > minute) --step;
  const bool last_of_day = step + 1 == day_steps_->size();
  const int end_minute = last_of_day ? minutes_per_day : (*day_steps_)[step + 1].from_minute;

  const OffsetInterval& offset = clock_.offset_at(t);
  cached_.row = (*day_steps_)[step].row;
  cached_from_ns_ = t;
  cached_.until_ns = t >= latest_ns - kernel::day_ns
                         ? kernel::time_never
                         : std::min(midnight + end_minute * kernel::minute_ns - offset.offset_ns, offset.end_ns);
  return cached_;
}

}  // namespace evtwin::market
