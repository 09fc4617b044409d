#include "record/row_source.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace evtwin::record {
namespace {

// An eponymous virtual table (sqlite.org/vtab.html): it exists on this connection and leaves no trace in the file.
struct SourceTable : sqlite3_vtab {
  const RowSource* source = nullptr;
};
struct SourceCursor : sqlite3_vtab_cursor {
  const RowSource* source = nullptr;
  std::size_t first_cell = 0;  // of the current row
};

int connect(sqlite3* handle, void* source, int, const char* const*, sqlite3_vtab** table, char**) {
  const auto* rows = static_cast<const RowSource*>(source);
  std::string sql = "CREATE TABLE source (c0";
  for (int column = 1; column < rows->column_count(); ++column) sql += fmt::format(", c{}", column);
  const int code = sqlite3_declare_vtab(handle, (sql + ")").c_str());
  if (code != SQLITE_OK) return code;
  auto made = std::make_unique<SourceTable>();
  made->source = rows;
  *table = made.release();
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  const std::unique_ptr<SourceTable> owned(static_cast<SourceTable*>(table));
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }

int open(sqlite3_vtab* table, sqlite3_vtab_cursor** cursor) {
  auto made = std::make_unique<SourceCursor>();
  made->source = static_cast<SourceTable*>(table)->source;
  *cursor = made.release();
  return SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  const std::unique_ptr<SourceCursor> owned(static_cast<SourceCursor*>(cursor));
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  static_cast<SourceCursor*>(cursor)->first_cell = 0;
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  auto* at = static_cast<SourceCursor*>(cursor);
  at->first_cell += static_cast<std::size_t>(at->source->column_count());
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* cursor) {
  const auto* at = static_cast<SourceCursor*>(cursor);
  return at->first_cell >= at->source->cells.size() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* result, int index) {
  const auto* at = static_cast<SourceCursor*>(cursor);
  const Cell& cell = at->source->cells[at->first_cell + static_cast<std::size_t>(index)];
  switch (cell.kind) {
    case Cell::Kind::null:
      break;  // what a result is until it is set
    case Cell::Kind::integer:
      sqlite3_result_int64(result, cell.integer);
      break;
    case Cell::Kind::real:
      sqlite3_result_double(result, cell.real);
      break;
    case Cell::Kind::text:
      sqlite3_result_text64(result, cell.text, cell.bytes, nullptr, SQLITE_UTF8);
      break;
  }
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* id) {
  *id = static_cast<sqlite3_int64>(static_cast<SourceCursor*>(cursor)->first_cell);
  return SQLITE_OK;
}

constexpr sqlite3_module make_module() {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}

const sqlite3_module source_module = make_module();

}  // namespace

RowSource::RowSource(const Database& database, std::string name, int columns)
    : database_(&database), name_(std::move(name)), columns_(columns) {
  const int code = sqlite3_create_module_v2(database.sqlite_handle(), name_.c_str(), &source_module,
                                            static_cast<void*>(this), nullptr);
  if (code != SQLITE_OK) database.throw_error(code);
}

RowSource::~RowSource() {
  sqlite3_create_module_v2(database_->sqlite_handle(), name_.c_str(), nullptr, nullptr, nullptr);
}

}  // namespace evtwin::record
