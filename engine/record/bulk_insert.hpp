// Many rows into many tables: they are laid out as pages of SQLite's file format, which SQLite then takes over row by
// row without looking into them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/page_file.hpp"
#include "record/sqlite.hpp"
#include "record/table_rows.hpp"

namespace evtwin::record {

/// `INSERT INTO power SELECT * FROM rows.power`, with equal tables on both sides, copies the bytes of a row (SQLite's
/// transfer optimisation, sqlite.org/src/file/src/insert.c: OP_RowData): it costs about a third of a row that is made
/// from values, and no more for many columns. Were the optimisation missing, the same statement would do the same,
/// slower.
class BulkInsert {
 public:
  /// Pages without a row, and where the tables are in them.
  struct Layout {
    struct Table {
      std::string name;
      std::uint32_t root = 0;
      std::vector<TableRows::Column> columns;
    };
    std::string pages;
    std::vector<Table> tables;
  };
  /// @param tables names of table_contents(). @throws RunFileError.
  static Layout lay_out(std::span<const std::string_view> tables);

  /// @param database that reads names as URIs; must be closed before `pages` go.
  /// @param pages that began as the layout's. @throws RunFileError.
  BulkInsert(const Database& database, PageFile& pages, const Layout& layout);

  /// @param table one of the constructor's. @returns what stays where it is.
  TableRows& rows_of(std::string_view table);

  /// Whether so much waits that it should be written.
  bool is_large() const { return pages_->page_count() > large_pages; }
  /// Writes the rows since the last time. The transaction that it is in must end before it is called again.
  /// @throws RunFileError.
  void write_rows();

 private:
  static constexpr std::size_t large_pages = 256;  // 8 MiB

  struct Table {
    std::string name;
    std::unique_ptr<TableRows> rows;
    std::unique_ptr<Statement> insert;  // prepared when it is first needed
  };

  const Database* database_;
  PageFile* pages_;
  std::vector<Table> tables_;
};

}  // namespace evtwin::record
