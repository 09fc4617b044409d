#include "record/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>
#include <system_error>
#include <utility>

#include "kernel/text.hpp"
#include "record/run_file.hpp"

namespace evtwin::record {
namespace {

// The system's error behind a failed read or write: SQLite remembers it for each of the two files it has open.
int system_error_of(sqlite3* handle) {
  if (handle == nullptr) return 0;
  for (const int which : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
    sqlite3_file* file = nullptr;
    int error = 0;
    if (sqlite3_file_control(handle, "main", which, static_cast<void*>(&file)) != SQLITE_OK) continue;
    if (file == nullptr || file->pMethods == nullptr) continue;
    file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, static_cast<void*>(&error));
    if (error != 0) return error;
  }
  return sqlite3_system_errno(handle);
}

std::string explain(sqlite3* handle, int code) {
  const char* said = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  const int system_error = system_error_of(handle);
  const std::string system_says = system_error == 0 ? std::string(said) : std::generic_category().message(system_error);

  // The low byte is the primary code; extended codes refine it.
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return "no space left on the disk";
    case SQLITE_IOERR:
      return fmt::format("reading or writing failed: {}", system_says);
    case SQLITE_CANTOPEN:
      return fmt::format("cannot be opened: {}", system_says);
    case SQLITE_READONLY:

      if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY) {
        return "incomplete: its writer was killed in the middle of a change (a journal lies beside it)";
      }
      return fmt::format("is read-only: {}", system_says);
    case SQLITE_PERM:
      return fmt::format("no permission: {}", system_says);

    case SQLITE_NOTADB:
      return "not an evtwin run file (no SQLite data base, or its header is malformed)";
    case SQLITE_CORRUPT:
      return fmt::format("malformed: damaged data base ({})", said);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "is in use by another program";
    // NaN is stored as NULL, which NOT NULL columns refuse.
    case SQLITE_CONSTRAINT:
      return fmt::format("refused a figure that is none ({})", said);
    // Database::limit_work has stopped it.
    case SQLITE_INTERRUPT:
      return "refused: reading it takes far more work than a run file of its size needs (malformed)";
    case SQLITE_TOOBIG:
      return "malformed: a value is too large";
    default:
      return fmt::format("malformed or unusable ({})", said);
  }
}

}  // namespace

Database::Database(std::string file, int flags, const std::string& location) : file_(std::move(file)) {
  const std::string& opened = location.empty() ? file_ : location;
  const int code = sqlite3_open_v2(opened.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    const std::string what = explain(handle_, code);
    sqlite3_close(handle_);
    throw RunFileError(fmt::format("{}: {}", kernel::make_printable(file_), what));
  }
  sqlite3_extended_result_codes(handle_, 1);
}

Database::~Database() { sqlite3_close(handle_); }

Database::Database(Database&& other) noexcept
    : file_(std::move(other.file_)),
      handle_(std::exchange(other.handle_, nullptr)),
      steps_left_(std::move(other.steps_left_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(handle_, other.handle_);
  std::swap(steps_left_, other.steps_left_);
  return *this;
}

void Database::run_statements(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_error(code);
}

std::int64_t Database::read_integer(const std::string& sql) {
  Statement statement(*this, sql);
  if (!statement.next_row())
    throw RunFileError(fmt::format("{}: malformed: nothing answers {}", kernel::make_printable(file_), sql));
  return statement.column_integer(0);
}

void Database::limit_work(std::int64_t instructions) {
  constexpr int step = 100'000;
  steps_left_ = std::make_unique<std::int64_t>(instructions / step + 1);
  const auto count = [](void* left) { return --*static_cast<std::int64_t*>(left) < 0 ? 1 : 0; };
  sqlite3_progress_handler(handle_, step, count, steps_left_.get());
}

void Database::throw_error(int code) const {
  throw RunFileError(
      fmt::format("{}: {}", kernel::make_printable(file_), kernel::make_printable(explain(handle_, code))));
}

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  const int code = sqlite3_prepare_v3(database.sqlite_handle(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (code != SQLITE_OK) database.throw_error(code);
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}

bool Statement::next_row() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->throw_error(code);
  return false;
}

void Statement::execute_once() {
  const int code = sqlite3_step(handle_);
  if (code != SQLITE_DONE && code != SQLITE_ROW) database_->throw_error(code);
  sqlite3_reset(handle_);
}

void Statement::bind_null(int parameter) { sqlite3_bind_null(handle_, parameter); }
void Statement::bind_value(int parameter, std::int64_t value) { sqlite3_bind_int64(handle_, parameter, value); }
void Statement::bind_value(int parameter, double value) { sqlite3_bind_double(handle_, parameter, value); }
void Statement::bind_value(int parameter, std::string_view text) {
  // A view without data would bind NULL; an empty text is one.
  const char* data = text.data() == nullptr ? "" : text.data();
  sqlite3_bind_text64(handle_, parameter, data, text.size(), nullptr, SQLITE_UTF8);
}

void Statement::bind_blob(int parameter, std::string_view bytes) {
  sqlite3_bind_blob64(handle_, parameter, bytes.data(), bytes.size(), nullptr);
}

bool Statement::reads_only() const { return sqlite3_stmt_readonly(handle_) != 0; }
std::string Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(handle_, column);
  return name != nullptr ? name : "";
}
int Statement::column_count() const { return sqlite3_column_count(handle_); }
int Statement::column_type(int column) const { return sqlite3_column_type(handle_, column); }
std::int64_t Statement::column_integer(int column) const { return sqlite3_column_int64(handle_, column); }

double Statement::column_real(int column) const {
  return column_type(column) == SQLITE_NULL ? std::numeric_limits<double>::quiet_NaN()
                                            : sqlite3_column_double(handle_, column);
}

std::string Statement::column_text(int column) const { return std::string(column_bytes(column)); }

std::string_view Statement::column_bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_, column);
  const int size = sqlite3_column_bytes(handle_, column);
  return data == nullptr ? std::string_view{}
                         : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

}  // namespace evtwin::record
