#include "record/bulk_insert.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "record/schema.hpp"

namespace evtwin::record {
BulkInsert::Layout BulkInsert::lay_out(std::span<const std::string_view> tables) {
  Layout layout;
  Database database("rows in memory", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, ":memory:");
  database.run_statements(fmt::format("PRAGMA page_size = {}", PageFile::page_bytes));
  database.run_statements("BEGIN");
  for (const SchemaObject& object : schema_objects()) {
    if (std::find(tables.begin(), tables.end(), object.name) != tables.end())
      database.run_statements(std::string(object.sql));
  }
  database.run_statements("COMMIT");

  Statement places(database, "SELECT name, rootpage FROM sqlite_schema");
  while (places.next_row()) {
    Layout::Table& table = layout.tables.emplace_back();
    table.name = places.column_text(0);
    table.root = static_cast<std::uint32_t>(places.column_integer(1));
    Statement columns(database, "SELECT name, \"notnull\", pk FROM pragma_table_info(?)");
    columns.bind_value(1, std::string_view(table.name));
    while (columns.next_row())
      table.columns.push_back({columns.column_text(0), columns.column_integer(1) != 0, columns.column_integer(2) != 0});
  }

  sqlite3_int64 size = 0;
  const std::unique_ptr<unsigned char, decltype(&sqlite3_free)> image(
      sqlite3_serialize(database.sqlite_handle(), "main", &size, 0), &sqlite3_free);
  if (image == nullptr) database.throw_error(SQLITE_NOMEM);
  layout.pages.assign(reinterpret_cast<const char*>(image.get()), static_cast<std::size_t>(size));
  return layout;
}

BulkInsert::BulkInsert(const Database& database, PageFile& pages, const Layout& layout)
    : database_(&database), pages_(&pages) {
  Statement attach(database, "ATTACH ? AS rows");
  const std::string uri = pages.uri();
  attach.bind_value(1, std::string_view(uri));
  attach.execute_once();
  for (const Layout::Table& table : layout.tables) {
    auto rows = std::make_unique<TableRows>(content_of(table.name), pages, table.root, table.columns);
    tables_.push_back({table.name, std::move(rows), nullptr});
  }
}

TableRows& BulkInsert::rows_of(std::string_view table) {
  return *std::find_if(tables_.begin(), tables_.end(), [&](const Table& one) { return one.name == table; })->rows;
}

void BulkInsert::write_rows() {
  for (Table& table : tables_) table.rows->close_pages();
  for (Table& table : tables_) {
    if (!table.rows->has_rows_in_pages()) continue;
    if (table.insert == nullptr)
      table.insert = std::make_unique<Statement>(
          *database_, fmt::format("INSERT INTO main.{0} SELECT * FROM rows.{0}", table.name));
    table.insert->execute_once();
    table.rows->forget_pages();
  }
  pages_->drop_added();
}

}  // namespace evtwin::record
