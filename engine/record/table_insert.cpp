#include "record/table_insert.hpp"

#include <algorithm>
#include <string>

#include "record/schema.hpp"

namespace evtwin::record {
namespace {

const TableContent* content_of(std::string_view table) {
  const auto all = table_contents();
  return &*std::find_if(all.begin(), all.end(), [&](const TableContent& content) { return content.name == table; });
}

std::string insert_sql(const TableContent& content) {
  std::string columns(content.columns);
  if (!content.wall_clock.empty()) columns.append(", ").append(content.wall_clock);
  std::string sql = "INSERT INTO ";
  sql.append(content.name).append(" (").append(columns).append(") VALUES (?");
  for (const char character : columns) {
    if (character == ',') sql += ", ?";
  }
  return sql += ")";
}

}  // namespace

TableInsert::TableInsert(const Database& database, std::string_view table)
    : content_(content_of(table)), statement_(database, insert_sql(*content_)) {}

TableInsert& TableInsert::row() {
  parameter_ = 0;
  return integer(static_cast<std::int64_t>(++rows_));
}

TableInsert& TableInsert::null() {
  statement_.bind_null(++parameter_);
  hash_.null();
  return *this;
}

TableInsert& TableInsert::integer(std::int64_t value) {
  statement_.bind(++parameter_, value);
  hash_.integer(value);
  return *this;
}

TableInsert& TableInsert::real(double value) {
  statement_.bind(++parameter_, value);
  hash_.real(value);
  return *this;
}

TableInsert& TableInsert::text(std::string_view value) {
  statement_.bind(++parameter_, value);
  hash_.text(value);
  return *this;
}

}  // namespace evtwin::record
