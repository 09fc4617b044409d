#include "store/data_store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <functional>

#include "record/run_file.hpp"
#include "store/own_file.hpp"

namespace evtwin::store {
namespace {

using record::Database;
using record::Statement;

constexpr const char* tables = R"(
CREATE TABLE import (
  id INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL, importer TEXT NOT NULL, settings TEXT NOT NULL,
  timezone TEXT NOT NULL, imported_at TEXT NOT NULL, rows_taken INTEGER NOT NULL, rows_left_out INTEGER NOT NULL,
  synthetic INTEGER NOT NULL, UNIQUE (sha256, importer, settings, timezone));
CREATE TABLE left_out (import INTEGER NOT NULL REFERENCES import, reason TEXT NOT NULL);
CREATE TABLE raw_session (
  import INTEGER NOT NULL REFERENCES import, session TEXT NOT NULL, evse TEXT NOT NULL, driver TEXT NOT NULL,
  arrival_ns INTEGER NOT NULL, departure_ns INTEGER NOT NULL, claimed_departure_ns INTEGER NOT NULL,
  requested_kwh REAL NOT NULL, taken_kwh REAL NOT NULL, line INTEGER NOT NULL);
CREATE TABLE raw_series (
  id INTEGER PRIMARY KEY, import INTEGER NOT NULL REFERENCES import, name TEXT NOT NULL, is_amount INTEGER NOT NULL,
  times_end INTEGER NOT NULL);
CREATE TABLE raw_value (
  series INTEGER NOT NULL REFERENCES raw_series, time_ns INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (series, time_ns)) WITHOUT ROWID;
CREATE TABLE raw_weather (
  import INTEGER NOT NULL REFERENCES import, issued_ns INTEGER NOT NULL, target_ns INTEGER NOT NULL,
  category TEXT NOT NULL, value REAL NOT NULL, nx INTEGER NOT NULL, ny INTEGER NOT NULL);
CREATE TABLE derived_series (
  id INTEGER PRIMARY KEY, raw_series INTEGER NOT NULL REFERENCES raw_series, rule TEXT NOT NULL,
  step_min INTEGER NOT NULL, UNIQUE (raw_series, rule, step_min));
CREATE TABLE derived_value (
  series INTEGER NOT NULL REFERENCES derived_series, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
  value REAL NOT NULL, covered REAL NOT NULL, PRIMARY KEY (series, start_ns)) WITHOUT ROWID;
)";

Database open_store(const std::string& file, bool may_begin) {
  struct stat status {};
  if (!may_begin && (::stat(file.c_str(), &status) != 0 || status.st_size == 0))
    record::refuse_file(file, "there is no such store; evtwin forecast import makes one");
  return open_own_file(file, store_application_id, tables, "store");
}

/// All of it or nothing.
void in_transaction(Database& database, const std::function<void()>& change) {
  database.run_statements("BEGIN IMMEDIATE");
  try {
    change();
    database.run_statements("COMMIT");
  } catch (...) {
    sqlite3_exec(database.sqlite_handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

std::string rule_of(bool is_amount) { return is_amount ? "sum of amounts" : "mean of levels"; }

}  // namespace

DataStore::DataStore(const std::string& file, bool may_begin) : database_(open_store(file, may_begin)) {}

Imported DataStore::find_import(const Source& source) const {
  Imported out;
  Statement same(database_,
                 "SELECT id, imported_at, rows_taken, rows_left_out FROM import WHERE sha256 = ? AND importer = ? AND "
                 "settings = ? AND timezone = ?");
  same.bind_value(1, std::string_view(source.sha256));
  same.bind_value(2, std::string_view(source.importer));
  same.bind_value(3, std::string_view(source.settings));
  same.bind_value(4, std::string_view(source.timezone));
  if (same.next_row()) {
    out.id = same.column_integer(0);
    out.imported_at = same.column_text(1);
    out.rows_taken = same.column_integer(2);
    out.rows_left_out = same.column_integer(3);
  }
  Statement before(database_, "SELECT count(*) FROM import WHERE file = ? AND sha256 <> ?");
  before.bind_value(1, std::string_view(source.file));
  before.bind_value(2, std::string_view(source.sha256));
  before.next_row();
  out.same_file_before = before.column_integer(0) > 0;
  return out;
}

std::int64_t DataStore::add_import(const Source& source, std::int64_t taken, const std::vector<std::string>& left_out) {
  Statement insert(database_,
                   "INSERT INTO import (file, sha256, importer, settings, timezone, imported_at, rows_taken, "
                   "rows_left_out, synthetic) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  int parameter = 0;
  for (const std::string* text :
       {&source.file, &source.sha256, &source.importer, &source.settings, &source.timezone, &source.imported_at})
    insert.bind_value(++parameter, std::string_view(*text));
  insert.bind_value(++parameter, taken);
  insert.bind_value(++parameter, static_cast<std::int64_t>(left_out.size()));
  insert.bind_value(++parameter, std::int64_t{source.synthetic});
  insert.execute_once();
  const std::int64_t id = sqlite3_last_insert_rowid(database_.sqlite_handle());

  Statement reason(database_, "INSERT INTO left_out VALUES (?, ?)");
  for (const std::string& one : left_out) {
    reason.bind_value(1, id);
    reason.bind_value(2, std::string_view(one));
    reason.execute_once();
  }
  return id;
}

Imported DataStore::import_sessions(const Source& source, const sessions::SessionTable& table) {
  if (const Imported known = find_import(source); known.id != 0) return known;
  std::vector<std::string> left_out;
  for (const sessions::TableFlag& flag : table.flags) {
    if (flag.left_out) left_out.push_back(flag.reason);
  }
  in_transaction(database_, [&] {
    const std::int64_t id = add_import(source, static_cast<std::int64_t>(table.rows.size()), left_out);
    Statement insert(database_, "INSERT INTO raw_session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const sessions::SessionRow& row : table.rows) {
      insert.bind_value(1, id);
      insert.bind_value(2, std::string_view(row.visit.id));
      insert.bind_value(3, std::string_view(row.evse_id));
      insert.bind_value(4, std::string_view(row.driver));
      insert.bind_value(5, row.visit.arrival_ns);
      insert.bind_value(6, row.visit.departure_ns);
      insert.bind_value(7, row.visit.claimed_departure_ns);
      insert.bind_value(8, row.visit.requested_kwh);
      insert.bind_value(9, row.visit.taken_kwh);
      insert.bind_value(10, static_cast<std::int64_t>(row.line));
      insert.execute_once();
    }
  });
  Imported out = find_import(source);
  out.is_new = true;
  return out;
}

Imported DataStore::import_series(const Source& source, const sessions::RawTable& table) {
  if (const Imported known = find_import(source); known.id != 0) return known;
  in_transaction(database_, [&] {
    std::int64_t taken = 0;
    for (const sessions::RawSeries& series : table.series) taken += static_cast<std::int64_t>(series.values.size());
    const std::int64_t id = add_import(source, taken, table.left_out);
    for (const sessions::RawSeries& series : table.series) {
      Statement head(database_, "INSERT INTO raw_series (import, name, is_amount, times_end) VALUES (?, ?, ?, ?)");
      head.bind_value(1, id);
      head.bind_value(2, std::string_view(series.name));
      head.bind_value(3, std::int64_t{series.is_amount});
      head.bind_value(4, std::int64_t{series.is_amount && table.hours_end});
      head.execute_once();
      const std::int64_t series_id = sqlite3_last_insert_rowid(database_.sqlite_handle());
      Statement insert(database_, "INSERT INTO raw_value VALUES (?, ?, ?)");
      for (std::size_t i = 0; i < series.values.size(); ++i) {
        insert.bind_value(1, series_id);
        insert.bind_value(2, series.times_ns[i]);
        insert.bind_value(3, series.values[i]);
        insert.execute_once();
      }
    }
  });
  Imported out = find_import(source);
  out.is_new = true;
  return out;
}

Imported DataStore::import_weather(const Source& source, const sessions::WeatherTable& table) {
  if (const Imported known = find_import(source); known.id != 0) return known;
  in_transaction(database_, [&] {
    const std::int64_t id = add_import(source, static_cast<std::int64_t>(table.values.size()), table.left_out);
    Statement insert(database_, "INSERT INTO raw_weather VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (const sessions::WeatherValue& one : table.values) {
      insert.bind_value(1, id);
      insert.bind_value(2, one.issued_ns);
      insert.bind_value(3, one.target_ns);
      insert.bind_value(4, std::string_view(one.category));
      insert.bind_value(5, one.value);
      insert.bind_value(6, std::int64_t{one.nx});
      insert.bind_value(7, std::int64_t{one.ny});
      insert.execute_once();
    }
  });
  Imported out = find_import(source);
  out.is_new = true;
  return out;
}

int DataStore::derive_series(std::int64_t import_id, int step_min) {
  struct Raw {
    std::int64_t id;
    bool ends, is_amount;
    std::string timezone;
  };
  std::vector<Raw> all;
  {
    Statement raw(
        database_,
        "SELECT s.id, s.times_end, s.is_amount, i.timezone FROM raw_series s JOIN import i ON i.id = s.import "
        "WHERE i.id = ? AND NOT EXISTS (SELECT 1 FROM derived_series d WHERE d.raw_series = s.id AND "
        "d.step_min = ?)");
    raw.bind_value(1, import_id);
    raw.bind_value(2, std::int64_t{step_min});
    while (raw.next_row())
      all.push_back(
          {raw.column_integer(0), raw.column_integer(1) != 0, raw.column_integer(2) != 0, raw.column_text(3)});
  }
  for (const Raw& one : all) {
    const std::vector<Step> steps =
        resample(read_series(one.id), step_min * kernel::minute_ns, market::Calendar(one.timezone), one.ends);
    in_transaction(database_, [&] {
      Statement head(database_, "INSERT INTO derived_series (raw_series, rule, step_min) VALUES (?, ?, ?)");
      const std::string rule = rule_of(one.is_amount);
      head.bind_value(1, one.id);
      head.bind_value(2, std::string_view(rule));
      head.bind_value(3, std::int64_t{step_min});
      head.execute_once();
      const std::int64_t id = sqlite3_last_insert_rowid(database_.sqlite_handle());
      Statement insert(database_, "INSERT INTO derived_value VALUES (?, ?, ?, ?, ?)");
      for (const Step& step : steps) {
        insert.bind_value(1, id);
        insert.bind_value(2, step.start_ns);
        insert.bind_value(3, step.end_ns);
        insert.bind_value(4, step.value);
        insert.bind_value(5, step.covered);
        insert.execute_once();
      }
    });
  }
  return static_cast<int>(all.size());
}

std::vector<SeriesInStore> DataStore::list_series() const {
  std::vector<SeriesInStore> all;
  Statement list(database_,
                 "SELECT s.id, s.name, i.file, i.timezone, s.is_amount, i.synthetic, (SELECT count(*) FROM raw_value v "
                 "WHERE v.series = s.id) FROM raw_series s JOIN import i ON i.id = s.import ORDER BY s.id");
  while (list.next_row()) {
    SeriesInStore& one = all.emplace_back();
    one.id = list.column_integer(0);
    one.name = list.column_text(1);
    one.file = list.column_text(2);
    one.timezone = list.column_text(3);
    one.is_amount = list.column_integer(4) != 0;
    one.synthetic = list.column_integer(5) != 0;
    one.values = list.column_integer(6);
    Statement steps(database_, "SELECT step_min FROM derived_series WHERE raw_series = ? ORDER BY step_min");
    steps.bind_value(1, one.id);
    while (steps.next_row()) one.steps_min.push_back(static_cast<int>(steps.column_integer(0)));
  }
  return all;
}

sessions::RawSeries DataStore::read_series(std::int64_t id) const {
  sessions::RawSeries series;
  Statement head(database_, "SELECT name, is_amount FROM raw_series WHERE id = ?");
  head.bind_value(1, id);
  if (!head.next_row()) record::refuse_file(file(), fmt::format("has no series {}", id));
  series.name = head.column_text(0);
  series.is_amount = head.column_integer(1) != 0;
  Statement rows(database_, "SELECT time_ns, value FROM raw_value WHERE series = ? ORDER BY time_ns");
  rows.bind_value(1, id);
  while (rows.next_row()) {
    series.times_ns.push_back(rows.column_integer(0));
    series.values.push_back(rows.column_real(1));
  }
  return series;
}

std::vector<Step> DataStore::read_derived(std::int64_t id, int step_min) const {
  std::vector<Step> steps;
  Statement rows(database_,
                 "SELECT v.start_ns, v.end_ns, v.value, v.covered FROM derived_value v JOIN derived_series d ON d.id = "
                 "v.series WHERE d.raw_series = ? AND d.step_min = ? ORDER BY v.start_ns");
  rows.bind_value(1, id);
  rows.bind_value(2, std::int64_t{step_min});
  while (rows.next_row())
    steps.push_back({rows.column_integer(0), rows.column_integer(1), rows.column_real(2), rows.column_real(3)});
  if (steps.empty())
    record::refuse_file(file(), fmt::format("has series {} not in steps of {} min; evtwin forecast import --step {} "
                                            "adds them",
                                            id, step_min, step_min));
  return steps;
}

}  // namespace evtwin::store
