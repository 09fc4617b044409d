// A view as a strict host shows it: every column in pages of its own between pages that nobody may touch, at new
// addresses each time, and gone for good when the call has returned. A plugin that reads or writes where it
// may not is stopped.
#pragma once
#include <evtwin/strategy.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin_check/walled_blocks.hpp"

namespace evtwin::plugin_check {

class WalledView {
 public:
  /// Copies `source`. @param extra  bytes that the structs are longer than this header knows, as of a later host
  /// @param plan_steps  that the decision has room for
  WalledView(const evtwin_view& source, Wall wall, std::size_t extra = 0, std::uint32_t plan_steps = 0);
  ~WalledView() = default;
  WalledView(const WalledView&) = delete;
  WalledView& operator=(const WalledView&) = delete;

  const evtwin_view& view() const { return *view_; }
  evtwin_decision& decision() { return *decision_; }
  /// Damage beside the answers, in words; empty: none.
  std::string describe_damage() const;

 private:
  std::size_t extra_;
  WalledBlocks blocks_;
  evtwin_view* view_ = nullptr;
  evtwin_decision* decision_ = nullptr;
  evtwin_decision blank_{};
};

/// From now on a crash on memory of these views, or of the view that watch_view() names, is explained.
void explain_views();
/// The view that the plugin sees now, where it is none with walls; null: none.
void watch_view(const evtwin_view* view);

}  // namespace evtwin::plugin_check
