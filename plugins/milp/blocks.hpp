// The steps a plan is made of: decision ticks, or quarters of an hour where ticks are shorter.
#pragma once
#include <evtwin/strategy.h>

#include <cstdint>
#include <span>
#include <vector>

namespace evtwin::milp {

inline constexpr std::int64_t second_ns = 1'000'000'000;
inline constexpr std::int64_t minute_ns = 60 * second_ns;
inline constexpr std::int64_t hour_ns = 60 * minute_ns;
inline constexpr std::int64_t day_ns = 24 * hour_ns;
inline constexpr std::int64_t quarter_ns = 15 * minute_ns;
static_assert(day_ns % quarter_ns == 0 && day_ns == 86'400'000'000'000);

/// Length of the metering window that runs.
inline std::int64_t window_of(const evtwin_view& view) {
  return view.metering_window_ns > 0 ? view.metering_window_ns : quarter_ns;
}

/// The day of the local clock, counted from 1970.
inline std::int64_t local_day(std::int64_t ns, std::int64_t utc_offset_ns) {
  const std::int64_t local_ns = ns + utc_offset_ns;
  return local_ns / day_ns - (local_ns % day_ns < 0 ? 1 : 0);
}

inline double hours(std::int64_t ns) { return static_cast<double>(ns) / 3.6e12; }

/// One step of a plan: [start_ns, end_ns), made of the steps [first, last) of the view's horizon.
struct Block {
  std::int64_t start_ns = 0, end_ns = 0;
  std::uint32_t first = 0, last = 0;
  std::int64_t window_end_ns = 0;  ///< of the metering window that it begins in

  double hours() const { return milp::hours(end_ns - start_ns); }
};

/// The horizon cut into blocks. Ticks shorter than a quarter of an hour, the shortest metering window there is, are put
/// together up to its end: what is billed are windows, and a day of 1-min ticks would be fifteen times the model for no
/// better a plan. The block that the run ends in ends with it. Without a horizon: the one block from now to the next
/// tick.
std::vector<Block> blocks_of(const evtwin_view& view);

/// A number of block 0 that lasts: the block that covers the same time has it in later views too.
std::int64_t number_of_first(const evtwin_view& view, std::span<const Block> blocks);

/// Mean of a column of the horizon over a block, weighted by time. @param now  the value now, where there is no horizon
double mean_over(const evtwin_view& view, const Block& block, const double* column, double now);

}  // namespace evtwin::milp
