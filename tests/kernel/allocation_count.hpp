// How often this test program has asked for memory with operator new.
#pragma once

#include <cstdint>

namespace evtwin::kernel {

std::uint64_t allocation_count();

}  // namespace evtwin::kernel
