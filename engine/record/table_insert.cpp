#include "record/table_insert.hpp"

#include <algorithm>
#include <string>

#include "record/schema.hpp"

namespace evtwin::record {
namespace {

const TableContent& content_of(std::string_view table) {
  const auto all = table_contents();
  return *std::find_if(all.begin(), all.end(), [&](const TableContent& content) { return content.name == table; });
}

std::string columns_of(const TableContent& content) {
  std::string columns(content.columns);
  if (!content.wall_clock.empty()) columns.append(", ").append(content.wall_clock);
  return columns;
}

std::string source_name(const TableContent& content) { return "evtwin_rows_of_" + std::string(content.name); }

/// Takes some columns of the source, which are called c0, c1 ... there. The id, the first column, is left to SQLite: it
/// counts from 1 in the order of the rows, as begin_row() does, and need not look whether a number is taken.
std::string insert_sql(const TableContent& content, const std::vector<bool>& in_use) {
  const std::string columns = columns_of(content);
  std::string targets, sources;
  std::size_t begin = 0;
  for (std::size_t column = 0; column < in_use.size(); ++column) {
    const std::size_t end = std::min(columns.find(", ", begin), columns.size());
    if (in_use[column] && columns.compare(begin, end - begin, "id") != 0) {
      targets.append(targets.empty() ? "" : ", ").append(columns, begin, end - begin);
      sources.append(sources.empty() ? "c" : ", c").append(std::to_string(column));
    }
    begin = end + 2;
  }
  std::string sql = "INSERT INTO ";
  return sql.append(content.name)
      .append(" (")
      .append(targets)
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

/// Prepared when it is first needed: many a table gets no row.
Statement& TableInsert::statement_for(const std::vector<bool>& in_use) {
  auto found = statements_.find(in_use);
  if (found == statements_.end())
    found = statements_.emplace(in_use, Statement(*database_, insert_sql(*content_, in_use))).first;
  return found->second;
}

void TableInsert::write_rows() {
  if (source_.cells.empty()) return;
  statement_for(std::vector<bool>(static_cast<std::size_t>(source_.column_count()), true)).execute_once();
  source_.cells.clear();
}

std::vector<bool> TableInsert::columns_in_use() const {
  const auto columns = static_cast<std::size_t>(source_.column_count());
  std::vector<bool> in_use(columns);
  for (std::size_t column = 0; column < columns; ++column) {
    for (std::size_t cell = column; cell < source_.cells.size() && !in_use[column]; cell += columns) {
      const Cell& value = source_.cells[cell];
      in_use[column] = value.kind != Cell::Kind::real || value.real != 0.0;
    }
  }
  return in_use;
}

void TableInsert::write_without_zeros() {
  if (source_.cells.empty()) return;
  statement_for(columns_in_use()).execute_once();
  source_.cells.clear();
}

}  // namespace evtwin::record
