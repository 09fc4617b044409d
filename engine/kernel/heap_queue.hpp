// The readable reference: an indexed 4-ary heap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernel/queued_event.hpp"

namespace evtwin::kernel {

/// Event queue for small to middling numbers of pending events (a site has hundreds). Meets the concept EventQueue,
/// whose comment says what every function promises. schedule, cancel, pop: O(log pending); next_time, pending: O(1). A
/// position table (timer -> place in the heap) lets a timer move or go without leaving anything behind. The place that
/// a pop leaves at the root stays free until the next call: mostly that schedules the event to come, which goes right
/// there. 28 bytes a timer. Copying a queue is a checkpoint of it.
class HeapQueue {
 public:
  void reserve_timers(std::size_t count);
  void clear();

  void schedule(std::uint32_t timer, TimeNs time, Phase phase, std::uint8_t kind, std::uint32_t entity);
  void cancel(std::uint32_t timer);
  Event pop();

  bool pending(std::uint32_t timer) const;
  bool empty() const { return size() == 0; }
  std::size_t size() const { return size_ - (root_is_free_ ? 1 : 0); }
  TimeNs next_time() const {
    if (!root_is_free_) return size_ == 0 ? time_never : heap_[0].time;
    TimeNs earliest = time_never;  // of what may take the free place
    for (std::size_t child = 1; child < std::min<std::size_t>(5, size_); ++child)
      earliest = std::min(earliest, heap_[child].time);
    return earliest;
  }
  std::uint64_t scheduled_count() const { return sequence_; }
  QueueState state() const;
  void restore(const QueueState& state);

 private:
  static constexpr std::uint32_t absent = std::numeric_limits<std::uint32_t>::max();

  void fill_root();
  void remove_at(std::size_t place);
  void put_event(std::size_t place, const QueuedEvent& event);
  void sift_up(std::size_t hole, const QueuedEvent& event);
  void sift_down(std::size_t hole, const QueuedEvent& event);

  std::vector<QueuedEvent> heap_;        // the first size_ places; the children of i are 4i + 1 .. 4i + 4
  std::vector<std::uint32_t> place_of_;  // by timer; absent when not pending
  bool root_is_free_ = false;            // the root was popped; it counts in size_
  std::size_t size_ = 0;                 // heap_ itself keeps its full length, in copies too, so that nothing allocates
  std::uint64_t sequence_ = 0;
  TimeNs now_ = std::numeric_limits<TimeNs>::min();  // time of the last pop
};

}  // namespace evtwin::kernel
