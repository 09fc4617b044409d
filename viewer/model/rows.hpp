// Rows of a run file, checked one by one: what comes out of here points where it says and is a number where one must
// be.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/time.hpp"
#include "record/sqlite.hpp"

namespace evtwin::viewer::model {

/// Reads rows `first` to `last` of a table, whose ids must be just these. Columns count from 0; column 0 is the id.
/// Everything throws record::RunFileError "FILE: malformed: table T, row N: what".
class Rows {
 public:
  /// @param columns names separated by commas, without the id
  Rows(const record::Database& database, std::string_view table, std::string_view columns, std::int64_t first,
       std::int64_t last);

  bool next_row();
  std::int64_t row_id() const { return expected_ - 1; }

  bool is_null(int column) const;
  std::int64_t column_integer(int column) const { return statement_.column_integer(column); }
  std::uint64_t column_count(int column) const;  ///< >= 0
  kernel::TimeNs column_time(int column) const;  ///< of the years 1824 to 2116: distances of two fit, too
  double column_number(int column) const;        ///< finite
  double number_or_none(int column) const;       ///< NaN for NULL
  double number_or_infinite(int column) const;   ///< not NaN
  std::string column_text(int column) const;     ///< printable
  std::string raw_text(int column) const { return statement_.column_text(column); }
  std::string_view column_bytes(int column) const { return statement_.column_bytes(column); }
  /// Row of an id that must be in 1 .. rows.
  std::uint32_t column_row(int column, std::size_t rows) const;
  std::uint32_t row_or_none(int column, std::size_t rows) const;  ///< no_row for NULL

  [[noreturn]] void throw_bad_row(std::string_view what) const;

 private:
  const record::Database* database_;
  std::string table_;
  record::Statement statement_;
  std::int64_t expected_, last_;
};

/// A file and the connections to it.
class Source {
 public:
  /// @param threads connections, >= 1; the first one's view stays what it is now, also while somebody writes
  Source(const std::string& file, std::size_t threads);

  const std::string& file() const { return file_; }
  std::size_t thread_count() const { return databases_.size(); }
  const record::Database& database(std::size_t thread = 0) const { return databases_[thread]; }
  /// Rows of a table now: ids are 1 .. rows.
  std::int64_t row_count(std::string_view table) const;
  /// All rows of a table, on the first connection.
  Rows all_rows(std::string_view table, std::string_view columns) const;

 private:
  std::string file_;
  std::vector<record::Database> databases_;
};

}  // namespace evtwin::viewer::model
