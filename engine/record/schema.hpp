// The tables and views of a run file (DESIGN section 9). The comments in the SQL are kept in the file: `.schema power`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "record/run_file.hpp"

namespace evtwin::record {

/// One CREATE statement as it stands in sqlite_schema.
struct SchemaObject {
  std::string_view type;  ///< "table" or "view"
  std::string_view name;
  std::string_view sql;
  std::int32_t since = oldest_schema_version;  ///< schema version whose files have it first
};

/// Tables in the order in which they can be made, then views.
std::span<const SchemaObject> schema_objects();
/// Whether files of a schema version have a table or view. One that they lack reads as empty.
bool is_in_schema(std::string_view name, std::int32_t version);

/// How the content of a table is read in a fixed order, for hashes and dumps.
struct TableContent {
  std::string_view name;
  std::string_view columns;     ///< all but those of wall_clock, in the order of the table
  std::string_view wall_clock;  ///< columns that differ between two equal runs; may be empty
};

/// Every table whose content is hashed: all but `content_hash` itself.
std::span<const TableContent> table_contents();
/// @param table  the name of one of them
const TableContent& content_of(std::string_view table);

/// "SELECT columns[, wall_clock] FROM table ORDER BY rowid".
std::string select_content(const TableContent& table, bool with_wall_clock);

}  // namespace evtwin::record
