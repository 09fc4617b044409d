#include "record/page_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "record/big_endian.hpp"
#include "record/run_file.hpp"

namespace evtwin::record {
namespace {

struct OpenPages {
  sqlite3_file base;
  const PageFile* pages;
};

const PageFile& pages_of(sqlite3_file* file) { return *reinterpret_cast<OpenPages*>(file)->pages; }

int close_pages(sqlite3_file*) { return SQLITE_OK; }

int read_pages(sqlite3_file* file, void* target, int bytes, sqlite3_int64 offset) {
  const auto wanted = static_cast<std::size_t>(bytes);
  const std::size_t there = pages_of(file).read(target, wanted, static_cast<std::size_t>(offset));
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(target) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int refuse_write(sqlite3_file*, const void*, int, sqlite3_int64) { return SQLITE_READONLY; }
int refuse_size(sqlite3_file*, sqlite3_int64) { return SQLITE_READONLY; }
int sync_nothing(sqlite3_file*, int) { return SQLITE_OK; }

int tell_size(sqlite3_file*, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(PageFile::page_bytes * PageFile::max_pages);
  return SQLITE_OK;
}

// One connection reads it.
int lock_nothing(sqlite3_file*, int) { return SQLITE_OK; }
int tell_unlocked(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int control_nothing(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int tell_sector(sqlite3_file*) { return 4'096; }
int tell_device(sqlite3_file*) { return 0; }

const sqlite3_io_methods page_methods = [] {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close_pages;
  methods.xRead = read_pages;
  methods.xWrite = refuse_write;
  methods.xTruncate = refuse_size;
  methods.xSync = sync_nothing;
  methods.xFileSize = tell_size;
  methods.xLock = lock_nothing;
  methods.xUnlock = lock_nothing;
  methods.xCheckReservedLock = tell_unlocked;
  methods.xFileControl = control_nothing;
  methods.xSectorSize = tell_sector;
  methods.xDeviceCharacteristics = tell_device;
  return methods;
}();

int open_pages(sqlite3_vfs* vfs, sqlite3_filename, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;  // neither journal nor WAL
  auto* opened = reinterpret_cast<OpenPages*>(file);
  opened->pages = static_cast<const PageFile*>(vfs->pAppData);
  opened->base.pMethods = &page_methods;
  if (out_flags != nullptr) *out_flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READONLY;
  return SQLITE_OK;
}

int delete_nothing(sqlite3_vfs*, const char*, int) { return SQLITE_IOERR_DELETE_NOENT; }
int tell_absent(sqlite3_vfs*, const char*, int, int* there) {  // no journal lies beside it
  *there = 0;
  return SQLITE_OK;
}
int keep_name(sqlite3_vfs*, const char* name, int bytes, char* full) {
  sqlite3_snprintf(bytes, full, "%s", name);
  return SQLITE_OK;
}

// Offsets in the first page: sqlite.org/fileformat2.html, "The Database Header".
constexpr std::size_t change_counter_at = 24, page_count_at = 28, valid_for_at = 92;

}  // namespace

PageFile::PageFile(std::string run_file, std::string_view first_pages)
    : run_file_(std::move(run_file)),
      first_pages_(first_pages),
      vfs_name_(fmt::format("evtwin-pages-{}", static_cast<const void*>(this))) {
  drop_added();
  const sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  if (system == nullptr) refuse_file(run_file_, "SQLite knows no file system");
  vfs_ = *system;  // clock and random numbers are the system's
  vfs_.iVersion = 1;
  vfs_.szOsFile = static_cast<int>(sizeof(OpenPages));
  vfs_.mxPathname = 256;
  vfs_.pNext = nullptr;
  vfs_.zName = vfs_name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = open_pages;
  vfs_.xDelete = delete_nothing;
  vfs_.xAccess = tell_absent;
  vfs_.xFullPathname = keep_name;
  if (sqlite3_vfs_register(&vfs_, 0) != SQLITE_OK) refuse_file(run_file_, "SQLite takes no further file system");
}

PageFile::~PageFile() { sqlite3_vfs_unregister(&vfs_); }

std::string PageFile::uri() const { return fmt::format("file:rows?vfs={}&mode=ro", vfs_name_); }

std::uint32_t PageFile::add_page() {
  if (used_ == max_pages) refuse_file(run_file_, "rows of more than 1 GiB at once");
  if (used_ == pages_.size()) pages_.push_back(std::make_unique<Page>());
  return ++used_;
}

void PageFile::drop_added() {
  used_ = 0;
  for (std::size_t offset = 0; offset < first_pages_.size(); offset += page_bytes) {
    add_page();
    std::memcpy(pages_[used_ - 1]->data(), &first_pages_[offset], page_bytes);
  }
  put_big_endian<4>(&page(1)[page_count_at], max_pages);
  forget_read();
}

void PageFile::forget_read() {
  ++changes_;
  Page& first = page(1);
  put_big_endian<4>(&first[change_counter_at], changes_);
  put_big_endian<4>(&first[valid_for_at], changes_);
}

std::size_t PageFile::read(void* target, std::size_t bytes, std::size_t offset) const {
  std::size_t done = 0;
  while (done < bytes && offset + done < used_ * page_bytes) {
    const std::size_t place = (offset + done) % page_bytes;
    const std::size_t part = std::min(bytes - done, page_bytes - place);
    std::memcpy(static_cast<char*>(target) + done, pages_[(offset + done) / page_bytes]->data() + place, part);
    done += part;
  }
  return done;
}

}  // namespace evtwin::record
