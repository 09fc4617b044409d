#include "viewer/model/rows.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cmath>
#include <filesystem>
#include <system_error>

#include "kernel/text.hpp"
#include "record/reader.hpp"
#include "viewer/model/run.hpp"

namespace evtwin::viewer::model {

Rows::Rows(const record::Database& database, std::string_view table, std::string_view columns, std::int64_t first,
           std::int64_t last)
    : database_(&database),
      table_(table),
      statement_(database, fmt::format("SELECT id, {} FROM {} WHERE id BETWEEN {} AND {} ORDER BY id", columns, table,
                                       first, last)),
      expected_(first),
      last_(last) {}

bool Rows::next_row() {
  if (!statement_.next_row()) {
    if (expected_ <= last_) throw_bad_row("is missing");
    return false;
  }
  if (statement_.column_integer(0) != expected_) throw_bad_row("is missing");
  ++expected_;
  return true;
}

void Rows::throw_bad_row(std::string_view what) const {
  throw record::RunFileError(fmt::format("{}: malformed: table {}, row {}: {}",
                                         kernel::make_printable(database_->file()), table_, row_id(), what));
}

bool Rows::is_null(int column) const { return statement_.column_type(column) == SQLITE_NULL; }

std::uint64_t Rows::column_count(int column) const {
  const std::int64_t value = column_integer(column);
  if (value < 0) throw_bad_row("a count below 0");
  return static_cast<std::uint64_t>(value);
}

kernel::TimeNs Rows::column_time(int column) const {
  constexpr kernel::TimeNs limit = kernel::time_never / 2;
  const kernel::TimeNs t = column_integer(column);
  if (is_null(column) || t > limit || t < -limit) throw_bad_row("a time beyond all runs");
  return t;
}

double Rows::column_number(int column) const {
  const double value = statement_.column_real(column);
  if (!std::isfinite(value)) throw_bad_row("a figure is missing");
  return value;
}

double Rows::number_or_none(int column) const { return is_null(column) ? none : column_number(column); }

double Rows::number_or_infinite(int column) const {
  const double value = statement_.column_real(column);
  if (std::isnan(value)) throw_bad_row("a figure is missing");
  return value;
}

std::string Rows::column_text(int column) const { return kernel::make_printable(statement_.column_bytes(column)); }

std::uint32_t Rows::column_row(int column, std::size_t rows) const {
  const std::int64_t row_id = column_integer(column);
  if (row_id < 1 || static_cast<std::uint64_t>(row_id) > rows) throw_bad_row("points at a row that is not there");
  return static_cast<std::uint32_t>(row_id - 1);
}

std::uint32_t Rows::row_or_none(int column, std::size_t rows) const {
  return is_null(column) ? no_row : column_row(column, rows);
}

Source::Source(const std::string& file, std::size_t threads) : file_(file) {
  for (std::size_t i = 0; i < threads; ++i) databases_.push_back(record::open_run_file(file));
  databases_.front().run_statements("BEGIN");
}

std::int64_t Source::row_count(std::string_view table) const {
  record::Statement last(database(), fmt::format("SELECT max(id) FROM {}", table));
  last.next_row();
  const std::int64_t rows = last.column_integer(0);
  // Every row takes some bytes: an id beyond that is not a count of rows. A companion may hold what the file does not.
  std::error_code error;
  std::uintmax_t bytes = 1 << 20;
  for (const char* companion : {"", "-wal"}) {
    const std::uintmax_t size = std::filesystem::file_size(file_ + companion, error);
    if (!error) bytes += size;
  }
  if (rows < 0 || static_cast<std::uintmax_t>(rows) > bytes) {
    throw record::RunFileError(
        fmt::format("{}: malformed: table {} counts more rows than there are", kernel::make_printable(file_), table));
  }
  return rows;
}

Rows Source::all_rows(std::string_view table, std::string_view columns) const {
  return Rows(database(), table, columns, 1, row_count(table));
}

}  // namespace evtwin::viewer::model
