#include "kernel/radix_queue.hpp"

#include <algorithm>
#include <bit>

namespace evtwin::kernel {
namespace {

/// Asks for memory that is about to be read. With 1e6 events pending this is a third of the time; it changes nothing
/// else. GCC and Clang.
void fetch_ahead(const void* memory, std::size_t bytes) {
  constexpr std::size_t cache_line = 64;
  for (std::size_t offset = 0; offset < bytes; offset += cache_line) {
    __builtin_prefetch(static_cast<const char*>(memory) + offset);
  }
}

}  // namespace

RadixQueue::RadixQueue() { reserve_timers(0); }

void RadixQueue::reserve_timers(std::size_t count) {
  if (count > ranks_.size()) ranks_.resize(count, not_pending);

  // Live and stale entries at their most, and per list the chunk at either end that is partly filled; one in transit.
  const std::size_t entries = 2 * ranks_.size() + stale_allowance + 1;
  const std::size_t needed = entries / chunk_length + 1 + bucket_count + 2 * phase_count + 1;
  const std::size_t had = chunks_.size();
  if (needed <= had) return;
  chunks_.resize(needed);
  for (std::size_t chunk = needed; chunk-- > had;) give_chunk(static_cast<std::uint32_t>(chunk));
}

void RadixQueue::clear() {
  std::fill(ranks_.begin(), ranks_.end(), not_pending);
  free_chunk_ = none;
  for (std::size_t chunk = chunks_.size(); chunk-- > 0;) give_chunk(static_cast<std::uint32_t>(chunk));
  buckets_.fill({});
  due_.fill({});
  filled_levels_ = 0;
  filled_digits_.fill(0);
  filled_phases_ = 0;
  now_key_ = 0;
  live_count_ = 0;
  stale_count_ = 0;
  sequence_ = 0;
}

void RadixQueue::schedule(std::uint32_t timer, TimeNs time, Phase phase, std::uint8_t kind, std::uint32_t entity) {
  if (timer >= ranks_.size()) throw_unknown_timer(timer, ranks_.size());
  if (to_key(time) < now_key_) throw_time_runs_backwards(timer, time, to_time(now_key_));
  if (time == time_never) {
    cancel(timer);
    return;
  }

  if (ranks_[timer] != not_pending) leave_stale(timer);
  const QueuedEvent event{time, make_rank(phase, sequence_++, kind), timer, entity};
  ranks_[timer] = event.rank;
  ++live_count_;
  file(event);
}

void RadixQueue::cancel(std::uint32_t timer) {
  if (timer >= ranks_.size()) throw_unknown_timer(timer, ranks_.size());
  if (ranks_[timer] != not_pending) leave_stale(timer);
}

Event RadixQueue::pop() {
  if (live_count_ == 0) throw_pop_from_empty();
  for (;;) {
    while (filled_phases_ != 0) {
      const auto phase = static_cast<std::size_t>(std::countr_zero(filled_phases_));
      const QueuedEvent event = take_front(due_[phase]);
      drop_due_if_empty(phase);
      if (is_live(event)) {
        ranks_[event.timer] = not_pending;
        --live_count_;
        return to_event(event);
      }
      --stale_count_;
    }
    // Now may advance to a stale entry's time on the way; the event returned is at now all the same.
    advance_to_lowest_bucket();
  }
}

bool RadixQueue::pending(std::uint32_t timer) const {
  if (timer >= ranks_.size()) throw_unknown_timer(timer, ranks_.size());
  return ranks_[timer] != not_pending;
}

void RadixQueue::collect(List list, std::vector<QueuedEvent>& live) const {
  for (std::uint32_t chunk = list.head; chunk != none; chunk = chunk == list.tail ? none : chunks_[chunk].next) {
    const std::uint32_t begin = chunk == list.head ? list.begin : 0;
    const std::uint32_t end = chunk == list.tail ? list.end : chunk_length;
    for (std::uint32_t i = begin; i < end; ++i) {
      if (is_live(chunks_[chunk].events[i])) live.push_back(chunks_[chunk].events[i]);
    }
  }
}

QueueState RadixQueue::state() const {
  QueueState state{{}, sequence_, to_time(now_key_)};
  for (const List& list : due_) collect(list, state.pending);
  for (const List& list : buckets_) collect(list, state.pending);
  std::sort(state.pending.begin(), state.pending.end(), comes_before);
  return state;
}

void RadixQueue::restore(const QueueState& state) {
  check_queue_state(state, ranks_.size());
  clear();
  now_key_ = to_key(state.now);
  sequence_ = state.sequence;
  live_count_ = state.pending.size();
  // In ascending order those of one instant and phase come in order of sequence, as every list must hold them.
  for (const QueuedEvent& event : state.pending) {
    ranks_[event.timer] = event.rank;
    file(event);
  }
}

/// Looks without advancing now: whoever asks may still schedule something earlier. Drops the stale entries it meets.
TimeNs RadixQueue::next_time() {
  if (live_count_ == 0) return time_never;

  while (filled_phases_ != 0) {
    const auto phase = static_cast<std::size_t>(std::countr_zero(filled_phases_));
    List& due = due_[phase];
    if (is_live(chunks_[due.head].events[due.begin])) return to_time(now_key_);
    take_front(due);
    drop_due_if_empty(phase);
    --stale_count_;
  }

  for (;;) {
    const std::size_t bucket = lowest_bucket();
    if (is_live(buckets_[bucket].earliest)) return buckets_[bucket].earliest.time;
    sweep(buckets_[bucket]);
    drop_bucket_if_empty(bucket);
  }
}

void RadixQueue::leave_stale(std::uint32_t timer) {
  ranks_[timer] = not_pending;
  --live_count_;
  ++stale_count_;
  if (stale_count_ > live_count_ + stale_allowance) sweep_all();
}

/// Puts an event where its distance from now says.
void RadixQueue::file(const QueuedEvent& event) {
  const std::uint64_t difference = to_key(event.time) ^ now_key_;
  if (difference == 0) {
    const std::uint32_t phase = phase_index(event.rank);
    append(due_[phase], event);
    filled_phases_ |= std::uint32_t{1} << phase;
    return;
  }

  const unsigned level = (static_cast<unsigned>(std::bit_width(difference)) - 1) / digit_bits;
  const auto digit = static_cast<unsigned>(to_key(event.time) >> (level * digit_bits)) % digit_count;
  List& list = buckets_[level * digit_count + digit];
  if (list.head == none || event.time < list.earliest.time) list.earliest = event;
  append(list, event);
  filled_levels_ |= 1U << level;
  filled_digits_[level] |= 1U << digit;
}

void RadixQueue::append(List& list, const QueuedEvent& event) {
  if (list.head == none) {
    list.head = list.tail = take_chunk();
    list.begin = list.end = 0;
  } else if (list.end == chunk_length) {
    const std::uint32_t chunk = take_chunk();
    chunks_[list.tail].next = chunk;
    list.tail = chunk;
    list.end = 0;
  }
  chunks_[list.tail].events[list.end++] = event;
}

QueuedEvent RadixQueue::take_front(List& list) {
  const std::uint32_t chunk = list.head;
  const QueuedEvent event = chunks_[chunk].events[list.begin++];
  if (chunk == list.tail && list.begin == list.end) {
    list.head = list.tail = none;
    give_chunk(chunk);
  } else if (list.begin == chunk_length) {
    list.head = chunks_[chunk].next;
    list.begin = 0;
    give_chunk(chunk);
  }
  return event;
}

std::uint32_t RadixQueue::take_chunk() {
  const std::uint32_t chunk = free_chunk_;
  free_chunk_ = chunks_[chunk].next;
  return chunk;
}

void RadixQueue::give_chunk(std::uint32_t chunk) {
  chunks_[chunk].next = free_chunk_;
  free_chunk_ = chunk;
}

void RadixQueue::drop_due_if_empty(std::size_t phase) {
  if (due_[phase].head == none) filled_phases_ &= ~(std::uint32_t{1} << phase);
}

void RadixQueue::drop_bucket_if_empty(std::size_t bucket) {
  if (buckets_[bucket].head != none) return;
  const std::size_t level = bucket / digit_count % level_count;  // a range that static analysis sees
  filled_digits_[level] &= ~(1U << (bucket % digit_count));
  if (filled_digits_[level] == 0) filled_levels_ &= ~(1U << level);
}

/// The bucket of the earliest events to come. Precondition: some bucket is filled.
std::size_t RadixQueue::lowest_bucket() const {
  const auto level = static_cast<std::size_t>(std::countr_zero(filled_levels_));
  return level * digit_count + static_cast<std::size_t>(std::countr_zero(filled_digits_[level]));
}

/// Precondition: nothing due, some bucket filled. All levels below the lowest bucket's are empty, and its events share
/// the digits from its level upwards: once now is one of them, they land below, the earliest among the due.
void RadixQueue::advance_to_lowest_bucket() {
  const std::size_t bucket = lowest_bucket();
  const List list = buckets_[bucket];
  buckets_[bucket].head = none;
  drop_bucket_if_empty(bucket);
  now_key_ = to_key(list.earliest.time);

  // The few events of a short list are due soon, and each pop reads its timer's rank: fetch those ahead.
  const bool is_short = list.head == list.tail;
  drain(list, [this, is_short](const QueuedEvent& event) {
    if (is_short) fetch_ahead(&ranks_[event.timer], sizeof(Rank));
    file(event);
  });
}

/// Drops a list's stale entries, keeping the order of the others.
void RadixQueue::sweep(List& list) {
  const List old = list;
  list = {};
  drain(old, [this, &list](const QueuedEvent& event) {
    if (!is_live(event)) {
      --stale_count_;
      return;
    }
    if (list.head == none || event.time < list.earliest.time) list.earliest = event;
    append(list, event);
  });
}

void RadixQueue::sweep_all() {
  for (std::size_t phase = 0; phase < phase_count; ++phase) {
    if (due_[phase].head != none) sweep(due_[phase]);
    drop_due_if_empty(phase);
  }
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    if (buckets_[bucket].head != none) sweep(buckets_[bucket]);
    drop_bucket_if_empty(bucket);
  }
}

/// Calls function(event) for each entry in order and gives each chunk back as soon as it is read, so that a list can be
/// rebuilt from its own chunks.
template <class Function>
void RadixQueue::drain(List list, Function function) {
  while (list.head != none) {
    const std::uint32_t chunk = list.head;
    const bool is_last = chunk == list.tail;
    const std::uint32_t end = is_last ? list.end : chunk_length;
    if (!is_last) fetch_ahead(&chunks_[chunks_[chunk].next], sizeof(Chunk));
    for (std::uint32_t i = list.begin; i < end; ++i) function(chunks_[chunk].events[i]);
    list.begin = 0;
    list.head = is_last ? none : chunks_[chunk].next;
    give_chunk(chunk);
  }
}

}  // namespace evtwin::kernel
