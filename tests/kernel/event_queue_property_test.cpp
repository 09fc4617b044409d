// Random programs of schedule, move, cancel, look and pop, run on each queue and on a model that sorts.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <tuple>
#include <vector>

#include "kernel/event_queue.hpp"
#include "kernel/radix_queue.hpp"

namespace evtwin::kernel {
namespace {

constexpr std::uint32_t timer_count = 12;

enum class Action { schedule, cancel, pop, look, copy, restore };

struct Step {
  Action action;
  std::uint32_t timer;
  TimeNs wait;  // from the last pop
  std::uint8_t phase;
  std::uint8_t kind;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  constexpr const char* names[] = {"schedule", "cancel", "pop", "look", "copy", "restore"};
  return out << names[static_cast<int>(step.action)] << " timer " << step.timer << " wait " << step.wait << " phase "
             << int{step.phase};
}

/// The specification in its plainest form: what is pending, in any order; pop takes the least (time, phase, sequence).
class SortedModel {
 public:
  void schedule(std::uint32_t timer, TimeNs time, Phase phase, std::uint8_t kind, std::uint32_t entity) {
    cancel(timer);
    pending_.push_back({sequence_++, {time, timer, entity, kind, phase}});
  }
  void cancel(std::uint32_t timer) {
    std::erase_if(pending_, [timer](const Entry& entry) { return entry.event.timer == timer; });
  }
  Event pop() {
    const auto first = find_first();
    const Event event = first->event;
    pending_.erase(first);
    return event;
  }
  bool pending(std::uint32_t timer) const {
    return std::any_of(pending_.begin(), pending_.end(),
                       [timer](const Entry& entry) { return entry.event.timer == timer; });
  }
  bool empty() const { return pending_.empty(); }
  std::size_t size() const { return pending_.size(); }
  TimeNs next_time() { return pending_.empty() ? time_never : find_first()->event.time; }
  std::uint64_t scheduled_count() const { return sequence_; }

 private:
  struct Entry {
    std::uint64_t sequence;
    Event event;
  };
  std::vector<Entry>::iterator find_first() {
    return std::min_element(pending_.begin(), pending_.end(), [](const Entry& a, const Entry& b) {
      return std::tuple(a.event.time, a.event.phase, a.sequence) < std::tuple(b.event.time, b.event.phase, b.sequence);
    });
  }

  std::vector<Entry> pending_;
  std::uint64_t sequence_ = 0;
};

rc::Gen<Step> any_step() {
  // Waits of few significant bits at every scale, zero among them: ties are common and every bucket is visited.
  const auto wait = rc::gen::map(rc::gen::pair(rc::gen::inRange<TimeNs>(0, 4), rc::gen::inRange(0, 48)),
                                 [](const std::pair<TimeNs, int>& parts) { return parts.first << parts.second; });
  const auto action = rc::gen::weightedElement<Action>({{8, Action::schedule},
                                                        {2, Action::cancel},
                                                        {4, Action::pop},
                                                        {2, Action::look},
                                                        {1, Action::copy},
                                                        {1, Action::restore}});
  return rc::gen::construct<Step>(action, rc::gen::inRange<std::uint32_t>(0, timer_count), wait,
                                  rc::gen::inRange<std::uint8_t>(0, phase_count), rc::gen::arbitrary<std::uint8_t>());
}

template <EventQueue Q, EventQueue Other>
void check_against_model(TimeNs start, const std::vector<Step>& steps) {
  SortedModel model;
  Q queue;
  queue.reserve_timers(timer_count);
  TimeNs now = start;

  const auto pop_both = [&] {
    const Event expected = model.pop();
    const Event event = queue.pop();
    RC_ASSERT(event == expected);
    RC_ASSERT(event.time >= now);
    now = event.time;
  };

  std::uint32_t entity = 0;
  for (const Step& step : steps) {
    const auto phase = static_cast<Phase>(step.phase);
    switch (step.action) {
      case Action::schedule:
        model.schedule(step.timer, now + step.wait, phase, step.kind, ++entity);
        queue.schedule(step.timer, now + step.wait, phase, step.kind, entity);
        break;
      case Action::cancel:
        model.cancel(step.timer);
        queue.cancel(step.timer);
        break;
      case Action::pop:
        if (!model.empty()) pop_both();
        break;
      case Action::look:
        RC_ASSERT(queue.next_time() == model.next_time());
        break;
      case Action::copy: {
        const Q copy = queue;
        queue = copy;
        break;
      }
      case Action::restore: {
        // From a queue of the other kind, over whatever was there.
        Other other;
        other.reserve_timers(timer_count);
        other.restore(queue.state());
        queue.restore(other.state());
        break;
      }
    }
    RC_ASSERT(queue.size() == model.size());
    RC_ASSERT(queue.empty() == model.empty());
    RC_ASSERT(queue.pending(step.timer) == model.pending(step.timer));
    RC_ASSERT(queue.scheduled_count() == model.scheduled_count());
  }
  while (!model.empty()) pop_both();
  RC_ASSERT(queue.empty());
  RC_ASSERT(queue.next_time() == time_never);
}

/// Programs of up to 300 steps; sizes as RapidCheck grows them would stay near 50.
rc::Gen<std::vector<Step>> any_program() {
  return rc::gen::scale(3.0, rc::gen::container<std::vector<Step>>(any_step()));
}

rc::Gen<TimeNs> any_start() {
  return rc::gen::element<TimeNs>(-(TimeNs{1} << 62), -1, 0, (TimeNs{1} << 40) - 1, 1'748'790'000 * second_ns);
}

RC_GTEST_PROP(HeapQueue, PopsWhatTheSortedModelPops, ()) {
  check_against_model<HeapQueue, RadixQueue>(*any_start(), *any_program());
}

RC_GTEST_PROP(RadixQueue, PopsWhatTheSortedModelPops, ()) {
  check_against_model<RadixQueue, HeapQueue>(*any_start(), *any_program());
}

}  // namespace
}  // namespace evtwin::kernel
