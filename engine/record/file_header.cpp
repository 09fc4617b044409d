#include "record/file_header.hpp"

#include <sqlite3.h>

#include <array>
#include <cstring>
#include <iterator>

namespace evtwin::record {

FileHeader read_header(const Database& database) {
  sqlite3_file* file = nullptr;
  int code =
      sqlite3_file_control(database.sqlite_handle(), "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file));
  if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) database.throw_error(SQLITE_CANTOPEN);

  FileHeader header;
  sqlite3_int64 size = 0;
  code = file->pMethods->xFileSize(file, &size);
  if (code != SQLITE_OK) database.throw_error(code);
  header.file_bytes = size;

  std::array<unsigned char, 100> bytes{};
  code = file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0);
  // A short read fills the rest with zeros; a file under 100 bytes is no data base.
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) database.throw_error(code);

  constexpr char magic[16] = "SQLite format 3";
  static_assert(sizeof magic == std::size("SQLite format 3"), "the 0 at its end is one of the 16 bytes");
  header.is_database = size >= 16 && std::memcmp(bytes.data(), magic, sizeof magic) == 0;
  header.is_gzip = size >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
  const auto big_endian = [&](std::size_t offset, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = (value << 8) | bytes[offset + i];
    return value;
  };
  // 65,536 does not fit two bytes and is written as 1.
  header.page_bytes = big_endian(16, 2) == 1 ? 65536 : big_endian(16, 2);
  header.pages = big_endian(28, 4);
  header.user_version = big_endian(60, 4);
  header.application_id = big_endian(68, 4);
  return header;
}

}  // namespace evtwin::record
