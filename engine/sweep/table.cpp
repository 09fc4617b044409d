#include "sweep/table.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "kernel/csv_cell.hpp"
#include "record/run_file.hpp"
#include "record/sqlite.hpp"

namespace evtwin::sweep {

namespace {

/// A factor that is called like another column gets a name of its own.
std::vector<std::string> factor_columns(const Table& table) {
  std::vector<std::string> taken{"point", "seed", "strategy", "event_hash", "error"};
  taken.insert(taken.end(), table.figures.begin(), table.figures.end());
  std::vector<std::string> columns;
  for (const Factor& factor : table.layout.factors) {
    const bool clash = std::find(taken.begin(), taken.end(), factor.name) != taken.end();
    columns.push_back(clash ? factor.name + "_given" : factor.name);
  }
  return columns;
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::optional<std::size_t> Table::find_figure(std::string_view name) const {
  const auto at = std::find(figures.begin(), figures.end(), name);
  if (at == figures.end()) return {};
  return static_cast<std::size_t>(at - figures.begin());
}

double Table::figure_of(const Row& row, std::string_view name) const {
  const auto index = find_figure(name);
  if (!index || !row.error.empty() || *index >= row.figures.size()) return std::numeric_limits<double>::quiet_NaN();
  return row.figures[*index];
}

std::string table_csv(const Table& table) {
  std::string text = "point";
  for (const std::string& column : factor_columns(table)) text += "," + kernel::csv_cell(column);
  text += ",seed,strategy";
  for (const std::string& figure : table.figures) text += "," + kernel::csv_cell(figure);
  text += ",event_hash,error\n";
  for (std::size_t world = 0; world < table.layout.world_count(); ++world) {
    const std::size_t point = table.layout.point_of(world);
    std::string begin = fmt::format("{}", point + 1);
    for (const std::string& value : table.layout.points[point]) begin += "," + kernel::csv_cell(value);
    begin += fmt::format(",{}", table.seeds[table.layout.seed_of(world)]);
    for (std::size_t s = 0; s < table.strategies.size(); ++s) {
      const Row& row = table.row_of_run(world, s);
      text += begin + "," + kernel::csv_cell(table.strategies[s]);
      for (std::size_t f = 0; f < table.figures.size(); ++f) {
        const double value = row.error.empty() && f < row.figures.size() ? row.figures[f] : std::nan("");
        text += std::isfinite(value) ? fmt::format(",{}", value) : ",";
      }
      text += row.error.empty() ? fmt::format(",{:016x},\n", row.event_hash)
                                : fmt::format(",,{}\n", kernel::csv_cell(row.error));
    }
  }
  return text;
}

void write_table_sqlite(const Table& table, const std::string& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  record::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  database.run_statements("PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");

  // Columns of numbers hold numbers; a value of a factor that reads as one is one.
  std::string columns = "point INTEGER NOT NULL";
  for (const std::string& column : factor_columns(table)) columns += ", " + quoted(column) + " NUMERIC NOT NULL";
  columns += ", seed INTEGER NOT NULL, strategy TEXT NOT NULL";
  for (const std::string& figure : table.figures) columns += ", " + quoted(figure) + " REAL";
  database.run_statements("CREATE TABLE run (" + columns + ", event_hash TEXT, error TEXT)");
  database.run_statements("CREATE TABLE sweep (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");

  const std::size_t count = 5 + table.layout.factors.size() + table.figures.size();
  std::string places = "?";
  for (std::size_t i = 1; i < count; ++i) places += ", ?";
  {
    record::Statement insert(database, "INSERT INTO run VALUES (" + places + ")");

    for (std::size_t world = 0; world < table.layout.world_count(); ++world) {
      const std::size_t point = table.layout.point_of(world);
      for (std::size_t s = 0; s < table.strategies.size(); ++s) {
        const Row& row = table.row_of_run(world, s);
        int at = 0;
        insert.bind_value(++at, static_cast<std::int64_t>(point + 1));
        for (const std::string& value : table.layout.points[point]) insert.bind_value(++at, std::string_view(value));
        insert.bind_value(++at, static_cast<std::int64_t>(table.seeds[table.layout.seed_of(world)]));
        insert.bind_value(++at, std::string_view(table.strategies[s]));

        // A failed run has its error in place of figures and hash.
        const bool whole = row.error.empty();
        for (std::size_t f = 0; f < table.figures.size(); ++f)
          insert.bind_value(++at, whole && f < row.figures.size() ? row.figures[f] : std::nan(""));
        const std::string hash = fmt::format("{:016x}", row.event_hash);
        whole ? insert.bind_value(++at, std::string_view(hash)) : insert.bind_null(++at);
        whole ? insert.bind_null(++at) : insert.bind_value(++at, std::string_view(row.error));

        insert.execute_once();
      }
    }

    record::Statement tell(database, "INSERT INTO sweep VALUES (?, ?)");
    const auto say = [&](std::string_view key, const std::string& value) {
      tell.bind_value(1, key);
      tell.bind_value(2, std::string_view(value));
      tell.execute_once();
    };
    say("scenario", table.scenario);
    say("currency", table.currency);
    say("points", fmt::format("{}", table.layout.points.size()));
  }
  database.run_statements("COMMIT");
}

}  // namespace evtwin::sweep
