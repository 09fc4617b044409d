#include "sessions/session_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "kernel/nearest.hpp"
#include "kernel/static_checks.hpp"
#include "kernel/text.hpp"

namespace evtwin::sessions {
namespace {

using Column = std::optional<std::size_t>;

/// Keys of the minimal layout, and of columns that the user names. The first three must be there.
struct ColumnKey {
  std::string_view name;
  Column SessionLayout::*column;  ///< null: one of the three
};
constexpr std::array keys_of_columns{
    ColumnKey{"arrival", nullptr},
    ColumnKey{"departure", nullptr},
    ColumnKey{"energy_kwh", nullptr},
    ColumnKey{"evse", &SessionLayout::evse},
    ColumnKey{"session_id", &SessionLayout::id},
    ColumnKey{"requested_kwh", &SessionLayout::requested},
    ColumnKey{"estimated_departure", &SessionLayout::estimated},
    ColumnKey{"soc", &SessionLayout::soc},
    ColumnKey{"soc_departure", &SessionLayout::soc_departure},
    ColumnKey{"vehicle", &SessionLayout::vehicle},
    ColumnKey{"car_kw", &SessionLayout::car_kw},
    ColumnKey{"battery_kwh", &SessionLayout::battery_kwh},
    ColumnKey{"driver", &SessionLayout::driver},
    ColumnKey{"priority", &SessionLayout::priority},
    ColumnKey{"v2g", &SessionLayout::v2g},
    ColumnKey{"v2g_min_price_per_kwh", &SessionLayout::v2g_min_price},
    ColumnKey{"reserved_at", &SessionLayout::reserved_at},
    ColumnKey{"reserved_from", &SessionLayout::reserved_from},
    ColumnKey{"reserved_until", &SessionLayout::reserved_until},
    ColumnKey{"window_from", &SessionLayout::window_from},
    ColumnKey{"window_to", &SessionLayout::window_to},
};
static_assert(kernel::has_unique_keys(keys_of_columns, &ColumnKey::name));

constexpr auto names_of_keys = [] {
  std::array<std::string_view, keys_of_columns.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = keys_of_columns[i].name;
  return names;
}();

/// kWh, or kW, for one of the unit that a column's name has as a word; 1 where it has none.
double factor_of_unit(std::string_view name, std::string_view thousandth, std::string_view thousandfold) {
  std::string word;
  double factor = 1.0;
  const auto look = [&] {
    if (word == thousandth) factor = 1e-3;
    if (word == thousandfold) factor = 1e3;
    word.clear();
  };
  for (const char c : name) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      word += c;
    } else {
      look();
    }
  }
  look();
  return factor;
}

/// The column of that name. @throws InputError with the key that asks for it, and the nearest name that is there
std::size_t named_column(const CsvReader& csv, std::string_view key, const std::string& name) {
  if (const auto found = csv.find_column(name)) return *found;
  const std::vector<std::string_view> known(csv.header().begin(), csv.header().end());
  throw InputError(
      csv.file(), 1,
      fmt::format("columns: {} is to be '{}', and there is no such column{}; the header has: {}", key,
                  kernel::make_printable(name, 80), kernel::did_you_mean(name, known), list_names(csv.header())));
}

/// The columns that the user named; the others by the names of the minimal layout.
SessionLayout named_layout(const CsvReader& csv, const ColumnNames& names) {
  for (const auto& [key, column] : names) {
    if (std::find(names_of_keys.begin(), names_of_keys.end(), key) != names_of_keys.end()) continue;
    const std::vector<std::string> all(names_of_keys.begin(), names_of_keys.end());
    throw InputError(csv.file(), 0,
                     fmt::format("no such key of columns: {}; known: {}{}", kernel::make_printable(key),
                                 fmt::join(all, ", "), kernel::did_you_mean(key, names_of_keys)));
  }

  const auto find = [&](std::string_view key) -> Column {
    const auto named = names.find(key);
    return named == names.end() ? csv.find_column(key) : named_column(csv, key, named->second);
  };
  const auto need = [&](std::string_view key) {
    const auto found = find(key);
    if (!found)
      throw InputError(
          csv.file(), 0,
          fmt::format("columns are named, but none for {}; the header has: {}", key, list_names(csv.header())));
    return *found;
  };

  SessionLayout at;
  at.free_forms = true;
  at.arrival = need("arrival");
  at.departure = need("departure");
  at.taken = need("energy_kwh");
  for (const ColumnKey& key : keys_of_columns) {
    if (key.column != nullptr) at.*key.column = find(key.name);
  }

  // Each figure has the unit of its own column.
  const auto kwh_per = [&](Column column) { return column ? factor_of_unit(csv.header()[*column], "Wh", "MWh") : 1.0; };
  at.taken_kwh_per = kwh_per(at.taken);
  at.requested_kwh_per = kwh_per(at.requested);
  at.battery_kwh_per = kwh_per(at.battery_kwh);
  if (at.car_kw) at.car_kw_per = factor_of_unit(csv.header()[*at.car_kw], "W", "MW");
  return at;
}

constexpr std::string_view acn_requested = "requested_energy (kWh)";
constexpr std::string_view acn_delivered = "delivered_energy (kWh)";

/// The demand of a day-ahead planner, github.com/ngo-lap/smartcharging. Its own sample lacks arrivalSOE.
SessionLayout planner_layout(const CsvReader& csv) {
  SessionLayout at;
  at.planner = at.free_forms = true;
  at.id = csv.require_column("vehicle");
  at.car_kw = csv.require_column("powerNom");
  at.taken = csv.require_column("energyRequired");
  at.battery_kwh = csv.require_column("energyMax");
  at.arrival = csv.require_column("arrivalTime");
  at.departure = csv.require_column("departureTime");
  at.soe = csv.find_column("arrivalSOE");
  return at;
}

/// ACN-Data: columns have names of their own; a file of it has these four.
SessionLayout acn_layout(const CsvReader& csv) {
  SessionLayout at;
  at.arrival = csv.require_column("arrival");
  at.departure = csv.require_column("departure");
  for (const std::string_view key : {"estimated_departure", "reserved_at", "reserved_from", "reserved_until", "driver",
                                     "window_from", "window_to"}) {
    const auto* found = std::find_if(keys_of_columns.begin(), keys_of_columns.end(),
                                     [&](const ColumnKey& one) { return one.name == key; });
    at.*found->column = csv.find_column(key);
  }
  at.requested = csv.require_column(acn_requested);
  at.taken = csv.require_column(acn_delivered);
  at.evse = csv.require_column("station_id");
  at.id = csv.require_column("session_id");
  at.claimed = csv.find_column("claimed");
  return at;
}

constexpr std::string_view report_arrival = "Start_plugin";
constexpr std::string_view report_departure = "End_plugout";
constexpr std::string_view report_taken = "El_kWh";

/// Charging reports of garages at Mendeley Data, doi 10.17632/jbks2rcwyj.1 (Soerensen, Lindberg, Sartori, Andresen,
/// Data in Brief 36, 2021, 107105): nobody's claim is in it, nor which charger it was.
SessionLayout report_layout(const CsvReader& csv) {
  SessionLayout at;
  at.day_first = true;
  at.arrival = csv.require_column(report_arrival);
  at.departure = csv.require_column(report_departure);
  at.taken = csv.require_column(report_taken);
  at.id = csv.find_column("session_ID");
  at.driver = csv.find_column("User_ID");
  return at;
}

SessionLayout minimal_layout(const CsvReader& csv) {
  SessionLayout at;
  at.arrival = csv.require_column("arrival");
  at.departure = csv.require_column("departure");
  at.taken = csv.require_column("energy_kwh");
  for (const ColumnKey& key : keys_of_columns) {
    if (key.column != nullptr) at.*key.column = csv.find_column(key.name);
  }
  return at;
}

}  // namespace

std::span<const std::string_view> column_keys() { return names_of_keys; }

bool has_session_columns(std::span<const std::string> header) {
  const auto has = [&](std::string_view name) { return std::find(header.begin(), header.end(), name) != header.end(); };
  return (has("arrival") && has("departure")) || (has("arrivalTime") && has("departureTime")) ||
         (has(report_arrival) && has(report_departure));
}

SessionLayout layout_of(const CsvReader& csv, const ColumnNames& names) {
  if (!names.empty()) return named_layout(csv, names);
  if (csv.find_column("energyRequired") || csv.find_column("powerNom")) return planner_layout(csv);
  if (csv.find_column(acn_requested) || csv.find_column(acn_delivered)) return acn_layout(csv);
  if (csv.find_column(report_arrival) || csv.find_column(report_departure)) return report_layout(csv);
  return minimal_layout(csv);
}

void flag_unused(const CsvReader& csv, const SessionLayout& at, std::vector<TableFlag>& flags) {
  const auto used = [&](std::size_t i) {
    if (i == at.arrival || i == at.departure || i == at.taken || i == at.claimed || i == at.soe) return true;
    return std::any_of(keys_of_columns.begin(), keys_of_columns.end(),
                       [&](const ColumnKey& key) { return key.column != nullptr && at.*key.column == i; });
  };
  std::vector<std::string> unused;
  for (std::size_t i = 0; i < csv.header().size(); ++i) {
    if (!used(i))
      unused.push_back(csv.header()[i].empty() ? fmt::format("number {}, without a name", i + 1) : csv.header()[i]);
  }
  if (unused.empty()) return;
  flags.push_back(
      {"", fmt::format("{}: columns not used: {}", kernel::make_printable(csv.file()), list_names(unused)), false});
}

}  // namespace evtwin::sessions
