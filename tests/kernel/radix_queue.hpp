// Another event queue: a monotone radix heap. The simulation's heap is held against it, order and speed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernel/event_queue.hpp"

namespace evtwin::kernel {

/// Event queue whose cost hardly grows with the number of pending events: times never run backwards, so events need
/// sorting only as far as they differ from now (Ahuja, Mehlhorn, Orlin, Tarjan 1990, "Faster algorithms for the
/// shortest path problem", J. ACM 37(2): the radix heap). Meets the concept EventQueue, whose comment says what every
/// function promises.
///
/// Times are numbers of 16 digits to the base 16. Bucket (level, digit) holds the events that differ from now first in
/// the digit of that level, which is theirs. When nothing is due, the lowest bucket's earliest time becomes now and its
/// events move to lower levels, so each moves at most 16 times. Every list is first in, first out and is refilled only
/// while empty, so events of one time and phase stay in order of sequence by themselves.
///
/// A cancelled or moved event stays behind as a stale entry, recognised by its rank, until it surfaces. When there are
/// more stale entries than live ones, all are swept out: memory stays below 57 bytes a timer (plus 230 kB).
class RadixQueue {
 public:
  RadixQueue();

  void reserve_timers(std::size_t count);
  void clear();

  void schedule(std::uint32_t timer, TimeNs time, Phase phase, std::uint8_t kind, std::uint32_t entity);
  void cancel(std::uint32_t timer);
  Event pop();

  bool pending(std::uint32_t timer) const;
  bool empty() const { return live_count_ == 0; }
  std::size_t size() const { return live_count_; }
  TimeNs next_time();
  std::uint64_t scheduled_count() const { return sequence_; }
  QueueState state() const;
  void restore(const QueueState& state);

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  static constexpr Rank not_pending = std::numeric_limits<Rank>::max();  // phase 15: no event's rank
  static constexpr std::uint32_t chunk_length = 32;
  static constexpr unsigned digit_bits = 4;
  static constexpr std::size_t digit_count = 16;
  static constexpr std::size_t level_count = 16;
  static constexpr std::size_t bucket_count = level_count * digit_count;
  static constexpr std::size_t stale_allowance = 64;

  /// Lists are chains of chunks from one pool, so that memory moves between buckets and none is ever asked for.
  struct Chunk {
    std::array<QueuedEvent, chunk_length> events;
    std::uint32_t next;
  };

  struct List {
    std::uint32_t head = none;  // chunk, none when the list is empty
    std::uint32_t tail = none;
    std::uint32_t begin = 0;  // first event in the head chunk
    std::uint32_t end = 0;    // one past the last event in the tail chunk
    QueuedEvent earliest{};   // of a bucket; may be stale
  };

  /// Times as unsigned numbers of the same order, so that the highest differing bit is meaningful.
  static std::uint64_t to_key(TimeNs time) { return static_cast<std::uint64_t>(time) ^ (std::uint64_t{1} << 63); }
  static TimeNs to_time(std::uint64_t key) { return static_cast<TimeNs>(key ^ (std::uint64_t{1} << 63)); }

  bool is_live(const QueuedEvent& event) const { return ranks_[event.timer] == event.rank; }
  void leave_stale(std::uint32_t timer);
  void file(const QueuedEvent& event);
  void append(List& list, const QueuedEvent& event);
  QueuedEvent take_front(List& list);
  std::uint32_t take_chunk();
  void give_chunk(std::uint32_t chunk);
  void drop_due_if_empty(std::size_t phase);
  void drop_bucket_if_empty(std::size_t bucket);
  std::size_t lowest_bucket() const;
  void advance_to_lowest_bucket();
  void sweep(List& list);
  void sweep_all();
  void collect(List list, std::vector<QueuedEvent>& live) const;
  template <class Function>
  void drain(List list, Function function);

  std::vector<Rank> ranks_;  // by timer: the rank of its live event, or not_pending
  std::vector<Chunk> chunks_;
  std::uint32_t free_chunk_ = none;
  std::array<List, bucket_count> buckets_{};  // by level, then digit
  std::array<List, phase_count> due_{};       // time == now, by phase
  std::uint32_t filled_levels_ = 0;           // bit: the level has entries
  std::array<std::uint32_t, level_count> filled_digits_{};
  std::uint32_t filled_phases_ = 0;
  std::uint64_t now_key_ = 0;  // of the last pop, or before all times
  std::size_t live_count_ = 0;
  std::size_t stale_count_ = 0;
  std::uint64_t sequence_ = 0;
};

static_assert(EventQueue<RadixQueue>);

}  // namespace evtwin::kernel
