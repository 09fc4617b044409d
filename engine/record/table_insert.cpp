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

std::string insert_sql(const TableContent& content) {
  std::string sql = "INSERT INTO ";
  return sql.append(content.name)
      .append(" (")
      .append(columns_of(content))
      .append(") SELECT * FROM ")
      .append(source_name(content));
}

/// The same for some of the columns; those of the source are called c0, c1 ...
std::string sparse_insert_sql(const TableContent& content, const std::vector<bool>& in_use) {
  const std::string columns = columns_of(content);
  std::string targets, sources;
  std::size_t begin = 0;
  for (std::size_t column = 0; column < in_use.size(); ++column) {
    const std::size_t end = std::min(columns.find(", ", begin), columns.size());
    if (in_use[column]) {
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
      source_(database, source_name(*content_), count_of_columns(*content_)),
      statement_(database, insert_sql(*content_)) {}

void TableInsert::write_rows() {
  if (!source_.cells.empty()) statement_.execute_once();
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
  if (!source_.cells.empty()) {
    const std::vector<bool> in_use = columns_in_use();
    auto found = sparse_statements_.find(in_use);
    if (found == sparse_statements_.end())
      found = sparse_statements_.emplace(in_use, Statement(*database_, sparse_insert_sql(*content_, in_use))).first;
    found->second.execute_once();
  }
  source_.cells.clear();
}

}  // namespace evtwin::record
