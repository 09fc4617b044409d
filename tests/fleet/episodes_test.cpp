// Runs and episodes: how one ends, what the next begins with, and who is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "fleet/rig.hpp"
#include "kernel/time.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

constexpr int ticks_a_day = 96;

/// A fleet of one world with days as episodes.
void make_days(Rig& rig, std::uint32_t autoreset, bool carry_over) {
  rig.spec.autoreset = autoreset;
  rig.spec.episode_days = 1;
  rig.spec.carry_over = carry_over ? 1 : 0;
  rig.begin();
}

void step_full_power(Rig& rig, int steps) {
  std::fill(rig.actions.begin(), rig.actions.end(), 1.0F);
  for (int s = 0; s < steps; ++s) rig.step();
}

// Gymnasium 1.x, AutoresetMode: what the 96th step of a day and the one after it give.
TEST(FleetAutoreset, NextStepShowsTheLastObservationAndThenIgnoresAnAction) {
  Rig rig;
  make_days(rig, EVTWIN_AUTORESET_NEXT_STEP, false);
  const std::int64_t start_ns = rig.now_ns[0];
  step_full_power(rig, ticks_a_day - 1);
  EXPECT_EQ(rig.truncated[0], 0);
  const std::vector<float> before = rig.observations;
  rig.step();
  EXPECT_EQ(rig.truncated[0], 1);
  EXPECT_EQ(rig.terminated[0], 0);
  EXPECT_EQ(rig.now_ns[0], start_ns + kernel::day_ns);
  EXPECT_NE(rig.observations, before);
  EXPECT_EQ(rig.observations, rig.final_observations);
  EXPECT_LT(rig.rewards[0], 0.0F);
  ASSERT_NE(evtwin_fleet_view(rig.fleet, 0), nullptr)
      << "the last view is what a truncated episode is bootstrapped from";
  EXPECT_EQ(evtwin_fleet_view(rig.fleet, 0)->now_ns, start_ns + kernel::day_ns);
  EXPECT_EQ(evtwin_fleet_decision(rig.fleet, 0), nullptr);
  rig.step();
  EXPECT_EQ(rig.truncated[0], 0);
  EXPECT_EQ(rig.rewards[0], 0.0F);
  EXPECT_EQ(rig.hours[0], 0.0F);
  EXPECT_EQ(rig.now_ns[0], start_ns) << "the same day of another seed";
  EXPECT_EQ(rig.seen("site.connected"), 0.0) << "a run begins empty";
}

TEST(FleetAutoreset, SameStepShowsTheFirstObservationAndLosesNoAction) {
  Rig next, same;
  make_days(next, EVTWIN_AUTORESET_NEXT_STEP, false);
  make_days(same, EVTWIN_AUTORESET_SAME_STEP, false);
  ASSERT_EQ(same.observations, next.observations);
  step_full_power(next, ticks_a_day);
  step_full_power(same, ticks_a_day);
  EXPECT_EQ(same.truncated[0], 1);
  EXPECT_EQ(same.rewards, next.rewards);
  EXPECT_EQ(same.terms, next.terms);
  EXPECT_EQ(same.final_observations, next.observations);
  EXPECT_NE(same.observations, next.observations);
  next.step();  // begins the next episode
  EXPECT_EQ(same.observations, next.observations);
  EXPECT_EQ(same.masks, next.masks);
  step_full_power(next, 10);
  step_full_power(same, 10);
  EXPECT_EQ(same.observations, next.observations);
  EXPECT_EQ(same.rewards, next.rewards);
}

TEST(FleetAutoreset, DisabledWaitsForItsReset) {
  Rig rig;
  rig.spec.n_worlds = 2;
  make_days(rig, EVTWIN_AUTORESET_DISABLED, false);
  step_full_power(rig, ticks_a_day);
  EXPECT_EQ(rig.truncated[0], 1);
  EXPECT_EQ(rig.observations, rig.final_observations);
  const std::string stands = rig.written();
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_FLEET_ENDED);
  EXPECT_STREQ(evtwin_fleet_error(), "the episode of world 0 is over; autoreset is off, so reset it first");
  EXPECT_EQ(rig.written(), stands) << "a refused call changes nothing";
  const std::vector<std::uint8_t> second{0, 1};
  ASSERT_EQ(evtwin_fleet_reset(rig.fleet, second.data(), nullptr), EVTWIN_OK);
  EXPECT_EQ(rig.truncated, (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(evtwin_fleet_step_range(rig.fleet, 1, 1), EVTWIN_OK);
  EXPECT_EQ(evtwin_fleet_step_range(rig.fleet, 0, 1), EVTWIN_FLEET_ENDED);
}

/// The day's end of one that carries over: what was there is there.
TEST(FleetCarryOver, CarsAndStorageAreWhereTheLastEpisodeLeftThem) {
  Rig rig;
  make_days(rig, EVTWIN_AUTORESET_SAME_STEP, true);
  std::fill(rig.actions.begin(), rig.actions.end(), 0.3F);
  bool anybody = false;
  for (int day = 0; day < 3; ++day) {
    for (int s = 0; s < ticks_a_day; ++s) rig.step();
    ASSERT_EQ(rig.truncated[0], 1);
    EXPECT_EQ(rig.observations, rig.final_observations) << "one instant, seen from both sides";
    EXPECT_EQ(rig.episodes[0].number, static_cast<std::uint64_t>(day));
    anybody = anybody || rig.seen("site.connected") > 0.0;
  }
  EXPECT_TRUE(anybody) << "the case has cars over night";
  EXPECT_NE(rig.seen("storage.soc"), 0.5);
  // The fourth day ends the scenario: another run, of which nobody knows these.
  for (int s = 0; s < ticks_a_day; ++s) rig.step();
  ASSERT_EQ(rig.truncated[0], 1);
  EXPECT_GT(rig.seen_in(rig.final_observations, "site.connected"), 0.0);
  EXPECT_EQ(rig.seen("site.connected"), 0.0);
  EXPECT_NEAR(rig.seen("storage.soc"), 0.5, 1e-6);
}

TEST(FleetCarryOver, AResetGoesOnWhereAnEpisodeEndedAndBeginsAnewInItsMiddle) {
  Rig rig;
  make_days(rig, EVTWIN_AUTORESET_DISABLED, true);
  const std::int64_t start_ns = rig.now_ns[0];
  step_full_power(rig, ticks_a_day);
  ASSERT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, nullptr), EVTWIN_OK);
  EXPECT_EQ(rig.now_ns[0], start_ns + kernel::day_ns);
  step_full_power(rig, 5);
  ASSERT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, nullptr), EVTWIN_OK);
  EXPECT_EQ(rig.now_ns[0], start_ns);
  step_full_power(rig, ticks_a_day);
  const evtwin_fleet_start start{5, start_ns + 2 * kernel::day_ns};
  ASSERT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, &start), EVTWIN_OK);
  EXPECT_EQ(rig.now_ns[0], start.from_ns) << "a start that is given begins a run";
}

/// An observation says how much time is left only where the end is an end.
TEST(FleetEnd, IsSeenOnlyWhereItTerminates) {
  Rig truncates, terminates;
  truncates.begin();
  terminates.spec.end = EVTWIN_END_TERMINATES;
  terminates.begin();
  EXPECT_EQ(truncates.seen("site.until_end_h"), 0.0);
  EXPECT_NEAR(terminates.seen("site.until_end_h"), 96.0, 1e-5);
}

/// What is bootstrapped: the last observation of a day that is a run of its own is what a decision at that midnight
/// sees in a run that goes on, new price and arrivals of the instant included. Only the share of the month's demand
/// charge that a run pays is another.
TEST(FleetEnd, ThatTruncatesIsSeenAsIfTheRunWentOn) {
  Rig alone, goes_on;
  for (Rig* rig : {&alone, &goes_on}) {
    rig->spec.horizon_steps = 8;
    make_days(*rig, EVTWIN_AUTORESET_DISABLED, rig == &goes_on);
    const evtwin_fleet_start start{21, rig->now_ns[0]};
    ASSERT_EQ(evtwin_fleet_reset(rig->fleet, nullptr, &start), EVTWIN_OK);
    for (std::uint64_t s = 0; s < ticks_a_day; ++s) {
      rig->act_at_random(s);
      rig->step();
    }
    ASSERT_EQ(rig->truncated[0], 1);
    const evtwin_fleet_column share = rig->column("site.demand_price_per_kw");
    rig->observations[share.offset] = 0.0F;
  }
  EXPECT_GT(alone.seen("site.connected"), 0.0);
  EXPECT_EQ(alone.observations, goes_on.observations);
}

/// A scenario that ends between two ticks: its books are closed there, and it is truncated or terminated all the same.
TEST(FleetEnd, BetweenTwoTicksIsAnEnd) {
  std::string text = over_nights;
  text.replace(text.find("start = \"2026-05-30\", days = 4"), 30, "start = \"2026-05-30T08:07\", hours = 30");
  for (const std::uint32_t end : {EVTWIN_END_TRUNCATES, EVTWIN_END_TERMINATES}) {
    Rig rig(text);
    rig.spec.end = end;
    rig.spec.autoreset = EVTWIN_AUTORESET_DISABLED;
    rig.begin();
    double hours = 0.0;
    for (int s = 0; s < 121; ++s) {  // 08:07, 08:15 ... 14:00 of the next day
      ASSERT_EQ(rig.truncated[0] + rig.terminated[0], 0) << s;
      std::fill(rig.actions.begin(), rig.actions.end(), 0.4F);
      rig.step();
      hours += static_cast<double>(rig.hours[0]);
    }
    EXPECT_EQ(rig.terminated[0], end == EVTWIN_END_TERMINATES ? 1 : 0);
    EXPECT_EQ(rig.truncated[0], end == EVTWIN_END_TRUNCATES ? 1 : 0);
    EXPECT_NEAR(hours, 30.0, 1e-4);
    EXPECT_EQ(rig.episodes[0].to_ns - rig.episodes[0].from_ns, 30 * kernel::hour_ns);
    EXPECT_EQ(rig.episodes[0].open_cost > 0.0, end == EVTWIN_END_TERMINATES);
    EXPECT_NEAR(rig.episodes[0].reward, -rig.episodes[0].objective, 1e-6);
  }
}

TEST(FleetStarts, ADrawnStartIsAMidnightBehindWhichAnEpisodeFits) {
  Rig rig;
  rig.spec.n_worlds = 64;
  rig.spec.episode_days = 2;
  rig.spec.draw_start = 1;
  rig.begin();
  std::map<std::int64_t, int> starts;
  for (const std::int64_t t : rig.now_ns) ++starts[t];
  const std::int64_t first = load_text(over_nights).world.start_ns;
  ASSERT_EQ(starts.size(), 3U) << "of four days the first three begin two";
  for (const auto& [t, n] : starts) {
    EXPECT_EQ((t - first) % kernel::day_ns, 0);
    EXPECT_GT(n, 8) << "64 worlds on 3 days";
  }
  std::fill(rig.actions.begin(), rig.actions.end(), 0.5F);
  for (int s = 0; s < 2 * ticks_a_day; ++s) rig.step();
  std::set<std::uint64_t> seeds;
  for (std::uint32_t a = 0; a < 64; ++a) {
    EXPECT_EQ(rig.truncated[a], 1);
    EXPECT_EQ(rig.episodes[a].to_ns - rig.episodes[a].from_ns, 2 * kernel::day_ns);
    seeds.insert(rig.episodes[a].seed);
  }
  EXPECT_EQ(seeds.size(), 64U) << "each world has days of its own";
}

TEST(FleetStarts, AStartThatIsGivenIsLivedAgain) {
  Rig rig;
  rig.spec.episode_days = 1;
  rig.begin();
  const evtwin_fleet_start start{77, rig.now_ns[0] + kernel::day_ns + 6 * kernel::hour_ns};
  std::vector<evtwin_fleet_episode> lived;
  for (int again = 0; again < 2; ++again) {
    ASSERT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, &start), EVTWIN_OK);
    step_full_power(rig, ticks_a_day * 3 / 4);
    ASSERT_EQ(rig.truncated[0], 1) << "a day is over at midnight, whenever it began";
    lived.push_back(rig.episodes[0]);
    step_full_power(rig, 7);
  }
  EXPECT_EQ(lived[0].event_hash, lived[1].event_hash);
  EXPECT_EQ(lived[0].reward, lived[1].reward);
  EXPECT_EQ(lived[0].seed, 77U);
  const evtwin_fleet_start outside{77, rig.now_ns[0] - 100 * kernel::day_ns};
  EXPECT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, &outside), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("starts[0].from_ns is"));
}

TEST(FleetSeeds, AWorldThatIsSeededIsThatOfAFleetOfItsOwn) {
  const auto live = [](Rig& rig, std::size_t agent) {
    std::vector<std::uint64_t> hashes;
    for (int days = 0; days < 2; ++days) {
      step_full_power(rig, ticks_a_day);
      hashes.push_back(rig.episodes[agent].event_hash);
    }
    return hashes;
  };
  Rig alone;
  alone.spec.seed = 99;
  make_days(alone, EVTWIN_AUTORESET_SAME_STEP, false);
  const std::vector<std::uint64_t> right = live(alone, 0);

  // In a larger fleet, in the middle of an episode, at another place; and once more.
  Rig rig;
  rig.spec.n_worlds = 3;
  rig.spec.seed = 5;
  rig.spec.draw_start = 0;
  make_days(rig, EVTWIN_AUTORESET_SAME_STEP, false);
  step_full_power(rig, 7);
  const std::vector<std::uint8_t> mask{0, 0, 1};
  const std::vector<std::uint64_t> seeds{1, 2, 99};
  for (int again = 0; again < 2; ++again) {
    ASSERT_EQ(evtwin_fleet_seed(rig.fleet, mask.data(), seeds.data()), EVTWIN_OK) << evtwin_fleet_error();
    ASSERT_EQ(evtwin_fleet_reset(rig.fleet, nullptr, nullptr), EVTWIN_OK) << evtwin_fleet_error();
    EXPECT_EQ(live(rig, 2), right);
    EXPECT_EQ(rig.episodes[2].number, 1U) << "counted from 0 again";
  }
  EXPECT_NE(right[0], right[1]);
  EXPECT_NE(rig.episodes[0].event_hash, rig.episodes[2].event_hash);
}

/// What agents see and do of views elsewhere is what they see and do in the fleet.
TEST(FleetPolicies, ReadAndAnswerAnyViewAsTheFleetDoes) {
  Rig watched, other;
  for (Rig* rig : {&watched, &other}) {
    rig->spec.autoreset = EVTWIN_AUTORESET_NEXT_STEP;
    rig->spec.seed = 4;
  }
  watched.begin();
  other.begin(true);  // decides through views
  std::vector<float> row(watched.shape.observation_size), cells(watched.shape.action_size);
  for (int k = 0; k < 200; ++k) {
    ASSERT_EQ(evtwin_fleet_observe(watched.fleet, evtwin_fleet_view(other.fleet, 0), row.data()), EVTWIN_OK)
        << evtwin_fleet_error();
    ASSERT_EQ(row, watched.observations);
    for (std::size_t c = 0; c < cells.size(); ++c) cells[c] = static_cast<float>((k + static_cast<int>(c)) % 5) / 4.0F;
    watched.actions = cells;
    ASSERT_EQ(evtwin_fleet_act(watched.fleet, evtwin_fleet_view(other.fleet, 0), cells.data(),
                               evtwin_fleet_decision(other.fleet, 0)),
              EVTWIN_OK);
    watched.step();
    other.step();
    ASSERT_EQ(watched.rewards, other.rewards) << k;
  }
  Rig ahead;
  ahead.spec.horizon_steps = 4;
  ahead.begin();
  EXPECT_EQ(evtwin_fleet_observe(ahead.fleet, evtwin_fleet_view(other.fleet, 0), row.data()), EVTWIN_BAD_PARAMETER);
  EXPECT_THAT(evtwin_fleet_error(),
              HasSubstr("the view has 0 steps of 0 levels ahead; agents of this fleet see 4 of 0"));
}

/// Several scenarios and sites: rows have room for the largest, and what is not there is 0.
TEST(FleetSites, WorldsLiveInTheScenariosInTurn) {
  Rig rig;
  const evtwin_fleet_setting tight{"contract_kw", "20"};
  std::vector<evtwin_fleet_scenario> scenarios(3, rig.scenario);
  scenarios[1].settings = &tight;
  scenarios[1].n_settings = 1;
  scenarios[2].days = 1;
  rig.spec.scenarios = scenarios.data();
  rig.spec.n_scenarios = 3;
  rig.spec.n_worlds = 5;
  rig.spec.first_world = 1;
  rig.spec.pad_evses = 9;
  rig.spec.pad_storages = 2;
  rig.begin();
  EXPECT_EQ(rig.shape.n_evses, 9U);
  EXPECT_EQ(rig.shape.action_size, 11U);
  const std::vector<double> contracts{20.0, 30.0, 30.0, 20.0, 30.0};  // worlds 1 to 5
  for (std::uint32_t a = 0; a < 5; ++a) EXPECT_NEAR(rig.seen("site.contract_kw", 0, a), contracts[a], 1e-5);
  EXPECT_EQ(rig.seen("storage.soc", 1), 0.0);
  step_full_power(rig, ticks_a_day);
  EXPECT_EQ(rig.truncated, (std::vector<std::uint8_t>{0, 1, 0, 0, 1}));
}

/// A function of the scenario that fails stops its world, and no other.
TEST(FleetFailures, OfAWorldLeaveTheOthersAlone) {
  std::string broken = over_nights;
  broken.replace(broken.rfind("}\n"), 2, R"(
  at("2026-05-30T12:00", function() error("the meter is broken") end),
}
)");
  Rig rig;
  std::vector<evtwin_fleet_scenario> scenarios(2, rig.scenario);
  scenarios[0].text = broken.c_str();
  rig.spec.scenarios = scenarios.data();
  rig.spec.n_scenarios = 2;
  rig.spec.n_worlds = 2;
  rig.begin();
  for (int s = 0; s < 47; ++s) rig.step();
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_FLEET_WORLD_FAILED);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("world 0: "));
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("the meter is broken"));
  EXPECT_EQ(rig.failed, (std::vector<std::uint8_t>{1, 0}));
  const std::int64_t other_ns = rig.now_ns[1];
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_FLEET_WORLD_FAILED);
  EXPECT_GT(rig.now_ns[1], other_ns) << "the other one went on";
  EXPECT_EQ(rig.rewards[0], 0.0F);
  const std::uint8_t first[2] = {1, 0};
  ASSERT_EQ(evtwin_fleet_reset(rig.fleet, first, nullptr), EVTWIN_OK) << evtwin_fleet_error();
  EXPECT_EQ(rig.failed, (std::vector<std::uint8_t>{0, 0}));
  rig.step();
}

TEST(FleetFailures, OfADecisionThatIsInfinite) {
  Rig rig;
  rig.begin(true);
  evtwin_fleet_decision(rig.fleet, 0)->storage_kw[0] = 1.0 / 0.0;
  EXPECT_EQ(evtwin_fleet_step(rig.fleet), EVTWIN_FLEET_WORLD_FAILED);
  EXPECT_THAT(evtwin_fleet_error(), HasSubstr("world 0: the agent"));
  EXPECT_EQ(rig.failed[0], 1);
}

}  // namespace
}  // namespace evtwin::testing
