// The interface of an event queue, and the simulation's choice of one.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "kernel/event.hpp"
#include "kernel/heap_queue.hpp"

namespace evtwin::kernel {

/// A queue of *timers*: slots 0 .. count - 1 numbered by their owner, each with at most one pending event.
///
/// The order of pops is total: (time, phase, sequence), sequence being the count of schedule calls. An event scheduled
/// for the current instant with a lower phase than one already popped is legal and comes next.
/// All queues pop in the same order, bit for bit; they differ in speed only. After reserve_timers nothing allocates.
///
/// - reserve_timers(count): timers below `count` exist; only grows, keeps what is pending. The one that allocates.
/// - clear(): nothing pending, sequence 0, any time may come next; keeps the timers and their memory.
/// - schedule(timer, time, phase, kind, entity): the timer's event, in place of one already pending; a new sequence
///   number either way. time_never cancels. @throws std::invalid_argument for a time before the last pop's.
/// - cancel(timer): no effect when nothing is pending.
/// - pop(): removes and returns the first event. @throws std::logic_error when empty.
/// - next_time(): the time of the event pop would return; time_never when empty. Changes nothing that can be seen.
/// - scheduled_count(): schedule calls that took a sequence number (those with time_never take none).
/// - state(), restore(state): all that decides the pops to come; a queue of the other kind may take it. restore needs
///   as many timers reserved; scheduled_count() goes on where it was. @throws std::invalid_argument for nonsense.
/// - schedule, cancel and pending throw std::out_of_range for a timer that does not exist.
template <class Q>
concept EventQueue = std::copyable<Q> && std::default_initializable<Q> &&
    requires(Q queue, const Q& seen, std::size_t count, std::uint32_t timer, TimeNs time, Phase phase,
             std::uint8_t kind, std::uint32_t entity) {
  queue.reserve_timers(count);
  queue.clear();
  queue.schedule(timer, time, phase, kind, entity);
  queue.cancel(timer);
  { queue.pop() } -> std::same_as<Event>;
  { queue.next_time() } -> std::same_as<TimeNs>;
  { seen.pending(timer) } -> std::same_as<bool>;
  { seen.empty() } -> std::same_as<bool>;
  { seen.size() } -> std::same_as<std::size_t>;
  { seen.scheduled_count() } -> std::same_as<std::uint64_t>;
  { seen.state() } -> std::same_as<QueueState>;
  queue.restore(seen.state());
};

static_assert(EventQueue<HeapQueue>);

/// The queue of every simulation. A world has tens to thousands of pending events; another kind of queue, which the
/// tests hold against this one (tests/kernel/radix_queue.hpp), saves time only where worlds are far larger, and takes
/// 230 kB for each of the many small ones.
using Queue = HeapQueue;

}  // namespace evtwin::kernel
