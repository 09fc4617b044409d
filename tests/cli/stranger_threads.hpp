// How many threads compare plugins of others.
#pragma once
#include <string>

#include "support/sweep.hpp"

namespace evtwin::testing {

/// Of --threads, where each of several strategies has a process of its own. AddressSanitizer's allocator of GCC 12
/// stays shut for ever in a process that is forked while another thread allocates: sanitized, one run after the other.
inline const std::string stranger_threads = sanitized ? "1" : "2";

}  // namespace evtwin::testing
