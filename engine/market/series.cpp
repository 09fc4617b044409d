#include "market/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "market/unchanged.hpp"

namespace evtwin::market {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// A row per step of every curve of a profile; the row's number is the index into the values.
struct ProfileRows {
  std::vector<ScheduleRow> rows;
  std::vector<double> values;
};

ProfileRows rows_of(const DailyProfile& profile) {
  ProfileRows result;
  for (const DayCurve& curve : profile.curves) {
    const int step_minutes = minutes_per_day / static_cast<int>(curve.values.size());
    int from = 0;
    for (const double value : curve.values) {
      result.rows.push_back({curve.months, curve.days, from, from + step_minutes});
      result.values.push_back(value);
      from += step_minutes;
    }
  }
  return result;
}

}  // namespace

Series::Series(std::vector<TimeNs> times_ns, std::vector<double> values, std::optional<TimeNs> end_ns) {
  if (times_ns.size() != values.size()) {
    throw SeriesError(fmt::format("a series with {} times has {} values", times_ns.size(), values.size()));
  }
  if (times_ns.empty()) throw SeriesError("a series needs at least one row");
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) throw SeriesError(fmt::format("row {}: the value is not a finite number", i + 1));
    if (i > 0 && times_ns[i] <= times_ns[i - 1]) {
      throw SeriesError(fmt::format("row {}: its time is not later than that of row {}", i + 1, i));
    }
  }
  const std::size_t last = times_ns.size() - 1;
  if (!end_ns && last == 0) throw SeriesError("a series of one row needs an end");
  const TimeNs end = end_ns ? *end_ns : times_ns[last] + (times_ns[last] - times_ns[last - 1]);
  if (end <= times_ns[last]) throw SeriesError(fmt::format("the end is not later than row {}", last + 1));
  rows_ = std::make_shared<const Rows>(Rows{std::move(times_ns), std::move(values), end});
}

double Series::value_at(TimeNs t) const {
  if (empty() || t < begin_ns() || t >= end_ns()) return nothing;
  const auto times = times_ns();
  const auto after = std::upper_bound(times.begin(), times.end(), t);
  return values()[static_cast<std::size_t>(after - times.begin()) - 1];
}

TimeNs Series::next_change(TimeNs t) const { return SeriesCursor(*this).sample_at(t).until_ns; }

Sample SeriesCursor::sample_at(TimeNs t) {
  if (t >= cached_from_ns_ && t < cached_.until_ns) return cached_;
  const auto times = series_->times_ns();
  const auto values = series_->values();
  cached_from_ns_ = t;
  if (series_->empty() || t >= series_->end_ns()) return cached_ = {nothing, kernel::time_never};
  if (t < series_->begin_ns()) return cached_ = {nothing, series_->begin_ns()};

  // Mostly the next row; anywhere else by search.
  const bool in_row = times[row_] <= t && (row_ + 1 == times.size() || t < times[row_ + 1]);
  const bool in_next_row =
      !in_row && row_ + 1 < times.size() && times[row_ + 1] <= t && (row_ + 2 == times.size() || t < times[row_ + 2]);
  if (in_next_row) {
    ++row_;
  } else if (!in_row) {
    row_ = static_cast<std::size_t>(std::upper_bound(times.begin(), times.end(), t) - times.begin()) - 1;
  }

  std::size_t next = row_ + 1;
  while (next < times.size() && values[next] == values[row_]) ++next;
  cached_ = {values[row_], next < times.size() ? times[next] : series_->end_ns()};
  return cached_;
}

std::vector<std::string> profile_problems(const DailyProfile& profile) {
  std::vector<std::string> problems;
  for (std::size_t c = 0; c < profile.curves.size(); ++c) {
    const auto& values = profile.curves[c].values;
    if (values.empty() || minutes_per_day % values.size() != 0) {
      problems.push_back(
          fmt::format("curve {} has {} values: the number must divide the 1440 minutes of a day (24, 48, 96)", c + 1,
                      values.size()));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        problems.push_back(fmt::format("curve {}, value {}: not a finite number", c + 1, i + 1));
      }
    }
  }
  if (!problems.empty()) return problems;
  // Whole days are what curves cover, so that one row per curve finds every gap and overlap.
  std::vector<ScheduleRow> days;
  days.reserve(profile.curves.size());
  for (const DayCurve& curve : profile.curves) days.push_back({curve.months, curve.days, 0, minutes_per_day});
  return schedule_problems(days);
}

bool covers_span(const Signal& signal, TimeNs from, TimeNs to) {
  const auto* series = std::get_if<Series>(&signal);
  return series == nullptr || series->covers_span(from, to);
}

struct SignalClock::Source {
  Signal signal;
  std::vector<double> row_values;  // of a profile's schedule
};

SignalClock::SignalClock(Signal signal, const Calendar& calendar) {
  auto source = std::make_shared<Source>(Source{std::move(signal), {}});
  if (const auto* profile = std::get_if<DailyProfile>(&source->signal)) {
    const auto problems = profile_problems(*profile);
    if (!problems.empty()) throw SeriesError(problems.front());
    ProfileRows rows = rows_of(*profile);
    profile_.emplace(std::make_shared<const DaySchedule>(compile_schedule(rows.rows, profile->holidays)), calendar);
    source->row_values = std::move(rows.values);
  } else if (const auto* series = std::get_if<Series>(&source->signal)) {
    series_.emplace(*series);
  }
  source_ = std::move(source);
}

Sample SignalClock::sample_at(TimeNs t) {
  if (const auto* constant = std::get_if<double>(&source_->signal)) return {*constant, kernel::time_never};
  if (series_) return series_->sample_at(t);
  if (t >= cached_from_ns_ && t < cached_.until_ns) return cached_;
  const auto step_at = [this](TimeNs time) {
    const ScheduleClock::Reading reading = profile_->reading_at(time);
    return Sample{source_->row_values[reading.row], reading.until_ns};
  };
  cached_ = join_unchanged(step_at(t), t, profile_->last_holiday_end_ns(), step_at,
                           [](const Sample& a, const Sample& b) { return a.value == b.value; });
  cached_from_ns_ = t;
  return cached_;
}

}  // namespace evtwin::market
