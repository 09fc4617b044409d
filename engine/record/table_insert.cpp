#include "record/table_insert.hpp"

#include <algorithm>
#include <string>

#include "record/schema.hpp"

namespace evtwin::record {
namespace {

std::string columns_of(const TableContent& content) {
  std::string columns(content.columns);
  if (!content.wall_clock.empty()) columns.append(", ").append(content.wall_clock);
  return columns;
}

std::string source_name(const TableContent& content) { return "evtwin_rows_of_" + std::string(content.name); }

/// The columns of the source are called c0, c1 ... there. The id, the first column, is left to SQLite: it counts from 1
/// in the order of the rows, as begin_row() does, and need not look whether a number is taken.
std::string insert_sql(const TableContent& content) {
  const std::string columns = columns_of(content);
  std::string sources;
  const auto count = 1 + std::count(columns.begin(), columns.end(), ',');
  for (std::ptrdiff_t column = 1; column < count; ++column)
    sources.append(sources.empty() ? "c" : ", c").append(std::to_string(column));
  std::string sql = "INSERT INTO ";
  return sql.append(content.name)
      .append(" (")
      .append(columns.substr(std::string_view("id, ").size()))
      .append(") SELECT ")
      .append(sources)
      .append(" FROM ")
      .append(source_name(content));
}

int count_of_columns(const TableContent& content) {
  const std::string columns = columns_of(content);
  return 1 + static_cast<int>(std::count(columns.begin(), columns.end(), ','));
}

}  // namespace

TableInsert::TableInsert(const Database& database, std::string_view table)
    : content_(&content_of(table)),
      database_(&database),
      source_(database, source_name(*content_), count_of_columns(*content_)) {}

void TableInsert::write_rows() {
  if (source_.cells.empty()) return;
  if (statement_ == nullptr) statement_ = std::make_unique<Statement>(*database_, insert_sql(*content_));
  statement_->execute_once();
  source_.cells.clear();
}

}  // namespace evtwin::record
