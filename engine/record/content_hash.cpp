#include "record/content_hash.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace evtwin::record {

TableHash hash_table(const Database& database, const TableContent& table, bool with_wall_clock) {
  Statement statement(database, select_content(table, with_wall_clock));
  const int columns = statement.column_count();
  ContentHash hash;
  std::uint64_t rows = 0;
  while (statement.next_row()) {
    ++rows;
    for (int column = 0; column < columns; ++column) {
      // The type as stored, not as declared: 1 and 1.0 are different content.
      switch (statement.column_type(column)) {
        case SQLITE_NULL:
          hash.add_null();
          break;
        case SQLITE_INTEGER:
          hash.add_integer(statement.column_integer(column));
          break;
        case SQLITE_FLOAT:
          hash.add_real(statement.column_real(column));
          break;
        default:
          hash.add_text(statement.column_bytes(column));
      }
    }
  }
  return {rows, hash.value()};
}

std::string hex_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace evtwin::record
