// What both queues promise, case by case. Random programs are in event_queue_property_test.cpp.
#include "kernel/event_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <vector>

#include "kernel/hash.hpp"
#include "kernel/radix_queue.hpp"
#include "kernel/random.hpp"
#include "support/allocations.hpp"

namespace evtwin::kernel {
namespace {

using ::testing::ElementsAre;

constexpr TimeNs noon = 1'748'790'000 * second_ns;

template <EventQueue Q>
Q queue_of(std::size_t timers) {
  Q queue;
  queue.reserve_timers(timers);
  return queue;
}

template <EventQueue Q>
std::vector<std::uint32_t> pop_all_timers(Q& queue) {
  std::vector<std::uint32_t> timers;
  while (!queue.empty()) timers.push_back(queue.pop().timer);
  return timers;
}

template <class Q>
class EveryQueue : public ::testing::Test {};
using Queues = ::testing::Types<HeapQueue, RadixQueue>;
TYPED_TEST_SUITE(EveryQueue, Queues);

TYPED_TEST(EveryQueue, GivesBackWhatWasScheduled) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(2, noon, Phase::plug_in, 255, 0xffffffff);
  EXPECT_EQ(queue.pop(), (Event{noon, 2, 0xffffffff, 255, Phase::plug_in}));
}

TYPED_TEST(EveryQueue, RefusesAStateThatNoQueueCanHave) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(0, noon, Phase::plug_in, 1, 7);
  queue.schedule(1, noon, Phase::plug_in, 1, 7);
  const QueueState good = queue.state();
  const auto refused = [&](auto&& spoil) {
    QueueState bad = good;
    spoil(bad);
    EXPECT_THROW(queue.restore(bad), std::invalid_argument);
  };
  refused([](QueueState& s) { s.pending[0].timer = 3; });
  refused([](QueueState& s) { s.pending[1].timer = 0; });
  refused([](QueueState& s) { s.now = noon + 1; });
  refused([](QueueState& s) { s.sequence = 1; });
  refused([](QueueState& s) { std::swap(s.pending[0], s.pending[1]); });
  refused([](QueueState& s) { s.pending[0].rank = make_rank(static_cast<Phase>(9), 0, 1); });
  refused([](QueueState& s) { s.pending[1].time = time_never; });
  queue.restore(good);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(0, 1));
  EXPECT_EQ(queue.scheduled_count(), 2U);
}

TYPED_TEST(EveryQueue, PopsByTimeFirst) {
  auto queue = queue_of<TypeParam>(4);
  queue.schedule(0, noon + 3, Phase::crossing, 0, 0);
  queue.schedule(1, -noon, Phase::record, 0, 0);
  queue.schedule(2, noon + 2, Phase::decision, 0, 0);
  queue.schedule(3, 0, Phase::replayed_message, 0, 0);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(1, 3, 2, 0));
}

TYPED_TEST(EveryQueue, PopsOneInstantByPhaseWhateverTheOrderOfScheduling) {
  std::array<std::uint32_t, phase_count> order{0, 1, 2, 3, 4, 5, 6};
  auto queue = queue_of<TypeParam>(phase_count);
  int permutations = 0;
  do {
    queue.clear();
    for (const std::uint32_t phase : order) queue.schedule(phase, noon, static_cast<Phase>(phase), 0, 0);
    ASSERT_THAT(pop_all_timers(queue), ElementsAre(0, 1, 2, 3, 4, 5, 6));
    ++permutations;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(permutations, 5040);
}

TYPED_TEST(EveryQueue, KeepsTheOrderOfSchedulingInsideAPhase) {
  auto queue = queue_of<TypeParam>(100);
  std::vector<std::uint32_t> expected(100);
  for (std::uint32_t i = 0; i < 100; ++i) expected[i] = (i * 37) % 100;
  for (const std::uint32_t timer : expected) queue.schedule(timer, noon, Phase::plug_in, 0, 0);
  EXPECT_EQ(pop_all_timers(queue), expected);
}

TYPED_TEST(EveryQueue, KindAndEntityAndTimerDoNotDecideTheOrder) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(2, noon, Phase::signal, 9, 9);
  queue.schedule(1, noon, Phase::signal, 5, 5);
  queue.schedule(0, noon, Phase::signal, 1, 1);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(2, 1, 0));
}

TYPED_TEST(EveryQueue, TakesALowerPhaseOfTheCurrentInstantNext) {
  auto queue = queue_of<TypeParam>(4);
  queue.schedule(0, noon, Phase::decision, 0, 0);
  queue.schedule(1, noon, Phase::record, 0, 0);
  queue.schedule(2, noon + 1, Phase::crossing, 0, 0);
  EXPECT_EQ(queue.pop().timer, 0U);
  queue.schedule(3, noon, Phase::crossing, 0, 0);
  EXPECT_EQ(queue.next_time(), noon);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(3, 1, 2));
}

TYPED_TEST(EveryQueue, SchedulingAgainMovesTheTimerAndRenewsItsTurn) {
  auto queue = queue_of<TypeParam>(3);
  for (std::uint32_t timer = 0; timer < 3; ++timer) queue.schedule(timer, noon, Phase::crossing, 0, 0);
  queue.schedule(0, noon, Phase::crossing, 7, 8);
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(queue.scheduled_count(), 4U);
  EXPECT_EQ(queue.pop().timer, 1U);
  EXPECT_EQ(queue.pop().timer, 2U);
  EXPECT_EQ(queue.pop(), (Event{noon, 0, 8, 7, Phase::crossing}));
  EXPECT_TRUE(queue.empty());
}

TYPED_TEST(EveryQueue, MovesATimerEarlierAndLater) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(0, noon + 10, Phase::crossing, 0, 0);
  queue.schedule(1, noon + 20, Phase::crossing, 0, 0);
  queue.schedule(2, noon + 30, Phase::crossing, 0, 0);
  queue.schedule(2, noon + 5, Phase::crossing, 0, 0);
  EXPECT_EQ(queue.next_time(), noon + 5);
  queue.schedule(0, noon + 40, Phase::crossing, 0, 0);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(2, 1, 0));
}

TYPED_TEST(EveryQueue, CancelledTimersDoNotFire) {
  auto queue = queue_of<TypeParam>(3);
  for (std::uint32_t timer = 0; timer < 3; ++timer) queue.schedule(timer, noon + timer, Phase::crossing, 0, 0);
  queue.cancel(0);
  queue.cancel(0);
  EXPECT_FALSE(queue.pending(0));
  EXPECT_TRUE(queue.pending(1));
  EXPECT_EQ(queue.next_time(), noon + 1);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(1, 2));
  EXPECT_FALSE(queue.pending(1));
  EXPECT_EQ(queue.next_time(), time_never);
}

TYPED_TEST(EveryQueue, CancelledAndScheduledAgainFiresOnceAtTheNewTime) {
  auto queue = queue_of<TypeParam>(2);
  queue.schedule(0, noon + 5, Phase::crossing, 1, 0);
  queue.cancel(0);
  queue.schedule(0, noon + 5, Phase::crossing, 2, 0);
  EXPECT_EQ(queue.pop().kind, 2);
  EXPECT_TRUE(queue.empty());
}

TYPED_TEST(EveryQueue, NeverMeansNotPending) {
  auto queue = queue_of<TypeParam>(1);
  queue.schedule(0, noon, Phase::crossing, 0, 0);
  queue.schedule(0, time_never, Phase::crossing, 0, 0);
  EXPECT_FALSE(queue.pending(0));
  EXPECT_EQ(queue.scheduled_count(), 1U);
}

TYPED_TEST(EveryQueue, HoldsTheEarliestAndTheLatestTime) {
  auto queue = queue_of<TypeParam>(3);
  constexpr TimeNs first = std::numeric_limits<TimeNs>::min();
  queue.schedule(0, time_never - 1, Phase::crossing, 0, 0);
  queue.schedule(1, 0, Phase::crossing, 0, 0);
  queue.schedule(2, first, Phase::crossing, 0, 0);
  EXPECT_EQ(queue.pop().time, first);
  EXPECT_EQ(queue.pop().time, 0);
  EXPECT_EQ(queue.pop().time, time_never - 1);
}

TYPED_TEST(EveryQueue, LookingAtTheNextTimeDoesNotForbidAnEarlierOne) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(0, noon, Phase::crossing, 0, 0);
  queue.schedule(1, noon + hour_ns, Phase::crossing, 0, 0);
  queue.pop();
  EXPECT_EQ(queue.next_time(), noon + hour_ns);
  queue.schedule(2, noon + 1, Phase::crossing, 0, 0);
  EXPECT_EQ(queue.next_time(), noon + 1);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(2, 1));
}

TYPED_TEST(EveryQueue, ACancelledEventDoesNotMoveTheTimeOn) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(0, noon, Phase::crossing, 0, 0);
  queue.schedule(1, noon + 1, Phase::crossing, 0, 0);
  queue.pop();
  queue.cancel(1);
  EXPECT_EQ(queue.next_time(), time_never);
  queue.schedule(2, noon, Phase::crossing, 0, 0);
  EXPECT_EQ(queue.pop().time, noon);
}

TYPED_TEST(EveryQueue, RefusesATimeBeforeTheLastPop) {
  auto queue = queue_of<TypeParam>(2);
  queue.schedule(0, noon, Phase::crossing, 0, 0);
  queue.pop();
  EXPECT_THROW(queue.schedule(1, noon - 1, Phase::crossing, 0, 0), std::invalid_argument);
  EXPECT_TRUE(queue.empty());
  EXPECT_NO_THROW(queue.schedule(1, noon, Phase::crossing, 0, 0));
}

TYPED_TEST(EveryQueue, RefusesTimersThatDoNotExistAndPopsFromNothing) {
  auto queue = queue_of<TypeParam>(2);
  EXPECT_THROW(queue.schedule(2, noon, Phase::crossing, 0, 0), std::out_of_range);
  EXPECT_THROW(queue.cancel(2), std::out_of_range);
  EXPECT_THROW(static_cast<void>(queue.pending(2)), std::out_of_range);
  EXPECT_THROW(queue.pop(), std::logic_error);
}

TYPED_TEST(EveryQueue, ReservingMoreTimersKeepsWhatIsPending) {
  auto queue = queue_of<TypeParam>(1);
  queue.schedule(0, noon, Phase::crossing, 0, 0);
  queue.reserve_timers(1000);
  queue.reserve_timers(10);
  queue.schedule(999, noon - 1, Phase::crossing, 0, 0);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(999, 0));
}

TYPED_TEST(EveryQueue, ClearedIsAsNew) {
  auto queue = queue_of<TypeParam>(3);
  queue.schedule(0, noon, Phase::crossing, 0, 0);
  queue.schedule(1, noon + 1, Phase::crossing, 0, 0);
  queue.schedule(2, noon + day_ns, Phase::crossing, 0, 0);
  queue.pop();
  queue.clear();
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.pending(1));
  EXPECT_EQ(queue.scheduled_count(), 0U);
  queue.schedule(2, noon - day_ns, Phase::crossing, 0, 0);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(2));
}

/// A busy programme that visits every time scale: each pop schedules its timer again, and every third moves or cancels
/// another one. Returns the hash of everything popped.
template <EventQueue Q>
std::uint64_t run_busy(Q& queue, std::uint32_t timers, int pops) {
  RollingHash hash;
  for (std::uint32_t timer = 0; timer < timers; ++timer) queue.schedule(timer, noon, Phase::crossing, 0, timer);
  for (int i = 0; i < pops && !queue.empty(); ++i) {
    EXPECT_LT(queue.next_time(), time_never);
    const Event event = queue.pop();
    hash.mix_in(event.time);
    hash.mix_in(event.timer);
    hash.mix_in(static_cast<std::uint8_t>(event.phase));

    const std::uint64_t bits = draw_u64(1, event.timer, 1, static_cast<std::uint64_t>(i));
    const auto wait = static_cast<TimeNs>((bits & 0xff) << ((bits >> 8) % 36));  // ties now, up to five hours
    const auto other = static_cast<std::uint32_t>((bits >> 16) % timers);
    queue.schedule(event.timer, event.time + wait, static_cast<Phase>((bits >> 48) % phase_count), 0, 0);
    if (bits >> 62 == 0) queue.schedule(other, event.time + 2 * wait, Phase::signal, 0, 0);
    if (bits >> 60 == 5) queue.cancel(other);
    if (bits >> 60 == 6 && !queue.pending(other)) queue.schedule(other, event.time, Phase::plug_in, 0, 0);
  }
  return hash.value();
}

TEST(EventQueues, GiveTheSameOrderHashOverALongRun) {
  auto heap = queue_of<HeapQueue>(500);
  auto radix = queue_of<RadixQueue>(500);
  EXPECT_EQ(run_busy(heap, 500, 200'000), run_busy(radix, 500, 200'000));
  EXPECT_EQ(heap.scheduled_count(), radix.scheduled_count());
  EXPECT_GT(heap.size(), 100U);
}

TYPED_TEST(EveryQueue, AllocatesNothingAfterReserving) {
  auto queue = queue_of<TypeParam>(300);
  const std::uint64_t before = testing::allocation_count();
  run_busy(queue, 300, 100'000);
  EXPECT_EQ(testing::allocation_count() - before, 0U);
}

TYPED_TEST(EveryQueue, ACopyAllocatesNothingLaterAndGoesOnAlike) {
  auto queue = queue_of<TypeParam>(50);
  run_busy(queue, 50, 1'000);
  auto copy = queue;
  const std::uint64_t before = testing::allocation_count();
  while (!queue.empty()) ASSERT_EQ(copy.pop(), queue.pop());
  EXPECT_TRUE(copy.empty());
  for (std::uint32_t timer = 0; timer < 50; ++timer) copy.schedule(timer, time_never - 1, Phase::record, 0, 0);
  EXPECT_EQ(testing::allocation_count() - before, 0U);
}

TYPED_TEST(EveryQueue, MovingOneTimerWithoutEndNeedsNoMoreMemory) {
  auto queue = queue_of<TypeParam>(2);
  queue.schedule(1, noon + day_ns, Phase::crossing, 0, 0);
  const std::uint64_t before = testing::allocation_count();
  for (TimeNs i = 0; i < 100'000; ++i) queue.schedule(0, noon + (i % 1000) * minute_ns, Phase::crossing, 0, 0);
  EXPECT_EQ(testing::allocation_count() - before, 0U);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_THAT(pop_all_timers(queue), ElementsAre(0, 1));
}

TYPED_TEST(EveryQueue, FillsUpWithLiveEventsBesideStaleOnes) {
  // The most entries there can be: as many stale ones as are allowed, left by moves into the far future, and then every
  // timer pending again.
  constexpr std::uint32_t timers = 20'000;
  auto queue = queue_of<TypeParam>(timers);
  const std::uint64_t before = testing::allocation_count();
  for (int round = 0; round < 4; ++round) {
    const TimeNs now = noon + round * second_ns;
    for (std::uint32_t timer = 0; timer < timers; ++timer) queue.schedule(timer, now + day_ns, Phase::crossing, 0, 0);
    for (std::uint32_t timer = 0; timer < timers; ++timer) queue.schedule(timer, now, Phase::crossing, 0, 0);
    for (std::uint32_t timer = 0; timer < timers; ++timer) ASSERT_EQ(queue.pop().timer, timer);
  }
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(testing::allocation_count() - before, 0U);
}

}  // namespace
}  // namespace evtwin::kernel
