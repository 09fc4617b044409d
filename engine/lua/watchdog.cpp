#include "lua/watchdog.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace evtwin::lua {
namespace {

constexpr std::chrono::milliseconds period{50};
// After its CPU seconds a script is stopped at the next instruction; one that does not get there in this time sits
// inside one call.
constexpr double grace_s = 1.0;

double cpu_seconds(clockid_t clock) {
  timespec t{};
  if (clock_gettime(clock, &t) != 0) return 0.0;  // the thread has ended, so nothing runs
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

std::shared_ptr<Watchdog> Watchdog::process_watchdog() {
  static std::mutex lock;
  static std::weak_ptr<Watchdog> current;
  const std::scoped_lock guard(lock);
  std::shared_ptr<Watchdog> watchdog = current.lock();
  if (!watchdog) current = watchdog = std::make_shared<Watchdog>();
  return watchdog;
}

Watchdog::Watchdog() : thread_([this] { watch_until_stopped(); }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock guard(lock_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Watchdog::add_watched(Watched& watched) {
  const std::scoped_lock guard(lock_);
  all_.push_back(&watched);
}

void Watchdog::remove_watched(Watched& watched) {
  const std::scoped_lock guard(lock_);
  std::erase(all_, &watched);
}

void Watchdog::set_name(Watched& watched, std::string name) {
  const std::scoped_lock guard(lock_);
  watched.name = std::move(name);
}

void Watchdog::begin(Watched& watched) {
  clockid_t clock{};
  pthread_getcpuclockid(pthread_self(), &clock);
  watched.clock.store(clock, std::memory_order_relaxed);
  watched.entry.store(watched.entry.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void Watchdog::end(Watched& watched) {
  watched.entry.store(watched.entry.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

void Watchdog::watch_until_stopped() {
  std::unique_lock guard(lock_);
  while (!wake_.wait_for(guard, period, [this] { return stop_; })) {
    for (Watched* watched : all_) check_deadline(*watched);
  }
}

// The seconds of an entry count from the first look at it, so one that is shorter than the period is never measured.
void Watchdog::check_deadline(Watched& watched) {
  const std::uint64_t entry = watched.entry.load(std::memory_order_acquire);
  if (entry % 2 == 0) return;
  const double now = cpu_seconds(watched.clock.load(std::memory_order_relaxed));
  if (entry != watched.seen) {
    watched.seen = entry;
    watched.started = now;
    return;
  }
  if (now - watched.started <= watched.cpu_seconds) return;
  watched.over.store(entry, std::memory_order_relaxed);
  if (now - watched.started <= watched.cpu_seconds + grace_s || watched.entry.load() != entry) return;
  char text[768];
  const int length = std::snprintf(
      text, sizeof text,
      "error: %s: CPU limit of %g s reached inside one step that can not be stopped; the program ends here\n",
      watched.name.c_str(), watched.cpu_seconds);
  if (length > 0 && write(STDERR_FILENO, text, std::min(static_cast<std::size_t>(length), sizeof text - 1)) < 0)
    std::_Exit(1);
  std::_Exit(1);
}

}  // namespace evtwin::lua
