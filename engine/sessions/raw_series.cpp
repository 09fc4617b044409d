#include "sessions/raw_series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernel/text.hpp"
#include "sessions/csv.hpp"
#include "sessions/table_parts.hpp"
#include "sessions/xlsx.hpp"

namespace evtwin::sessions {
namespace {

bool is_one_of_names(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string lower_case(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return small;
}

std::size_t column_of_times(const CsvReader& csv) {
  for (std::size_t i = 0; i < csv.header().size(); ++i) {
    if (is_one_of_names(lower_case(csv.header()[i]), {"time", "timestamp", "datetime", "date", "일시"})) return i;
  }
  return 0;
}

/// Columns that say which station a row is of, or that it is made up: no values.
bool names_no_value(std::string_view name) {
  return is_one_of_names(name, {"지점", "지점명", "지점번호", "synthetic", "합성"});
}

/// Energy, irradiation or rain of a step, by the unit's name; kW and kWh/h are no amounts.
bool names_amount(std::string_view name) {
  const std::string small = lower_case(name);
  for (const std::string_view unit : {"kwh", "mwh", "wh", "mj", "(mm", "_mm"}) {
    const std::size_t at = small.find(unit);
    if (at == std::string::npos) continue;
    const std::string_view after = std::string_view(small).substr(at + unit.size());
    if (!after.starts_with("/h") || after.starts_with("/ha")) return true;
  }
  return false;
}

}  // namespace

TimeNs usual_step(const std::vector<TimeNs>& times_ns) {
  std::vector<TimeNs> steps;
  for (std::size_t i = 1; i < times_ns.size(); ++i) steps.push_back(times_ns[i] - times_ns[i - 1]);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

RawTable read_raw_series(const std::string& shown, const std::string& real, const market::Calendar& calendar,
                         const std::vector<std::string>& columns) {
  TextLimits limits;
  limits.korean = true;
  const std::string text = is_zip_file(real) ? read_sheet_text(shown, real) : read_text_file(shown, real, limits);
  CsvReader csv(text, shown);
  const std::size_t time_at = column_of_times(csv);

  RawTable table;
  table.says_synthetic = csv.find_column("synthetic") || csv.find_column("합성");
  table.hours_end = csv.find_column("지점") || csv.find_column("지점번호");
  std::vector<std::size_t> value_at;
  for (const std::string& name : columns) value_at.push_back(csv.require_column(name));
  if (columns.empty()) {
    for (std::size_t i = 0; i < csv.header().size(); ++i) {
      if (i != time_at && !names_no_value(csv.header()[i])) value_at.push_back(i);
    }
  }
  for (const std::size_t at : value_at) {
    RawSeries& series = table.series.emplace_back();
    series.name = csv.header()[at];
    series.is_amount = names_amount(series.name);
  }

  // A row without a time says nothing; a cell that is no number costs that cell alone.
  std::vector<std::vector<std::string>> unread(value_at.size());
  std::size_t timeless = 0;
  std::string first_timeless;
  TimeNs last_ns = std::numeric_limits<TimeNs>::min();
  while (csv.next_row()) {
    ++table.rows;
    try {
      const TimeNs t = instant_of(csv, time_at, calendar);
      if (t <= last_ns) csv.throw_error(time_at, "is not later than the row before; rows must ascend in time");
      last_ns = t;
      for (std::size_t c = 0; c < value_at.size(); ++c) {
        try {
          const double value = csv.read_number(value_at[c], -1e12, 1e12);
          table.series[c].times_ns.push_back(t);
          table.series[c].values.push_back(value);
        } catch (const InputError& error) {
          unread[c].emplace_back(error.what());
        }
      }
    } catch (const InputError& error) {
      if (timeless++ == 0) first_timeless = error.what();
      table.left_out.emplace_back(error.what());
    }
  }
  if (timeless * 2 > table.rows)
    throw InputError(
        shown, 0,
        fmt::format("{} of {} rows have no time to go by; the first: {}", timeless, table.rows, first_timeless));

  // A column that holds no number at all is of another kind, names perhaps.
  for (std::size_t c = value_at.size(); c-- > 0;) {
    if (table.series[c].times_ns.size() >= 2) {
      table.left_out.insert(table.left_out.end(), unread[c].begin(), unread[c].end());
      continue;
    }
    const std::string why =
        fmt::format("column '{}' has {} number(s), and a series needs two",
                    kernel::make_printable(table.series[c].name, 60), table.series[c].times_ns.size());
    if (!columns.empty()) throw InputError(shown, 0, why);
    table.notes.push_back(fmt::format("{}: {}; left aside", kernel::make_printable(shown), why));
    table.series.erase(table.series.begin() + static_cast<std::ptrdiff_t>(c));
  }
  if (table.series.empty())
    throw InputError(shown, 0, "has no series: a column of times and one of numbers are due, such as time,kw");
  return table;
}

}  // namespace evtwin::sessions
