#include "control/hand_over.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace evtwin::control {

namespace {

using Clock = std::chrono::steady_clock;

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t), "futex(2) looks at the word itself");

/// About the price of sleeping and being woken: looking never costs more than twice of what was to be had.
constexpr auto looking = std::chrono::microseconds(4);
constexpr int looks_per_clock = 16;
constexpr std::uint32_t most_missed = 8;  // then 255 waits sleep at once: a try costs a hundredth
static_assert((1U << most_missed) - 1 == 255, "waits that sleep at once after the last miss");

void futex_wake(std::atomic<std::uint32_t>& word) {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t from, long ms) {
  const timespec wait{ms / 1000, ms % 1000 * 1'000'000};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT, from, &wait, nullptr, 0);
}

}  // namespace

bool HandOver::Side::come_while_looking() {
  const auto begun = Clock::now();
  do {
    for (int look = 0; look < looks_per_clock; ++look) {
      if (shared_.turn_.load(std::memory_order_acquire) == mine_) return true;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  } while (Clock::now() - begun < looking);
  return false;
}

bool HandOver::Side::wait_for_turn(long ms) {
  if (to_sleep_ > 0) {
    --to_sleep_;
  } else if (come_while_looking()) {
    missed_ = 0;
    return true;
  } else {
    missed_ = std::min(missed_ + 1, most_missed);
    to_sleep_ = (1U << missed_) - 1;
  }
  // Sequentially consistent, all three: either this side sees the turn or the other sees that it must wake.
  shared_.asleep_[mine_].store(1);
  const std::uint32_t turn = shared_.turn_.load();
  if (turn != mine_) futex_wait(shared_.turn_, turn, ms);
  shared_.asleep_[mine_].store(0, std::memory_order_relaxed);
  return shared_.turn_.load(std::memory_order_acquire) == mine_;
}

void HandOver::Side::give_turn() {
  const Turn other = mine_ == parent ? child : parent;
  shared_.turn_.store(other);
  if (shared_.asleep_[other].load() != 0) futex_wake(shared_.turn_);
}

}  // namespace evtwin::control
