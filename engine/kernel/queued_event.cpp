#include "kernel/queued_event.hpp"

#include <stdexcept>
#include <string>

namespace evtwin::kernel {

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
