#include "record/content_hash.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace evtwin::record {

TableHash hash_table(const Database& database, const TableContent& table, bool with_wall_clock) {
  Statement statement(database, select_content(table, with_wall_clock));
  const int columns = statement.columns();
  ContentHash hash;
  std::uint64_t rows = 0;
  while (statement.step()) {
    ++rows;
    for (int column = 0; column < columns; ++column) {
      // The type as stored, not as declared: 1 and 1.0 are different content.
      switch (statement.type(column)) {
        case SQLITE_NULL:
          hash.null();
          break;
        case SQLITE_INTEGER:
          hash.integer(statement.integer(column));
          break;
        case SQLITE_FLOAT:
          hash.real(statement.real(column));
          break;
        default:
          hash.text(statement.bytes(column));
      }
    }
  }
  return {rows, hash.value()};
}

std::string hex_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace evtwin::record
