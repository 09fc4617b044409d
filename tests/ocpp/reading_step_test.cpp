// Rounded times of readings, told from those that were taken just then.
#include "ocpp/reading_step.hpp"

#include <gtest/gtest.h>

namespace evtwin::ocpp {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;
using kernel::TimeNs;

/// Two hundred readings, one every 310 s, each told `rounded` to the nearest `step_ns` and logged half a second after
/// it was taken.
TimeNs step_of(TimeNs step_ns, bool rounded, TimeNs latency_ns = second_ns / 2) {
  ReadingTimes times;
  for (int i = 0; i < 200; ++i) {
    const TimeNs every = rounded ? 310 * second_ns : step_ns;
    const TimeNs taken = i * every + (rounded ? 7 * second_ns : 0);
    const TimeNs told = (taken + step_ns / 2) / step_ns * step_ns;
    times.add_reading(told, taken + latency_ns);
  }
  return times.step_ns();
}

TEST(ReadingTimes, RoundedOnesTellTheirStep) {
  for (const TimeNs step : {minute_ns, 5 * minute_ns, 15 * minute_ns, hour_ns}) EXPECT_EQ(step_of(step, true), step);
  // As well where the log's clock is in another zone.
  EXPECT_EQ(step_of(15 * minute_ns, true, 9 * hour_ns), 15 * minute_ns);
}

TEST(ReadingTimes, ReadingsByTheClockAreNotRounded) {
  for (const TimeNs step : {minute_ns, 5 * minute_ns, 15 * minute_ns, hour_ns}) EXPECT_EQ(step_of(step, false), 0);
}

TEST(ReadingTimes, ExactTimesAndFewOnesTellNothing) {
  EXPECT_EQ(step_of(second_ns, true), 0);
  ReadingTimes few;
  for (int i = 0; i < 7; ++i) few.add_reading(i * hour_ns, i * hour_ns + i * 5 * minute_ns);
  EXPECT_EQ(few.step_ns(), 0);
  EXPECT_EQ(ReadingTimes().step_ns(), 0);
}

// A queue is told at any distance, too, but over hours.
TEST(ReadingTimes, QueuedReadingsAreNotRounded) {
  ReadingTimes queue;
  for (int i = 0; i < 60; ++i) queue.add_reading(i * 5 * minute_ns, 300 * minute_ns + i * second_ns);
  EXPECT_EQ(queue.step_ns(), 0);
}

}  // namespace
}  // namespace evtwin::ocpp
