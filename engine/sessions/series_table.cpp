#include "sessions/series_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "sessions/table_parts.hpp"
#include "sessions/xlsx.hpp"

namespace evtwin::sessions {
namespace {

bool holds_times(std::string_view name) {
  for (const std::string_view known : {"time", "timestamp", "datetime", "date", "utc", "local_time", "time_utc"}) {
    if (name == known) return true;
  }
  return false;
}

std::size_t time_column(const CsvReader& csv) { return csv.find_column("time").value_or(0); }

std::size_t value_column(const CsvReader& csv, const SeriesOptions& options) {
  if (!options.column.empty()) return csv.require_column(options.column);
  for (const std::string& name : options.accepted) {
    if (const auto found = csv.find_column(name)) return *found;
  }
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < csv.header().size(); ++i) {
    const bool is_currency = !options.currency.empty() && csv.header()[i] == "currency";
    if (i != time_column(csv) && !holds_times(csv.header()[i]) && !is_currency) candidates.push_back(i);
  }
  if (candidates.size() == 1) return candidates.front();
  if (candidates.empty()) {
    throw InputError(csv.file(), csv.line_number(),
                     fmt::format("no column of values; a time column and one with values are due, such as time,{}",
                                 options.accepted.empty() ? "value" : options.accepted.front()));
  }
  throw InputError(
      csv.file(), csv.line_number(),
      fmt::format("several columns of values: {}; say which one with column = \"...\"", list_names(csv.header())));
}

// A series whose steps are nearly all the same has holes where a step is longer: said, since the value before is held
// there.
void flag_holes(const std::string& file, const market::Series& series, const market::Calendar& calendar,
                std::vector<TableFlag>& flags) {
  const auto times = series.times_ns();
  if (times.size() < 3) return;
  std::vector<TimeNs> steps;
  for (std::size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
  std::vector<TimeNs> sorted = steps;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  const TimeNs usual_ns = *middle;
  const auto usual = static_cast<std::size_t>(std::count(steps.begin(), steps.end(), usual_ns));
  if (usual * 10 < steps.size() * 9) return;  // not regular: rows at changes, perhaps

  std::size_t holes = 0;
  TimeNs first_ns = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i] <= usual_ns) continue;
    if (holes++ == 0) first_ns = times[i];
  }
  if (holes == 0) return;
  flags.push_back(
      {"",
       fmt::format("{}: {} hole{} in a series of one row every {:g} min; the value before is held (first after {})",
                   kernel::make_printable(file), holes, holes == 1 ? "" : "s",
                   static_cast<double>(usual_ns) / static_cast<double>(kernel::minute_ns),
                   calendar.format_local(first_ns)),
       false});
}

// The unit of the column's name, as far as values are to be converted by it.
ColumnUnit unit_of_column(const CsvReader& csv, std::size_t column, const SeriesOptions& options,
                          std::vector<TableFlag>& flags) {
  const std::string& name = csv.header()[column];
  ColumnUnit unit = column_unit(name, options.quantity, options.currency);
  if (options.quantity == Quantity::any) return unit;
  const std::string shown = fmt::format("column '{}'", kernel::make_printable(name, 60));
  const std::string due = unit_of(options.quantity, options.currency);
  const auto flag = [&](const std::string& reason) {
    flags.push_back({"", fmt::format("{}: {} {}", kernel::make_printable(csv.file()), shown, reason), false});
  };

  // A scale that the user gave counts instead of the name's unit; where the two differ, that is flagged.
  if (options.has_own_scale) {
    if (!unit.trouble.empty() || unit.times != unit.per) {
      flag(fmt::format("names {}; its values times the scale given are taken as {}", unit.says, due));
    }
    unit.times = unit.per = 1.0;
    return unit;
  }

  if (!unit.trouble.empty()) throw InputError(csv.file(), csv.line_number(), fmt::format("{} {}", shown, unit.trouble));
  const double times = unit.times / unit.per;
  if (unit.says.empty()) {
    flag(fmt::format("names no unit; taken as {} (write it in the name, or scale = 1)", due));
  } else if (times != 1.0) {
    flag(fmt::format("names {}; its values are {} by {:g} and taken as {}{}", unit.says,
                     times > 1.0 ? "multiplied" : "divided", times > 1.0 ? times : unit.per / unit.times, due,
                     unit.per_kwp ? " per kW of peak power" : ""));
  }
  return unit;
}

// The columns that a series is read from.
struct SeriesColumns {
  std::size_t time = 0, value = 0;
  std::optional<std::size_t> currency;  ///< whose cells must name the tariff's
};

// Times and values need a column each, and the first row must name them.
SeriesColumns columns_of(const CsvReader& csv, const market::Calendar& calendar, const SeriesOptions& options) {
  const std::size_t time_at = time_column(csv);
  const std::size_t value_at = value_column(csv, options);
  if (value_at == time_at) {
    throw InputError(csv.file(), csv.line_number(),
                     fmt::format("column '{}' holds the times", kernel::make_printable(csv.header()[time_at])));
  }

  try {
    (void)market::parse_instant(csv.header()[time_at], calendar);
    throw InputError(csv.file(), csv.line_number(),
                     fmt::format("the first row holds data, {}; a row that names the columns is due, such as time,{}",
                                 kernel::make_printable(csv.header()[time_at]),
                                 options.accepted.empty() ? "value" : options.accepted.front()));
  } catch (const market::TimeTextError&) {  // as it should be: a name
  }
  return {time_at, value_at, options.currency.empty() ? std::nullopt : csv.find_column("currency")};
}

// Reads the rows, in the unit that is due.
market::Series series_of_rows(CsvReader& csv, const SeriesColumns& columns, const ColumnUnit& unit,
                              const market::Calendar& calendar, const SeriesOptions& options) {
  const auto [times, per] = std::pair(unit.times, unit.per);
  std::vector<TimeNs> times_ns;
  std::vector<double> values;
  while (csv.next_row()) {
    if (columns.currency && trim_blanks(csv.field_text(*columns.currency)) != options.currency)
      csv.throw_error(*columns.currency, fmt::format("is not the tariff's currency, {}", options.currency));
    const TimeNs t = instant_of(csv, columns.time, calendar);
    if (!times_ns.empty() && t <= times_ns.back()) {
      csv.throw_error(columns.time, fmt::format("is not later than the row before, {}; rows must ascend in time",
                                                calendar.format_iso(times_ns.back())));
    }
    times_ns.push_back(t);
    // Bounds are in the unit that is due: they are compared in the column's own.
    const double read = csv.read_number(columns.value, options.least * per / times, options.most * per / times);
    values.push_back(read * times / per * options.scale);
    if (!std::isfinite(values.back()))
      csv.throw_error(columns.value, fmt::format("times {:g} is beyond all numbers", times / per * options.scale));
  }

  if (times_ns.size() < 2) {
    throw InputError(
        csv.file(), 0,
        fmt::format("{}; a series needs two rows at least", times_ns.empty() ? "no rows" : "a single row"));
  }
  return market::Series(std::move(times_ns), std::move(values));
}

}  // namespace

SeriesTable read_series(const std::string& shown, const std::string& real, const market::Calendar& calendar,
                        const SeriesOptions& options) {
  const kernel::Stopwatch watch;
  const std::string text = read_table_text(shown, real);
  CsvReader csv(text, shown);
  const SeriesColumns columns = columns_of(csv, calendar, options);

  SeriesTable table;
  table.column = csv.header()[columns.value];
  table.unit = unit_of_column(csv, columns.value, options, table.flags);
  table.series = series_of_rows(csv, columns, table.unit, calendar, options);
  const std::size_t rows = table.series.times_ns().size();

  const bool window = options.need_to_ns > options.need_from_ns;
  if (window && !table.series.covers_span(options.need_from_ns, options.need_to_ns)) {
    throw InputError(
        shown, 0,
        fmt::format("its {} rows cover {} to {}; the run needs {} to {}", rows,
                    calendar.format_local(table.series.begin_ns()), calendar.format_local(table.series.end_ns()),
                    calendar.format_local(options.need_from_ns), calendar.format_local(options.need_to_ns)));
  }

  flag_holes(shown, table.series, calendar, table.flags);
  kernel::log_line(kernel::LogRoom::sessions, kernel::LogLevel::info,
                   "{}: {} bytes, {} values of column {}, {} note(s), {:.1f} ms", shown, text.size(), rows,
                   table.column, table.flags.size(), watch.elapsed_ms());
  return table;
}

}  // namespace evtwin::sessions
