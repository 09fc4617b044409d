// Opening a file that may be anything: from the outside in, each step trusting only what the steps before have shown.
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <system_error>

#include "kernel/log.hpp"
#include "kernel/text.hpp"
#include "record/file_header.hpp"
#include "record/reader.hpp"
#include "record/schema.hpp"

namespace evtwin::record {

void refuse_file(const std::string& file, const std::string& what) {
  throw RunFileError(fmt::format("{}: {}", kernel::make_printable(file), what));
}

namespace {

void check_regular(const std::string& file) {
  if (file.empty() || file.find('\0') != std::string::npos) refuse_file(file, "is not a file name");
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    refuse_file(file, fmt::format("cannot be opened: {}", std::generic_category().message(errno)));
  }
  if (S_ISDIR(status.st_mode)) refuse_file(file, "not an evtwin run file (a folder)");
  if (!S_ISREG(status.st_mode)) refuse_file(file, "not an evtwin run file (no regular file)");
  if (status.st_size == 0) refuse_file(file, "not a run file: the file is empty");
}

bool has_companion(const std::string& file, const char* suffix) {
  struct stat status {};
  return ::stat((file + suffix).c_str(), &status) == 0 && status.st_size > 0;
}

/// "18 to 19"
std::string readable_versions() {
  if constexpr (oldest_schema_version == schema_version) return fmt::format("{}", schema_version);
  return fmt::format("{} to {}", oldest_schema_version, schema_version);
}

void check_header(const std::string& file, const FileHeader& header) {
  if (header.is_gzip) refuse_file(file, "is gzipped; unpack it first (gunzip)");
  if (!header.is_database) refuse_file(file, "not an evtwin run file (no SQLite data base)");
  // A writer killed while it moved pages from the -wal leaves a short file that the -wal completes.
  const auto whole_bytes = std::int64_t{header.pages} * header.page_bytes;
  if (header.file_bytes < 512 || (header.file_bytes < whole_bytes && !has_companion(file, "-wal"))) {
    refuse_file(file, fmt::format("truncated or malformed: {} of {} bytes are there", header.file_bytes, whole_bytes));
  }
  if (header.application_id != std::uint32_t{application_id}) {
    refuse_file(file,
                fmt::format("not an evtwin run file: a data base of another application (application id 0x{:08x})",
                            header.application_id));
  }
  const bool newer = header.user_version > std::uint32_t{schema_version};
  if (!newer && header.user_version >= std::uint32_t{oldest_schema_version}) return;
  refuse_file(file, fmt::format("made by {} evtwin: schema version {}, this one reads {}",
                                newer ? "a newer" : "an older", header.user_version, readable_versions()));
}

// Defences that SQLite offers against a hostile file (sqlite.org/security.html).
void defend(Database& database, const FileHeader& header) {
  sqlite3* handle = database.sqlite_handle();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 << 20);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  // A row of a few dozen bytes takes a few dozen virtual instructions, and a check reads all rows a few times: 20
  // instructions a byte are plenty.
  database.limit_work(100'000'000 + 20 * header.file_bytes);
  // Tables that came later are there for every reader, and empty, whatever an older file has under their names.
  database.run_statements("PRAGMA temp_store = MEMORY");
  for (const SchemaObject& object : schema_objects()) {
    if (object.since <= static_cast<std::int32_t>(header.user_version) || object.type != "table") continue;
    std::string sql(object.sql);
    database.run_statements(sql.insert(sql.find("TABLE"), "TEMP "));
  }
  database.run_statements("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA query_only = ON");
}

void check_schema(const Database& database) {
  const auto version = static_cast<std::int32_t>(read_header(database).user_version);
  Statement statement(database, "SELECT name, type, sql FROM sqlite_schema");
  struct Found {
    std::string type, sql;
  };
  std::map<std::string, Found> found;
  while (statement.next_row()) found[statement.column_text(0)] = {statement.column_text(1), statement.column_text(2)};
  for (const SchemaObject& object : schema_objects()) {
    if (object.since > version) continue;
    const auto it = found.find(std::string(object.name));
    if (it == found.end())
      refuse_file(database.file(), fmt::format("malformed: {} {} is missing", object.type, object.name));
    if (it->second.type != object.type || it->second.sql != object.sql) {
      refuse_file(database.file(),
                  fmt::format("malformed: {} {} is not that of schema version {}", object.type, object.name, version));
    }
  }
}

// "file:" address that tells SQLite to look for neither locks nor -wal.
std::string immutable_location(const std::string& file) {
  std::string location = "file:";
  for (const char character : file) {
    const auto byte = static_cast<unsigned char>(character);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       byte == '/' || byte == '.' || byte == '-' || byte == '_';
    location += plain ? std::string(1, character) : fmt::format("%{:02X}", byte);
  }
  return location + "?immutable=1";
}

Database open_at(const std::string& file, const std::string& location) {
  // One thread at a time uses a connection: it needs no locks of its own, which would take a third of the time.
  constexpr int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOMUTEX;
  Database database(file, flags | (location.empty() ? 0 : SQLITE_OPEN_URI), location);
  const FileHeader header = read_header(database);
  check_header(file, header);
  defend(database, header);
  return database;
}

}  // namespace

Database open_run_file(const std::string& file) {
  check_regular(file);
  Database database = open_at(file, {});
  // A WAL file needs its -shm: in a folder where none can be made, it is read as it stands.
  const int code =
      sqlite3_exec(database.sqlite_handle(), "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr) & 0xFF;
  if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) database = open_at(file, immutable_location(file));
  check_schema(database);
  kernel::log_line(kernel::LogRoom::record, kernel::LogLevel::info, "{}: opened to be read", file);
  return database;
}

}  // namespace evtwin::record
