#include "control/guarded_cells.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <new>

namespace evtwin::control {

namespace {

/// A NaN with a payload no arithmetic makes: a plugin that writes beside its column wipes it out.
constexpr std::uint64_t canary_bits = 0x7ff8c0dec0dec0deU;
static_assert(std::bit_cast<double>(canary_bits) != std::bit_cast<double>(canary_bits), "a NaN, as blank cells are");
static_assert(canary_bits != std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN()),
              "a plugin that writes the usual NaN there is noticed");

std::size_t whole_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return std::max(page, (bytes + page - 1) / page * page);
}

}  // namespace

GuardedCells::GuardedCells(std::size_t count) {
  const std::size_t doubles = count + 2 * canaries;
  const std::size_t room = whole_pages(doubles * sizeof(double));
  bytes_ = room + guard_bytes;
  mapping_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping_ == MAP_FAILED) throw std::bad_alloc();
  std::byte* end = static_cast<std::byte*>(mapping_) + room;
  if (mprotect(end, guard_bytes, PROT_NONE) != 0) {
    munmap(mapping_, bytes_);
    throw std::bad_alloc();
  }
  void* first = end - doubles * sizeof(double);
  all_ = {static_cast<double*>(first), doubles};
  revive_canaries();
}

GuardedCells::~GuardedCells() { munmap(mapping_, bytes_); }

void GuardedCells::keep_from_copies() const { madvise(mapping_, bytes_, MADV_DONTFORK); }

void GuardedCells::shrink_to(std::size_t count) {
  all_ = all_.last(count + 2 * canaries);
  revive_canaries();
}

bool GuardedCells::canaries_alive() const {
  const auto alive = [](std::span<const double> cells) {
    return std::all_of(cells.begin(), cells.end(),
                       [](double x) { return std::bit_cast<std::uint64_t>(x) == canary_bits; });
  };
  return alive(all_.first(canaries)) && alive(all_.last(canaries));
}

bool GuardedCells::is_past_end(const void* address) const {
  const auto* end = reinterpret_cast<const std::byte*>(all_.data() + all_.size() - canaries);
  const auto* at = static_cast<const std::byte*>(address);
  return at >= end && at < end + guard_bytes;
}

void GuardedCells::revive_canaries() {
  std::fill_n(all_.begin(), canaries, std::bit_cast<double>(canary_bits));
  std::fill_n(all_.end() - canaries, canaries, std::bit_cast<double>(canary_bits));
}

}  // namespace evtwin::control
