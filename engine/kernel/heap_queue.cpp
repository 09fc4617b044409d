#include "kernel/heap_queue.hpp"

#include <algorithm>

namespace evtwin::kernel {

void HeapQueue::reserve_timers(std::size_t count) {
  if (count <= place_of_.size()) return;
  place_of_.resize(count, absent);
  heap_.resize(count);
}

void HeapQueue::clear() {
  size_ = 0;
  root_is_free_ = false;
  std::fill(place_of_.begin(), place_of_.end(), absent);
  sequence_ = 0;
  now_ = std::numeric_limits<TimeNs>::min();
}

void HeapQueue::schedule(std::uint32_t timer, TimeNs time, Phase phase, std::uint8_t kind, std::uint32_t entity) {
  if (timer >= place_of_.size()) throw_unknown_timer(timer, place_of_.size());
  if (time < now_) throw_time_runs_backwards(timer, time, now_);
  if (time == time_never) {
    cancel(timer);
    return;
  }

  const QueuedEvent event{time, make_rank(phase, sequence_++, kind), timer, entity};

  // A root that a pop left free is filled by the event that comes next, at no further cost.
  if (place_of_[timer] == absent) {
    if (root_is_free_) {
      root_is_free_ = false;
      sift_down(0, event);
    } else {
      sift_up(size_++, event);
    }
    return;
  }

  fill_root();
  const std::size_t place = place_of_[timer];
  if (comes_before(event, heap_[place])) {
    sift_up(place, event);
  } else {
    sift_down(place, event);
  }
}

void HeapQueue::cancel(std::uint32_t timer) {
  if (timer >= place_of_.size()) throw_unknown_timer(timer, place_of_.size());
  if (place_of_[timer] == absent) return;
  fill_root();
  remove_at(place_of_[timer]);
  place_of_[timer] = absent;
}

Event HeapQueue::pop() {
  if (empty()) throw_pop_from_empty();
  fill_root();
  const QueuedEvent first = heap_[0];
  root_is_free_ = true;
  place_of_[first.timer] = absent;
  now_ = first.time;
  return to_event(first);
}

bool HeapQueue::pending(std::uint32_t timer) const {
  if (timer >= place_of_.size()) throw_unknown_timer(timer, place_of_.size());
  return place_of_[timer] != absent;
}

QueueState HeapQueue::state() const {
  QueueState state{
      {heap_.begin() + (root_is_free_ ? 1 : 0), heap_.begin() + static_cast<std::ptrdiff_t>(size_)}, sequence_, now_};
  std::sort(state.pending.begin(), state.pending.end(), comes_before);
  return state;
}

void HeapQueue::restore(const QueueState& state) {
  check_queue_state(state, place_of_.size());
  clear();
  // In ascending order every event belongs behind all that are there.
  for (const QueuedEvent& event : state.pending) put_event(size_++, event);
  sequence_ = state.sequence;
  now_ = state.now;
}

/// Gives the place of the last pop to the last leaf, where no new event has taken it meanwhile.
void HeapQueue::fill_root() {
  if (!root_is_free_) return;
  root_is_free_ = false;
  remove_at(0);
}

/// Fills the hole at `place` with the last leaf, which may belong above or below it.
void HeapQueue::remove_at(std::size_t place) {
  const QueuedEvent last = heap_[--size_];
  if (place == size_) return;

  const bool rises = place > 0 && comes_before(last, heap_[(place - 1) / 4]);
  if (rises) {
    sift_up(place, last);
  } else {
    sift_down(place, last);
  }
}

void HeapQueue::put_event(std::size_t place, const QueuedEvent& event) {
  heap_[place] = event;
  place_of_[event.timer] = static_cast<std::uint32_t>(place);
}

void HeapQueue::sift_up(std::size_t hole, const QueuedEvent& event) {
  while (hole > 0) {
    const std::size_t parent = (hole - 1) / 4;
    if (!comes_before(event, heap_[parent])) break;
    put_event(hole, heap_[parent]);
    hole = parent;
  }
  put_event(hole, event);
}

void HeapQueue::sift_down(std::size_t hole, const QueuedEvent& event) {
  for (;;) {
    const std::size_t first_child = 4 * hole + 1;
    if (first_child >= size_) break;
    std::size_t earliest = first_child;
    if (first_child + 4 <= size_) [[likely]] {
      // Two pairs, then the earlier of each: the order is total, so that any way to the first of four finds the same.
      const QueuedEvent* const child = &heap_[first_child];
      const std::size_t left = comes_before(child[1], child[0]) ? 1 : 0;
      const std::size_t right = comes_before(child[3], child[2]) ? 3 : 2;
      earliest += comes_before(child[right], child[left]) ? right : left;
    } else {
      for (std::size_t child = first_child + 1; child < size_; ++child) {
        if (comes_before(heap_[child], heap_[earliest])) earliest = child;
      }
    }
    if (!comes_before(heap_[earliest], event)) break;
    put_event(hole, heap_[earliest]);
    hole = earliest;
  }
  put_event(hole, event);
}

}  // namespace evtwin::kernel
