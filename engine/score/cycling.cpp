#include "score/cycling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "sessions/csv.hpp"

namespace evtwin::score {
namespace {

using Column = std::optional<std::size_t>;

constexpr double kwh_per_km = 0.186;  // EV2Gym's car, as in physics/ageing
constexpr double days_of_year = 365.25;

Column column_of(const sessions::CsvReader& csv, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const Column found = csv.find_column(name)) return found;
  }
  return std::nullopt;
}

double cell_number(std::string_view text) {
  text = sessions::trim_blanks(text);
  double value = 0.0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stopped == text.data() + text.size() && std::isfinite(value) ? value : unknown;
}

/// Capacity of the young: the median of a tenth of the points, those with the least km.
double young_capacity(const std::map<std::string, std::vector<CapacityPoint>>& cells) {
  std::vector<CapacityPoint> all;
  for (const auto& [name, points] : cells) all.insert(all.end(), points.begin(), points.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  all.resize(std::max<std::size_t>(1, all.size() / 10));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.capacity < b.capacity; });
  return all[all.size() / 2].capacity;
}

}  // namespace

CyclingFile read_cycling(const std::string& file) {
  const std::string text = sessions::read_text_file(file, file);
  sessions::CsvReader csv(text, file);
  CyclingFile out;
  const Column cell = column_of(csv, {"SampleId", "cell", "cell_id", "barcode"});
  const Column cycle = column_of(csv, {"Cycle", "cycle", "cycle_index", "cycle_number"});
  const Column mileage = column_of(csv, {"Mileage", "mileage_km"});
  const Column ah = column_of(csv, {"Capacity(Ah)", "capacity_ah", "discharge_capacity", "QDischarge", "QD"});
  const Column kwh = column_of(csv, {"kWh", "capacity_kwh"});
  const Column days = column_of(csv, {"days", "time_days"});
  const Column years = column_of(csv, {"Year", "years"});
  if ((!cycle && !mileage) || (!ah && !kwh)) {
    throw sessions::InputError(
        file, 1,
        fmt::format(
            "no column of {}: a cycling file has {}; the header has: {}", cycle || mileage ? "capacity" : "cycles",
            cycle || mileage ? "Capacity(Ah), discharge_capacity, QDischarge, QD, capacity_ah, capacity_kwh or kWh"
                             : "Cycle, cycle, cycle_index, cycle_number, Mileage or mileage_km",
            sessions::list_names(csv.header())));
  }
  const std::size_t counts = cycle ? *cycle : *mileage, capacity = ah ? *ah : *kwh;
  out.unit = ah ? "Ah" : "kWh";
  out.cycles_from = csv.header()[counts];
  out.has_days = days || years;
  out.is_fleet = !cycle;

  std::map<std::string, std::vector<CapacityPoint>> cells;
  while (csv.next_row()) {
    out.rows += 1;
    CapacityPoint point;
    point.cycles = cell_number(csv.field_text(counts));
    point.capacity = cell_number(csv.field_text(capacity));
    if (days) point.days = cell_number(csv.field_text(*days));
    if (!days && years) point.days = cell_number(csv.field_text(*years)) * days_of_year;
    const bool usable = point.cycles >= 0.0 && point.capacity > 0.0 && (!out.has_days || point.days >= 0.0);
    if (!usable) {
      out.left_out += 1;
      continue;
    }
    cells[cell ? std::string(sessions::trim_blanks(csv.field_text(*cell))) : "all"].push_back(point);
  }
  if (cells.empty()) throw sessions::InputError(file, 0, "no row has a capacity and a count of cycles");

  // Kilometres become full cycles of a new battery.
  const double per_count = cycle ? 1.0 : kwh_per_km / young_capacity(cells);
  if (!cycle && ah)
    throw sessions::InputError(file, 1, "Mileage with a capacity in Ah: cycles of kilometres take a capacity in kWh");
  for (auto& [name, points] : cells) {
    for (CapacityPoint& point : points) point.cycles *= per_count;
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
    out.cells.push_back({name, std::move(points)});
  }
  return out;
}

}  // namespace evtwin::score
