// Threads that stay: they serve ranges of worlds, and whoever waits for them helps.
#pragma once
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
  /// @param most     ranges that are under way at once
  /// @param serve    does the work; never throws
  /// @param mark     is told when it is done, under the pool's lock
  Pool(unsigned threads, std::size_t most, std::function<void(Range)> serve, std::function<void(Range)> mark);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  unsigned threads() const { return static_cast<unsigned>(helpers_.size()) + 1; }

  /// Hands work out. Allocates nothing.
  void post(Range range);
  /// Works along until `is_enough()` holds, which is asked under the pool's lock whenever work was done.
  template <class Enough>
  void help_until(Enough is_enough) {
    std::unique_lock lock(mutex_);
    while (!is_enough()) {
      if (queued_ > 0) {
        serve_one(lock);
      } else {
        done_.wait(lock);
      }
    }
  }
  /// Under the pool's lock.
  template <class Function>
  auto locked(Function function) {
    const std::lock_guard lock(mutex_);
    return function();
  }
  /// Ranges posted and not done. Under the pool's lock, or while nothing is under way.
  std::size_t under_way() const { return under_way_; }

 private:
  void work();
  void serve_one(std::unique_lock<std::mutex>& lock);

  std::function<void(Range)> serve_, mark_;
  std::mutex mutex_;
  std::condition_variable posted_, done_;
  std::vector<Range> ring_;
  std::size_t head_ = 0, queued_ = 0, under_way_ = 0;
  bool stop_ = false;
  std::vector<std::thread> helpers_;
};

}  // namespace evtwin::fleet
