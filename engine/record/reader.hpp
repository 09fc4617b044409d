// Reading run files, strangers' among them. A file is data: nothing in it is run, and no file makes a reader work for
// ever.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernel/time.hpp"
#include "record/origin.hpp"
#include "record/run_file.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

/// Opens a run file to read: read-only, views and triggers off, schema untrusted, a budget of work that grows with the
/// file. The tables are there and exactly ours. In a folder without write permission, too.
/// @throws RunFileError saying what it is instead: empty, not a run file, of another application, of a newer evtwin,
/// truncated, malformed.
Database open_run_file(const std::string& file);

/// How a site's strategy foresaw one quantity.
struct ForecastRule {
  std::string site, quantity;
  std::string rule;           ///< "yesterday", "noisy (bias 0.1, std 0.2)", "sarima:fit_days=14 every 15 min"
  std::string plugin_digest;  ///< empty where no plugin foresees

  friend bool operator==(const ForecastRule&, const ForecastRule&) = default;
};

/// A run file at a glance.
struct RunSummary {
  std::string name;
  std::string strategy, plugin_file, plugin_digest;
  RunState state = RunState::running;
  std::string error;
  std::string event_hash;  ///< 16 hex digits; empty until complete
  std::string scenario_file, scenario_text;
  std::map<std::string, std::string> parameters;
  std::uint64_t seed = 0;
  kernel::TimeNs start_ns = 0, end_ns = 0;
  std::string timezone, currency;
  Origin origin;
  std::vector<ForecastRule> forecasts;
  std::string evtwin_version, evtwin_commit, sqlite_version, compiler, tzdata_version;
  std::string created_at;                                   ///< UTC
  double wall_s = 0.0;                                      ///< NaN until complete
  std::vector<Kpi> kpis;                                    ///< empty until complete
  std::vector<std::pair<std::string, std::uint64_t>> rows;  ///< of every table
};

/// Value of 16 hex digits, as the file writes hashes. @throws RunFileError.
std::uint64_t hash_of_hex(const std::string& file, const std::string& hex);

/// Its facts were checked against their hashes (the large tables are not: see check_run_file).
/// @throws RunFileError, as open_run_file, and where run, sites, KPIs or bill are not what was written.
RunSummary read_summary(const std::string& file);

/// Empty for a complete run. "incomplete: marked running: the run was killed or is still going".
std::string describe_incompleteness(const RunSummary& summary);

/// Everything wrong with a file, as lines without the file's name; empty: a whole, unchanged run file or checkpoint.
/// Reads all of it:
/// its structure, every reference between tables, every table's hash. Throws nothing.
std::vector<std::string> check_run_file(const std::string& file);

/// All tables without wall-clock columns, one line per row: equal runs, equal text. Floating-point figures are exact.
/// @throws RunFileError.
void logical_dump(const std::string& file, std::ostream& out);
/// A hash of the same.
std::uint64_t logical_hash(const std::string& file);

}  // namespace evtwin::record
