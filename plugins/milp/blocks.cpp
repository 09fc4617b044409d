#include "blocks.hpp"

#include <algorithm>

namespace evtwin::milp {

std::vector<Block> blocks_of(const evtwin_view& view) {
  std::vector<Block> blocks;
  if (view.horizon_steps == 0) {
    blocks.push_back({view.now_ns, std::max(view.next_tick_ns, view.now_ns + 1), 0, 0, view.window_end_ns});
    return blocks;
  }
  std::int64_t edge_ns = view.now_ns;
  for (std::uint32_t k = 0; k < view.horizon_steps; ++k) {
    const std::int64_t from_ns = view.horizon_start_ns[k];
    const std::int64_t to_ns = view.horizon_start_ns[k + 1];
    if (to_ns <= from_ns) continue;
    if (from_ns < edge_ns) {
      blocks.back().end_ns = to_ns;
      blocks.back().last = k + 1;
    } else {
      // Quarters end where windows do: every window is some of them.
      const std::int64_t window_end_ns = view.horizon_window_end_ns[k];
      edge_ns = window_end_ns - (window_end_ns - from_ns - 1) / quarter_ns * quarter_ns;
      blocks.push_back({from_ns, to_ns, k, k + 1, window_end_ns});
    }
  }

  // What flows in the step that the run ends in flows until then.
  for (Block& block : blocks)
    if (block.start_ns < view.end_ns && view.end_ns < block.end_ns) block.end_ns = view.end_ns;
  return blocks;
}

std::int64_t number_of_first(const evtwin_view& view, std::span<const Block> blocks) {
  if (blocks.empty()) return 0;
  return (blocks.front().end_ns - 1) / std::max(view.tick_ns, quarter_ns);
}

double mean_over(const evtwin_view& view, const Block& block, const double* column, double now) {
  if (block.first == block.last) return now;
  if (block.last == block.first + 1) return column[block.first];
  double sum = 0.0, sum_h = 0.0;
  for (std::uint32_t k = block.first; k < block.last; ++k) {
    const double step_h = hours(view.horizon_start_ns[k + 1] - view.horizon_start_ns[k]);
    sum += column[k] * step_h;
    sum_h += step_h;
  }
  return sum / sum_h;
}

}  // namespace evtwin::milp
