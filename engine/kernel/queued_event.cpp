#include "kernel/queued_event.hpp"

#include <stdexcept>
#include <string>

namespace evtwin::kernel {

void check_queue_state(const QueueState& state, std::size_t timers) {
  const auto refuse = [](const char* what) { throw std::invalid_argument(std::string("event queue: ") + what); };
  std::vector<char> seen(timers, 0);
  const QueuedEvent* before = nullptr;
  for (const QueuedEvent& event : state.pending) {
    if (event.timer >= timers || seen[event.timer] != 0) refuse("a pending event without a timer of its own");
    seen[event.timer] = 1;
    if (event.time < state.now || event.time == time_never) refuse("a pending event at an impossible time");
    if (phase_index(event.rank) >= phase_count) refuse("a pending event of no phase");
    if (((event.rank >> 8) & ((Rank{1} << 52) - 1)) >= state.sequence) refuse("a pending event that nobody scheduled");
    if (before != nullptr && !comes_before(*before, event)) refuse("pending events out of order");
    before = &event;
  }
}

void throw_unknown_timer(std::uint32_t timer, std::size_t timers) {
  throw std::out_of_range("event queue: timer " + std::to_string(timer) + " of " + std::to_string(timers) +
                          " reserved");
}

void throw_time_runs_backwards(std::uint32_t timer, TimeNs time, TimeNs now) {
  throw std::invalid_argument("event queue: timer " + std::to_string(timer) + " scheduled for " + std::to_string(time) +
                              " ns, but the time is " + std::to_string(now) + " ns");
}

void throw_pop_from_empty() { throw std::logic_error("event queue: pop from an empty queue"); }

}  // namespace evtwin::kernel
