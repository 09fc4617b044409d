// What a world does follows from its own number, seed and actions: threads, splits and the order of calls change no
// byte, and no step asks for memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "fleet/rig.hpp"
#include "support/allocations.hpp"

namespace evtwin::testing {
namespace {

constexpr std::uint32_t worlds = 12;
constexpr std::uint64_t steps = 250;  // several days: episodes and runs end

void make(Rig& rig, std::uint32_t threads, std::uint32_t n_worlds = worlds, std::uint64_t first_world = 0) {
  rig.spec.n_worlds = n_worlds;
  rig.spec.first_world = first_world;
  rig.spec.threads = threads;
  rig.spec.seed = 5;
  rig.spec.episode_days = 1;
  rig.spec.carry_over = 1;
  rig.spec.draw_start = 1;
  rig.spec.horizon_steps = 4;
  rig.begin();
}

/// All that `steps` steps write, each taken by `advance`.
template <class Advance>
std::string written_by(Rig& rig, Advance advance) {
  std::string all = rig.written();
  for (std::uint64_t s = 0; s < steps; ++s) {
    rig.act_at_random(s);
    advance(s);
    all += rig.written();
  }
  return all;
}

std::string on_one_thread() {
  Rig rig;
  make(rig, 1);
  std::string all = written_by(rig, [&](std::uint64_t) { rig.step(); });
  return all;
}

TEST(FleetBytes, DoNotDependOnThreads) {
  const std::string one = on_one_thread();
  for (const std::uint32_t threads : {2U, 5U}) {
    Rig rig;
    make(rig, threads);
    EXPECT_EQ(written_by(rig, [&](std::uint64_t) { rig.step(); }), one) << threads << " threads";
  }
}

TEST(FleetBytes, DoNotDependOnRangesOrOrder) {
  const std::string one = on_one_thread();
  Rig pieces;
  make(pieces, 1);
  EXPECT_EQ(written_by(pieces,
                       [&](std::uint64_t s) {
                         const auto cut = static_cast<std::uint32_t>(s % (worlds + 1));
                         ASSERT_EQ(evtwin_fleet_step_range(pieces.fleet, cut, worlds - cut), EVTWIN_OK);
                         ASSERT_EQ(evtwin_fleet_step_range(pieces.fleet, 0, cut), EVTWIN_OK);
                       }),
            one);
}

TEST(FleetBytes, DoNotDependOnSendAndRecv) {
  const std::string one = on_one_thread();
  for (const std::uint32_t threads : {1U, 3U}) {
    Rig rig;
    make(rig, threads);
    EXPECT_EQ(written_by(rig,
                         [&](std::uint64_t s) {
                           std::vector<std::uint32_t> order(worlds), back(worlds);
                           std::iota(order.begin(), order.end(), 0U);
                           std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(s % worlds),
                                       order.end());
                           ASSERT_EQ(evtwin_fleet_send(rig.fleet, order.data(), 5), EVTWIN_OK);
                           ASSERT_EQ(evtwin_fleet_send(rig.fleet, order.data() + 5, worlds - 5), EVTWIN_OK);
                           std::uint32_t n = 0, arrived = 0;
                           while (arrived < worlds) {
                             ASSERT_EQ(evtwin_fleet_recv(rig.fleet, std::min(4U, worlds - arrived), worlds - arrived,
                                                         back.data() + arrived, &n),
                                       EVTWIN_OK);
                             arrived += n;
                           }
                           EXPECT_EQ(back, order) << "in the order of sending";
                         }),
              one);
  }
}

/// One fleet of twelve, and one of five with one of seven behind it: each world the same.
TEST(FleetBytes, OfAWorldDoNotDependOnHowFleetsAreSplit) {
  Rig whole, front, back;
  make(whole, 2);
  make(front, 1, 5);
  make(back, 2, 7, 5);
  for (std::uint64_t s = 0; s < steps; ++s) {
    for (Rig* rig : {&whole, &front, &back}) {
      rig->act_at_random(s);
      rig->step();
    }
    const auto joined = [&](auto Rig::*rows) {
      auto both = front.*rows;
      both.insert(both.end(), (back.*rows).begin(), (back.*rows).end());
      return both;
    };
    ASSERT_EQ(joined(&Rig::observations), whole.observations) << "step " << s;
    ASSERT_EQ(joined(&Rig::rewards), whole.rewards);
    ASSERT_EQ(joined(&Rig::truncated), whole.truncated);
    ASSERT_EQ(joined(&Rig::terms), whole.terms);
  }
  EXPECT_EQ(whole.episodes[7].event_hash, back.episodes[2].event_hash);
  EXPECT_NE(whole.episodes[7].event_hash, whole.episodes[6].event_hash);
}

/// No horizon of a model, whose forecaster may take what it likes; sites as learners have them.
class FleetMemory : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(FleetMemory, AStepAsksForNone) {
  std::string text = over_nights;
  text.replace(text.find("days = 4"), 8, "days = 40, forecast = \"yesterday\"");
  Rig rig(text);
  rig.spec.n_worlds = 6;
  rig.spec.threads = 2;
  rig.spec.episode_days = 1;
  rig.spec.carry_over = 1;
  rig.spec.horizon_steps = 24;
  rig.spec.act = GetParam();
  rig.begin();
  // Days enough that vectors have the length that this site ever needs.
  std::uint64_t s = 0;
  for (; s < 96 * 20; ++s) {
    rig.act_at_random(s);
    rig.step();
  }
  std::vector<std::uint32_t> order{3, 1, 2, 0, 5, 4}, back(6);
  std::uint32_t n = 0, ended = 0;
  const std::uint64_t before = allocation_count();
  for (; s < 96 * 22 + 7; ++s) {
    rig.act_at_random(s);
    if (s % 3 == 0) {
      evtwin_fleet_send(rig.fleet, order.data(), 6);
      evtwin_fleet_recv(rig.fleet, 6, 6, back.data(), &n);
    } else {
      evtwin_fleet_step(rig.fleet);
    }
    ended += rig.truncated[0];
  }
  EXPECT_EQ(allocation_count() - before, 0U);
  EXPECT_EQ(n, 6U);
  EXPECT_EQ(ended, 2U) << "ends of episodes are among them";
}

INSTANTIATE_TEST_SUITE_P(Layouts, FleetMemory, ::testing::Values(EVTWIN_ACT_EVSE, EVTWIN_ACT_SITE));

}  // namespace
}  // namespace evtwin::testing
