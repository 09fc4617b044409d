// A thin face over SQLite: a connection and a statement that close themselves, and errors a user can read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace evtwin::record {

/// A connection to one file. Used by one thread at a time. Movable.
class Database {
 public:
  /// @param flags SQLITE_OPEN_*. @param location what SQLite opens, if it is not `file` itself
  /// ("file:...?immutable=1").
  /// @throws RunFileError.
  Database(std::string file, int flags, const std::string& location = {});
  ~Database();
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;

  /// Runs statements whose rows nobody needs. @throws RunFileError.
  void run_statements(const std::string& sql);
  /// Number in the first column of the first row, e.g. of a PRAGMA. @throws RunFileError, also when there is no row.
  std::int64_t read_integer(const std::string& sql);

  /// From now on at most about so many virtual instructions are run; then statements end with RunFileError.
  void limit_work(std::int64_t instructions);

  const std::string& file() const { return file_; }
  sqlite3* sqlite_handle() const { return handle_; }
  /// @throws RunFileError "FILE: what" for SQLite's result code and the system's errno behind it.
  [[noreturn]] void throw_error(int code) const;

 private:
  std::string file_;
  sqlite3* handle_ = nullptr;
  std::unique_ptr<std::int64_t> steps_left_;
};

/// A prepared statement. Columns count from 0, parameters from 1.
class Statement {
 public:
  /// @throws RunFileError.
  Statement(const Database& database, std::string_view sql);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;

  /// @returns whether there is a row. @throws RunFileError.
  bool next_row();
  /// Runs a statement without rows and makes it ready for the next parameters. @throws RunFileError.
  void execute_once();

  void bind_null(int parameter);
  void bind_value(int parameter, std::int64_t value);
  void bind_value(int parameter, double value);  ///< NaN becomes NULL
  /// The text must stay where it is until the statement has run.
  void bind_value(int parameter, std::string_view text);
  void bind_blob(int parameter, std::string_view bytes);  ///< likewise

  /// Whether it can change nothing.
  bool reads_only() const;
  std::string column_name(int column) const;
  int column_count() const;
  int column_type(int column) const;  ///< SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB or SQLITE_NULL
  std::int64_t column_integer(int column) const;
  double column_real(int column) const;  ///< NaN for NULL
  std::string column_text(int column) const;
  std::string_view column_bytes(int column) const;  ///< valid until the next step

 private:
  const Database* database_;
  sqlite3_stmt* handle_ = nullptr;
};

}  // namespace evtwin::record
