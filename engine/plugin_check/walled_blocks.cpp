#include "plugin_check/walled_blocks.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

namespace evtwin::plugin_check {

namespace {

constexpr std::size_t wall_pages = 16;

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

/// For the words of a crash: the blocks that are shown now (name and range), and those that are gone.
struct Shown {
  const char *name, *of;
  const std::byte *pages, *cells, *cells_end, *pages_end;
};
constexpr std::size_t most_blocks = 128;
std::array<Shown, most_blocks> shown_blocks;
std::atomic<std::size_t> shown_count{0};
std::vector<std::pair<const std::byte*, const std::byte*>> unmapped;

}  // namespace

void say_written(const char* name, const char* of, char* text, std::size_t size) {
  std::snprintf(text, size, "it wrote into %s%s, which is read-only", name, of);
}

bool words_of_blocks(const void* address, bool wrote, char* text, std::size_t size) {
  const auto* at = static_cast<const std::byte*>(address);
  const char* verb = wrote ? "wrote" : "read";
  for (std::size_t b = 0; b < shown_count.load(); ++b) {
    const Shown& block = shown_blocks[b];
    const std::byte* wall_begin = block.pages - wall_pages * page_size();
    const std::byte* wall_end = block.pages_end + wall_pages * page_size();

    if (at >= block.cells && at < block.cells_end) {
      say_written(block.name, block.of, text, size);
      return true;
    }
    // A wall belongs to the block whose cells touch it.
    const bool past = at >= block.cells_end && at < wall_end && block.cells_end == block.pages_end;
    const bool before = at < block.cells && at >= wall_begin && block.cells == block.pages;
    if (past || before) {
      std::snprintf(text, size, "it %s %s %s", verb, past ? "past the end of" : "before the start of", block.name);
      return true;
    }
  }

  // Addresses of earlier calls are never used again, so that a late read is told from a stray one.
  for (const auto& [begin, end] : unmapped) {
    if (at >= begin && at < end) {
      std::snprintf(text, size, "it %s memory of an earlier call: pointers are valid until the call returns", verb);
      return true;
    }
  }
  return false;
}

WalledBlocks::WalledBlocks(Wall wall, std::span<const std::size_t> bytes) {
  const std::size_t page = page_size();
  const auto whole = [page](std::size_t n) { return std::max(page, (n + page - 1) / page * page); };
  region_bytes_ = wall_pages * page;
  for (const std::size_t n : bytes) region_bytes_ += whole(n) + wall_pages * page;
  void* region =
      mmap(nullptr, region_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) throw std::bad_alloc();
  region_ = static_cast<std::byte*>(region);
  std::byte* at = region_ + wall_pages * page;
  for (const std::size_t n : bytes) {
    const std::size_t room = whole(n);
    std::byte* cells = wall == Wall::after ? at + room - n : at;
    blocks_.push_back({"", "", at, cells, room, n});
    std::memset(at, static_cast<int>(stray), room);
    at += room + wall_pages * page;
  }
}

WalledBlocks::~WalledBlocks() {
  shown_count = 0;
  // Not unmapped: the addresses must never be given to something else.
  if (mmap(region_, region_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) ==
      MAP_FAILED)
    mprotect(region_, region_bytes_, PROT_NONE);
  unmapped.emplace_back(region_, region_ + region_bytes_);
}

void WalledBlocks::close_walls(std::size_t read_only) {
  mprotect(region_, region_bytes_, PROT_NONE);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    mprotect(block.pages, block.page_bytes, b < read_only ? PROT_READ : PROT_READ | PROT_WRITE);
    if (b < most_blocks)
      shown_blocks[b] = {block.name,
                         block.of,
                         block.pages,
                         block.cells,
                         block.cells + block.cell_bytes,
                         block.pages + block.page_bytes};
  }
  shown_count = std::min(blocks_.size(), most_blocks);
}

std::string WalledBlocks::describe_damage(std::size_t first) const {
  for (std::size_t b = first; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    const auto untouched = [](const std::byte* from, const std::byte* to) {
      return std::all_of(from, to, [](std::byte x) { return x == stray; });
    };
    if (!untouched(block.pages, block.cells)) return fmt::format("it wrote before the start of {}", block.name);
    if (!untouched(block.cells + block.cell_bytes, block.pages + block.page_bytes))
      return fmt::format("it wrote past the end of {}", block.name);
  }
  return {};
}

}  // namespace evtwin::plugin_check
