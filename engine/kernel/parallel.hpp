// Independent pieces of work on several threads. Worlds run side by side; inside one world nothing runs in parallel.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace evtwin::kernel {

/// Calls function(i) once for each i in 0 .. count - 1, on up to `threads` threads, the caller's among them; 0 means
/// one per processor. Indices start in ascending order; nothing is promised about the order in which they end, so each
/// call must write only what belongs to its index, and sums over results are taken afterwards, in index order.
///
/// When calls throw, no further indices are started, and the exception of the lowest index that throws is rethrown
/// after all threads have ended. It is the same one whatever the thread count: every lower index had been started, and
/// ends.
template <class Function>
void parallel_for(std::size_t count, unsigned threads, Function function) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());

  std::atomic<std::size_t> next_index{0};
  std::atomic<bool> has_failed{false};
  std::mutex failure_mutex;
  std::size_t failed_index = count;
  std::exception_ptr failure;

  const auto work = [&] {
    while (!has_failed.load(std::memory_order_relaxed)) {
      const std::size_t index = next_index.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      try {
        function(index);
      } catch (...) {
        // The lowest index counts, whichever thread failed first.
        const std::lock_guard lock(failure_mutex);
        if (index < failed_index) {
          failed_index = index;
          failure = std::current_exception();
        }
        has_failed.store(true, std::memory_order_relaxed);
      }
    }
  };

  {
    const std::size_t helpers = std::min<std::size_t>(threads, std::max<std::size_t>(count, 1)) - 1;
    std::vector<std::jthread> pool;
    pool.reserve(helpers);
    try {
      while (pool.size() < helpers) pool.emplace_back(work);
    } catch (const std::system_error& error) {
      // Where the system has no more threads to give, those there are do all the work, with the same result.
      if (error.code() != std::errc::resource_unavailable_try_again) {
        has_failed.store(true, std::memory_order_relaxed);
        throw;
      }
    }
    work();
  }  // joins

  if (failure) std::rethrow_exception(failure);
}

}  // namespace evtwin::kernel
