// The content of a run file as text: what two equal runs have in common.
#include <fmt/format.h>
#include <sqlite3.h>

#include <ostream>

#include "kernel/text.hpp"
#include "record/content_hash.hpp"
#include "record/reader.hpp"
#include "record/schema.hpp"

namespace evtwin::record {

void logical_dump(const std::string& file, std::ostream& out) {
  const Database database = open_run_file(file);
  for (const TableContent& table : table_contents()) {
    out << "# " << table.name << ": " << table.columns << '\n';
    // Without wall clock: equal runs have equal dumps.
    Statement rows(database, select_content(table, false));
    const int columns = rows.column_count();
    while (rows.next_row()) {
      for (int column = 0; column < columns; ++column) {
        if (column > 0) out << ' ';
        switch (rows.column_type(column)) {
          case SQLITE_NULL:
            out << "null";
            break;
          case SQLITE_INTEGER:
            out << rows.column_integer(column);
            break;
          case SQLITE_FLOAT:
            out << fmt::format("{}", rows.column_real(column));
            break;  // shortest text that reads back the same
          case SQLITE_BLOB:
            out << hex_text(kernel::digest64(rows.column_bytes(column)));
            break;
          default:
            out << '"' << kernel::make_printable(rows.column_bytes(column)) << '"';
        }
      }
      out << '\n';
    }
  }
}

std::uint64_t logical_hash(const std::string& file) {
  const Database database = open_run_file(file);
  kernel::RollingHash hash;
  for (const TableContent& table : table_contents()) {
    const TableHash content = hash_table(database, table, false);
    hash.mix_in(content.rows);
    hash.mix_in(content.hash);
  }
  return hash.value();
}

}  // namespace evtwin::record
