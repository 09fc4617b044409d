// Rows in memory that SQL can select from: a whole batch goes into a table by one statement, which is about twice as
// fast as a statement per row.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/sqlite.hpp"

namespace evtwin::record {

/// One value. A text is a view: its bytes must stay until the rows have been selected.
struct Cell {
  enum class Kind : std::uint32_t { null, integer, real, text };
  union {
    std::int64_t integer;
    double real;
    const char* text;
  };
  std::uint32_t bytes = 0;  ///< of a text
  Kind kind = Kind::null;

  static Cell of(std::int64_t value) { return {.integer = value, .bytes = 0, .kind = Kind::integer}; }
  static Cell of(double value) { return {.real = value, .bytes = 0, .kind = Kind::real}; }
  static Cell of(std::string_view value) {
    return {.text = value.data() == nullptr ? "" : value.data(),
            .bytes = static_cast<std::uint32_t>(value.size()),
            .kind = Kind::text};
  }
  static Cell null() { return {.integer = 0, .bytes = 0, .kind = Kind::null}; }
};

/// While it lives, `SELECT * FROM name` on its connection gives `cells`, row by row.
class RowSource {
 public:
  /// @throws RunFileError.
  RowSource(const Database& database, std::string name, int columns);
  ~RowSource();
  RowSource(const RowSource&) = delete;
  RowSource& operator=(const RowSource&) = delete;

  std::vector<Cell> cells;  ///< [rows][columns]
  int column_count() const { return columns_; }

 private:
  const Database* database_;
  std::string name_;
  int columns_;
};

}  // namespace evtwin::record
