// Rows into one table, hashed on the way.
#pragma once

#include <cstdint>
#include <string_view>

#include "record/content_hash.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

/// `insert.row().integer(1).real(2.5).text("x").done()`: the columns of `table_contents()` without the id, in order.
/// Ids count from 1 in the order of the calls. Texts must stay where they are until done().
class TableInsert {
 public:
  /// @param table a name of table_contents(). @throws RunFileError.
  TableInsert(const Database& database, std::string_view table);

  TableInsert& row();
  TableInsert& null();
  TableInsert& integer(std::int64_t value);
  TableInsert& real(double value);  ///< NaN becomes NULL
  TableInsert& text(std::string_view value);
  /// NULL for 0: ids and numbers count from 1.
  TableInsert& id_or_null(std::int64_t value) { return value == 0 ? null() : integer(value); }
  /// @throws RunFileError.
  void done() { statement_.run(); }

  std::string_view table() const { return content_->name; }
  TableHash content() const { return {rows_, hash_.value()}; }

 private:
  const TableContent* content_;
  Statement statement_;
  ContentHash hash_;
  std::uint64_t rows_ = 0;
  int parameter_ = 0;
};

}  // namespace evtwin::record
