// A schedule that repeats by the local clock: for every month and type of day a list of steps "from this minute on, row
// id". Tariff periods and daily profiles are both compiled to this form and read through one cursor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/static_checks.hpp"
#include "market/calendar.hpp"

namespace evtwin::market {

inline constexpr int minutes_per_day = 24 * 60;

/// Types of day that tariffs and profiles tell apart. A public holiday is `holiday` whatever its weekday.
enum class DayType : std::uint8_t { weekday, saturday, sunday, holiday };
inline constexpr std::size_t day_type_count = 4;
static_assert(day_type_count == kernel::enum_count<DayType>());

/// Bit month-1 for months 1..12; bit of the enumerator for day types.
using MonthMask = std::uint16_t;
using DayTypeMask = std::uint8_t;
inline constexpr MonthMask all_months = 0x0FFF;
inline constexpr DayTypeMask all_day_types = 0x0F;
constexpr MonthMask month_bit(int month) { return static_cast<MonthMask>(1U << static_cast<unsigned>(month - 1)); }
constexpr DayTypeMask day_bit(DayType day) { return static_cast<DayTypeMask>(1U << static_cast<unsigned>(day)); }
constexpr bool has_month(MonthMask mask, int month) { return (mask & month_bit(month)) != 0; }
constexpr bool has_day(DayTypeMask mask, DayType day) { return (mask & day_bit(day)) != 0; }
static_assert(month_bit(1) == 1 && month_bit(12) == all_months / 2 + 1, "twelve months, and no bit above them");
static_assert(all_day_types == 2 * day_bit(DayType::holiday) - 1, "each type of day, and no bit above them");
static_assert(minutes_per_day * kernel::minute_ns == kernel::day_ns);

/// "weekday", "saturday", "sunday", "holiday".
std::string_view name_of(DayType day);
/// "Jan-Mar, Nov" and "weekday, saturday"; "all months", "all days" for full masks.
std::string describe_months(MonthMask months);
std::string describe_days(DayTypeMask days);

/// One row of a schedule: where it holds. `to_minute <= from_minute` wraps over midnight: the part after midnight
/// belongs to the same month and day type as its own date (22:00 to 06:00 on weekdays is 00:00-06:00 and 22:00-24:00
/// of every weekday), so that the type of a day alone says which rows hold on it.
struct ScheduleRow {
  MonthMask months = all_months;
  DayTypeMask days = all_day_types;
  int from_minute = 0;
  int to_minute = minutes_per_day;
};

/// Rows compiled to steps, and the holidays that decide the day type.
struct DaySchedule {
  struct Step {
    std::int32_t from_minute;
    std::uint32_t row;
  };
  /// [month - 1][day type] -> steps by ascending minute, the first at 0; each holds until the next or midnight.
  std::array<std::array<std::vector<Step>, day_type_count>, 12> steps;
  std::vector<LocalDate> holidays;  ///< sorted, unique
};

/// Faults of rows as a cover of every minute of every month and day type, exactly once; empty when there are none.
/// Texts such as "no period covers 08:00 to 09:00 (all months, all days)" and
/// "two periods cover 07:00 to 08:00 (Jun-Aug, weekday)".
std::vector<std::string> schedule_problems(const std::vector<ScheduleRow>& rows);

/// Compiles rows that have no problems; neighbouring steps of one row are joined.
DaySchedule compile_schedule(const std::vector<ScheduleRow>& rows, std::vector<LocalDate> holidays);

DayType day_type_of(const DaySchedule& schedule, LocalDate date);

/// A cursor over a schedule on a local clock. Amortised O(1) for ascending t; any t is right.
class ScheduleClock {
 public:
  struct Reading {
    std::uint32_t row = 0;
    TimeNs until_ns = 0;  ///< row may change here and not before: a step's end, a midnight or a change of UTC offset
  };
  ScheduleClock(std::shared_ptr<const DaySchedule> schedule, Calendar calendar)
      : schedule_(std::move(schedule)), clock_(calendar) {}
  Reading reading_at(TimeNs t);
  /// From here on the month and the day of the week decide alone; `earliest_ns` without holidays.
  TimeNs last_holiday_end_ns() const;
  const Calendar& calendar() const { return clock_.calendar(); }

 private:
  std::shared_ptr<const DaySchedule> schedule_;
  LocalClock clock_;
  Reading cached_;
  TimeNs cached_from_ns_ = 0;  // cached_ holds for cached_from_ns_ <= t < cached_.until_ns
  // The local day last looked at, so that its type is not looked up for every step.
  std::int64_t day_ = INT64_MIN;
  const std::vector<DaySchedule::Step>* day_steps_ = nullptr;
};

}  // namespace evtwin::market
