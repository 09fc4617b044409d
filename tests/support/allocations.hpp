// What this program has asked of operator new: how often, and how much of it is alive. Link evtwin_test_allocations.
#pragma once

#include <cstdint>

namespace evtwin::testing {

/// Calls of operator new so far, of all threads.
std::uint64_t allocation_count();

/// Bytes given out and not given back, as the allocator rounds them.
std::int64_t allocated_bytes();

/// Most bytes alive at once since the last call of reset_peak_bytes().
std::int64_t peak_bytes();
void reset_peak_bytes();

}  // namespace evtwin::testing
