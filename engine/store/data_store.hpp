#pragma once
// Imported data in one SQLite file: raw tables with where they came from, and series derived from them.

#include <cstdint>
#include <string>
#include <vector>

#include "record/sqlite.hpp"
#include "sessions/raw_series.hpp"
#include "sessions/session_table.hpp"
#include "sessions/weather_forecast.hpp"
#include "store/resample.hpp"

namespace evtwin::store {

/// "EVTD": SQLite's application_id of a store.
inline constexpr std::int32_t store_application_id = 0x45565444;

/// Where an import came from.
struct Source {
  std::string file;         ///< as the user gave it
  std::string sha256;       ///< of its bytes
  std::string importer;     ///< "sessions/1", "series/1", "kma/1": counted up when it reads something otherwise
  std::string settings;     ///< what else decides on the rows: columns, ends
  std::string timezone;     ///< IANA name
  std::string imported_at;  ///< ISO 8601
  bool synthetic = false;   ///< made up, by the file's or the user's own word
};

struct Imported {
  std::int64_t id = 0;
  bool is_new = false;  ///< false: the very same was there, and nothing was changed
  std::string imported_at;
  std::int64_t rows_taken = 0, rows_left_out = 0;
  bool same_file_before = false;  ///< the file was imported with other bytes before; both are kept
};

struct SeriesInStore {
  std::int64_t id = 0;
  std::string name, file, timezone;
  bool is_amount = false, synthetic = false;
  std::int64_t values = 0;
  std::vector<int> steps_min;  ///< of what is derived from it
};

class DataStore {
 public:
  /// Opens a store, or begins one. @throws record::RunFileError where the file is something else, or is not there and
  /// `may_begin` is false
  explicit DataStore(const std::string& file, bool may_begin = true);

  /// Each takes one file in as a whole, or leaves the store as it was. @throws record::RunFileError
  Imported import_sessions(const Source& source, const sessions::SessionTable& table);
  Imported import_series(const Source& source, const sessions::RawTable& table);
  Imported import_weather(const Source& source, const sessions::WeatherTable& table);
  /// Nothing where it is not there.
  Imported find_import(const Source& source) const;

  /// Resamples every raw series of an import. @returns how many are new; those that are there stay
  int derive_series(std::int64_t import_id, int step_min);

  std::vector<SeriesInStore> list_series() const;
  sessions::RawSeries read_series(std::int64_t id) const;
  /// @throws record::RunFileError where the series is not resampled to that step
  std::vector<Step> read_derived(std::int64_t id, int step_min) const;
  const std::string& file() const { return database_.file(); }

 private:
  std::int64_t add_import(const Source& source, std::int64_t taken, const std::vector<std::string>& left_out);

  record::Database database_;
};

}  // namespace evtwin::store
