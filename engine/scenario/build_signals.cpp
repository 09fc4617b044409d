#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "kernel/text.hpp"
#include "scenario/build.hpp"
#include "sessions/series_table.hpp"

namespace evtwin::scenario {
namespace {

constexpr std::array<std::size_t, 4> day_steps{24, 48, 96, 288};
static_assert(std::all_of(day_steps.begin(), day_steps.end(), [](std::size_t steps) {
  return static_cast<std::size_t>(market::minutes_per_day) % steps == 0;  // as profile_problems() wants them
}));

// One day's curve: a number, or a list of equal steps.
std::vector<double> steps_of(const Value& value, const Where& where, double min, double max, double scale) {
  if (value.is_number()) return {number_of(value, where, min, max) * scale};
  const std::vector<const Value*> list = list_of(value, where, "24 numbers (also 48, 96 or 288)");
  if (std::find(day_steps.begin(), day_steps.end(), list.size()) == day_steps.end()) {
    throw_at(where,
             "has " + std::to_string(list.size()) + " numbers; a day has 24 (hours), or 48, 96 or 288 equal steps");
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(number_of(*list[i], where / i, min, max) * scale);
  return out;
}

void add_day_types(const Value& value, const Where& where, double min, double max, double scale,
                   market::MonthMask months, std::vector<market::DayCurve>& out) {
  const Table* table = value.as_table();
  if (table == nullptr || table->named.empty()) {
    out.push_back({months, market::all_day_types, steps_of(value, where, min, max, scale)});
    return;
  }
  const Fields f(value, find_section("day_types"), where);
  if (f.has_key("months")) throw_at(f.where("months"), "can not stand inside a month");
  // Each day type takes the first of these keys that is written.
  constexpr std::array<std::array<std::string_view, 3>, 4> fallbacks{{{"weekday", "weekday", "weekday"},
                                                                      {"saturday", "weekend", "weekend"},
                                                                      {"sunday", "weekend", "weekend"},
                                                                      {"holiday", "sunday", "weekend"}}};
  for (std::size_t day = 0; day < fallbacks.size(); ++day) {
    const auto* key =
        std::find_if(fallbacks[day].begin(), fallbacks[day].end(), [&](std::string_view k) { return f.has_key(k); });
    if (key == fallbacks[day].end())
      fail_at(where, where.field_label() + " has no curve for " + std::string(fallbacks[day][0]) +
                         (day == 0 ? "" : " (or weekend)"));
    out.push_back({months, market::day_bit(static_cast<market::DayType>(day)),
                   steps_of(*f.find_value(*key), f.where(*key), min, max, scale)});
  }
  if (f.has_key("weekend") && f.has_key("saturday") && f.has_key("sunday"))
    throw_at(f.where("weekend"), "has no day left: saturday and sunday are given too");
}

}  // namespace

std::vector<market::DayCurve> curves_of(const Value& value, const Where& where, double min, double max, double scale) {
  std::vector<market::DayCurve> out;
  const Table* table = value.as_table();
  const Value* by_month = table != nullptr ? table->find_value("months") : nullptr;
  if (by_month == nullptr) {
    add_day_types(value, where, min, max, scale, market::all_months, out);
    return out;
  }

  if (table->named.size() > 1 || !table->numbered.empty()) throw_at(where, "with months takes no other entries");
  const Where at = where / "months";
  const Table* months = by_month->as_table();
  if (months == nullptr || !months->named.empty()) throw_at(at, "must be { [1] = curve, ... [12] = curve }");
  for (const auto& [month, curve] : months->numbered) {
    if (month < 1 || month > 12) throw_at(at, "has the month " + std::to_string(month) + "; months are 1..12");
    add_day_types(curve, at / static_cast<std::size_t>(month - 1), min, max, scale,
                  market::month_bit(static_cast<int>(month)), out);
  }

  // All twelve or none: a month without a curve would have no values.
  if (months->numbered.size() != 12) {
    market::MonthMask missing = market::all_months;
    for (const auto& [month, curve] : months->numbered)
      missing = static_cast<market::MonthMask>(missing & ~market::month_bit(static_cast<int>(month)));
    throw_at(at, "has no curve for " + market::describe_months(missing));
  }
  return out;
}

market::Series series_of(Build& build, const Construct& csv, const Where& where, const SignalUse& use) {
  const Where at = where.place_of(csv);
  const Fields f = fields_with_file(csv, find_section("csv"), at);
  const std::string file = f.text("file");
  if (file.empty()) fail_at(at, "csv needs a file: csv \"file.csv\"");
  try {
    const OpenFile opened = build.source.open_file(file);
    sessions::SeriesOptions options;
    options.column = f.text("column");
    options.accepted.assign(use.columns.begin(), use.columns.end());
    options.least = use.min;
    options.most = use.max;
    options.quantity = use.quantity;
    options.has_own_scale = f.has_key("scale");
    options.currency = use.currency;
    options.need_from_ns = build.world.start_ns;
    options.need_to_ns = build.world.end_ns;

    const market::Calendar calendar =
        f.has_key("timezone") ? calendar_of(f.text("timezone"), f.where("timezone")) : build.world.calendar;
    sessions::SeriesTable table = sessions::read_series(opened.shown_path(), opened.stable_path(), calendar, options);
    add_flags(build, table.flags);

    // Power per kW of peak would pass for kW: it is refused where nobody says how large the plant is.
    if (table.unit.per_kwp && !use.csv_scale && !f.has_key("scale")) {
      fail_at(at, "csv: the column '" + kernel::make_printable(table.column, 60) +
                      "' is power per kW of installed PV; kW are due here, or scale = that power");
    }

    double scale = use.csv_scale ? use.csv_scale(table, f) : 1.0;
    if (f.has_key("scale"))
      scale = number_of(*f.find_value("scale"), f.where("scale"), use.min >= 0.0 ? 0.0 : -1e9, 1e9);

    if (scale == 1.0) return std::move(table.series);
    std::vector<double> values(table.series.values().begin(), table.series.values().end());
    for (double& v : values) v *= scale;
    return {{table.series.times_ns().begin(), table.series.times_ns().end()}, std::move(values), table.series.end_ns()};
  } catch (const FolderError& error) {
    fail_at(f.where("file"), std::string("csv: ") + error.what());
  } catch (const sessions::InputError& error) {
    throw ScriptError(error.what());
  }
}

market::Signal signal_of(Build& build, const Value& value, const Where& where, const SignalUse& use,
                         const std::vector<market::LocalDate>& holidays) {
  if (const Construct* csv = value.construct("csv")) return series_of(build, *csv, where, use);
  if (value.is_number()) return number_of(value, where, use.min, use.max) * use.scale;
  const Table* table = value.as_table();
  if (table == nullptr || (table->named.empty() && table->numbered.empty())) {
    const std::string unit = sessions::unit_of(use.quantity, use.currency);
    throw_at(where, fmt::format("must be a number{}, 24 numbers, curves by type of day, or csv \"file.csv\", got {}",
                                unit.empty() ? "" : " in " + unit, describe_value(value)));
  }
  market::DailyProfile profile{curves_of(value, where, use.min, use.max, use.scale), holidays};
  const std::vector<std::string> problems = market::profile_problems(profile);
  if (!problems.empty()) fail_at(where, where.field_label() + ": " + problems.front());
  return profile;
}

market::Signal pv_of(Build& build, const Value& value, const Where& where,
                     const std::vector<market::LocalDate>& holidays) {
  const Fields f(value, find_section("pv"), where);
  const double peak_kw = f.read_number("peak_kw", physics::unknown);
  const auto need_peak = [&] {
    if (!f.has_key("peak_kw")) fail_at(where, where.field_label() + " needs peak_kw: its profile is per kW of it");
    return peak_kw;
  };

  SignalUse use;
  use.columns = {"kw", "kw_per_kwp"};
  const Value& profile = *f.find_value("profile");
  if (profile.construct("csv") == nullptr) use.scale = need_peak();
  if (profile.construct("csv") == nullptr) use.max = 2.0;  // per kW of peak power

  // The unit that a column states decides; one that states none must be given a scale.
  use.csv_scale = [&](const sessions::SeriesTable& table, const Fields& csv) {
    if (table.unit.per_kwp) return need_peak();
    if (csv.has_key("scale") || !table.unit.says.empty()) return 1.0;
    throw_at(f.where("profile"),
             "reads the column '" + kernel::make_printable(table.column, 60) +
                 "', whose unit is not known: add scale = 1 if it is kW, or scale = peak_kw if it is "
                 "kW per kW of peak power");
  };

  market::Signal signal = signal_of(build, profile, f.where("profile"), use, holidays);

  // Well above the peak power: mostly a wrong unit, so that it is flagged.
  if (const auto* series = std::get_if<market::Series>(&signal); series != nullptr && f.has_key("peak_kw")) {
    const auto values = series->values();
    const double highest = values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
    if (highest > 1.2 * peak_kw)
      build.add_flag(f.where("profile").field_label(),
                     "the profile reaches " + show_number(highest) + " kW, above peak_kw = " + show_number(peak_kw));
  }
  return signal;
}

}  // namespace evtwin::scenario
