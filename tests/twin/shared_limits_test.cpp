// Limits over several sites: who gets what, that the sum holds at every instant, and that the order of sites is
// nothing.
#include "twin/shared_limits.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "twin/split_runs.hpp"
#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

using twin::ShareAsked;
using twin::ShareRule;

std::vector<double> shares_of(ShareRule rule, double kw, std::vector<ShareAsked> asked) {
  std::vector<double> shares(asked.size());
  twin::share_out(rule, kw, asked, shares);
  return shares;
}

TEST(ShareOut, GivesEveryoneTheSamePartOfWhatIsAskedBeyondTheBaseLoad) {
  // 30 kW less 4 and 2 of base load are 24 for 20 and 20: s = 0.6.
  EXPECT_EQ(shares_of(ShareRule::proportional, 30.0, {{4.0, 24.0, 0.0}, {2.0, 22.0, 9.0}}),
            (std::vector<double>{16.0, 14.0}));
}

TEST(ShareOut, ServesTheHigherPriceFirstAndEqualPricesProportionally) {
  // 7 to the dearest, 5 left for 6 and 4: s = 0.5.
  EXPECT_EQ(shares_of(ShareRule::price, 12.0, {{0.0, 6.0, 0.1}, {0.0, 7.0, 0.5}, {0.0, 4.0, 0.1}}),
            (std::vector<double>{3.0, 7.0, 2.0}));
  // Nothing is left for the cheaper but its base load.
  EXPECT_EQ(shares_of(ShareRule::price, 8.0, {{1.0, 6.0, 0.1}, {0.0, 9.0, 0.5}}), (std::vector<double>{1.0, 7.0}));
}

TEST(ShareOut, GivesWhatIsAskedForToTheLastBitWhereItFits) {
  EXPECT_EQ(shares_of(ShareRule::proportional, 1.0, {{0.1, 0.1 + 0.2, 0.0}, {0.0, 0.7, 0.0}}),
            (std::vector<double>{0.1 + 0.2, 0.7}));
}

TEST(ShareOut, LeavesBaseLoadsWhereTheyAloneAreTooMuch) {
  EXPECT_EQ(shares_of(ShareRule::price, 5.0, {{4.0, 9.0, 1.0}, {3.0, 9.0, 0.0}}), (std::vector<double>{4.0, 3.0}));
}

/// Two sites with a car each from 08:00 to 12:00, at an EVSE of 7.04 kW that offers 1.32 kW or more.
///
///   aggregator (kw) --+-- "north" --- EVSE   20 kWh wanted
///                     +-- "south" --- EVSE   20 kWh wanted
twin::World two_sharing(market::Signal kw, ShareRule rule = ShareRule::proportional) {
  twin::World world = small_world(1);
  add_visits(world, {visit(8.0, 12.0, 20.0)});
  world.sites.push_back(world.sites[0]);
  world.sites[0].name = "north";
  world.sites[1].name = "south";
  world.shared_limits.push_back({"aggregator", {0, 1}, std::move(kw), rule});
  return world;
}

struct SharesSeen : KeepingObserver {
  std::vector<twin::ShareRecord> shares;
  std::vector<twin::SharedLimitRecord> limits;
  void on_share(const twin::ShareRecord& share) override { shares.push_back(share); }
  void on_shared_limit(const twin::SharedLimitRecord& limit) override { limits.push_back(limit); }
};

struct SharedOutcome {
  twin::Result result;
  SharesSeen seen;
  double charged_kwh(std::size_t site) const { return result.sites[site].ledger.ev_charge_kwh; }
};

SharedOutcome run_shared(const twin::World& world, const control::StrategyFactory& how = full_power()) {
  SharedOutcome outcome;
  twin::RunOptions options;
  options.observer = &outcome.seen;
  outcome.result = twin::simulate(world, how, options);
  return outcome;
}

TEST(SharedLimits, HalveAmongTwoThatAskForTheSame) {
  const SharedOutcome outcome = run_shared(two_sharing(8.0));
  EXPECT_DOUBLE_EQ(outcome.charged_kwh(0), 16.0);  // 4 h at 4 kW
  EXPECT_DOUBLE_EQ(outcome.charged_kwh(1), 16.0);
  const twin::SharedLimitResult& limit = outcome.result.shared_limits.at(0);
  EXPECT_NEAR(limit.highest_kw, 8.0, 1e-9);
  EXPECT_EQ(limit.excess_kwh, 0.0);
  EXPECT_NEAR(limit.sites.at(0).asked_kwh, 4 * 7.04, 1e-9);
  EXPECT_NEAR(limit.sites.at(0).share_kwh, 16.0, 1e-9);
  EXPECT_DOUBLE_EQ(limit.sites.at(0).short_h, 4.0);
  // Each is told of its share at 08:00 and of its end at 12:00.
  ASSERT_EQ(outcome.seen.shares.size(), 4U);
  EXPECT_EQ(outcome.seen.shares[0].limit, 0);
  EXPECT_DOUBLE_EQ(outcome.seen.shares[0].asked_kw, 7.04);
  EXPECT_NEAR(outcome.seen.shares[0].share_kw, 4.0, 1e-9);
  EXPECT_EQ(outcome.seen.shares[2].limit, -1);
  EXPECT_EQ(outcome.seen.shares[2].start_ns, monday_ns + 12 * hour_ns);
  for (const std::string& name : outcome.seen.limit_names) EXPECT_EQ(name, "aggregator");
  EXPECT_EQ(outcome.seen.limit_names.size(), 2U);
}

TEST(SharedLimits, GoByPriceWhereTheySaySo) {
  twin::World world = two_sharing(10.0, ShareRule::price);
  world.sites[1].share_price_per_kwh = 0.5;
  const SharedOutcome outcome = run_shared(world);
  // South has 7.04 kW until its 20 kWh are there, after 2.84 h; north 2.96 kW meanwhile, and from the next tick 7.04.
  EXPECT_DOUBLE_EQ(outcome.charged_kwh(1), 20.0);
  const double first_h = 20.0 / 7.04, until_tick_h = 3.0;
  EXPECT_NEAR(outcome.charged_kwh(0), 2.96 * first_h + 2.96 * (until_tick_h - first_h) + 7.04 * 1.0, 1e-6);
}

TEST(SharedLimits, HandOutWhatSmallestOffersLeave) {
  // 1 kW each is no offer of 6 A: one of them, the first by name, gets both.
  const SharedOutcome outcome = run_shared(two_sharing(2.0));
  EXPECT_NEAR(outcome.charged_kwh(0), 8.0, 1e-6);
  EXPECT_EQ(outcome.charged_kwh(1), 0.0);
}

// 9 kW among three that ask for 7.04 each: 3 each, and the third's EVSE offers 4.4 kW or nothing. Its part goes to the
// other two alike: 4.5 kW each.
TEST(SharedLimits, HandOutWhatOneCanNotUseByTheSameRule) {
  twin::World world = two_sharing(9.0);
  world.sites.push_back(world.sites[0]);
  world.sites[2].name = "west";
  world.sites[2].evses[0].min_a = 20.0;
  world.shared_limits[0].sites = {0, 1, 2};
  const SharedOutcome outcome = run_shared(world);
  EXPECT_NEAR(outcome.charged_kwh(0), 18.0, 1e-6);
  EXPECT_NEAR(outcome.charged_kwh(1), 18.0, 1e-6);
  EXPECT_EQ(outcome.charged_kwh(2), 0.0);
}

TEST(SharedLimits, ThatChangeInTimeAreObeyedAtOnce) {
  const TimeNs change_ns = monday_ns + 9 * hour_ns + 7 * minute_ns;  // no tick
  const SharedOutcome outcome =
      run_shared(two_sharing(market::Series({monday_ns, change_ns}, {12.0, 4.0}, monday_ns + kernel::day_ns)));
  ASSERT_EQ(outcome.seen.limits.size(), 2U);
  EXPECT_EQ(outcome.seen.limits[1].start_ns, change_ns);
  const double before_h = kernel::hours_between(monday_ns + 8 * hour_ns, change_ns);
  EXPECT_NEAR(outcome.charged_kwh(0), 6.0 * before_h + 2.0 * (4.0 - before_h), 1e-6);
}

TEST(SharedLimits, GiveOneWhoComesBetweenTicksWhatTheOthersLeave) {
  twin::World world = two_sharing(9.0);
  const double comes_h = 8.0 + 5.0 / 60.0;
  world.sites[1].arrivals = {
      std::make_shared<const demand::ArrivalLaw>(demand::Recorded{{visit(comes_h, 12.0, 20.0)}})};
  const SharedOutcome outcome = run_shared(world);
  // From 08:05 to 08:15 what is left of 9 kW beside 7.04, then 4.5 kW.
  const double left_h = 10.0 / 60.0;
  EXPECT_NEAR(outcome.charged_kwh(1), 1.96 * left_h + 4.5 * 3.75, 1e-6);
}

TEST(SharedLimits, SayWhatBaseLoadsAloneAreAboveThem) {
  twin::World world = two_sharing(8.0);
  world.sites[0].load_kw = 6.0;
  world.sites[1].load_kw = 3.0;
  const SharedOutcome outcome = run_shared(world);
  EXPECT_EQ(outcome.charged_kwh(0) + outcome.charged_kwh(1), 0.0);
  EXPECT_NEAR(outcome.result.shared_limits[0].excess_kwh, 24.0, 1e-6);
  EXPECT_NEAR(outcome.result.shared_limits[0].excess_h, 24.0, 1e-9);
}

TEST(SharedLimits, TakeNoReliefFromOneWhoFeedsBack) {
  twin::World world = two_sharing(5.0);
  world.sites[0].pv_kw = 50.0;
  const SharedOutcome outcome = run_shared(world);
  EXPECT_DOUBLE_EQ(outcome.charged_kwh(0), 20.0) << "its own sun is its own affair";
  EXPECT_NEAR(outcome.charged_kwh(1), 20.0, 1e-6) << "and the limit is there for the other: 5 kW for 4 h";
}

// ---- What a site may count on ahead

std::int64_t in_mw(double kw) { return static_cast<std::int64_t>(kw * 1e6); }

TEST(CountedShare, IsTheRulesPartWhereEverySiteUsesAllItCould) {
  // 30 kW less 4 and 2 of base load are 24 for 20 and 20.
  EXPECT_DOUBLE_EQ(twin::counted_share_kw(30.0, {in_mw(4), in_mw(20)}, in_mw(6), 0, in_mw(40)), 16.0);
  // A dearer one takes 9 first: 15 for 20 and 20.
  EXPECT_DOUBLE_EQ(twin::counted_share_kw(30.0, {in_mw(4), in_mw(20)}, in_mw(6), in_mw(9), in_mw(40)), 11.5);
}

TEST(CountedShare, IsWhatTheOthersLeaveWhereThatIsMore) {
  EXPECT_DOUBLE_EQ(twin::counted_share_kw(30.0, {in_mw(4), in_mw(20)}, in_mw(6), 0, in_mw(21)), 27.0);
  EXPECT_DOUBLE_EQ(twin::counted_share_kw(30.0, {0, 0}, in_mw(6), 0, in_mw(5)), 19.0) << "whoever comes has that";
}

TEST(CountedShare, IsItsBaseLoadWhereNothingIsLeft) {
  EXPECT_DOUBLE_EQ(twin::counted_share_kw(5.0, {in_mw(4), in_mw(20)}, in_mw(6), 0, in_mw(40)), 4.0);
}

/// The import limits of the horizon that the first site sees at an hour, in steps of a quarter of an hour.
std::vector<double> counted_ahead(const twin::World& world, double at_h, std::uint32_t steps) {
  std::vector<double> seen;
  const auto at_ns = monday_ns + static_cast<TimeNs>(at_h * static_cast<double>(hour_ns));
  run_shared(world, [&](const evtwin_view& first, std::uint64_t seed, std::uint32_t site) {
    const auto look = [&, site](const evtwin_view& view, evtwin_decision&) {
      if (view.now_ns != at_ns || site != 0) return;
      seen.assign(view.horizon_contract_kw, view.horizon_contract_kw + view.horizon_steps);
    };
    return strategy(look, EVTWIN_WHY_TICK, steps)(first, seed, site);
  });
  return seen;
}

market::Signal halved_at(double hour, double kw) {
  const auto at_ns = monday_ns + static_cast<TimeNs>(hour * static_cast<double>(hour_ns));
  return market::Series({monday_ns, at_ns}, {kw, kw / 2}, monday_ns + kernel::day_ns);
}

// 12 kW, 6 from 10:00: half of it each as long as both cars are there. The running step has the site's own limit.
TEST(SharedLimits, ShowWhatASiteMayCountOnAhead) {
  twin::World world = two_sharing(halved_at(10.0, 12.0));
  world.sites[0].contract_kw = 50.0;
  EXPECT_EQ(counted_ahead(world, 9.5, 4), (std::vector{50.0, 6.0, 3.0, 3.0}));
}

// South's car has left at 11:00: all of the limit is north's. South's base load is not.
TEST(SharedLimits, LeaveAheadToOneWhatOthersAreNotThereFor) {
  twin::World world = two_sharing(halved_at(12.0, 12.0));
  world.sites[0].contract_kw = 50.0;
  world.sites[1].load_kw = 2.0;
  world.sites[1].arrivals = {std::make_shared<const demand::ArrivalLaw>(demand::Recorded{{visit(8.0, 11.0, 200.0)}})};
  EXPECT_EQ(counted_ahead(world, 11.5, 4), (std::vector{50.0, 10.0, 4.0, 4.0}));
  // While it is there: 10 and 4 kW beyond the base load are halved.
  EXPECT_EQ(counted_ahead(world, 10.5, 8), (std::vector{50.0, 5.0, 5.0, 5.0, 5.0, 5.0, 2.0, 2.0}));
}

// South is worth more: north may count on what it leaves of 12 and 6 kW beside 7.04, and South on all it can use.
TEST(SharedLimits, CountByPriceWhereTheySaySo) {
  twin::World world = two_sharing(halved_at(10.0, 12.0), ShareRule::price);
  world.sites[1].share_price_per_kwh = 0.5;
  const std::vector<double> north = counted_ahead(world, 9.5, 4);
  EXPECT_NEAR(north.at(1), 4.96, 1e-9);
  EXPECT_EQ(north.at(2), 0.0);
  std::swap(world.sites[0], world.sites[1]);
  EXPECT_NEAR(counted_ahead(world, 9.5, 4).at(1), 12.0, 1e-9) << "a cheaper one gives way";
}

// Two worlds that are the same until noon, and not after: a view of the morning shows the same in both.
TEST(SharedLimits, ShowNothingAheadOfWhoComesOrLeavesLater) {
  const auto world_with = [](std::vector<demand::Visit> visits_of_south) {
    twin::World world = two_sharing(halved_at(13.0, 12.0));
    world.sites[0].contract_kw = 50.0;
    world.sites[1].arrivals = {
        std::make_shared<const demand::ArrivalLaw>(demand::Recorded{std::move(visits_of_south)})};
    return world;
  };
  const twin::World alone = world_with({visit(12.0, 15.0, 9.0)}), others = world_with({visit(12.5, 14.0, 1.0, -1)});
  const twin::World stays = world_with({visit(8.0, 18.0, 90.0)}), leaves = world_with({visit(8.0, 12.25, 90.0)});
  for (const double at_h : {9.0, 11.75}) {
    EXPECT_EQ(counted_ahead(alone, at_h, 24), counted_ahead(others, at_h, 24));
    EXPECT_EQ(counted_ahead(stays, at_h, 24), counted_ahead(leaves, at_h, 24));
    EXPECT_NE(counted_ahead(alone, at_h, 24), counted_ahead(stays, at_h, 24));
  }
  EXPECT_NE(counted_ahead(stays, 12.5, 4), counted_ahead(leaves, 12.5, 4));
}

/// Sees nothing of the time to come, and remembers nothing.
struct Nearsighted : control::Strategy {
  void decide(const evtwin_view&, evtwin_decision&) override {}
  bool can_save() const override { return true; }
  void save_memory(std::vector<std::byte>&) override {}
};

// A strategy that looks ahead takes over from one that does not: sites are counted then.
TEST(SharedLimits, CountSitesForASuccessorThatLooksAhead) {
  twin::World world = two_sharing(12.0);
  std::optional<twin::Checkpoint> at_nine;
  twin::RunOptions options;
  options.checkpoint_at_ns = monday_ns + 9 * hour_ns;
  options.on_checkpoint = [&](const twin::Checkpoint& made) { at_nine = made; };
  twin::simulate(
      world, [](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<Nearsighted>(); }, options);
  ASSERT_TRUE(at_nine);
  double seen_kw = 0.0;
  twin::RunOptions from;
  from.from = &*at_nine;
  from.successor = twin::Successor::other_strategy;
  twin::simulate(world,
                 strategy(
                     [&](const evtwin_view& view, evtwin_decision&) {
                       if (seen_kw == 0.0) seen_kw = view.horizon_contract_kw[1];
                     },
                     EVTWIN_WHY_TICK, 4),
                 from);
  EXPECT_EQ(seen_kw, 6.0);
}

/// Three sites by chance that share a limit, and two of them another.
twin::World random_sharing(std::uint64_t seed) {
  Dice dice(seed ^ 0x5a);
  twin::World world = random_world(seed);
  const char* const names[] = {"b", "c", "a"};
  for (std::uint64_t s = 0; s < 3; ++s) {
    if (s > 0) world.sites.push_back(random_world(seed + s).sites[0]);
    world.sites[s].name = names[s];
    world.sites[s].share_price_per_kwh = dice.whole(0, 2);
  }
  std::vector<double> day(48, 0.0);
  for (double& kw : day) kw = dice.real(0.0, 120.0);
  const auto rule = [&] { return dice.chance(0.5) ? ShareRule::price : ShareRule::proportional; };
  world.shared_limits.push_back(
      {"all", {0, 1, 2}, market::DailyProfile{{{market::all_months, market::all_day_types, day}}, {}}, rule()});
  if (dice.chance(0.5)) world.shared_limits.push_back({"two", {0, 2}, dice.real(5.0, 60.0), rule()});
  return world;
}

/// Whether three cuts by chance change nothing of what is told and comes out.
bool is_straight_in_pieces(std::uint64_t seed) {
  const twin::World world = random_sharing(seed);
  std::vector<TimeNs> cuts;
  Dice dice(seed);
  for (int k = 0; k < 3; ++k)
    cuts.push_back(world.start_ns + 1 +
                   static_cast<TimeNs>(dice.real(0.0, 1.0) * static_cast<double>(world.end_ns - world.start_ns - 2)));
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  const Pieces straight = run_in_pieces(world, dice_strategy(seed), {});
  const Pieces split = run_in_pieces(world, dice_strategy(seed), cuts);
  bool alike = straight.lines == split.lines && figures_of(straight.result) == figures_of(split.result);
  for (std::size_t l = 0; l < straight.result.shared_limits.size(); ++l)
    alike = alike &&
            straight.result.shared_limits[l].sites[0].asked_kwh == split.result.shared_limits[l].sites[0].asked_kwh;
  return alike;
}

RC_GTEST_PROP(SharedLimits, InPiecesAreTheStraightRun, ()) {
  RC_ASSERT(is_straight_in_pieces(*rc::gen::inRange<std::uint64_t>(0, 1'000'000)));
}

// A site to which nothing happened gets less at the tick after a checkpoint: its guard had forgotten the base load.
TEST(SharedLimits, ASiteThatIsCutBackAfterACheckpointStillHasItsBaseLoad) {
  EXPECT_TRUE(is_straight_in_pieces(240414));
}

RC_GTEST_PROP(SharedLimits, DoNotDependOnTheOrderOfSites, ()) {
  const auto seed = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  twin::World world = random_sharing(seed);
  Dice dice(seed);
  // Visits that a site's number has no part in.
  for (twin::Site& site : world.sites) {
    demand::Recorded recorded;
    for (int k = dice.whole(1, 12); k > 0; --k) {
      const double from_h = dice.real(0.0, 20.0);
      demand::Visit v = visit(from_h, from_h + dice.real(0.2, 8.0), dice.real(1.0, 60.0), -1);
      v.vehicle = static_cast<std::uint32_t>(dice.whole(0, 2));
      v.soc_start = dice.real(0.0, 0.9);
      recorded.visits.push_back(v);
    }
    std::stable_sort(recorded.visits.begin(), recorded.visits.end(),
                     [](const auto& a, const auto& b) { return a.arrival_ns < b.arrival_ns; });
    site.arrivals = {std::make_shared<const demand::ArrivalLaw>(std::move(recorded))};
  }
  twin::World turned = world;
  std::reverse(turned.sites.begin(), turned.sites.end());
  for (twin::SharedLimit& limit : turned.shared_limits) {
    for (std::uint32_t& site : limit.sites) site = 2 - site;
    std::sort(limit.sites.begin(), limit.sites.end());
  }
  const twin::Result one = twin::simulate(world, full_power()), other = twin::simulate(turned, full_power());
  for (std::size_t s = 0; s < 3; ++s) {
    RC_ASSERT(one.sites[s].ledger.ev_charge_kwh == other.sites[2 - s].ledger.ev_charge_kwh);
    RC_ASSERT(one.sites[s].ledger.energy_cost == other.sites[2 - s].ledger.energy_cost);
  }
}

}  // namespace
}  // namespace evtwin::testing
