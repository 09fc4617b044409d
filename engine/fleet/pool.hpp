// Threads that stay. They serve worlds, either all of them, step by step, or those that are posted; whoever waits
// helps.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace evtwin::fleet {

class Pool {
 public:
  /// A piece of work: worlds first .. first + count - 1.
  struct Range {
    std::uint32_t first = 0, count = 0;
  };

  /// @param threads  the caller's among them; 0: one per processor
  /// @param worlds   how many there are
  /// @param serve    does the work; never throws
  /// @param mark     is told when a posted world is served, under the pool's lock
  Pool(unsigned threads, std::uint32_t worlds, std::function<void(Range)> serve,
       std::function<void(std::uint32_t)> mark);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(helpers_.size()) + 1; }

  /// Serves all worlds and returns when that is done. Nothing else is under way. Allocates nothing.
  void serve_all();

  /// Hands one world out; at most all of them at once. Allocates nothing.
  void post_world(std::uint32_t world);
  /// Works along until `is_enough()` holds, which is asked under the pool's lock whenever work was done.
  template <class Enough>
  void help_until(Enough is_enough) {
    std::unique_lock lock(mutex_);
    while (!is_enough()) {
      if (queued_ > 0) {
        serve_posted(lock);
      } else {
        done_.wait(lock);
      }
    }
  }
  /// Under the pool's lock.
  template <class Function>
  auto call_locked(Function function) {
    const std::lock_guard lock(mutex_);
    return function();
  }

 private:
  void work_until_stopped();
  bool serve_chunk();
  bool has_chunks() const;
  void serve_posted(std::unique_lock<std::mutex>& lock);
  void wake_workers();

  std::function<void(Range)> serve_;
  std::function<void(std::uint32_t)> mark_;
  const std::uint32_t worlds_;
  std::uint32_t chunk_ = 1, n_chunks_ = 0;

  // Of serve_all(): how often it was called, and below that the next chunk. One word, so that nobody takes a chunk of a
  // call that is over.
  std::atomic<std::uint64_t> ticket_;
  std::atomic<std::uint32_t> chunks_done_{0};
  std::atomic<unsigned> sleepers_{0};
  std::atomic<std::size_t> posted_hint_{0};  // queued_, for those that look without the lock
  std::atomic<bool> stop_{false};

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::vector<std::uint32_t> ring_;  // of posted worlds
  std::size_t head_ = 0, queued_ = 0;
  std::vector<std::thread> helpers_;
};

}  // namespace evtwin::fleet
