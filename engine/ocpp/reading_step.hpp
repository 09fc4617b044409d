// Resolution of the times that a station gives its readings.
#pragma once
#include <vector>

#include "kernel/time.hpp"

namespace evtwin::ocpp {

/// Times of readings that are all whole hours, quarters or minutes are either rounded or were taken just then. Rounded
/// ones are told at any distance from the log's clock, others always as long after they were taken.
class ReadingTimes {
 public:
  /// @param log_ns  of its message, by the log's clock, in any zone
  void add_reading(kernel::TimeNs told_ns, kernel::TimeNs log_ns) {
    if (seen_.size() < most_seen) seen_.push_back({told_ns, log_ns - told_ns});
  }
  /// An hour, 30, 15, 10, 5 min or a minute: the longest that divides nearly all of the times, where the distances to
  /// the log's spread over a quarter of it or more, and twice it at most (more were queued). 0: not rounded, or fewer
  /// than 8 readings
  kernel::TimeNs step_ns() const;

 private:
  static constexpr std::size_t most_seen = 4096;
  struct Seen {
    kernel::TimeNs told_ns, delay_ns;
  };
  std::vector<Seen> seen_;
};

}  // namespace evtwin::ocpp
