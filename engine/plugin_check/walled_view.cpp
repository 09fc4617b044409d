#include "plugin_check/walled_view.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "control/view_layout.hpp"
#include "plugin_check/crash.hpp"

namespace evtwin::plugin_check {

namespace {

constexpr const char* of_the_view = " of the view";

std::atomic<const evtwin_view*> watched{nullptr};

bool words(const void* address, bool wrote, char* text, std::size_t size) {
  if (words_of_blocks(address, wrote, text, size)) return true;
  const evtwin_view* view = watched.load();
  if (view == nullptr) return false;
  const std::string_view column = control::column_at(*view, address);
  if (column.empty()) return false;
  const bool itself = column == "evtwin_view";
  say_written(column.data(), itself ? "" : of_the_view, text, size);
  return true;
}

/// Sizes of the blocks: the columns, their texts, the struct, and the decision's struct and columns.
std::vector<std::size_t> sizes_of(const evtwin_view& source, std::size_t extra, std::uint32_t plan_steps) {
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
  return bytes;
}

}  // namespace

void explain_views() { explain_addresses_with(&words); }
void watch_view(const evtwin_view* view) { watched = view; }

WalledView::WalledView(const evtwin_view& source, Wall wall, std::size_t extra, std::uint32_t plan_steps)
    : extra_(extra), blocks_(wall, sizes_of(source, extra, plan_steps)) {
  const auto columns = control::view_columns();
  const std::size_t plan_cells = (std::size_t{source.n_evses} + source.n_storages) * plan_steps;
  // The copy; texts move as well, so that their pointers die too.
  const std::size_t n = columns.size();
  view_ = reinterpret_cast<evtwin_view*>(blocks_[n + 1].cells);
  std::memcpy(view_, &source, sizeof source);
  view_->struct_size = static_cast<std::uint32_t>(sizeof source + extra);

  std::byte* text_at = blocks_[n].cells;
  for (std::size_t c = 0; c < n; ++c) {
    blocks_[c].name = columns[c].name.data();
    blocks_[c].of = of_the_view;
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
  blocks_[n].of = of_the_view;
  blocks_[n + 1].name = "evtwin_view";
  blocks_[n + 2].name = "evtwin_decision";
  blocks_[n + 3].name = "evse_kw";
  blocks_[n + 4].name = "storage_kw";
  blocks_[n + 5].name = "plan_kw";

  decision_ = reinterpret_cast<evtwin_decision*>(blocks_[n + 2].cells);
  auto* evse_kw = reinterpret_cast<double*>(blocks_[n + 3].cells);
  auto* storage_kw = reinterpret_cast<double*>(blocks_[n + 4].cells);
  auto* plan_kw = reinterpret_cast<double*>(blocks_[n + 5].cells);

  // NaN is "left as it is": what a strategy does not write stays so.
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

  blocks_.close_walls(n + 2);
}

std::string WalledView::describe_damage() const {
  if (std::string beside = blocks_.describe_damage(blocks_.size() - 4); !beside.empty()) return beside;
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
