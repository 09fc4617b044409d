#pragma once
// The last line of the sandbox: a thread that watches the CPU time of scripts. It ends things, it never changes a
// result.

#include <time.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace evtwin::lua {

/// One thread for all sandboxes of the process; it lives as long as the first of them to the last. An entry into Lua
/// costs two stores.
class Watchdog {
 public:
  /// A sandbox as the watchdog sees it.
  struct Watched {
    std::atomic<std::uint64_t> entry{0};  // odd while Lua runs
    std::atomic<clockid_t> clock{0};      // CPU clock of the thread that runs it
    std::atomic<std::uint64_t> over{0};   // told back: the entry whose CPU seconds are used up
    double cpu_seconds = 0;
    // Below: the watchdog's, under its lock.
    std::string name;
    std::uint64_t seen = 0;
    double started = 0;
  };

  /// The watchdog of this process; started by the first caller.
  static std::shared_ptr<Watchdog> process_watchdog();

  Watchdog();
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  void add_watched(Watched& watched);
  void remove_watched(Watched& watched);
  /// Name of the script for the line that is printed should the process have to end.
  void set_name(Watched& watched, std::string name);

  static void begin(Watched& watched);
  static void end(Watched& watched);

 private:
  void watch_until_stopped();
  static void check_deadline(Watched& watched);

  std::mutex lock_;
  std::condition_variable wake_;
  std::vector<Watched*> all_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace evtwin::lua
