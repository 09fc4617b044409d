#include "plugin_check/walled_view.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>
#include <utility>

#include "control/view_layout.hpp"
#include "plugin_check/crash.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr auto stray = std::byte{0xA5};  // what stands where nobody has business
constexpr std::size_t wall_pages = 16;

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

/// For the words of a crash: the walled view that is shown now (name and range of its blocks), and those that are gone.
struct Shown {
  const char* name;
  const std::byte *pages, *cells, *cells_end, *pages_end;
};
constexpr std::size_t most_blocks = 128;
Shown shown_blocks[most_blocks];
std::atomic<std::size_t> shown_count{0};
std::vector<std::pair<const std::byte*, const std::byte*>> unmapped;
std::atomic<const evtwin_view*> watched{nullptr};

void say_written(std::string_view name, char* text, std::size_t size) {
  const bool itself = name == "evtwin_view";
  std::snprintf(text, size, "it wrote into %.*s%s, which is read-only", static_cast<int>(name.size()), name.data(),
                itself ? "" : " of the view");
}

bool words(const void* address, bool wrote, char* text, std::size_t size) {
  const auto* at = static_cast<const std::byte*>(address);
  const char* verb = wrote ? "wrote" : "read";
  for (std::size_t b = 0; b < shown_count.load(); ++b) {
    const Shown& block = shown_blocks[b];
    const std::byte* wall_begin = block.pages - wall_pages * page_size();
    const std::byte* wall_end = block.pages_end + wall_pages * page_size();
    if (at >= block.cells && at < block.cells_end) {
      say_written(block.name, text, size);
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
  for (const auto& [begin, end] : unmapped) {
    if (at >= begin && at < end) {
      std::snprintf(text, size, "it %s memory of an earlier call: pointers are valid until the call returns", verb);
      return true;
    }
  }
  if (const evtwin_view* view = watched.load(); view != nullptr) {
    const std::string_view column = control::column_at(*view, address);
    if (column.empty()) return false;
    say_written(column, text, size);
    return true;
  }
  return false;
}

}  // namespace

void explain_views() { explain_addresses_with(&words); }
void watch_view(const evtwin_view* view) { watched = view; }

WalledView::WalledView(const evtwin_view& source, Wall wall, std::size_t extra, std::uint32_t plan_steps)
    : wall_(wall), extra_(extra) {
  // Sizes of the blocks: the columns, their texts, the struct, and the decision's struct and columns.
  const auto columns = control::view_columns();
  std::vector<std::size_t> bytes;
  bytes.reserve(columns.size() + 6);
  std::size_t text_bytes = 0;
  for (const control::ColumnPlace& column : columns) {
    const std::size_t length = control::column_of(column, source) == nullptr ? 0 : control::length_of(column, source);
    bytes.push_back(length * control::size_of(column.cell));
    for (std::size_t k = 0; column.cell == control::Cell::text && k < length; ++k)
      text_bytes += std::strlen(static_cast<const char* const*>(control::column_of(column, source))[k]) + 1;
  }
  const std::size_t plan_cells = (std::size_t{source.n_evses} + source.n_storages) * plan_steps;
  for (const std::size_t more :
       {text_bytes, sizeof(evtwin_view) + extra, sizeof(evtwin_decision) + extra, source.n_evses * sizeof(double),
        source.n_storages * sizeof(double), plan_cells * sizeof(double)})
    bytes.push_back(more);
  lay_out(bytes);

  // The copy; texts move as well, so that their pointers die too.
  const std::size_t n = columns.size();
  view_ = reinterpret_cast<evtwin_view*>(blocks_[n + 1].cells);
  std::memcpy(view_, &source, sizeof source);
  view_->struct_size = static_cast<std::uint32_t>(sizeof source + extra);
  std::byte* text_at = blocks_[n].cells;
  for (std::size_t c = 0; c < n; ++c) {
    blocks_[c].name = columns[c].name.data();
    const void* cells = control::column_of(columns[c], source);
    if (cells == nullptr) continue;
    if (blocks_[c].cell_bytes > 0) std::memcpy(blocks_[c].cells, cells, blocks_[c].cell_bytes);
    control::set_column(columns[c], *view_, blocks_[c].cells);
    if (columns[c].cell != control::Cell::text) continue;
    auto** texts = reinterpret_cast<const char**>(blocks_[c].cells);
    for (std::size_t k = 0; k < blocks_[c].cell_bytes / sizeof(char*); ++k) {
      const std::size_t length = std::strlen(texts[k]) + 1;
      std::memcpy(text_at, texts[k], length);
      texts[k] = reinterpret_cast<const char*>(text_at);
      text_at += length;
    }
  }
  blocks_[n].name = "a text";
  blocks_[n + 1].name = "evtwin_view";
  blocks_[n + 2].name = "evtwin_decision";
  blocks_[n + 3].name = "evse_kw";
  blocks_[n + 4].name = "storage_kw";
  blocks_[n + 5].name = "plan_kw";
  decision_ = reinterpret_cast<evtwin_decision*>(blocks_[n + 2].cells);
  auto* evse_kw = reinterpret_cast<double*>(blocks_[n + 3].cells);
  auto* storage_kw = reinterpret_cast<double*>(blocks_[n + 4].cells);
  auto* plan_kw = reinterpret_cast<double*>(blocks_[n + 5].cells);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::fill_n(evse_kw, source.n_evses, nan);
  std::fill_n(storage_kw, source.n_storages, nan);
  std::fill_n(plan_kw, plan_cells, nan);
  blank_ = {static_cast<std::uint32_t>(sizeof(evtwin_decision) + extra),
            0,
            evse_kw,
            storage_kw,
            0,
            0,
            nan,
            plan_steps == 0 ? nullptr : plan_kw,
            plan_steps,
            0};
  std::memcpy(decision_, &blank_, sizeof blank_);

  // The walls, and the view closed for writing.
  mprotect(region_, region_bytes_, PROT_NONE);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    mprotect(block.pages, block.page_bytes, b < n + 2 ? PROT_READ : PROT_READ | PROT_WRITE);
    if (b < most_blocks)
      shown_blocks[b] = {block.name, block.pages, block.cells, block.cells + block.cell_bytes,
                         block.pages + block.page_bytes};
  }
  shown_count = std::min(blocks_.size(), most_blocks);
}

void WalledView::lay_out(std::span<const std::size_t> bytes) {
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
    std::byte* cells = wall_ == Wall::after ? at + room - n : at;
    blocks_.push_back({"", at, cells, room, n});
    std::memset(at, static_cast<int>(stray), room);
    at += room + wall_pages * page;
  }
}

WalledView::~WalledView() {
  shown_count = 0;
  // Not unmapped: the addresses must never be given to something else.
  if (mmap(region_, region_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) ==
      MAP_FAILED)
    mprotect(region_, region_bytes_, PROT_NONE);
  unmapped.emplace_back(region_, region_ + region_bytes_);
}

std::string WalledView::damage() const {
  const std::size_t first = blocks_.size() - 4;
  for (std::size_t b = first; b < blocks_.size(); ++b) {
    const Block& block = blocks_[b];
    const auto untouched = [](const std::byte* from, const std::byte* to) {
      return std::all_of(from, to, [](std::byte x) { return x == stray; });
    };
    if (!untouched(block.pages, block.cells)) return fmt::format("it wrote before the start of {}", block.name);
    if (!untouched(block.cells + block.cell_bytes, block.pages + block.page_bytes))
      return fmt::format("it wrote past the end of {}", block.name);
  }
  const std::byte* beyond = reinterpret_cast<const std::byte*>(decision_) + sizeof(evtwin_decision);
  if (!std::all_of(beyond, beyond + extra_, [](std::byte x) { return x == stray; }))
    return "it wrote fields of evtwin_decision that it can not know";
  if (decision_->struct_size != blank_.struct_size || decision_->reserved != 0 ||
      decision_->evse_kw != blank_.evse_kw || decision_->storage_kw != blank_.storage_kw ||
      decision_->plan_kw != blank_.plan_kw || decision_->plan_steps != blank_.plan_steps || decision_->reserved0 != 0)
    return "it changed fields of evtwin_decision that are the host's: struct_size, reserved, plan_steps or the columns";
  return {};
}

}  // namespace evtwin::plugin_check
