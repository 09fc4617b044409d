#include "weather.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace evtwin::forecast {
namespace {

constexpr std::int64_t minute_ns = 60'000'000'000;
/// Forecasts far ahead are of every third hour (KMA's, and most services').
constexpr std::int64_t longest_hold_ns = 180 * minute_ns;
constexpr double not_said = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t from = 0;;) {
    const std::size_t comma = line.find(',', from);
    std::string_view cell = line.substr(from, comma == std::string_view::npos ? comma : comma - from);
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '\t')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '\t')) cell.remove_suffix(1);
    cells.push_back(cell);
    if (comma == std::string_view::npos) return cells;
    from = comma + 1;
  }
}

/// Two or four digits at a place of the text; -1: others stand there.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return -1;
  for (std::size_t k = at; k < at + count; ++k) {
    if (text[k] < '0' || text[k] > '9') return -1;
    value = 10 * value + (text[k] - '0');
  }
  return value;
}

/// 2026-06-01T05:10+09:00, 2026-05-31 20:10:00Z; false: something else.
bool read_instant(std::string_view text, std::int64_t& ns) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  if (year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != ' ') || text[13] != ':')
    return false;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (month < 1 || day < 1 || !date.ok()) return false;
  std::size_t at = 16;
  int second = 0;
  if (at < text.size() && text[at] == ':') {
    second = digits(text, at + 1, 2);
    at += 3;
    if (second < 0 || second > 59) return false;
  }
  int offset_min = 0;
  if (at + 1 == text.size() && text[at] == 'Z') {
    at += 1;
  } else if (at + 6 == text.size() && (text[at] == '+' || text[at] == '-') && text[at + 3] == ':') {
    const int hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return false;
    offset_min = (text[at] == '-' ? -1 : 1) * (60 * hours + minutes);
    at += 6;
  } else {
    return false;
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  ns = ((days * 1440 + 60 * hour + minute - offset_min) * 60 + second) * 1'000'000'000;
  return at == text.size();
}

/// A value of the table: its name, where it is kept, and what it can be.
struct Column {
  std::string_view name;
  double Weather::*value;
  double least, most;
  std::string_view range;
};
constexpr Column columns[] = {
    {"temperature_c", &Weather::temperature_c, -90.0, 60.0, "degrees Celsius from -90 to 60"},
    {"cloud_share", &Weather::cloud_share, 0.0, 1.0, "a share from 0 to 1"},
    {"irradiance_w_per_m2", &Weather::irradiance_w_per_m2, 0.0, 1500.0, "W/m2 from 0 to 1500"}};

}  // namespace

WeatherFile::WeatherFile(const std::string& file) : name_(file) {
  std::ifstream stream(file, std::ios::binary);
  const auto refuse = [&](std::size_t line, const std::string& words) {
    throw sdk::BadParameter("weather " + file + (line == 0 ? ": " : ", line " + std::to_string(line) + ": ") + words);
  };
  if (!stream) refuse(0, "there is no such file, or it can not be read");
  std::string line;
  std::getline(stream, line);
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  if (line.ends_with('\r')) line.pop_back();
  std::size_t issued_at = std::string::npos, time_at = std::string::npos;
  std::vector<const Column*> of_cell;
  for (const std::string_view name : cells_of(line)) {
    const auto* column =
        std::find_if(std::begin(columns), std::end(columns), [&](const Column& c) { return c.name == name; });
    if (name == "issued") issued_at = of_cell.size();
    if (name == "time") time_at = of_cell.size();
    of_cell.push_back(column == std::end(columns) ? nullptr : column);
  }
  if (issued_at == std::string::npos || time_at == std::string::npos)
    refuse(1, "its head has no columns issued and time: when each forecast was issued, and what hour it is about");
  if (std::all_of(of_cell.begin(), of_cell.end(), [](const Column* c) { return c == nullptr; }))
    refuse(1, "its head has none of temperature_c, cloud_share, irradiance_w_per_m2");

  std::map<std::int64_t, std::map<std::int64_t, Weather>> issues;
  for (std::size_t number = 2; std::getline(stream, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    const std::vector<std::string_view> cells = cells_of(line);
    if (cells.size() != of_cell.size())
      refuse(number, "it has " + std::to_string(cells.size()) + " cells, the head " + std::to_string(of_cell.size()));
    std::int64_t issued_ns = 0, time_ns = 0;
    for (const auto& [at, ns] : {std::pair{issued_at, &issued_ns}, std::pair{time_at, &time_ns}}) {
      if (!read_instant(cells[at], *ns))
        refuse(number, "'" + std::string(cells[at].substr(0, 40)) +
                           "' is no instant with an offset, as 2026-06-01T05:10+09:00");
    }
    Weather& weather = issues[issued_ns][time_ns];
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (of_cell[c] == nullptr || cells[c].empty()) continue;
      double value = not_said;
      const auto [end, error] = std::from_chars(cells[c].data(), cells[c].data() + cells[c].size(), value);
      if (error != std::errc() || end != cells[c].data() + cells[c].size() || !(value >= of_cell[c]->least) ||
          !(value <= of_cell[c]->most))
        refuse(number, std::string(of_cell[c]->name) + " is '" + std::string(cells[c].substr(0, 40)) + "'; " +
                           std::string(of_cell[c]->range) + " is due");
      weather.*of_cell[c]->value = value;
    }
    has_temperature_ = has_temperature_ || !std::isnan(weather.temperature_c);
    has_cloud_ = has_cloud_ || !std::isnan(weather.cloud_share);
    has_irradiance_ = has_irradiance_ || !std::isnan(weather.irradiance_w_per_m2);
  }
  if (issues.empty()) refuse(0, "it has no rows below its head");
  for (const auto& [issued_ns, rows] : issues) {
    Issue& issue = issues_.emplace_back(Issue{issued_ns, {}});
    for (const auto& [time_ns, weather] : rows) issue.rows.push_back({time_ns, time_ns, weather});
    const auto apart = [&](std::size_t k) {  // of row k and the one after it; nothing where there is none
      return k + 1 < issue.rows.size() ? issue.rows[k + 1].time_ns - issue.rows[k].time_ns : longest_hold_ns;
    };
    // Hours may turn into every third hour: the closer of the next two gaps counts, or the one before, if that is
    // wider.
    for (std::size_t k = 0; k < issue.rows.size(); ++k) {
      const bool last = k + 1 == issue.rows.size();
      const std::int64_t before = k > 0 ? apart(k - 1) : last ? 60 * minute_ns : 0;
      const std::int64_t after = last ? 0 : std::min(apart(k), apart(k + 1));
      issue.rows[k].until_ns = issue.rows[k].time_ns + std::min({std::max(before, after), apart(k), longest_hold_ns});
    }
  }
}

Weather WeatherFile::look_up(std::int64_t at_ns, std::int64_t as_of_ns) const {
  Weather out;
  const auto later = std::upper_bound(issues_.begin(), issues_.end(), as_of_ns,
                                      [](std::int64_t ns, const Issue& issue) { return ns < issue.issued_ns; });
  const auto is_whole = [&] {
    return (!has_temperature_ || !std::isnan(out.temperature_c)) && (!has_cloud_ || !std::isnan(out.cloud_share)) &&
           (!has_irradiance_ || !std::isnan(out.irradiance_w_per_m2));
  };
  // Nobody foresees more than two weeks: older issues say nothing.
  constexpr std::int64_t oldest_ns = std::int64_t{14} * 1440 * minute_ns;
  for (auto issue = std::make_reverse_iterator(later); issue != issues_.rend() && !is_whole(); ++issue) {
    if (issue->issued_ns < at_ns - oldest_ns) break;
    const auto next = std::upper_bound(issue->rows.begin(), issue->rows.end(), at_ns,
                                       [](std::int64_t ns, const Row& row) { return ns < row.time_ns; });
    if (next == issue->rows.begin() || at_ns >= std::prev(next)->until_ns) continue;
    const Weather& said = std::prev(next)->weather;
    for (const Column& column : columns) {
      if (std::isnan(out.*column.value)) out.*column.value = said.*column.value;
    }
  }
  return out;
}

void CellWeather::bring_up_to(const Grid& grid, bool changed, const sdk::History& history,
                              const sdk::Question& question) {
  const std::size_t slot_min = static_cast<std::size_t>(question.steps.raw.step_ns / minute_ns);
  const auto each = [&](const sdk::Steps& steps, auto&& take) {
    const auto begin = std::lower_bound(steps.local_day().begin(), steps.local_day().end(), grid.first_day);
    for (auto k = static_cast<std::size_t>(begin - steps.local_day().begin()); k < steps.size(); ++k) {
      const std::int64_t at_ns = steps.start_ns()[k];
      const auto row = static_cast<std::size_t>(steps.local_day()[k] - grid.first_day);
      const auto slot = static_cast<std::size_t>(steps.local_minute()[k]) / std::max<std::size_t>(1, slot_min);
      take(row * grid.slots + slot, row, at_ns, at_ns - steps.local_minute()[k] * minute_ns);
    }
  };
  if (changed) {
    by_midnight_.assign((grid.today + 1) * grid.slots, {});
    std::int64_t midnight_ns = question.issued_ns() - question.steps.local_minute()[0] * minute_ns;
    bool seen = false;
    each(history.steps, [&](std::size_t cell, std::size_t row, std::int64_t at_ns, std::int64_t of_day_ns) {
      if (row < grid.today) by_midnight_[cell] = file_.look_up(at_ns, of_day_ns);
      if (row == grid.today && !std::exchange(seen, true)) midnight_ns = of_day_ns;
    });
    // Today goes by the clock of its midnight: what of it is asked for says nothing of what was known then.
    for (std::size_t slot = 0; slot < grid.slots; ++slot)
      by_midnight_[grid.past_cells() + slot] =
          file_.look_up(midnight_ns + static_cast<std::int64_t>(slot * slot_min) * minute_ns, midnight_ns);
  }
  ahead_.clear();
  each(question.steps, [&](std::size_t cell, std::size_t, std::int64_t at_ns, std::int64_t) {
    if (cell < grid.now) return;
    if (cell - grid.now >= ahead_.size()) ahead_.resize(cell - grid.now + 1);
    ahead_[cell - grid.now] = file_.look_up(at_ns, question.issued_ns());
  });
}

bool CellWeather::knows_anything_ahead() const {
  return std::any_of(ahead_.begin(), ahead_.end(), [](const Weather& weather) {
    return !std::isnan(weather.temperature_c) || !std::isnan(weather.cloud_share) ||
           !std::isnan(weather.irradiance_w_per_m2);
  });
}

Weather CellWeather::at(const Grid& grid, std::size_t now, std::size_t cell) const {
  if (now == grid.now && cell >= now) return cell - now < ahead_.size() ? ahead_[cell - now] : Weather{};
  return cell < by_midnight_.size() ? by_midnight_[cell] : Weather{};
}

}  // namespace evtwin::forecast
