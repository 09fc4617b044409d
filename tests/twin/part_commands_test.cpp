// Commands alone: a decision passes forecast, plan and set-points, may be overtaken, and some of it gets lost.
#include <gtest/gtest.h>

#include <cmath>

#include "kernel/random.hpp"
#include "twin/commands.hpp"
#include "twin/one_part.hpp"

namespace evtwin::twin {
namespace {

using testing::at_h;
using testing::Bench;

TimeNs at_min(double minutes) { return at_h(minutes / 60.0); }

World world_with(CommandPath path, std::size_t evses = 3) {
  World world = testing::small_world(evses);
  world.sites[0].commands = path;
  return world;
}

constexpr CommandPath one_two_one{kernel::minute_ns, 2 * kernel::minute_ns, kernel::minute_ns, 0.0};

/// Sends set-points and takes them along; session i + 1 is on EVSE i.
struct Line {
  explicit Line(World world) : bench(std::move(world)), commands(bench.context), wish_kw(bench.site.evses.size(), 0.0) {
    commands.begin();
    for (std::uint64_t i = 0; i < wish_kw.size(); ++i) session.push_back(i + 1);
  }
  void send(std::uint64_t decision, const std::vector<double>& kw, TimeNs t) {
    const auto cells = commands.send_decision(decision, session, t);
    std::copy(kw.begin(), kw.end(), cells.begin());
    commands.move_decisions(t, session, wish_kw);
  }
  /// Takes what is due at the next event. @returns its instant.
  TimeNs step() {
    const kernel::Event event = bench.queue.pop();
    EXPECT_EQ(event.kind, static_cast<std::uint8_t>(EventKind::command));
    arrived = commands.move_decisions(event.time, session, wish_kw);
    return event.time;
  }
  void run() {
    while (!bench.queue.empty()) step();
  }

  Bench bench;
  Commands commands;
  std::vector<std::uint64_t> session;
  std::vector<double> wish_kw;
  bool arrived = false;
};

TEST(PartCommands, PassThreeStagesBeforeTheyAreInForce) {
  Line line(world_with(one_two_one));
  EXPECT_FALSE(line.commands.is_instant());
  line.send(0, {5.0, physics::unknown, 3.0}, at_min(0));
  evtwin_view view{};
  line.commands.show_in_view(view);
  EXPECT_EQ(view.commands_under_way, 1U);
  EXPECT_EQ(line.step(), at_min(1));
  EXPECT_EQ(line.step(), at_min(3));
  EXPECT_FALSE(line.arrived);
  EXPECT_EQ(line.wish_kw, (std::vector{0.0, 0.0, 0.0}));
  EXPECT_EQ(line.step(), at_min(4));
  EXPECT_TRUE(line.arrived);
  EXPECT_EQ(line.wish_kw, (std::vector{5.0, 0.0, 3.0}));  // the second is left as it is
  EXPECT_TRUE(line.bench.queue.empty());
  line.commands.show_in_view(view);
  EXPECT_EQ(view.commands_under_way, 0U);
  EXPECT_EQ(line.bench.seen.events, (std::vector<std::string>{"forecast_ready: decision 1", "plan_ready: decision 1",
                                                              "setpoint_applied: decision 1: 2 changed"}));
}

// Forecasts take 1 min, plans 2, set-points 5: the plan of minute 0 is ready at 3 and would arrive at 8, that of minute
// 1 is ready at 4.
TEST(PartCommands, APlanThatIsReadyDropsOlderOnesUnderWay) {
  Line line(world_with({kernel::minute_ns, 2 * kernel::minute_ns, 5 * kernel::minute_ns, 0.0}));
  line.send(0, {5.0, 5.0, 5.0}, at_min(0));
  line.send(1, {6.0, physics::unknown, 6.0}, at_min(1));
  line.run();
  EXPECT_EQ(line.wish_kw, (std::vector{6.0, 0.0, 6.0}));  // nothing of the older one
  EXPECT_EQ(line.bench.seen.events,
            (std::vector<std::string>{"forecast_ready: decision 1", "forecast_ready: decision 2",
                                      "plan_ready: decision 1", "plan_ready: decision 2",
                                      "plan_dropped: decision 1: decision 2 was ready before it arrived",
                                      "setpoint_applied: decision 2: 2 changed"}));
}

TEST(PartCommands, SetPointsOfASessionThatEndedAreForNobody) {
  Line line(world_with(one_two_one));
  line.send(0, {5.0, 5.0, 5.0}, at_min(0));
  line.session[1] = 9;  // another vehicle by now
  line.session[2] = 0;
  line.run();
  EXPECT_EQ(line.wish_kw, (std::vector{5.0, 0.0, 0.0}));
  EXPECT_EQ(line.bench.seen.events.back(), "setpoint_applied: decision 1: 1 changed, 2 for sessions that had ended");
}

TEST(PartCommands, LossIsAPureFunctionOfSeedDecisionAndMember) {
  constexpr std::size_t members = 100;
  const auto lost_of = [](std::uint64_t seed, std::uint64_t decision, bool another_before) {
    Line line(world_with({0, 0, 0, 0.3}, members));
    line.bench.episode.seed = seed;
    if (another_before) line.send(decision - 1, std::vector<double>(members, 2.0), at_min(0));
    line.send(decision, std::vector<double>(members, 5.0), at_min(1));
    std::vector<std::size_t> lost;
    for (std::size_t i = 0; i < members; ++i) {
      if (line.wish_kw[i] != 5.0) lost.push_back(i);
    }
    evtwin_view view{};
    line.commands.show_in_view(view);
    if (!another_before) {
      EXPECT_EQ(view.commands_lost, lost.size());
    }
    line.commands.mark_decision();
    line.commands.show_in_view(view);
    EXPECT_EQ(view.commands_lost, 0U);
    return lost;
  };
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < members; ++i) {
    if (kernel::draw_unit(7, 0, kernel::purpose_of("twin.command_loss"), 4 * members + i) < 0.3) expected.push_back(i);
  }
  EXPECT_GT(expected.size(), 15U);
  EXPECT_LT(expected.size(), 45U);
  EXPECT_EQ(lost_of(7, 4, false), expected);
  EXPECT_EQ(lost_of(7, 4, true), expected);
  EXPECT_NE(lost_of(8, 4, false), expected);
  EXPECT_NE(lost_of(7, 5, false), expected);
}

TEST(PartCommands, OwnWakeUpsComeAfterTheirArrivalAndNotWithinASecond) {
  EXPECT_EQ(Line(world_with({})).commands.earliest_wake_ns(at_min(0)), at_min(0) + 1);
  EXPECT_EQ(Line(world_with(one_two_one)).commands.earliest_wake_ns(at_min(0)), at_min(4) + 1);
  EXPECT_EQ(Line(world_with({1000, 0, 0, 0.0})).commands.earliest_wake_ns(at_min(0)), at_min(0) + kernel::second_ns);
}

TEST(PartCommands, TheEndDropsWhatIsUnderWay) {
  Line line(world_with(one_two_one));
  line.send(0, {5.0, 5.0, 5.0}, at_min(0));
  line.send(1, {5.0, 5.0, 5.0}, at_min(0.5));
  line.commands.drop_all(at_min(0.75));
  EXPECT_EQ(line.bench.seen.events,
            (std::vector<std::string>{"plan_dropped: decision 1: the run ended before it arrived",
                                      "plan_dropped: decision 2: the run ended before it arrived"}));
  evtwin_view view{};
  line.commands.show_in_view(view);
  EXPECT_EQ(view.commands_under_way, 0U);
}

}  // namespace
}  // namespace evtwin::twin
