#include "fleet/pool.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace evtwin::fleet {

namespace {

/// Looks around before a thread goes to sleep: some 20 to 50 us, what waking it up costs. A step of a small fleet takes
/// as long.
constexpr int looks_before_sleep = 1000;

/// Rows of rewards and flags of so many worlds fill a cache line.
constexpr std::uint32_t worlds_of_a_line = 16;
static_assert(worlds_of_a_line * sizeof(float) == 64, "rewards are floats, a line has 64 bytes");
/// Chunks for each thread, so that none waits long for another.
constexpr std::uint32_t chunks_per_thread = 4;

void breathe() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

std::uint32_t chunk_of(std::uint32_t worlds, std::uint32_t threads) {
  const std::uint32_t even = std::max(1U, worlds / (chunks_per_thread * threads));
  if (worlds < 2 * worlds_of_a_line * threads) return even;
  return (even + worlds_of_a_line - 1) / worlds_of_a_line * worlds_of_a_line;
}

constexpr std::uint64_t chunk_mask = UINT32_MAX;

}  // namespace

Pool::Pool(unsigned threads, std::uint32_t worlds, std::function<void(Range)> serve,
           std::function<void(std::uint32_t)> mark)
    : serve_(std::move(serve)), mark_(std::move(mark)), worlds_(worlds), ring_(std::max(1U, worlds)) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  chunk_ = chunk_of(worlds, threads);
  n_chunks_ = (worlds + chunk_ - 1) / chunk_;
  ticket_ = n_chunks_;  // none is left
  helpers_.reserve(threads - 1);
  try {
    while (helpers_.size() + 1 < threads) helpers_.emplace_back([this] { work_until_stopped(); });
  } catch (const std::system_error&) {
    // Where the system has no more threads to give, those there are do all the work, with the same result.
  }
}

Pool::~Pool() {
  stop_ = true;
  wake_workers();
  for (std::thread& helper : helpers_) helper.join();
}

/// Wakes the helpers that sleep. A helper that goes to sleep says so before it looks for the last time, under the lock.
void Pool::wake_workers() {
  if (sleepers_.load() == 0) return;
  { const std::lock_guard lock(mutex_); }
  wake_.notify_all();
}

// ---- All worlds

bool Pool::has_chunks() const { return (ticket_.load() & chunk_mask) < n_chunks_; }

/// Takes a chunk, if one is left.
bool Pool::serve_chunk() {
  std::uint64_t ticket = ticket_.load(std::memory_order_acquire);
  while ((ticket & chunk_mask) < n_chunks_) {
    if (!ticket_.compare_exchange_weak(ticket, ticket + 1, std::memory_order_acq_rel)) continue;
    const auto first = static_cast<std::uint32_t>(ticket & chunk_mask) * chunk_;
    serve_({first, std::min(chunk_, worlds_ - first)});
    chunks_done_.fetch_add(1, std::memory_order_acq_rel);
    return true;
  }
  return false;
}

void Pool::serve_all() {
  chunks_done_ = 0;
  ticket_ = (ticket_.load() & ~chunk_mask) + chunk_mask + 1;
  wake_workers();
  while (serve_chunk()) {
  }
  for (int looks = 0; chunks_done_.load(std::memory_order_acquire) < n_chunks_; ++looks) {
    if (looks < looks_before_sleep) {
      breathe();
    } else if (looks < 2 * looks_before_sleep) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));  // a world that takes long
    }
  }
}

// ---- Posted worlds

void Pool::post_world(std::uint32_t world) {
  {
    const std::lock_guard lock(mutex_);
    ring_[(head_ + queued_) % ring_.size()] = world;
    posted_hint_ = ++queued_;
  }
  wake_workers();
}

void Pool::serve_posted(std::unique_lock<std::mutex>& lock) {
  const std::uint32_t world = ring_[head_];
  head_ = (head_ + 1) % ring_.size();
  posted_hint_ = --queued_;
  lock.unlock();
  serve_({world, 1});
  lock.lock();
  mark_(world);
  done_.notify_all();
}

// ---- A helper

void Pool::work_until_stopped() {
  while (true) {
    const auto is_due = [this] { return stop_.load() || has_chunks() || posted_hint_.load() > 0; };
    for (int looks = 0; looks < looks_before_sleep && !is_due(); ++looks) breathe();
    if (!is_due()) {
      std::unique_lock lock(mutex_);
      ++sleepers_;
      wake_.wait(lock, is_due);
      --sleepers_;
    }
    if (stop_) return;
    while (serve_chunk()) {
    }
    std::unique_lock lock(mutex_);
    while (queued_ > 0 && !stop_) serve_posted(lock);
  }
}

}  // namespace evtwin::fleet
