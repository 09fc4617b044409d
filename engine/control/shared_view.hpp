// A view in memory that two processes share at the same address: columns with room for all that a run can bring.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace evtwin::control {

class SharedView {
 public:
  /// Steps of horizon there is room for: a year of quarter hours.
  static constexpr std::uint32_t most_horizon_steps = 35'136;
  static_assert(most_horizon_steps == 366 * 24 * 4, "of a leap year");

  /// @param first  a view of the same site, for the lengths and for what is constant
  /// @throws std::bad_alloc
  explicit SharedView(const evtwin_view& first);
  ~SharedView();
  SharedView(const SharedView&) = delete;
  SharedView& operator=(const SharedView&) = delete;

  /// Copies what may have changed. @throws std::length_error where a column has outgrown its room.
  void show_view(const evtwin_view& view);
  const evtwin_view& shown_view() const { return *view_; }
  /// In a child: from now on the view can be read only.
  void make_read_only();
  /// In a child: processes that it forks do not have the view.
  void keep_from_copies();

 private:
  struct Room {
    std::byte* cells = nullptr;
    std::size_t bytes = 0;
  };
  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
  evtwin_view* view_ = nullptr;
  std::vector<Room> rooms_;  // by column of the layout
};

}  // namespace evtwin::control
