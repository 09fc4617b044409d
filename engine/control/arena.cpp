#include "control/arena.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>

namespace evtwin::control {

namespace {

/// A NaN with a payload no arithmetic makes: a plugin that writes beside its column wipes it out.
constexpr std::uint64_t canary_bits = 0x7ff8c0dec0dec0deU;

std::size_t whole_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return std::max(page, (bytes + page - 1) / page * page);
}

}  // namespace

Arena::Arena(std::size_t bytes) : bytes_(whole_pages(bytes)) {
  const int file = memfd_create("evtwin-view", MFD_CLOEXEC);
  if (file < 0) throw std::bad_alloc();
  void* written = MAP_FAILED;
  void* shown = MAP_FAILED;
  if (ftruncate(file, static_cast<off_t>(bytes_)) == 0) {
    written = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    shown = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, file, 0);
  }
  close(file);
  if (written == MAP_FAILED || shown == MAP_FAILED) {
    if (written != MAP_FAILED) munmap(written, bytes_);
    if (shown != MAP_FAILED) munmap(shown, bytes_);
    throw std::bad_alloc();
  }
  written_ = static_cast<std::byte*>(written);
  shown_ = static_cast<const std::byte*>(shown);
}

Arena::~Arena() {
  munmap(written_, bytes_);
  munmap(const_cast<std::byte*>(shown_), bytes_);
}

void* Arena::take(std::size_t bytes) {
  const std::size_t begin = (used_ + line - 1) / line * line;
  if (begin > bytes_ || bytes > bytes_ - begin) throw std::bad_alloc();
  used_ = begin + bytes;
  return written_ + begin;
}

const void* Arena::shown_at(const void* written) const {
  return shown_ + (static_cast<const std::byte*>(written) - written_);
}

GuardedCells::GuardedCells(std::size_t count, Seen seen) {
  const std::size_t doubles = count + 2 * canaries;
  const std::size_t room = whole_pages(doubles * sizeof(double));
  bytes_ = room + guard_bytes;
  const int sharing = seen == Seen::here ? MAP_PRIVATE : MAP_SHARED;
  mapping_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
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

void GuardedCells::shrink(std::size_t count) {
  all_ = all_.last(count + 2 * canaries);
  revive_canaries();
}

GuardedCells::~GuardedCells() { munmap(mapping_, bytes_); }

bool GuardedCells::canaries_alive() const {
  const auto alive = [](std::span<const double> cells) {
    return std::all_of(cells.begin(), cells.end(),
                       [](double x) { return std::bit_cast<std::uint64_t>(x) == canary_bits; });
  };
  return alive(all_.first(canaries)) && alive(all_.last(canaries));
}

void GuardedCells::revive_canaries() {
  std::fill_n(all_.begin(), canaries, std::bit_cast<double>(canary_bits));
  std::fill_n(all_.end() - canaries, canaries, std::bit_cast<double>(canary_bits));
}

}  // namespace evtwin::control
