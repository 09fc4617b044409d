// A reward recounted from a run file, by hand: three metered quarters and three sessions over two local days.
#include "analysis/reward_over_time.hpp"

#include <gmock/gmock.h>

#include "kernel/floor_divide.hpp"
#include "record/reader.hpp"
#include "record/sample_run.hpp"

namespace evtwin::analysis {
namespace {

using record::LearntReward;
using record::test::Folder;

/// Three sessions: got 4 of 8 kWh on the first day, 10 of 5 on the second; one was turned away on the first.
void feed_sessions(twin::Observer& to, const twin::World& world) {
  const auto leave = [&](std::uint64_t number, kernel::TimeNs at, double requested_kwh, double got_kwh) {
    twin::SessionRecord session;
    session.number = number;
    session.evse = 0;
    session.id = "s";
    session.vehicle = "compact";
    session.arrived_ns = session.plugged_in_ns = world.start_ns;
    session.departed_ns = session.claimed_departure_ns = at;
    session.requested_kwh = session.wanted_kwh = requested_kwh;
    session.got_kwh = got_kwh;
    session.wear_calendar = 0.25;
    to.on_session(session);
  };
  leave(1, world.start_ns + kernel::hour_ns, 8.0, 4.0);
  leave(2, world.start_ns + 30 * kernel::hour_ns, 5.0, 10.0);
  twin::SessionRecord refused;
  refused.id = "r";
  refused.vehicle = "compact";
  refused.arrived_ns = refused.departed_ns = world.start_ns + kernel::hour_ns;
  refused.end = twin::SessionEnd::turned_away;
  to.on_session(refused);
}

/// Import of 2 and 3 kWh on the first and second day and 2 more on the second, at 0.25 EUR.
std::optional<RewardOverTime> recount(const std::optional<LearntReward>& reward) {
  const Folder folder;
  twin::World world = record::test::sample_world();
  record::Origin origin;
  origin.reward = reward;
  record::RunWriter writer(folder / "run.evtwin", world, record::test::sample_strategy(), origin);
  const kernel::TimeNs midnight = world.calendar.start_of({2025, 10, 26});
  for (const auto& [at, kwh] :
       {std::pair{midnight - record::test::quarter_ns, 2.0}, {midnight, 3.0}, {midnight + 24 * kernel::hour_ns, 2.0}}) {
    control::Ledger increment;
    increment.import_kwh = kwh;
    increment.energy_cost = 0.25 * kwh;
    increment.storage_discharge_kwh = 4.0;
    writer.on_meter({0, at, at + record::test::quarter_ns, &increment, 0.0});
  }
  feed_sessions(writer, world);
  writer.finish(record::test::sample_result(), record::test::sample_kpis(), 0.0);
  return reward_over_time(record::open_run_file(folder / "run.evtwin"), [&](kernel::TimeNs t) {
    return kernel::floor_divide(t + world.calendar.offset_at(t).offset_ns, kernel::day_ns);
  });
}

constexpr std::int64_t first_day = 20386;  // 2025-10-25

TEST(RewardOverTime, EachTermIsWeightTimesItsSumByLocalDay) {
  const auto reward = recount(LearntReward{"mine",
                                           true,
                                           {{"energy_cost", -1.0},
                                            {"satisfaction", 10.0},
                                            {"disappointment", -1.0},
                                            {"departures", 1.0},
                                            {"turned_away", -3.0},
                                            {"missing_kwh2", -0.5},
                                            {"calendar_wear", -2.0},
                                            {"storage_cycles", -1.0}}});
  ASSERT_TRUE(reward);
  EXPECT_EQ(reward->name, "mine");
  EXPECT_TRUE(reward->not_recorded.empty());
  // By hand: reward of the first and of the second day.
  const double cycle = 4.0 / 40.0;  // of 40 kWh, usable from 0 to 1
  const std::vector<std::pair<double, double>> days{{-0.5, -1.25},
                                                    {10.0 * 0.5, 10.0 * 1.0},
                                                    {-std::exp(-5.0), -std::exp(-10.0)},
                                                    {1.0, 1.0},
                                                    {-3.0, 0.0},
                                                    {-0.5 * 16.0, 0.0},
                                                    {-0.5, -0.5},
                                                    {-cycle, -2.0 * cycle}};
  ASSERT_EQ(reward->parts.size(), days.size());
  double all = 0.0;
  for (std::size_t p = 0; p < days.size(); ++p) {
    const RewardPart& part = reward->parts[p];
    EXPECT_NEAR(part.reward_on(first_day), days[p].first, 1e-12) << part.term;
    EXPECT_NEAR(part.reward_on(first_day + 1), days[p].second, 1e-12) << part.term;
    EXPECT_EQ(part.reward_on(first_day + 2), 0.0);
    EXPECT_NEAR(part.reward(), days[p].first + days[p].second, 1e-12) << part.term;
    all += days[p].first + days[p].second;
  }
  EXPECT_NEAR(reward->reward(), all, 1e-12);
}

TEST(RewardOverTime, WhatTheFileDoesNotTellIsNamedWithItsWeight) {
  const auto terms = recount(LearntReward{"mine", true, {{"lateness_kwh2", -0.05}, {"import_kwh", 1.0}}});
  ASSERT_EQ(terms->not_recorded.size(), 1U);
  EXPECT_EQ(terms->not_recorded[0], (std::pair<std::string, double>{"lateness_kwh2", -0.05}));
  ASSERT_EQ(terms->parts.size(), 1U);
  EXPECT_EQ(terms->reward(), 7.0);

  // A part of a function may be called as a term is, and is none.
  const auto function = recount(LearntReward{"f", false, {{"energy_cost", 0.5}}});
  EXPECT_FALSE(function->of_terms);
  EXPECT_TRUE(function->parts.empty());
  EXPECT_EQ(function->not_recorded.size(), 1U);

  EXPECT_FALSE(recount({}));
}

}  // namespace
}  // namespace evtwin::analysis
