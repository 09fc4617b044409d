// The event queues under the hold model: pop the first event, schedule its timer anew, as ever many stay pending.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "bench/suites.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/hash.hpp"
#include "kernel/radix_queue.hpp"
#include "support/allocations.hpp"

namespace evtwin::bench {

namespace {

using kernel::TimeNs;

enum class Law { exponential, mixed };

/// Waiting times drawn beforehand, so that the queue is measured and not the logarithm. Exponential: 1 s. Mixed: half
/// 1 ms, 30 % 1 min, 15 % until the next quarter of an hour (ties), 5 % 8 h.
class Draws {
 public:
  explicit Draws(Law law) {
    for (std::uint64_t i = 0; i < waits_.size(); ++i) {
      const auto unit = [&](std::uint64_t k) {
        return static_cast<double>(kernel::mix_bits(2 * i + k) >> 11) * 0x1p-53;
      };
      const double which = law == Law::exponential ? 2.0 : unit(0);
      const double mean_s = which >= 2.0 ? 1.0 : which < 0.5 ? 1e-3 : which < 0.8 ? 60.0 : 8.0 * 3600.0;
      waits_[i] = static_cast<TimeNs>(-std::log1p(-unit(1)) * mean_s * 1e9);
      if (which >= 0.8 && which < 0.95) waits_[i] = until_quarter;
    }
  }
  TimeNs next_after(TimeNs now) {
    const TimeNs wait = waits_[next_++ % waits_.size()];
    constexpr TimeNs quarter = 15 * kernel::minute_ns;
    return wait == until_quarter ? (now / quarter + 1) * quarter : now + wait;
  }

 private:
  static constexpr TimeNs until_quarter = -1;
  std::array<TimeNs, 8192> waits_{};
  std::size_t next_ = 0;
};

struct Hold {
  double ns_per_event = 0.0;
  double bytes_per_event = 0.0;
  std::uint64_t order_hash = 0;
};

template <kernel::EventQueue Q>
Hold hold(Law law, std::uint32_t pending) {
  const std::uint32_t events = std::max<std::uint32_t>(2'000'000, 2 * pending);
  Hold result;
  const std::int64_t before = testing::allocated_bytes();
  Q queue;
  queue.reserve_timers(pending);
  const auto bytes = static_cast<double>(testing::allocated_bytes() - before);
  result.bytes_per_event = bytes / pending;
  kernel::RollingHash order;
  const Draws beginning(law);
  Draws draws = beginning;
  const auto fill = [&] {
    queue.clear();
    draws = beginning;
    for (std::uint32_t i = 0; i < pending; ++i) queue.schedule(i, draws.next_after(0), kernel::Phase::signal, 0, i);
  };
  const auto run = [&](std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const kernel::Event event = queue.pop();
      order.mix_in(event.entity);
      queue.schedule(event.timer, draws.next_after(event.time), kernel::Phase::signal, 0, event.entity);
    }
  };
  std::vector<double> seconds;
  for (int repetition = 0; repetition < 3; ++repetition) {
    order = {};
    fill();
    run(pending);  // to the steady state
    const double begun = cpu_seconds(Clock::thread);
    run(events);
    seconds.push_back(cpu_seconds(Clock::thread) - begun);
  }
  std::sort(seconds.begin(), seconds.end());
  result.ns_per_event = seconds[1] / events * 1e9;
  result.order_hash = order.value();
  return result;
}

}  // namespace

Table queue_table() {
  Table table{
      "queue",
      "Event queue, hold model: pop, then schedule the same timer anew; peers at 1e6 pending: ns-3 0.37, SimGrid 0.30, "
      "SimPy 0.1 M/s. Simulations run on the heap; the radix queue is the tests' second one",
      {"pending", "law"},
      {"heap ns/event", "heap M/s", "radix ns/event", "radix M/s", "heap / radix", "heap bytes/event",
       "radix bytes/event"},
      {}};
  for (const std::uint32_t pending : {1'000U, 100'000U, 1'000'000U}) {
    for (const Law law : {Law::exponential, Law::mixed}) {
      const Hold heap = hold<kernel::HeapQueue>(law, pending);
      const Hold radix = hold<kernel::RadixQueue>(law, pending);
      if (heap.order_hash != radix.order_hash) throw std::logic_error("the two queues pop in different orders");
      table.rows.push_back({{fmt::format("{}", pending), law == Law::exponential ? "exp 1 s" : "mixed, ties"},
                            {heap.ns_per_event, 1e3 / heap.ns_per_event, radix.ns_per_event, 1e3 / radix.ns_per_event,
                             heap.ns_per_event / radix.ns_per_event, heap.bytes_per_event, radix.bytes_per_event}});
    }
  }
  return table;
}

}  // namespace evtwin::bench
