// evtwin forecast import, export, weather: data for forecasts, kept with where it came from.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/run_report.hpp"
#include "analysis/text_table.hpp"
#include "cli/commands.hpp"
#include "cli/new_file.hpp"
#include "kernel/csv_cell.hpp"
#include "kernel/text.hpp"
#include "policy/sha256.hpp"
#include "sessions/acn_json.hpp"
#include "sessions/csv.hpp"
#include "sessions/json_text.hpp"
#include "sessions/xlsx.hpp"
#include "store/data_store.hpp"

namespace evtwin::cli {
namespace {

enum class DataKind : std::uint8_t { sessions, series, weather };

DataKind data_kind_of(const std::string& file) {
  if (sessions::is_json_name(file)) {
    switch (sessions::kind_of_json(file, file)) {
      case sessions::JsonKind::sessions:
        return DataKind::sessions;
      case sessions::JsonKind::weather:
        return DataKind::weather;
      default:
        throw CommandError(fmt::format("{}: holds neither ACN-Data's sessions nor KMA's forecasts", file));
    }
  }
  sessions::TextLimits limits;
  limits.korean = true;
  const std::string text = sessions::is_zip_file(file) ? sessions::read_sheet_text(file, file)
                                                       : sessions::read_text_file(file, file, limits);
  return sessions::has_session_columns(sessions::CsvReader(text, file).header()) ? DataKind::sessions
                                                                                 : DataKind::series;
}

std::string now_text() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return market::Calendar().format_iso(std::chrono::duration_cast<std::chrono::seconds>(since_1970).count() *
                                       kernel::second_ns);
}

store::Source source_of_file(const ForecastImportCommand& command, const std::string& file, const char* importer) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  std::string settings = command.ends ? "ends" : "";
  for (const std::string& column : command.columns) settings += (settings.empty() ? "" : " ") + column;
  return {file, policy::sha256_hex(bytes), importer, settings, command.timezone, now_text(), command.synthetic};
}

/// What became of a file.
struct Taken {
  store::Imported imported;
  std::vector<std::string> left_out, notes;
  std::string what, what_ko;  ///< "12 sessions, 34.5 kWh"
  bool synthetic = false;
  int derived = 0;
};

Taken take_sessions(store::DataStore& into, const ForecastImportCommand& command, const std::string& file) {
  Taken taken;
  const store::Source source = source_of_file(command, file, "sessions/1");
  if (taken.imported = into.find_import(source); taken.imported.id != 0) return taken;
  const sessions::SessionTable table = sessions::read_sessions(file, file, market::Calendar(command.timezone));
  taken.imported = into.import_sessions(source, table);
  for (const sessions::TableFlag& flag : table.flags)
    (flag.left_out ? taken.left_out : taken.notes).push_back(flag.reason);
  double kwh = 0.0;
  for (const sessions::SessionRow& row : table.rows) kwh += row.visit.taken_kwh;
  taken.what = fmt::format("{} sessions, {:.3f} kWh", table.rows.size(), kwh);
  taken.what_ko = fmt::format("충전 세션 {}건, {:.3f} kWh", table.rows.size(), kwh);
  taken.synthetic = source.synthetic;
  return taken;
}

Taken take_series(store::DataStore& into, const ForecastImportCommand& command, const std::string& file) {
  Taken taken;
  store::Source source = source_of_file(command, file, "series/1");
  if (taken.imported = into.find_import(source); taken.imported.id != 0) {
    if (command.step_min > 0) taken.derived = into.derive_series(taken.imported.id, command.step_min);
    return taken;
  }
  sessions::RawTable table = sessions::read_raw_series(file, file, market::Calendar(command.timezone), command.columns);
  table.hours_end = table.hours_end || command.ends;
  taken.synthetic = source.synthetic = source.synthetic || table.says_synthetic;
  taken.imported = into.import_series(source, table);
  if (command.step_min > 0) taken.derived = into.derive_series(taken.imported.id, command.step_min);
  taken.left_out = table.left_out;
  taken.notes = table.notes;
  for (const sessions::RawSeries& series : table.series) {
    const std::string one = fmt::format("{}{} ({})", taken.what.empty() ? "" : ", ",
                                        kernel::make_printable(series.name, 60), series.values.size());
    taken.what += one;
    taken.what_ko += one;
  }
  return taken;
}

Taken take_weather(store::DataStore& into, const ForecastImportCommand& command, const std::string& file) {
  Taken taken;
  const store::Source source = source_of_file(command, file, "kma/1");
  if (taken.imported = into.find_import(source); taken.imported.id != 0) return taken;
  const sessions::WeatherTable table = sessions::read_kma_forecast(file, file);
  taken.imported = into.import_weather(source, table);
  taken.left_out = table.left_out;
  taken.what = fmt::format("{} forecast values with their issue", table.values.size());
  taken.what_ko = fmt::format("발표 시각이 있는 예보값 {}개", table.values.size());
  taken.synthetic = source.synthetic;
  return taken;
}

void print_taken(const ForecastImportCommand& command, const std::string& file, const Taken& taken) {
  const bool korean = command.language == "ko";
  constexpr std::size_t most_lines = 20;
  const auto& left_out = taken.left_out;
  for (const std::string& note : taken.notes) fmt::print(stderr, "note: {}\n", note);
  for (std::size_t i = 0; i < std::min(most_lines, left_out.size()); ++i)
    fmt::print(stderr, "left out: {}\n", left_out[i]);
  if (left_out.size() > most_lines)
    fmt::print(stderr, "left out: {} more, in the table left_out of {}\n", left_out.size() - most_lines,
               kernel::make_printable(command.into));

  const std::string shown = kernel::make_printable(file);
  const std::string steps = taken.derived == 0 ? std::string()
                            : korean
                                ? fmt::format("; {}개 시계열을 {}분 단위로 재표본화", taken.derived, command.step_min)
                                : fmt::format("; {} series resampled to {} min", taken.derived, command.step_min);
  if (!taken.imported.is_new) {
    fmt::print("{}: {}{}\n", shown,
               korean ? fmt::format("이미 있음({}에 가져옴), 바뀐 것 없음", taken.imported.imported_at)
                      : fmt::format("is there already, imported {}; nothing changed", taken.imported.imported_at),
               steps);
    return;
  }
  fmt::print("{}: {}{}{}{}{}\n", shown, korean ? taken.what_ko : taken.what,
             left_out.empty() ? std::string()
             : korean         ? fmt::format("; {}개 제외", left_out.size())
                              : fmt::format("; {} left out", left_out.size()),
             steps,
             !taken.synthetic ? ""
             : korean         ? "; 합성 데이터로 표시"
                              : "; marked as synthetic",
             !taken.imported.same_file_before ? ""
             : korean                         ? "; 같은 이름의 이전 내용도 보존"
                                              : "; the file was imported with other bytes before, which are kept");
}

store::SeriesInStore series_named(const store::DataStore& store, const std::string& name) {
  const std::vector<store::SeriesInStore> all = store.list_series();
  std::vector<store::SeriesInStore> found;
  for (const store::SeriesInStore& one : all) {
    if (std::to_string(one.id) == name || one.name == name) found.push_back(one);
  }
  if (found.size() == 1) return found.front();
  throw CommandError(fmt::format("--series: {} series of {} are '{}'; evtwin forecast export {} lists their numbers",
                                 found.empty() ? "no" : "several", store.file(), name, store.file()));
}

void print_list(const store::DataStore& store) {
  analysis::TextTable table({"series", "name", "values", "is", "steps min", "zone", "made up", "file"});
  for (const store::SeriesInStore& one : store.list_series()) {
    table.add_row({std::to_string(one.id), kernel::make_printable(one.name, 60), std::to_string(one.values),
                   one.is_amount ? "amounts" : "levels", fmt::format("{}", fmt::join(one.steps_min, ",")), one.timezone,
                   one.synthetic ? "yes" : "", kernel::make_printable(one.file, 60)});
  }
  fmt::print("{}", table.to_text());
}

}  // namespace

int forecast_import(const ForecastImportCommand& command) {
  static_cast<void>(market::Calendar(command.timezone));
  // What none of the readers knows is told before a store is begun.
  std::vector<DataKind> kinds;
  for (const std::string& file : command.files) kinds.push_back(data_kind_of(file));
  store::DataStore into(command.into);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const std::string& file = command.files[i];
    switch (kinds[i]) {
      case DataKind::sessions:
        print_taken(command, file, take_sessions(into, command, file));
        break;
      case DataKind::series:
        print_taken(command, file, take_series(into, command, file));
        break;
      case DataKind::weather:
        print_taken(command, file, take_weather(into, command, file));
        break;
    }
  }
  return 0;
}

int forecast_export(const ForecastExportCommand& command) {
  const store::DataStore store(command.store, false);
  if (command.series.empty()) {
    print_list(store);
    return 0;
  }
  const store::SeriesInStore which = series_named(store, command.series);
  const market::Calendar calendar(which.timezone);
  if (command.mean_kw && which.is_amount && (command.step_min == 0 || which.name.find("kWh") == std::string::npos))
    throw CommandError("--kw: of amounts takes those in kWh, in steps (--step)");
  const bool divides = command.mean_kw && which.is_amount;

  std::string text = fmt::format("time,{}\n", command.mean_kw ? "kw" : kernel::csv_cell(which.name));
  if (command.step_min == 0) {
    const sessions::RawSeries raw = store.read_series(which.id);
    for (std::size_t i = 0; i < raw.values.size(); ++i)
      text += fmt::format("{},{}\n", calendar.format_iso(raw.times_ns[i]), raw.values[i]);
  } else {
    for (const store::Step& step : store.read_derived(which.id, command.step_min)) {
      if (step.covered == 0.0 && !command.holes_as_zero) continue;
      const double hours = static_cast<double>(step.end_ns - step.start_ns) / static_cast<double>(kernel::hour_ns);
      text += fmt::format("{},{}\n", calendar.format_iso(step.start_ns), step.value / (divides ? hours : 1.0));
    }
  }
  if (command.out.empty()) {
    fmt::print("{}", text);
    return 0;
  }
  write_new_file(command.out, text);
  fmt::print("Wrote {}: {}{}\n", kernel::make_printable(command.out), kernel::make_printable(which.name, 60),
             which.synthetic ? " (synthetic)" : "");
  return 0;
}

/// Share of the sky behind KMA's SKY: the middle of its tenths (clear 0 to 5; partly cloudy, until 2019, 3 to 5; mostly
/// cloudy 6 to 8; overcast 9 and 10). Empty: another code.
std::string_view cloud_share_of(double sky) {
  if (sky == 1.0) return "0.25";
  if (sky == 2.0) return "0.4";
  if (sky == 3.0) return "0.7";
  return sky == 4.0 ? "0.95" : "";
}

/// All issues as the table that forecasters read (plugins/forecast/weather.hpp), each from when it could be had.
std::string weather_table(const std::vector<sessions::WeatherValue>& values, const market::Calendar& seoul) {
  std::map<std::pair<kernel::TimeNs, kernel::TimeNs>, std::pair<std::string, std::string>> rows;  // degrees, cloud
  for (const sessions::WeatherValue& value : values) {
    auto& [degrees, cloud] = rows[{value.issued_ns + sessions::kma_delay_ns, value.target_ns}];
    if (value.category == "TMP") degrees = fmt::format("{:g}", value.value);
    if (value.category == "SKY") cloud = cloud_share_of(value.value);
  }
  std::string text = "issued,time,temperature_c,cloud_share\n";
  for (const auto& [when, said] : rows) {
    if (said.first.empty() && said.second.empty()) continue;
    text += fmt::format("{},{},{},{}\n", seoul.format_iso(when.first), seoul.format_iso(when.second), said.first,
                        said.second);
  }
  return text;
}

int forecast_weather(const ForecastWeatherCommand& command) {
  const market::Calendar seoul("Asia/Seoul");
  if (command.at.empty() == command.out.empty())
    throw CommandError("--at INSTANT tells what was known then, -o FILE writes all as a table: one of them");
  std::vector<sessions::WeatherValue> values;
  for (const std::string& file : command.files) {
    const sessions::WeatherTable table = sessions::read_kma_forecast(file, file);
    for (const std::string& reason : table.left_out) fmt::print(stderr, "left out: {}\n", reason);
    values.insert(values.end(), table.values.begin(), table.values.end());
  }
  const sessions::WeatherKnown known(command.files.front(), values);
  if (!command.out.empty()) {
    const std::string text = weather_table(values, seoul);
    const auto rows = std::ranges::count(text, '\n') - 1;
    if (rows == 0)
      throw CommandError(
          fmt::format("none of the {} forecasts is of TMP (temperature) or SKY (1, 3 or 4): nothing was "
                      "written; ask KMA for its short-term forecast, getVilageFcst",
                      values.size()));
    write_new_file(command.out, text);
    fmt::print("Wrote {}: {} rows\n", kernel::make_printable(command.out), rows);
    return 0;
  }
  const kernel::TimeNs now = market::parse_instant(command.at, seoul);

  const std::vector<std::string> categories = known.categories();
  std::vector<std::string> head{"hour", "newest issue"};
  head.insert(head.end(), categories.begin(), categories.end());
  analysis::TextTable table(head);
  nlohmann::ordered_json json{{"schema", "evtwin forecast weather/1"}, {"at", seoul.format_iso(now)}};
  json["hours"] = nlohmann::ordered_json::array();
  std::size_t hours = 0;
  for (const kernel::TimeNs target : known.targets(now)) {
    if (target >= now + command.hours * kernel::hour_ns) break;
    ++hours;
    std::vector<std::string> cells;
    nlohmann::ordered_json hour{{"target", seoul.format_iso(target)}, {"values", nlohmann::ordered_json::array()}};
    kernel::TimeNs issued = 0;
    for (const std::string& category : categories) {
      const auto value = known.newest(category, target, now);
      cells.push_back(value ? fmt::format("{:g}", value->value) : "-");
      if (!value) continue;
      issued = std::max(issued, value->issued_ns);
      hour["values"].push_back(
          {{"category", category}, {"value", value->value}, {"issued", seoul.format_iso(value->issued_ns)}});
    }
    cells.insert(cells.begin(), {seoul.format_local(target), seoul.format_local(issued)});
    table.add_row(cells);
    json["hours"].push_back(std::move(hour));
  }
  if (command.json) {
    fmt::print("{}\n", analysis::json_text(json));
    return 0;
  }
  if (hours == 0)
    throw CommandError(fmt::format("--at {}: nothing was issued by then for the hours after it", command.at));
  fmt::print("{}", table.to_text());
  return 0;
}

}  // namespace evtwin::cli
