// A view as a strict host shows it: every column in pages of its own between pages that nobody may touch, at new
// addresses each time, and gone for good when the call has returned. Whoever reads or writes where it may not is
// stopped.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace evtwin::plugin_check {

/// On which side of a column's cells the wall stands, without a gap; on the other there are a few cells to stray into.
enum class Wall : unsigned char { after, before };

class WalledView {
 public:
  /// Copies `source`. @param extra  bytes that the structs are longer than this header knows, as of a later host
  /// @param plan_steps  that the decision has room for
  WalledView(const evtwin_view& source, Wall wall, std::size_t extra = 0, std::uint32_t plan_steps = 0);
  ~WalledView();
  WalledView(const WalledView&) = delete;
  WalledView& operator=(const WalledView&) = delete;

  const evtwin_view& view() const { return *view_; }
  evtwin_decision& decision() { return *decision_; }
  /// What was written beside the answers, in words; empty: nothing.
  std::string damage() const;

 private:
  struct Block {
    const char* name;
    std::byte *pages, *cells;  ///< where its pages begin, where its cells do
    std::size_t page_bytes, cell_bytes;
  };
  void lay_out(std::span<const std::size_t> bytes);

  Wall wall_;
  std::size_t extra_;
  std::byte* region_ = nullptr;
  std::size_t region_bytes_ = 0;
  std::vector<Block> blocks_;
  evtwin_view* view_ = nullptr;
  evtwin_decision* decision_ = nullptr;
  evtwin_decision blank_{};
};

/// From now on a crash on memory of these views, or of the view that watch_view() names, is explained.
void explain_views();
/// The view that the plugin sees now, where it is none with walls; null: none.
void watch_view(const evtwin_view* view);

}  // namespace evtwin::plugin_check
