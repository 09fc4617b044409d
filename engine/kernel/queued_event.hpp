// How a queue keeps a pending event: the total order (time, phase, sequence) in two integer comparisons.
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "kernel/event.hpp"
#include "kernel/static_checks.hpp"

namespace evtwin::kernel {

/// Phase, sequence and kind in one word, compared as one number: phase in the top 4 bits, then 52 bits of sequence,
/// then 8 bits of kind, which never decide because no two events share a sequence. 2^52 events are seven years of
/// simulating at 20 million a second.
using Rank = std::uint64_t;

constexpr Rank make_rank(Phase phase, std::uint64_t sequence, std::uint8_t kind) {
  return (Rank{static_cast<std::uint8_t>(phase)} << 60) | (sequence << 8) | kind;
}
static_assert(phase_count <= 16, "a phase has 4 bits");
static_assert((std::uint64_t{1} << 52) / 20'000'000 / 86'400 / 365 == 7, "years until sequences are used up");
static_assert(make_rank(Phase::crossing, 0, 0) > make_rank(Phase::replayed_message, (std::uint64_t{1} << 52) - 1, 255),
              "the phase comes before the sequence");
static_assert(make_rank(Phase::signal, 2, 0) > make_rank(Phase::signal, 1, 255), "the sequence comes before the kind");

struct QueuedEvent {
  TimeNs time;
  Rank rank;
  std::uint32_t timer;
  std::uint32_t entity;

  template <class A>
  void archive_fields(A& a) {
    a(time, rank, timer, entity);
  }
};

static_assert(sizeof(QueuedEvent) == 24, "a new field must be archived, and the title of checkpoints changed");
static_assert(std::has_unique_object_representations_v<QueuedEvent>, "no padding: 24 bytes of a cache line all count");
static_assert(std::is_trivially_copyable_v<QueuedEvent>, "a heap moves it with a few instructions");

constexpr bool comes_before(const QueuedEvent& a, const QueuedEvent& b) {
  return a.time != b.time ? a.time < b.time : a.rank < b.rank;
}

constexpr std::uint32_t phase_index(Rank rank) { return static_cast<std::uint32_t>(rank >> 60); }

constexpr Event to_event(const QueuedEvent& queued) {
  return {queued.time, queued.timer, queued.entity, static_cast<std::uint8_t>(queued.rank & 0xff),
          static_cast<Phase>(phase_index(queued.rank))};
}
static_assert(to_event({5, make_rank(Phase::record, 77, 9), 3, 4}) == Event{5, 3, 4, 9, Phase::record},
              "an event comes out of the queue as it went in");

/// Everything that decides what a queue does next, the same for all kinds of queue.
struct QueueState {
  std::vector<QueuedEvent> pending;  ///< in the order of their pops
  std::uint64_t sequence = 0;        ///< schedule calls so far
  TimeNs now = 0;                    ///< of the last pop

  template <class A>
  void archive_fields(A& a) {
    a(pending, sequence, now);
  }
};
static_assert(has_size<QueueState>(40), "a new field must be archived, and the title of checkpoints changed");

/// @throws std::invalid_argument for a state that no queue of so many timers can have.
void check_queue_state(const QueueState& state, std::size_t timers);

/// The three ways to misuse a queue; out of line, so that the checks cost a comparison and no code.
[[noreturn]] void throw_unknown_timer(std::uint32_t timer, std::size_t timers);             ///< std::out_of_range
[[noreturn]] void throw_time_runs_backwards(std::uint32_t timer, TimeNs time, TimeNs now);  ///< std::invalid_argument
[[noreturn]] void throw_pop_from_empty();                                                   ///< std::logic_error

}  // namespace evtwin::kernel
