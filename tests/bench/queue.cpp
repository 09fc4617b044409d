// The event queues under the hold model: pop the first event, schedule its timer anew, as ever many stay pending.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/suites.hpp"
#include "kernel/event_queue.hpp"
#include "kernel/hash.hpp"
#include "support/allocations.hpp"

namespace evtwin::bench {

namespace {

using kernel::TimeNs;

enum class Law { exponential, mixed };

/// Draws that cost little: a counter through a bijection.
class Draws {
 public:
  double unit() { return static_cast<double>(kernel::mix_bits(++counter_) >> 11) * 0x1p-53; }
  TimeNs exponential(double mean_s) { return static_cast<TimeNs>(-std::log1p(-unit()) * mean_s * 1e9); }

 private:
  std::uint64_t counter_ = 0;
};

/// Exponential: 1 s. Mixed: half 1 ms, 30 % 1 min, 15 % the next quarter of an hour (ties), 5 % 8 h.
TimeNs next_time(Law law, TimeNs now, Draws& draws) {
  if (law == Law::exponential) return now + draws.exponential(1.0);
  const double which = draws.unit();
  if (which < 0.5) return now + draws.exponential(1e-3);
  if (which < 0.8) return now + draws.exponential(60.0);
  constexpr TimeNs quarter = 15 * kernel::minute_ns;
  if (which < 0.95) return (now / quarter + 1) * quarter;
  return now + draws.exponential(8.0 * 3600.0);
}

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
  Draws draws;
  const auto fill = [&] {
    queue.clear();
    draws = {};
    for (std::uint32_t i = 0; i < pending; ++i)
      queue.schedule(i, next_time(law, 0, draws), kernel::Phase::signal, 0, i);
  };
  const auto run = [&](std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const kernel::Event event = queue.pop();
      order.mix(event.entity);
      queue.schedule(event.timer, next_time(law, event.time, draws), kernel::Phase::signal, 0, event.entity);
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

/// What the draws cost by themselves, ns.
double law_ns(Law law) {
  constexpr std::uint32_t count = 2'000'000;
  volatile TimeNs sink = 0;
  return median_cpu_s([&] {
           Draws draws;
           TimeNs now = 0;
           for (std::uint32_t i = 0; i < count; ++i) now = next_time(law, now, draws);
           sink = now;
         }) /
         count * 1e9;
}

}  // namespace

Table queue_table() {
  Table table{"queue",
              "Event queue, hold model (pop, then schedule the same timer anew); the law's own cost is included",
              {"pending", "law"},
              {"heap ns/event", "heap M/s", "radix ns/event", "radix M/s", "heap / radix", "law alone ns",
               "heap bytes/event", "radix bytes/event"},
              {}};
  for (const std::uint32_t pending : {1'000U, 100'000U, 1'000'000U}) {
    for (const Law law : {Law::exponential, Law::mixed}) {
      const Hold heap = hold<kernel::HeapQueue>(law, pending);
      const Hold radix = hold<kernel::RadixQueue>(law, pending);
      if (heap.order_hash != radix.order_hash) throw std::logic_error("the two queues pop in different orders");
      table.rows.push_back(
          {{fmt::format("{}", pending), law == Law::exponential ? "exp 1 s" : "mixed, ties"},
           {heap.ns_per_event, 1e3 / heap.ns_per_event, radix.ns_per_event, 1e3 / radix.ns_per_event,
            heap.ns_per_event / radix.ns_per_event, law_ns(law), heap.bytes_per_event, radix.bytes_per_event}});
    }
  }
  return table;
}

}  // namespace evtwin::bench
