// Functions that a plugin imports, replaced by ours in the process of a check: the clocks that it reads, the memory
// that it asks for. What it reaches by other ways (a system call of its own, rdtsc) is not seen.
#pragma once
#include <link.h>

#include <cstdint>
#include <vector>

namespace evtwin::plugin_check {

/// Shared objects that are loaded, in order.
std::vector<const link_map*> loaded_objects();

/// From now on the plugin's allocations note in the black box when they are refused.
/// @param objects  of the plugin: the file, and libraries that came with it
void watch_allocations(const std::vector<const link_map*>& objects);

/// Clocks as the plugin reads them from now on: each read is a microsecond after the one before, so that who asks the
/// same questions in the same order is told the same times; in a call that takes longer than 50 ms time goes by.
void take_over_clocks(const std::vector<const link_map*>& objects);
/// A shift to an instant at which second, minute, hour, day of the week and month are others: 100 days, 7 hours, 13
/// minutes and 17 seconds ago. Into the past, so that nobody waits for an instant to come.
inline constexpr std::int64_t another_time_s = -(((100 * 24 + 7) * 60 + 13) * 60 + 17);
/// The wall clock is so much later from now on than when the clocks were taken over; steady clocks are not.
void shift_clocks(std::int64_t shift_s);
/// So many milliseconds have passed since then.
void step_clocks(std::uint64_t milliseconds);
/// Reads of a clock so far, of any kind.
std::uint64_t clock_reads();

}  // namespace evtwin::plugin_check
