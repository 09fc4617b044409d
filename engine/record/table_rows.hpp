// Rows of one table as pages of SQLite's file format, hashed on the way.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/big_endian.hpp"
#include "record/content_hash.hpp"
#include "record/page_file.hpp"

namespace evtwin::record {

/// `rows.begin_row().add_integer(2).add_real(2.5)`, ...: each row gives the columns of `table_contents()` without the
/// id, in order. Ids count from 1 in the order of the calls. The call after a row throws RunFileError where one of its
/// columns is NULL that must not be. Values take the bytes that SQLite itself would give them in a STRICT table with an
/// INTEGER PRIMARY KEY as its first column.
class TableRows {
 public:
  struct Column {
    std::string name;
    bool not_null = false;
    bool is_key = false;  // INTEGER PRIMARY KEY: not in the record
  };
  /// @param root the table's page in `file`. @param columns all of the table, with the id, at most 64.
  TableRows(const TableContent& content, PageFile& file, std::uint32_t root, std::vector<Column> columns);

  TableRows& begin_row() {
    end_row();
    is_open_ = true;
    hash_.add_integer(static_cast<std::int64_t>(++rows_));
    header_end_ = header_.data();
    body_end_ = 0;
    column_ = 0;
    nulls_ = 0;
    if (columns_.front().is_key) {
      *header_end_++ = null_type;
      ++column_;
    } else {
      put_integer(static_cast<std::int64_t>(rows_));
    }
    return *this;
  }
  TableRows& add_null() {
    hash_.add_null();
    put_null();
    return *this;
  }
  TableRows& add_integer(std::int64_t value) {
    hash_.add_integer(value);
    put_integer(value);
    return *this;
  }
  /// NaN becomes NULL.
  TableRows& add_real(double value) {
    hash_.add_real(value);
    if (value == 0.0) {
      ++column_;
      *header_end_++ = zero_type;
      return *this;
    }
    if (value != value) {
      put_null();
      return *this;
    }
    // A whole number takes fewer bytes as an integer, which SQLite turns back; -0.0 becomes 0.0.
    if (value >= -whole_below && value < whole_below) {
      const auto whole = static_cast<std::int64_t>(value);
      if (static_cast<double>(whole) == value) {
        put_integer(whole);
        return *this;
      }
    }
    ++column_;
    *header_end_++ = real_type;
    put_big_endian<8>(&body_[body_end_], std::bit_cast<std::uint64_t>(value));
    body_end_ += 8;
    return *this;
  }
  /// NULL for NaN and infinity.
  TableRows& finite_or_null(double value) {
    return add_real(std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN());
  }
  TableRows& add_text(std::string_view value);
  /// NULL for 0: ids and numbers count from 1.
  TableRows& id_or_null(std::int64_t value) { return value == 0 ? add_null() : add_integer(value); }

  /// Completes the pages: the table's root stands for all rows since the last time.
  void close_pages();
  /// To be called when the file has dropped its pages.
  void forget_pages();

  bool has_rows_in_pages() const { return is_open_ || !leaves_.empty(); }
  const TableContent& content_of_table() const { return *content_; }
  TableHash content_hash() const { return {rows_, hash_.value()}; }

 private:
  // Serial types of the record format.
  static constexpr unsigned char null_type = 0, real_type = 7, zero_type = 8, one_type = 9;
  static constexpr double whole_below = 140737488355328.0;  // 2^47: an integer of six bytes

  void put_null() {
    nulls_ |= std::uint64_t{1} << column_++;
    *header_end_++ = null_type;
  }
  void put_integer(std::int64_t value) {
    ++column_;
    if (value == 0 || value == 1) {
      *header_end_++ = value == 0 ? zero_type : one_type;
      return;
    }
    put_wide_integer(value);
  }
  void put_wide_integer(std::int64_t value);
  void end_row();
  void check_row() const;
  void begin_leaf();
  void close_leaf(std::uint64_t last_key);
  std::size_t spill(std::span<const unsigned char> header_length);

  /// A page that is full, and the key of its last row.
  struct Leaf {
    std::uint32_t page = 0;
    std::uint64_t last_key = 0;
  };

  const TableContent* content_;
  PageFile* file_;
  std::uint32_t root_;
  std::vector<Column> columns_;
  std::uint64_t not_null_ = 0;                // a bit for each column
  std::vector<unsigned char> header_, body_;  // of the row that is being made; body_ has room for all its numbers
  unsigned char* header_end_ = nullptr;
  std::size_t body_end_ = 0;
  std::size_t column_ = 0;              // that comes next
  std::uint64_t nulls_ = 0;             // a bit for each column
  std::vector<unsigned char> payload_;  // of a row that is longer than a page
  bool is_open_ = false;
  std::vector<Leaf> leaves_;
  unsigned char* page_ = nullptr;  // of the last leaf
  std::size_t cells_ = 0;          // on it
  std::size_t content_at_ = 0;     // where they begin: they grow downwards
  ContentHash hash_;
  std::uint64_t rows_ = 0;
};

}  // namespace evtwin::record
