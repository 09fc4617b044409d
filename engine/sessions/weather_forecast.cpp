#include "sessions/weather_forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "kernel/text.hpp"
#include "market/calendar.hpp"
#include "sessions/json_text.hpp"

namespace evtwin::sessions {
namespace {

using Json = nlohmann::json;

/// Rows of an answer, of a list of answers, or the list itself.
void collect_rows(const Json& from, std::vector<const Json*>& rows) {
  if (from.is_array()) {
    for (const Json& one : from) collect_rows(one, rows);
    return;
  }
  for (const char* name : {"response", "body", "items", "item"}) {
    if (from.is_object() && from.contains(name)) return collect_rows(from[name], rows);
  }
  rows.push_back(&from);
}

/// What KMA's interface says in its head where it gives no rows: "03 NO_DATA"; empty: it gave some.
std::string refusal_in(const Json& answer) {
  const Json::json_pointer head("/response/header");
  if (!answer.is_object() || !answer.contains(head) || !answer[head].is_object()) return {};
  const auto text = [&](const char* name) {
    const auto found = answer[head].find(name);
    return found == answer[head].end() ? std::string() : found->is_string() ? found->get<std::string>() : found->dump();
  };
  const std::string code = text("resultCode");
  if (code.find_first_not_of('0') == std::string::npos) return {};
  return kernel::make_printable(code, 40) + " " + kernel::make_printable(text("resultMsg"), 80);
}

/// A member as text. @throws std::invalid_argument where it is not there, or a list
std::string field_of(const Json& row, const char* name) {
  if (!row.is_object() || !row.contains(name) || row[name].is_null())
    throw std::invalid_argument(fmt::format("has no {}", name));
  const Json& field = row[name];
  if (field.is_structured()) throw std::invalid_argument(fmt::format("{} is no text or number", name));
  return field.is_string() ? field.get<std::string>() : field.dump();
}

/// @throws std::invalid_argument
double number_of(std::string_view text, const char* name) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    throw std::invalid_argument(fmt::format("{} '{}' is no number", name, kernel::make_printable(text, 40)));
  return value;
}

/// 20260601 and 0500, also 500, in Korean time. @throws std::invalid_argument
TimeNs instant_of_row(const Json& row, const char* date_name, const char* time_name, const market::Calendar& seoul) {
  const std::string date = field_of(row, date_name);
  std::string time = field_of(row, time_name);
  while (time.size() < 4) time.insert(0, "0");
  if (date.size() == 8 && time.size() == 4) {
    try {
      return market::parse_instant(fmt::format("{}-{}-{}T{}:{}", date.substr(0, 4), date.substr(4, 2),
                                               date.substr(6, 2), time.substr(0, 2), time.substr(2, 2)),
                                   seoul);
    } catch (const market::TimeTextError&) {  // told below
    }
  }
  throw std::invalid_argument(fmt::format("{} '{}' and {} '{}' are no time; 20260601 and 0500 are", date_name,
                                          kernel::make_printable(date, 40), time_name,
                                          kernel::make_printable(time, 40)));
}

WeatherValue value_of_row(const Json& row, const market::Calendar& seoul) {
  WeatherValue out;
  out.issued_ns = instant_of_row(row, "baseDate", "baseTime", seoul);
  out.target_ns = instant_of_row(row, "fcstDate", "fcstTime", seoul);
  if (out.target_ns < out.issued_ns) throw std::invalid_argument("is of an hour that was past when it was issued");
  out.category = field_of(row, "category");
  const auto cell = [&](const char* name) {
    const double number = number_of(field_of(row, name), name);
    if (number != std::round(number) || std::abs(number) > 10'000.0)
      throw std::invalid_argument(fmt::format("{} is no cell of the grid", name));
    return static_cast<int>(number);
  };
  out.nx = cell("nx");
  out.ny = cell("ny");

  std::string text = field_of(row, "fcstValue");
  if (text == "강수없음" || text == "적설없음") text = "0";
  for (const std::string_view unit : {"mm", "cm"}) {
    if (text.ends_with(unit)) text.resize(text.size() - unit.size());
  }
  out.value = number_of(text, "fcstValue");
  constexpr double missing = 900.0;
  if (std::abs(out.value) >= missing) throw std::invalid_argument("fcstValue stands for a missing one");
  return out;
}

}  // namespace

WeatherTable read_kma_forecast(const std::string& shown, const std::string& real) {
  const Json document = read_json_text(shown, real);
  if (const std::string refusal = refusal_in(document); !refusal.empty())
    throw InputError(shown, 0, fmt::format("is no forecast: KMA answered {}; ask it again", refusal));
  std::vector<const Json*> rows;
  collect_rows(document, rows);
  if (rows.empty()) throw InputError(shown, 0, "no rows: the list of forecasts is empty");

  const market::Calendar seoul("Asia/Seoul");
  WeatherTable table;
  table.rows = rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    try {
      table.values.push_back(value_of_row(*rows[i], seoul));
    } catch (const std::invalid_argument& error) {
      table.left_out.push_back(fmt::format("{}:{}: {}", kernel::make_printable(shown), i + 1, error.what()));
    }
  }
  if (table.values.empty())
    throw InputError(shown, 0,
                     fmt::format("none of its {} rows is a forecast as KMA gives them; the first: {}", rows.size(),
                                 table.left_out.front()));
  return table;
}

WeatherKnown::WeatherKnown(const std::string& shown, const std::vector<WeatherValue>& values, TimeNs delay_ns)
    : delay_ns_(delay_ns) {
  for (const WeatherValue& one : values) {
    if (one.nx != values.front().nx || one.ny != values.front().ny)
      throw InputError(shown, 0,
                       fmt::format("has forecasts of several cells of the grid, {},{} and {},{}; give one place",
                                   values.front().nx, values.front().ny, one.nx, one.ny));
    issues_[{one.category, one.target_ns}].insert_or_assign(one.issued_ns, one);
  }
}

std::optional<WeatherValue> WeatherKnown::newest(std::string_view category, TimeNs target_ns, TimeNs now_ns) const {
  const auto found = issues_.find(std::pair<std::string_view, TimeNs>(category, target_ns));
  if (found == issues_.end()) return std::nullopt;
  auto later = found->second.upper_bound(now_ns - delay_ns_);
  if (later == found->second.begin()) return std::nullopt;
  return std::prev(later)->second;
}

std::vector<TimeNs> WeatherKnown::targets(TimeNs now_ns) const {
  std::set<TimeNs> hours;
  for (const auto& [key, issues] : issues_) {
    if (key.second >= now_ns && issues.begin()->first <= now_ns - delay_ns_) hours.insert(key.second);
  }
  return {hours.begin(), hours.end()};
}

std::vector<std::string> WeatherKnown::categories() const {
  std::set<std::string> names;
  for (const auto& [key, issues] : issues_) names.insert(key.first);
  return {names.begin(), names.end()};
}

}  // namespace evtwin::sessions
