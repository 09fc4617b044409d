// A run that pauses: questions, answers, episodes, checkpoints, and parts of the world.
#include "twin/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "kernel/archive.hpp"
#include "support/allocations.hpp"
#include "support/sweep.hpp"
#include "twin/hosts.hpp"
#include "twin/split_runs.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using twin::Pause;
using twin::Run;

/// Two sites alike in all but their names: two EVSEs and a car each, under one clock.
///
///   grid --- site 0 ---+-- EVSE 0   a car from 08:00 to 12:00, 20 kWh
///                      +-- EVSE 1
///   grid --- "other" --+-- EVSE 0   likewise
///                      +-- EVSE 1
twin::World two_sites() {
  twin::World world = small_world(2);
  add_visits(world, {visit(8.0, 12.0, 20.0)});
  world.sites.push_back(world.sites[0]);
  world.sites[1].name = "other";
  return world;
}

/// Gives every connected vehicle the most its EVSE can offer.
void answer_full_power(Run& run, std::uint32_t site) {
  const evtwin_view& view = run.view(site);
  evtwin_decision& decision = run.decision(site);
  for (std::uint32_t i = 0; i < view.n_evses; ++i)
    decision.evse_kw[i] = view.evse_session[i] != 0 ? view.evse_car_max_kw[i] : 0.0;
  run.answer(site);
}

/// Answers every question until the run ends or `until`. @returns the last pause.
Pause next_pause(Run& run, TimeNs until = kernel::time_never) {
  Pause at = run.advance_until(until);
  for (; at.kind == Pause::Kind::decision; at = run.advance_until(until)) {
    for (const std::uint32_t site : at.sites) answer_full_power(run, site);
  }
  return at;
}

void subscribe_to_all(Run& run) {
  for (std::uint32_t s = 0; s < run.site_count(); ++s)
    run.set_interest(s, {"test", EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE, 0, 0});
}

/// Begins all of the world, asking about every tick, arrival and departure.
void begin_whole(Run& run, const twin::World& world) {
  subscribe_to_all(run);
  run.begin(twin::episode_of(world));
}

TEST(Run, AsksAllSitesOfAnInstantInOnePause) {
  const twin::World world = two_sites();
  twin::Run run(world);
  begin_whole(run, world);
  int pauses = 0;
  TimeNs before_ns = world.start_ns - 1;
  for (Pause at = run.advance_until(); at.kind == Pause::Kind::decision; at = run.advance_until()) {
    EXPECT_THAT(std::vector<std::uint32_t>(at.sites.begin(), at.sites.end()), ElementsAre(0U, 1U));
    EXPECT_GT(at.now_ns, before_ns) << "an instant is asked about once";
    before_ns = at.now_ns;
    for (const std::uint32_t site : at.sites) {
      EXPECT_EQ(run.view(site).now_ns, at.now_ns);
      answer_full_power(run, site);
    }
    ++pauses;
  }
  EXPECT_EQ(pauses, 96);  // a day of quarter hours; the car comes and leaves on ticks
  const twin::Result result = run.finish_run();
  EXPECT_DOUBLE_EQ(result.sites[0].ledger.ev_charge_kwh, 20.0);
  EXPECT_DOUBLE_EQ(result.sites[1].ledger.ev_charge_kwh, 20.0);
}

TEST(Run, IsWhatSimulateDoes) {
  const twin::World world = random_world(3);
  const twin::Result whole = twin::simulate(world, full_power());
  twin::Run run(world);
  begin_whole(run, world);
  ASSERT_EQ(next_pause(run).kind, Pause::Kind::end);
  EXPECT_EQ(run.finish_run().event_hash, whole.event_hash);
}

TEST(Run, StopsAtAnyTimeWithoutATrace) {
  const twin::World world = random_world(4);
  const twin::Result whole = twin::simulate(world, full_power());
  twin::Run run(world);
  begin_whole(run, world);
  for (TimeNs until = world.start_ns; until < world.end_ns; until += 7 * minute_ns + 1) {
    const Pause at = next_pause(run, until);
    EXPECT_EQ(at.kind, Pause::Kind::time);
    EXPECT_EQ(at.now_ns, until);
  }
  next_pause(run);
  EXPECT_EQ(run.finish_run().event_hash, whole.event_hash);
}

TEST(Run, SiteThatIsNotAnsweredKeepsEverythingAsItIs) {
  twin::World world = small_world(1);
  add_visits(world, {visit(8.0, 12.0, 20.0)});
  twin::Run run(world);
  begin_whole(run, world);
  for (Pause at = run.advance_until(); at.kind == Pause::Kind::decision; at = run.advance_until()) {
    if (at.now_ns == monday_ns + 8 * hour_ns) answer_full_power(run, 0);  // and never again
  }
  EXPECT_DOUBLE_EQ(run.finish_run().sites[0].ledger.ev_charge_kwh, 20.0);
}

TEST(Run, EpisodeBegunAHundredTimesAllocatesNothingAndIsAFreshRun) {
  twin::World world = small_world(4);
  for (int h = 1; h < 23; h += 3) add_visits(world, {visit(h, h + 2.5, 15.0, (h / 3) % 4)});
  world.sites[0].contract_kw = 12.0;
  world.sites[0].outages.push_back({1, monday_ns + 5 * hour_ns, monday_ns + 9 * hour_ns});
  twin::Run run(world);
  begin_whole(run, world);
  next_pause(run);
  const std::uint64_t hash = run.event_hash();
  ASSERT_EQ(twin::simulate(world, full_power()).events, run.event_count());

  std::uint64_t allocations = 0;
  for (int n = 0; n < 100; ++n) {
    const std::uint64_t before = allocation_count();
    run.begin(twin::episode_of(world));
    allocations += allocation_count() - before;
    next_pause(run);
    ASSERT_EQ(run.event_hash(), hash) << n;
  }
  EXPECT_EQ(allocations, 0U);
}

TEST(Run, EpisodesOfOtherSeedsAndStretchesAreThoseOfAWorldOfTheirOwn) {
  const twin::World world = random_world(5);
  twin::Run run(world);
  subscribe_to_all(run);
  for (const std::uint64_t seed : {11ULL, 12ULL, 11ULL}) {
    twin::World own = world;
    own.seed = seed;
    run.begin({seed, world.start_ns, world.end_ns});
    next_pause(run);
    EXPECT_EQ(run.finish_run().event_hash, twin::simulate(own, full_power()).event_hash) << seed;
  }
  twin::World half = world;
  half.end_ns = world.start_ns + (world.end_ns - world.start_ns) / 2;
  run.begin({world.seed, half.start_ns, half.end_ns});
  next_pause(run);
  EXPECT_EQ(run.finish_run().event_hash, twin::simulate(half, full_power()).event_hash);
}

TEST(Run, EpisodeThatBeginsLaterInALongWorldIsThatOfAWorldOfItsOwn) {
  // A price that never changes is looked at again after a year: from wherever the episode begins.
  twin::World world = small_world(1);
  world.end_ns = world.start_ns + 800 * kernel::day_ns;
  world.tick_ns = kernel::day_ns;
  add_visits(world, {visit(30 * 24.0 + 8.0, 30 * 24.0 + 12.0, 20.0)});
  twin::compile_clocks(world);
  twin::World own = world;
  own.start_ns = world.start_ns + 10 * kernel::day_ns;
  own.end_ns = own.start_ns + 780 * kernel::day_ns;
  own.sites[0].clocks = nullptr;
  twin::Run run(world);
  subscribe_to_all(run);
  run.begin({world.seed, own.start_ns, own.end_ns});
  next_pause(run);
  const twin::Result whole = twin::simulate(own, full_power());
  EXPECT_EQ(run.event_count(), whole.events);
  EXPECT_EQ(run.finish_run().event_hash, whole.event_hash);
}

TEST(Run, GoesOnFromAnyDecisionItIsAskedAbout) {
  const twin::World world = random_world(6);
  const twin::Result whole = twin::simulate(world, full_power());
  twin::Run run(world);
  begin_whole(run, world);
  int asked = 0, saved = 0;
  for (Pause at = run.advance_until(); at.kind == Pause::Kind::decision; at = run.advance_until()) {
    if (++asked % 3 == 0) {
      twin::Run other(world);
      subscribe_to_all(other);
      other.resume_from(run.save_checkpoint(), twin::Successor::same_strategy);
      for (const std::uint32_t site : at.sites) {
        EXPECT_EQ(other.view(site).now_ns, run.view(site).now_ns);
        EXPECT_EQ(other.view(site).why, run.view(site).why);
        EXPECT_EQ(other.view(site).since_last->import_kwh, run.view(site).since_last->import_kwh);
        answer_full_power(other, site);
      }
      next_pause(other);
      EXPECT_EQ(other.finish_run().event_hash, whole.event_hash) << asked;
      ++saved;
    }
    for (const std::uint32_t site : at.sites) answer_full_power(run, site);
  }
  EXPECT_GT(saved, 5);
}

TEST(Run, CheckpointOfAnotherEpisodeIsThatEpisode) {
  // Other seeds draw other arrivals, another stretch has other bounds: the world's own must not come in.
  const twin::World world = random_world(7);
  const twin::Episode episode{world.seed + 1, world.start_ns, world.start_ns + (world.end_ns - world.start_ns) / 2};
  twin::Run straight(world);
  subscribe_to_all(straight);
  straight.begin(episode);
  next_pause(straight);
  twin::Run first(world), second(world);
  subscribe_to_all(first);
  subscribe_to_all(second);
  first.begin(episode);
  next_pause(first, world.start_ns + (episode.to_ns - episode.from_ns) / 3);
  second.resume_from(first.save_checkpoint(), twin::Successor::same_strategy);
  next_pause(second);
  EXPECT_EQ(second.finish_run().event_hash, straight.finish_run().event_hash);
  EXPECT_EQ(second.episode().seed, episode.seed);
}

TEST(Run, FinishedEarlyItHasTheBooksOfWhatHasBeen) {
  // A car takes 7.04 kW from 8:00 on; the run is given up at 10:07:30, within a metering window. By hand:
  //   2.125 h x 7.04 kW = 14.96 kWh for 0.2 a kWh = 2.992; its 20 kWh are not met by 5.04; the peak is 7.04 kW.
  twin::World world = small_world(1);
  world.sites[0].tariff.rates[0].price_per_kwh = 0.2;
  world.sites[0].tariff.demand.price_per_kw.fill(3.0);
  add_visits(world, {visit(8.0, 12.0, 20.0)});
  twin::Run run(world);
  begin_whole(run, world);
  next_pause(run, monday_ns + 10 * hour_ns + 7 * minute_ns + 30 * kernel::second_ns);
  const twin::SiteResult site = run.finish_run().sites[0];
  EXPECT_NEAR(site.ledger.import_kwh, 14.96, 1e-12);
  EXPECT_NEAR(site.ledger.energy_cost, 2.992, 1e-12);
  EXPECT_NEAR(site.open_kwh, 5.04, 1e-12);
  EXPECT_NEAR(site.peak_kw, 7.04, 1e-12);
  const double days = (10.0 + 7.5 / 60.0) / 24.0;  // of the thirty of June
  EXPECT_NEAR(site.ledger.demand_charge, 3.0 * 7.04 * days / 30.0, 1e-12);
  ASSERT_EQ(site.months.size(), 1U);
  EXPECT_NEAR(site.months[0].cost, site.ledger.demand_charge, 1e-12);
}

/// An aggregator that halves the contract of every site in turn, an hour each.
class Aggregator final : public twin::WorldPart {
 public:
  TimeNs begin(const twin::Episode& episode) override {
    turn_ = 0;
    return episode.from_ns + 9 * hour_ns;
  }
  TimeNs act_now(TimeNs now_ns, twin::SiteControls& controls) override {
    if (turn_ > 0) controls.set_contract_kw(turn_ - 1, 8.0);
    if (turn_ < 2) controls.set_contract_kw(turn_, 4.0);
    return turn_++ < 2 ? now_ns + hour_ns : kernel::time_never;
  }
  void save_state(kernel::ArchiveWriter& a) override { a(turn_); }
  void load_state(kernel::ArchiveReader& a) override { a(turn_); }

 private:
  std::uint32_t turn_ = 0;
};

TEST(WorldPart, ActsOnSitesAndComesBackFromACheckpoint) {
  //  site 0, kW   7.04 from 8:00 | 4 from 9:00 | 7.04 from 10:00 ...
  //  site 1, kW   7.04 from 8:00               | 4 from 10:00 | 7.04 from 11:00 ...
  twin::World world = two_sites();
  for (twin::Site& site : world.sites) {
    site.contract_kw = 8.0;
    site.arrivals = {std::make_shared<const demand::ArrivalLaw>(demand::Recorded{{visit(8.0, 12.0, 1000.0)}})};
  }
  Aggregator aggregator;
  twin::Run run(world, {nullptr, nullptr, false, {&aggregator}});
  begin_whole(run, world);
  next_pause(run, monday_ns + 9 * hour_ns + 30 * minute_ns);
  const twin::Checkpoint checkpoint = run.save_checkpoint();

  Aggregator other_aggregator;
  twin::Run other(world, {nullptr, nullptr, false, {&other_aggregator}});
  subscribe_to_all(other);
  other.resume_from(checkpoint, twin::Successor::same_strategy);
  for (twin::Run* one : {&run, &other}) {
    next_pause(*one);
    const twin::Result result = one->finish_run();
    for (const twin::SiteResult& site : result.sites) EXPECT_NEAR(site.ledger.ev_charge_kwh, 3 * 7.04 + 4.0, 1e-9);
  }
  EXPECT_EQ(run.event_hash(), other.event_hash());
}

TEST(Run, EndsAStrategyThatWakesItselfWithoutTimePassing) {
  twin::World world = small_world(1);
  std::uint64_t asked = 0;
  const auto restless = strategy([&](const evtwin_view& view, evtwin_decision& decision) {
    ++asked;
    decision.wake_ns = view.now_ns + 300;  // nanoseconds, where seconds were meant
  });
  try {
    twin::simulate(world, restless);
    FAIL() << "the run ended as if nothing were wrong";
  } catch (const control::StrategyError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the strategy"));
    EXPECT_THAT(error.what(), HasSubstr("300 ns later"));
    EXPECT_THAT(error.what(), HasSubstr("wake_ns counts nanoseconds"));
  }
  EXPECT_LT(asked, 2000U);
}

TEST(Run, StopIsAskedForHoweverLittleTimePasses) {
  // Woken every other millisecond: allowed, and a day of it would take 43 million decisions.
  twin::World world = small_world(1);
  std::uint64_t asked = 0;
  twin::RunOptions options;
  options.stop = [&] { return asked > 500; };
  EXPECT_THROW(twin::simulate(world, strategy([&](const evtwin_view& view, evtwin_decision& decision) {
                                ++asked;
                                decision.wake_ns = view.now_ns + 2'000'000;
                              }),
                              options),
               twin::Interrupted);
  EXPECT_LT(asked, 1000U);
}

TEST(Run, TwentyThousandLiveSideBySide) {
  const int count = sweep(20'000, 2'000);
  twin::World world = small_world(2, 1);
  add_visits(world, {visit(0.0, 2.0, 5.0)});
  std::vector<std::unique_ptr<twin::Run>> runs;
  for (int n = 0; n < count; ++n) {
    runs.push_back(std::make_unique<twin::Run>(world));
    runs.back()->set_interest(0, {"test", EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL, 4, 0});  // with a horizon
    runs.back()->begin(twin::episode_of(world));
  }
  for (auto& run : runs) {
    const Pause at = run->advance_until();
    ASSERT_EQ(at.kind, Pause::Kind::decision);
    answer_full_power(*run, 0);
  }
  for (auto& run : runs) ASSERT_EQ(run->advance_until(monday_ns + minute_ns).kind, Pause::Kind::time);
}

}  // namespace
}  // namespace evtwin::testing
