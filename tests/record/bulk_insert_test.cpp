// Rows that are laid out as SQLite's pages: the same bytes as SQLite's own, for every kind of value and any length.
#include "record/bulk_insert.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "record/run_file.hpp"
#include "record/schema.hpp"
#include "sample_run.hpp"

namespace evtwin::record::test {
namespace {

using ::testing::Contains;
using ::testing::Not;

constexpr std::array<std::string_view, 3> tables{"power", "event", "signal"};

void make_tables(Database& database) {
  database.run_statements("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN");
  for (const SchemaObject& object : schema_objects())
    if (object.type == "table") database.run_statements(std::string(object.sql));
  database.run_statements("COMMIT");
}

/// The same tables in a file, and rows in memory for them.
struct Bulk {
  explicit Bulk(const std::string& file)
      : layout(BulkInsert::lay_out(tables)),
        pages(file, layout.pages),
        database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI) {
    make_tables(database);
    bulk = std::make_unique<BulkInsert>(database, pages, layout);
    database.run_statements("BEGIN IMMEDIATE");
  }
  void write() {
    bulk->write_rows();
    database.run_statements("COMMIT; BEGIN IMMEDIATE");
  }

  BulkInsert::Layout layout;
  PageFile pages;
  Database database;
  std::unique_ptr<BulkInsert> bulk;
};

std::vector<std::string> texts(const Database& database, const std::string& sql) {
  std::vector<std::string> all;
  Statement rows(database, sql);
  while (rows.next_row()) all.push_back(rows.column_text(0));
  return all;
}

// Edges of each width of an integer and of each form of a number.
const std::vector<std::int64_t> integers = [] {
  std::vector<std::int64_t> all{0, 1, -1, std::numeric_limits<std::int64_t>::max(),
                                std::numeric_limits<std::int64_t>::min()};
  for (const int bits : {7, 8, 15, 16, 23, 24, 31, 32, 47, 48, 55, 62}) {
    const std::int64_t edge = std::int64_t{1} << bits;
    for (const std::int64_t value : {edge - 1, edge, -edge, -edge - 1}) all.push_back(value);
  }
  return all;
}();
const std::vector<double> reals{0.0, -0.0, 1.0,  -1.0,   0.1,    -2.5e-300, 1e300,   7.4,    127.0,   128.0,  32768.0,
                                1e9, 1e14, 1e15, 0x1p46, 0x1p47, 0x1p48,    -0x1p47, 0x1p63, -0x1p63, 5e-324, 1.5e9};

TEST(BulkInsert, RowsAreStoredAsSqliteItselfStoresThem) {
  const Folder folder;
  Bulk bulk(folder / "bulk.db");
  Database own(folder / "own.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  make_tables(own);
  own.run_statements("BEGIN");
  Statement insert(own, "INSERT INTO power VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?)");
  TableRows& rows = bulk.bulk->rows_of("power");
  std::int64_t id = 0;
  for (const std::int64_t integer : integers) {
    for (const double real : reals) {
      rows.begin_row().add_integer(integer).add_null().id_or_null(id % 3).add_integer(integer).add_integer(-integer /
                                                                                                           2);
      rows.add_real(real).add_real(real / 3).add_real(-real);
      insert.bind_value(1, ++id);
      insert.bind_value(2, integer);
      (id - 1) % 3 == 0 ? insert.bind_null(3) : insert.bind_value(3, (id - 1) % 3);
      insert.bind_value(4, integer);
      insert.bind_value(5, -integer / 2);
      insert.bind_value(6, real);
      insert.bind_value(7, real / 3);
      insert.bind_value(8, -real);
      insert.execute_once();
    }
  }
  bulk.write();
  const char* all =
      "SELECT printf('%d %d %s %s %d %d %!.17g %!.17g %!.17g ', rowid, id, evse, session, start_ns, end_ns, kw, "
      "slope_kw_per_kwh, energy_kwh) || typeof(session) || typeof(kw) || typeof(energy_kwh) FROM power ORDER BY rowid";
  EXPECT_EQ(texts(bulk.database, all), texts(own, all));
  EXPECT_EQ(texts(bulk.database, all).size(), integers.size() * reals.size());
  // The forms too: no byte more or less.
  const char* bytes = "SELECT sum(payload) FROM dbstat WHERE name = 'power' AND pagetype = 'leaf'";
  EXPECT_EQ(texts(bulk.database, bytes), texts(own, bytes));
  EXPECT_EQ(texts(bulk.database, "PRAGMA main.integrity_check"), std::vector<std::string>{"ok"});
}

TEST(BulkInsert, TextsOfAnyLengthAndManyTransactionsArriveInOrder) {
  const Folder folder;
  Bulk bulk(folder / "bulk.db");
  TableRows& rows = bulk.bulk->rows_of("event");
  std::vector<std::string> wanted;
  // About the 1 and 2 bytes of a length, the end of a page (32,733 bytes stay on it) and of the pages of a long row.
  const std::vector<std::size_t> lengths{0,      1,      56,     57,     58,     100,    8'000,  16'000, 32'600,
                                         32'710, 32'711, 32'712, 32'713, 32'714, 32'715, 32'716, 32'717, 32'730,
                                         32'733, 32'800, 36'800, 65'000, 65'536, 69'600, 98'000, 300'000};
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t length : lengths) {
      std::string text(length, ' ');
      for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>('a' + (i * 7 + length) % 26);
      wanted.push_back(text);
      rows.begin_row().add_integer(1).add_integer(round).add_text("kind").add_text(text);
    }
    bulk.write();
  }
  EXPECT_EQ(texts(bulk.database, "SELECT text FROM event ORDER BY id"), wanted);
  EXPECT_EQ(texts(bulk.database, "PRAGMA main.integrity_check"), std::vector<std::string>{"ok"});
}

TEST(BulkInsert, SqliteCopiesRowsWithoutLookingIntoThem) {
  const Folder folder;
  const Bulk bulk(folder / "bulk.db");
  std::vector<std::string> steps;
  Statement plan(bulk.database, "EXPLAIN INSERT INTO main.power SELECT * FROM rows.power");
  while (plan.next_row()) steps.push_back(plan.column_text(1));
  EXPECT_THAT(steps, Contains("RowData"));
  EXPECT_THAT(steps, Contains("NewRowid"));
  for (const char* slow : {"Column", "MakeRecord", "NotExists"}) EXPECT_THAT(steps, Not(Contains(slow)));
}

TEST(BulkInsert, ColumnsOfContentsAreThoseOfTheTablesInTheirOrder) {
  const Folder folder;
  const Bulk bulk(folder / "bulk.db");
  for (const TableContent& table : table_contents()) {
    if (!table.wall_clock.empty()) continue;
    EXPECT_EQ(texts(bulk.database,
                    "SELECT group_concat(name, ', ') FROM pragma_table_info('" + std::string(table.name) + "')"),
              std::vector<std::string>{std::string(table.columns)});
  }
}

TEST(BulkInsert, AFigureThatIsNoneNamesItsColumn) {
  const Folder folder;
  Bulk bulk(folder / "bulk.db");
  TableRows& rows = bulk.bulk->rows_of("signal");
  rows.begin_row().add_integer(1).add_text("pv_kw").add_integer(5).finite_or_null(std::nan(""));  // may be NULL
  rows.begin_row().add_integer(1).add_null().add_integer(5).add_real(1.0);
  try {
    bulk.bulk->write_rows();
    FAIL() << "nothing was thrown";
  } catch (const RunFileError& problem) {
    EXPECT_THAT(problem.what(), ::testing::HasSubstr("bulk.db: refused a figure that is none (NULL in signal.kind)"));
  }
}

}  // namespace
}  // namespace evtwin::record::test
