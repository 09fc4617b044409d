#include "support/allocations.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> calls{0};
std::atomic<std::int64_t> alive{0};
std::atomic<std::int64_t> most_alive{0};

void* counted(void* memory) {
  if (memory == nullptr) return nullptr;
  ++calls;
  const std::int64_t now = alive += static_cast<std::int64_t>(malloc_usable_size(memory));
  for (std::int64_t most = most_alive; now > most && !most_alive.compare_exchange_weak(most, now);) {
  }
  return memory;
}

void release(void* memory) {
  if (memory == nullptr) return;
  alive -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

namespace evtwin::testing {

std::uint64_t allocation_count() { return calls.load(); }
std::int64_t allocated_bytes() { return alive.load(); }
std::int64_t peak_bytes() { return most_alive.load(); }
void reset_peak_bytes() { most_alive = alive.load(); }

}  // namespace evtwin::testing

// The replaceable forms; new[] calls these (C++20 [new.delete]). The nothrow form is its own: a sanitizer's would not
// call ours, and its memory would come back here.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size == 0 ? 1 : size));
}

/// Of over-aligned memory, as the columns of views are.
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  if (void* memory = counted(std::aligned_alloc(step, (size + step - 1) / step * step))) return memory;
  throw std::bad_alloc();
}

void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
