#pragma once
// The series of a table as they stand in it: what a store keeps, and resamples from. Nothing is converted.

#include <cstddef>
#include <string>
#include <vector>

#include "market/calendar.hpp"
#include "sessions/text_file.hpp"

namespace evtwin::sessions {

using kernel::TimeNs;

struct RawSeries {
  std::string name;  ///< the column's
  std::vector<TimeNs> times_ns;
  std::vector<double> values;  ///< one for each time
  /// Values are amounts of their step (kWh, MJ/m2, mm) and are added up; else they are levels (kW, degrees) that hold
  /// for it. Known by the unit in the name.
  bool is_amount = false;
};

struct RawTable {
  std::vector<RawSeries> series;
  std::vector<std::string> left_out;  ///< cells and rows, each with file, line and reason
  std::vector<std::string> notes;     ///< columns that hold no numbers
  std::size_t rows = 0;               ///< of the file
  bool says_synthetic = false;        ///< a column "synthetic" or "합성" is there: the figures are made up
  bool hours_end = false;  ///< a station's hourly observations (지점): amounts are those of the hour before their time
};

/// Reads a table of which one column is named time, timestamp, datetime, date or 일시 (else the first) and the others
/// are values. Times are ISO 8601, with offset or local of `calendar`; hours that the local clock has twice or never
/// are left out. Left out too: cells that are empty or no number, and rows whose time can not be read or is not later
/// than the one before. Text may be CP949. @param columns  names to read; empty: all that hold numbers.
/// @throws InputError where no column has a value, a name is not there, or half of the rows have no time that can be
/// read.
RawTable read_raw_series(const std::string& shown, const std::string& real, const market::Calendar& calendar,
                         const std::vector<std::string>& columns = {});

/// The usual step of a series, the median of its steps. @param times_ns  two at least
TimeNs usual_step(const std::vector<TimeNs>& times_ns);

}  // namespace evtwin::sessions
