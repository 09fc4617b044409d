#include "viewer/model/time_model.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace evtwin::viewer::model {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using kernel::minute_ns;
using kernel::second_ns;

TimeModel of_a_day() {
  TimeModel time;
  time.set_bounds(0, day_ns);
  return time;
}

TEST(TimeModel, ShowsEverythingAtFirstWithTheCursorAtTheStart) {
  TimeModel time;
  time.set_bounds(hour_ns, day_ns);
  EXPECT_EQ(time.cursor_ns(), hour_ns);
  EXPECT_EQ(time.from_ns(), hour_ns);
  EXPECT_EQ(time.to_ns(), day_ns);
}

TEST(TimeModel, AWindowOnEverythingGrowsWithTheRunAndAnotherStays) {
  TimeModel all = of_a_day();
  all.set_bounds(0, 2 * day_ns);
  EXPECT_EQ(all.to_ns(), 2 * day_ns);

  TimeModel part = of_a_day();
  part.show_window(hour_ns, 2 * hour_ns);
  part.set_bounds(0, 2 * day_ns);
  EXPECT_EQ(part.from_ns(), hour_ns);
  EXPECT_EQ(part.to_ns(), 2 * hour_ns);
}

TEST(TimeModel, ZoomKeepsTheInstantUnderTheMouseInItsPlace) {
  TimeModel time = of_a_day();
  time.zoom_at(2.0, 6 * hour_ns);  // a quarter of the way
  EXPECT_EQ(time.to_ns() - time.from_ns(), 12 * hour_ns);
  EXPECT_EQ(6 * hour_ns - time.from_ns(), 3 * hour_ns);
}

TEST(TimeModel, PlayingMovesSpeedTimesRealTime) {
  TimeModel time = of_a_day();
  time.playing = true;
  time.speed = 60;
  time.advance_playback(0.5, {});
  EXPECT_EQ(time.cursor_ns(), 30 * second_ns);
}

TEST(TimeModel, FractionsOfANanosecondAreNotLost) {
  TimeModel time = of_a_day();
  time.playing = true;
  time.speed = 1;
  for (int frame = 0; frame < 3000; ++frame) time.advance_playback(1.0 / 3000.0, {});
  EXPECT_NEAR(static_cast<double>(time.cursor_ns()), 1e9, 1.0);
}

TEST(TimeModel, PlayingStopsAtTheEndUnlessItLoops) {
  TimeModel time = of_a_day();
  time.playing = true;
  time.speed = 86400;
  time.advance_playback(2.0, {});
  EXPECT_EQ(time.cursor_ns(), day_ns);
  EXPECT_FALSE(time.playing);

  time.playing = time.loop = true;
  time.advance_playback(1.0, {});
  EXPECT_EQ(time.cursor_ns(), 0);
  EXPECT_TRUE(time.playing);
}

TEST(TimeModel, ALoopRunsBetweenTheMarkersWhicheverComesFirst) {
  TimeModel time = of_a_day();
  time.marker_a = 3 * hour_ns;
  time.marker_b = hour_ns;
  time.loop = time.playing = true;
  time.speed = 3600;
  time.seek_time(2 * hour_ns);
  time.advance_playback(1.5, {});
  EXPECT_EQ(time.cursor_ns(), hour_ns);
}

TEST(TimeModel, FollowingKeepsTheCursorAtTheEndUntilSomebodySeeks) {
  TimeModel time = of_a_day();
  time.follow = true;
  time.set_bounds(0, 2 * day_ns);
  time.advance_playback(0.1, {});
  EXPECT_EQ(time.cursor_ns(), 2 * day_ns);
  time.seek_time(hour_ns);
  time.advance_playback(0.1, {});
  EXPECT_EQ(time.cursor_ns(), hour_ns);
}

TEST(TimeModel, SkipIdleJumpsToJustBeforeTheNextEvent) {
  const std::vector<TimeNs> events{hour_ns, 10 * hour_ns, 10 * hour_ns + 20 * minute_ns};
  TimeModel time = of_a_day();
  time.playing = time.skip_idle = true;
  time.speed = 60;
  time.seek_time(2 * hour_ns);
  time.advance_playback(1.0, events);
  EXPECT_TRUE(time.has_jumped());
  EXPECT_EQ(time.cursor_ns(), 10 * hour_ns - 5 * minute_ns);

  // Twenty minutes between two events are no idle stretch.
  time.seek_time(10 * hour_ns + 6 * minute_ns);
  time.advance_playback(1.0, events);
  EXPECT_FALSE(time.has_jumped());
}

TEST(TimeModel, SpeedsGoUpAndDownAndStopAtTheEnds) {
  TimeModel time;
  time.speed = speeds[0];
  time.play_slower();
  EXPECT_EQ(time.speed, speeds[0]);
  for (int i = 0; i < 20; ++i) time.play_faster();
  EXPECT_EQ(time.speed, 86400);
}

RC_GTEST_PROP(TimeModel, CursorAndWindowStayInsideWhateverIsDone, (std::vector<std::pair<int, std::int32_t>> steps)) {
  TimeModel time;
  time.set_bounds(-day_ns, day_ns);
  for (const auto& [kind, amount] : steps) {
    const TimeNs t = TimeNs{amount} * second_ns;
    switch (((kind % 5) + 5) % 5) {
      case 0:
        time.seek_time(t);
        break;
      case 1:
        time.show_window(t, t + hour_ns);
        break;
      case 2:
        time.zoom_at(amount > 0 ? 1.7 : 0.6, t);
        break;
      case 3:
        time.pan_by(t);
        break;
      default:
        time.playing = true;
        time.speed = 86400;
        time.advance_playback(0.1, {});
    }
    RC_ASSERT(time.cursor_ns() >= time.start_ns() && time.cursor_ns() <= time.end_ns());
    RC_ASSERT(time.from_ns() >= time.start_ns() && time.to_ns() <= time.end_ns());
    RC_ASSERT(time.to_ns() - time.from_ns() >= TimeModel::min_window_ns);
  }
}

}  // namespace
}  // namespace evtwin::viewer::model
