#pragma once
// A series over time from a table: prices, CO2, PV, base load.

#include <limits>
#include <string>
#include <vector>

#include "market/calendar.hpp"
#include "market/series.hpp"
#include "sessions/column_unit.hpp"
#include "sessions/session_table.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::sessions {

struct SeriesOptions {
  /// The value column; empty: the first of `accepted` that is there, else the only column that holds no times.
  std::string column = {};
  /// Names the caller knows ("kw", "price_per_kwh"), the likeliest first.
  std::vector<std::string> accepted = {};
  /// Quantity that the column's name must give the unit of. Values in another one (W, EUR/MWh) are converted and
  /// flagged, a name without one is flagged; what cannot be converted is refused.
  Quantity quantity = Quantity::any;
  /// The caller multiplies the values by a scale that the user gave: the name's unit converts nothing then.
  bool has_own_scale = false;
  double least = -1e9;  ///< in the quantity's unit, values below are errors; 0 for PV and load
  double most = 1e9;
  /// Of prices: a column named "currency" must say this in every row, and so must the name of the prices' column where
  /// it names one. Empty: there is none to hold it to.
  std::string currency = {};
  double scale = 1.0;  ///< values are multiplied by it after the check
  /// Window that must be covered; none when need_to_ns <= need_from_ns.
  TimeNs need_from_ns = 0;
  TimeNs need_to_ns = 0;
};

struct SeriesTable {
  market::Series series;
  std::string column;            ///< the one that was read
  ColumnUnit unit;               ///< that its name gives
  std::vector<TableFlag> flags;  ///< holes in a regular series, values converted or of a unit that nobody names
};

/// Reads a table whose first column (or the one named "time") has ISO times, with offset or local of `calendar` (files
/// in UTC without offset: give a UTC calendar), and at least one column of values. The last value holds as long as the
/// step before it.
/// @throws InputError naming file, line and column: for a column of another quantity or currency, values that are no
/// number or out of range, times that do not ascend, and a series that does not cover the window.
SeriesTable read_series(const std::string& shown, const std::string& real, const market::Calendar& calendar,
                        const SeriesOptions& options = {});

}  // namespace evtwin::sessions
