#include "control/shared_view.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

#include "control/view.hpp"
#include "control/view_layout.hpp"

namespace evtwin::control {

namespace {

constexpr std::size_t line = 64;
static_assert((line & (line - 1)) == 0 && line % alignof(evtwin_view) == 0, "every column begins aligned");
constexpr std::size_t curve_points_of_one_evse = 4096;  // where the view of a single EVSE can not tell

std::size_t rounded(std::size_t bytes) { return (bytes + line - 1) / line * line; }

/// The most cells this column can have during the run.
std::size_t most_cells(const ColumnPlace& column, const evtwin_view& first) {
  switch (column.length) {
    case Length::connected:
      return first.n_evses;
    case Length::steps:
    case Length::steps_and_one:
      return SharedView::most_horizon_steps + 1;
    case Length::departed:
      return most_departures;
    case Length::levels:
      return EVTWIN_MOST_LEVELS;
    case Length::level_steps:
      return std::size_t{EVTWIN_MOST_LEVELS} * SharedView::most_horizon_steps;
    case Length::limit_steps:
      return std::size_t{first.n_limits} * SharedView::most_horizon_steps;
    case Length::curve_points:
      // Rows have equal room, so the second row's start tells how much.
      return first.n_evses > 1 ? std::size_t{first.n_evses} * first.evse_curve_start[1] : curve_points_of_one_evse;
    default:
      return length_of(column, first);
  }
}

const char* const* texts_of(const ColumnPlace& column, const evtwin_view& view) {
  return static_cast<const char* const*>(column_of(column, view));
}

void copy_text(const char* text, char* room) {
  const std::size_t bytes = std::min(std::strlen(text), session_id_bytes - 1);
  std::memcpy(room, text, bytes);
  room[bytes] = '\0';
}

}  // namespace

SharedView::SharedView(const evtwin_view& first) {
  const auto columns = view_columns();
  std::size_t text_bytes = 0;
  bytes_ = rounded(sizeof(evtwin_view));
  for (const ColumnPlace& column : columns) {
    const std::size_t cells = most_cells(column, first);
    rooms_.push_back({nullptr, cells * size_of(column.cell)});
    bytes_ += rounded(rooms_.back().bytes);
    for (std::size_t i = 0; column.cell == Cell::text && i < cells; ++i)
      text_bytes += column.constant ? std::strlen(texts_of(column, first)[i]) + 1 : session_id_bytes;
  }
  bytes_ += text_bytes;
  // Only what is written takes memory: the room for the longest horizon costs nothing until it is used.
  void* mapped = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<std::byte*>(mapped);

  view_ = new (memory_) evtwin_view(first);
  std::byte* next = memory_ + rounded(sizeof(evtwin_view));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    rooms_[c].cells = next;
    set_column(columns[c], *view_, next);
    next += rounded(rooms_[c].bytes);
  }

  // Constant columns are copied once. Texts lie behind all columns: constant ones tightly, others in rooms of one size.
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ColumnPlace& column = columns[c];
    if (column.constant && column.cell != Cell::text && rooms_[c].bytes > 0)
      std::memcpy(rooms_[c].cells, column_of(column, first), rooms_[c].bytes);
    if (column.cell != Cell::text) continue;
    auto* shown = reinterpret_cast<const char**>(rooms_[c].cells);
    for (std::size_t i = 0; i < length_of(column, first); ++i) {
      const char* text = texts_of(column, first)[i];
      const std::size_t bytes = std::strlen(text) + 1;
      std::memcpy(next, text, bytes);
      shown[i] = reinterpret_cast<const char*>(next);
      next += column.constant ? bytes : session_id_bytes;
    }
  }
  show_view(first);
}

SharedView::~SharedView() { munmap(memory_, bytes_); }

void SharedView::show_view(const evtwin_view& view) {
  const auto columns = view_columns();
  *view_ = view;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ColumnPlace& column = columns[c];
    set_column(column, *view_, rooms_[c].cells);
    if (column.constant) continue;
    const std::size_t bytes = length_of(column, view) * size_of(column.cell);
    if (bytes > rooms_[c].bytes)
      throw std::length_error(fmt::format("column {} has outgrown the memory shared with it", column.name));
    if (column.cell == Cell::text) {
      // The pointers stay, each to its own room: what they point to is copied.
      for (std::size_t i = 0; i < length_of(column, view); ++i)
        copy_text(texts_of(column, view)[i], reinterpret_cast<char**>(rooms_[c].cells)[i]);
      continue;
    }
    if (bytes > 0) std::memcpy(rooms_[c].cells, column_of(column, view), bytes);
  }
}

void SharedView::make_read_only() { mprotect(memory_, bytes_, PROT_READ); }
void SharedView::keep_from_copies() { madvise(memory_, bytes_, MADV_DONTFORK); }

}  // namespace evtwin::control
