// Rows into one table by a statement that selects them from memory.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string_view>

#include "record/row_source.hpp"
#include "record/schema.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

/// `insert.row().integer(1).real(2.5).text("x")`, ..., then `insert.write()`: each row gives the columns of
/// `table_contents()` without the id, in order. Ids count from 1 in the order of the calls. Texts must stay where they
/// are until write_rows().
class TableInsert {
 public:
  /// @param table a name of table_contents(). @throws RunFileError.
  TableInsert(const Database& database, std::string_view table);

  TableInsert& begin_row() { return add_integer(static_cast<std::int64_t>(++rows_)); }
  TableInsert& add_null() {
    source_.cells.push_back(Cell::null());
    return *this;
  }
  TableInsert& add_integer(std::int64_t value) {
    source_.cells.push_back(Cell::of(value));
    return *this;
  }
  /// NaN becomes NULL.
  TableInsert& add_real(double value) {
    source_.cells.push_back(Cell::of(value));
    return *this;
  }
  /// NULL for NaN and infinity.
  TableInsert& finite_or_null(double value) {
    return add_real(std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
  }
  TableInsert& add_text(std::string_view value) {
    source_.cells.push_back(Cell::of(value));
    return *this;
  }
  /// NULL for an empty text.
  TableInsert& text_or_null(std::string_view value) { return value.empty() ? add_null() : add_text(value); }
  /// NULL for 0: ids and numbers count from 1.
  TableInsert& id_or_null(std::int64_t value) { return value == 0 ? add_null() : add_integer(value); }

  /// Writes the rows since the last time. @throws RunFileError.
  void write_rows();

 private:
  const TableContent* content_;
  const Database* database_;
  RowSource source_;
  std::unique_ptr<Statement> statement_;  // made when it is first needed: many a table gets no row
  std::uint64_t rows_ = 0;
};

}  // namespace evtwin::record
