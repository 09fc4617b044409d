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

int count_of_columns(const TableContent& content) {
  const std::string columns = columns_of(content);
  return 1 + static_cast<int>(std::count(columns.begin(), columns.end(), ','));
}

}  // namespace

TableInsert::TableInsert(const Database& database, std::string_view table)
    : content_(&content_of(table)),
      source_(database, source_name(*content_), count_of_columns(*content_)),
      statement_(database, insert_sql(*content_)) {}

void TableInsert::write() {
  if (!source_.cells.empty()) statement_.run();
  source_.cells.clear();
}

}  // namespace evtwin::record
