#include "allocation_count.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

namespace evtwin::kernel {

std::uint64_t allocation_count() { return allocations.load(); }

}  // namespace evtwin::kernel

// The replaceable forms; new[] and the nothrow forms call these (C++20 [new.delete]). None here is over-aligned.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
