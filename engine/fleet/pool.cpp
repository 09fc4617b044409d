#include "fleet/pool.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace evtwin::fleet {

Pool::Pool(unsigned threads, std::size_t most, std::function<void(Range)> serve, std::function<void(Range)> mark)
    : serve_(std::move(serve)), mark_(std::move(mark)), ring_(std::max<std::size_t>(1, most)) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  helpers_.reserve(threads - 1);
  try {
    while (helpers_.size() + 1 < threads) helpers_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // Where the system has no more threads to give, those there are do all the work, with the same result.
  }
}

Pool::~Pool() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  posted_.notify_all();
  for (std::thread& helper : helpers_) helper.join();
}

void Pool::post(Range range) {
  {
    const std::lock_guard lock(mutex_);
    ring_[(head_ + queued_) % ring_.size()] = range;
    ++queued_;
    ++under_way_;
  }
  posted_.notify_one();
}

void Pool::serve_one(std::unique_lock<std::mutex>& lock) {
  const Range range = ring_[head_];
  head_ = (head_ + 1) % ring_.size();
  --queued_;
  lock.unlock();
  serve_(range);
  lock.lock();
  --under_way_;
  mark_(range);
  done_.notify_all();
}

void Pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    posted_.wait(lock, [this] { return stop_ || queued_ > 0; });
    if (stop_) return;
    serve_one(lock);
  }
}

}  // namespace evtwin::fleet
