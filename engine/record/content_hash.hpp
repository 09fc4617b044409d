// A hash over the rows of a table. The writer takes it as it writes, a reader takes it again: what was changed in
// between, by a bad disk or by hand, shows. It keeps no secrets: who edits a file on purpose can also write a new hash.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/hash.hpp"
#include "record/schema.hpp"
#include "record/sqlite.hpp"

namespace evtwin::record {

/// Rolling hash over values in order. Types count: 1 and 1.0 differ.
class ContentHash {
 public:
  void add_null() { hash_.mix_in(null_tag); }
  void add_integer(std::int64_t value) { hash_.mix_in(std::bit_cast<std::uint64_t>(value) ^ integer_tag); }
  void add_real(double value) {
    if (value != value) return add_null();                                              // NaN is stored as NULL
    hash_.mix_in(std::bit_cast<std::uint64_t>(value == 0.0 ? 0.0 : value) ^ real_tag);  // SQLite drops the sign of -0.0
  }
  void add_text(std::string_view value) { hash_.mix_in(kernel::digest64(value) ^ text_tag); }
  std::uint64_t value() const { return hash_.value(); }

 private:
  static constexpr std::uint64_t null_tag = 0x6e756c6c00000000U;
  static constexpr std::uint64_t integer_tag = 0x9e3779b97f4a7c15U;
  static constexpr std::uint64_t real_tag = 0xbf58476d1ce4e5b9U;
  static constexpr std::uint64_t text_tag = 0x94d049bb133111ebU;
  static_assert(null_tag != integer_tag && null_tag != real_tag && null_tag != text_tag && integer_tag != real_tag &&
                    integer_tag != text_tag && real_tag != text_tag,
                "types count");
  kernel::RollingHash hash_;
};

struct TableHash {
  std::uint64_t rows = 0;
  std::uint64_t hash = 0;
};

/// Reads all rows of a table. @throws RunFileError.
TableHash hash_table(const Database& database, const TableContent& table, bool with_wall_clock = true);

/// 16 hex digits.
std::string hex_text(std::uint64_t hash);

}  // namespace evtwin::record
