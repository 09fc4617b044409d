// The first 100 bytes of a data base, read through SQLite's own file handle: before SQLite trusts any of it.
#pragma once

#include <cstdint>

#include "record/sqlite.hpp"

namespace evtwin::record {

/// Fields of the SQLite file format, section 1.3. Valid when `is_database`.
struct FileHeader {
  std::int64_t file_bytes = 0;
  bool is_database = false;
  bool is_gzip = false;  ///< packed (RFC 1952)
  std::uint32_t page_bytes = 0;
  std::uint32_t pages = 0;
  std::uint32_t user_version = 0;
  std::uint32_t application_id = 0;
};

/// Another handle on the same file would, when closed, drop the locks this process holds on it (POSIX): so ask
/// SQLite's.
/// @throws RunFileError when the file cannot be read.
FileHeader read_header(const Database& database);

}  // namespace evtwin::record
