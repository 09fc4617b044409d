// Internal to this room: which column of a table of sessions holds what.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "sessions/csv.hpp"
#include "sessions/session_table.hpp"

namespace evtwin::sessions {

/// Where each figure stands; a column that may be absent is empty.
struct SessionLayout {
  std::size_t arrival = 0;
  std::size_t departure = 0;
  std::size_t taken = 0;
  std::optional<std::size_t> requested;
  std::optional<std::size_t> estimated;
  std::optional<std::size_t> evse;
  std::optional<std::size_t> id;
  std::optional<std::size_t> claimed;
  std::optional<std::size_t> soc;
  std::optional<std::size_t> soc_departure;
  std::optional<std::size_t> priority;
  std::optional<std::size_t> v2g;
  std::optional<std::size_t> reserved_at;
  std::optional<std::size_t> reserved_from;
  std::optional<std::size_t> reserved_until;
  std::optional<std::size_t> v2g_min_price;
  std::optional<std::size_t> vehicle;
  std::optional<std::size_t> car_kw;
  std::optional<std::size_t> battery_kwh;
  std::optional<std::size_t> soe;  ///< kWh in the battery at arrival
  bool planner = false;
  std::optional<std::size_t> driver;
  std::optional<std::size_t> window_from;
  std::optional<std::size_t> window_to;
  // kWh and kW for one of the unit in the column's name.
  double taken_kwh_per = 1.0, requested_kwh_per = 1.0, battery_kwh_per = 1.0, car_kw_per = 1.0;
  /// Columns that the user named: times may be those of a spreadsheet, with years of two digits, and states of charge
  /// percent.
  bool free_forms = false;
  /// Times may be 21.12.2018 10:20, day first.
  bool day_first = false;
};

/// @param names  empty: one of the known layouts. @throws InputError for a column that is missing, with the nearest
SessionLayout layout_of(const CsvReader& csv, const ColumnNames& names);

/// One flag about all columns that nobody reads.
void flag_unused(const CsvReader& csv, const SessionLayout& at, std::vector<TableFlag>& flags);

}  // namespace evtwin::sessions
