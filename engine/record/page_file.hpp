// Pages in memory that SQLite opens as a file it can only read.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace evtwin::record {

/// A file of whole pages, read through a VFS of its own (sqlite.org/vfs.html) that lives as long as it does:
/// connections that opened it must be closed before. One thread at a time.
class PageFile {
 public:
  static constexpr std::size_t page_bytes = 32'768;
  static constexpr std::uint32_t max_pages = 32'768;  // up to SQLite's lock bytes at 1 GiB, which no row may lie on
  using Page = std::array<unsigned char, page_bytes>;

  /// @param run_file that errors are about. @param first_pages whole pages that the file begins with and returns to on
  /// drop_added(). @throws RunFileError where the VFS can not be registered.
  PageFile(std::string run_file, std::string_view first_pages);
  ~PageFile();
  PageFile(const PageFile&) = delete;
  PageFile& operator=(const PageFile&) = delete;

  const std::string& run_file() const { return run_file_; }
  /// What ATTACH opens; the connection must read names as URIs.
  std::string uri() const;

  /// Pages count from 1. A new page holds what the page in its place held before. @throws RunFileError beyond
  /// max_pages.
  std::uint32_t add_page();
  Page& page(std::uint32_t number) { return *pages_[number - 1]; }
  /// Lets two pages change places.
  void swap_pages(std::uint32_t a, std::uint32_t b) { pages_[a - 1].swap(pages_[b - 1]); }
  std::uint32_t page_count() const { return used_; }
  /// Only the first pages are left, as they were at the beginning; transactions that begin later see so.
  void drop_added();
  /// Copies bytes of the file. @returns how many of them there are in pages added.
  std::size_t read(void* target, std::size_t bytes, std::size_t offset) const;

 private:
  void forget_read();

  std::string run_file_, first_pages_;
  std::vector<std::unique_ptr<Page>> pages_;  // those beyond used_ are kept for later
  std::uint32_t used_ = 0;
  std::uint32_t changes_ = 0;
  std::string vfs_name_;
  sqlite3_vfs vfs_{};
};

}  // namespace evtwin::record
