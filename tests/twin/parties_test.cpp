// Whose money is whose: owners, site and grid, by session, by EVSE and day, and in the ledger. The books of others went
// wrong in the ways that are named here.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "twin/split_runs.hpp"
#include "twin/v2g_world.hpp"

namespace evtwin::testing {
namespace {

struct PartyObserver : KeepingObserver {
  std::vector<twin::EvseDayRecord> days;
  void on_evse_day(const twin::EvseDayRecord& day) override { days.push_back(day); }
};

struct WatchedParties {
  twin::Result result;
  PartyObserver seen;
  const control::Ledger& ledger() const { return result.sites[0].ledger; }
};

WatchedParties watch(const twin::World& world, const control::StrategyFactory& how) {
  WatchedParties out;
  twin::RunOptions options;
  options.observer = &out.seen;
  out.result = twin::simulate(world, how, options);
  return out;
}

TEST(Parties, ByHand) {
  twin::World world = v2g_world();
  add_visits(world, {v2g_visit(1, 4, 0.5)});
  const WatchedParties run = watch(world, hourly({0, 10, -4, 0}));  // 10 kWh in, 4 kWh out
  const twin::SessionRecord& session = run.seen.sessions.at(0).record;
  EXPECT_NEAR(session.driver_revenue, 3000.0, 1e-9);
  EXPECT_NEAR(session.v2g_payment, 600.0, 1e-9);
  EXPECT_NEAR(session.wear_cost, 120.0, 1e-9);
  EXPECT_NEAR(session.paid(), 2400.0, 1e-9);
  EXPECT_NEAR(session.cost, 600.0, 1e-9);  // 6 kWh net at 100
  ASSERT_EQ(run.seen.days.size(), 1U);
  const twin::EvseDayRecord& day = run.seen.days[0];
  EXPECT_EQ(day.start_ns, monday_ns);
  EXPECT_NEAR(day.charged_kwh, 10.0, 1e-9);
  EXPECT_NEAR(day.discharged_kwh, 4.0, 1e-9);
  EXPECT_NEAR(day.driver_revenue, 3000.0, 1e-9);
  EXPECT_NEAR(day.v2g_payment, 600.0, 1e-9);
  EXPECT_NEAR(day.cost, 600.0, 1e-9);
  // From 0 to 10 kW, to -4 and back to 0.
  EXPECT_NEAR(run.result.sites[0].ramp_kw, 10.0 + 14.0 + 4.0, 1e-9);
}

TEST(Parties, AnOwnerIsPaidTheMinimumWhereThatIsMore) {
  for (const auto& [min_price, paid] : {std::pair{0.0, 150.0}, {149.0, 150.0}, {200.0, 200.0}}) {
    twin::World world = v2g_world();
    add_visits(world, {v2g_visit(0, 4, 0.5, min_price)});
    double shown = 0.0;
    const WatchedParties run = watch(world, strategy([&shown](const evtwin_view& view, evtwin_decision& decision) {
                                       if (view.n_connected == 0) return;
                                       shown = view.evse_v2g_price_per_kwh[0];
                                       decision.evse_kw[0] = view.now_ns < monday_ns + hour_ns ? -4.0 : 0.0;
                                     }));
    EXPECT_EQ(shown, paid);
    EXPECT_NEAR(run.seen.sessions.at(0).record.v2g_payment, 4.0 * paid, 1e-9);
    EXPECT_NEAR(run.ledger().v2g_payment, 4.0 * paid, 1e-9);
  }
}

TEST(Parties, ANightIsDividedAtLocalMidnightNotEvery24Steps) {
  // A step is 15 min, not an hour, and a day begins at local midnight, which in Seoul is 15:00 UTC.
  twin::World world = v2g_world(2);
  add_visits(world, {v2g_visit(22, 26, 0.1)});
  const WatchedParties run = watch(world, hourly({8}));
  ASSERT_EQ(run.seen.days.size(), 2U);
  EXPECT_EQ(run.seen.days[0].start_ns, monday_ns);
  EXPECT_EQ(run.seen.days[1].start_ns, monday_ns + kernel::day_ns);
  for (const twin::EvseDayRecord& day : run.seen.days) {
    EXPECT_NEAR(day.charged_kwh, 16.0, 1e-9);
    EXPECT_NEAR(day.driver_revenue, 16.0 * 300.0, 1e-9);
  }
}

TEST(Parties, DaysOf23And25HoursAreOneDayEach) {
  for (const market::LocalDate first : {market::LocalDate{2025, 3, 29}, market::LocalDate{2025, 10, 25}}) {
    twin::World world = v2g_world();
    world.calendar = market::Calendar("Europe/Amsterdam");
    world.start_ns = world.calendar.start_of(first);
    world.end_ns = world.calendar.start_of(market::date_of_days(market::days_since_epoch(first) + 3));
    world.days = 3;
    demand::Visit v = v2g_visit(0, 0, 0.0);
    v.arrival_ns = world.start_ns;
    v.departure_ns = v.claimed_departure_ns = world.end_ns;
    add_visits(world, {v});
    const WatchedParties run = watch(world, strategy([](const evtwin_view& view, evtwin_decision& decision) {
                                       if (view.n_connected > 0) decision.evse_kw[0] = 0.5;
                                     }));
    ASSERT_EQ(run.seen.days.size(), 3U);
    const double hours = kernel::hours_between(run.seen.days[1].start_ns, run.seen.days[2].start_ns);
    EXPECT_NE(hours, 24.0);
    EXPECT_NEAR(run.seen.days[1].charged_kwh, 0.5 * hours, 1e-9);
    EXPECT_NEAR(run.seen.days[0].charged_kwh, 12.0, 1e-9);
  }
}

TEST(Parties, ChargingCostsAnOwnerAndDischargingEarns) {
  // Elsewhere charge prices were negative numbers, so that comparing them picked the dear hours.
  const auto owner_money = [](double kw) {
    twin::World world = v2g_world();
    add_visits(world, {v2g_visit(1, 2, 0.5)});
    const WatchedParties run = watch(world, hourly({kw}));
    return run.ledger().v2g_payment - run.ledger().driver_revenue - run.ledger().wear_cost;
  };
  EXPECT_NEAR(owner_money(10.0), -3000.0, 1e-9);
  EXPECT_NEAR(owner_money(-10.0), 1500.0 - 300.0, 1e-9);
}

TEST(Parties, MoneyIsForEnergyNotForAFractionOfTheBattery) {
  // Elsewhere a profit was SoC x price, without the size of the battery.
  const auto paid = [](double capacity_kwh) {
    twin::World world = v2g_world();
    world.vehicles[0].battery.capacity_kwh = capacity_kwh;
    add_visits(world, {v2g_visit(1, 2, 0.8)});
    return watch(world, hourly({-0.1 * capacity_kwh})).seen.sessions.at(0).record;
  };
  const twin::SessionRecord small = paid(40.0), large = paid(80.0);
  EXPECT_NEAR(small.soc_start - small.soc_end, large.soc_start - large.soc_end, 1e-9);
  EXPECT_NEAR(small.v2g_payment, 4.0 * 150.0, 1e-9);
  EXPECT_NEAR(large.v2g_payment, 8.0 * 150.0, 1e-9);
}

TEST(Parties, ACarThatComesFullAndOneThatFollowsEmptyMoveNoMoney) {
  // Elsewhere the jump of a station's SoC from one car to the next counted as a discharge.
  twin::World world = v2g_world();
  add_visits(world, {v2g_visit(1, 2, 0.9), v2g_visit(3, 4, 0.2), v2g_visit(5, 6, 0.9)});
  const WatchedParties run = watch(world, hourly({0}));
  EXPECT_EQ(run.seen.sessions.size(), 3U);
  EXPECT_TRUE(run.seen.days.empty());
  EXPECT_EQ(run.ledger().v2g_payment, 0.0);
  EXPECT_EQ(run.ledger().driver_revenue, 0.0);
}

TEST(Parties, SessionsDaysAndLedgerAgreeInRandomWorlds) {
  double discharged_kwh = 0.0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const twin::World world = eventful_world(seed);
    const WatchedParties run = watch(world, dice_strategy(seed));
    for (std::uint32_t number = 0; number < world.sites.size(); ++number) {
      const control::Ledger& ledger = run.result.sites[number].ledger;
      control::Ledger by_session, by_day;
      double session_wear = 0.0, session_cost = 0.0, day_cost = 0.0;
      for (const auto& [record, id] : run.seen.sessions) {
        if (record.site != number) continue;
        by_session.driver_revenue += record.driver_revenue;
        by_session.v2g_payment += record.v2g_payment;
        by_session.ev_discharge_kwh += record.discharged_kwh;
        by_session.ev_charge_kwh += record.got_kwh + record.discharged_kwh;
        session_wear += record.wear_cost;
        session_cost += record.cost;
      }
      for (const twin::EvseDayRecord& day : run.seen.days) {
        if (day.site != number) continue;
        by_day.driver_revenue += day.driver_revenue;
        by_day.v2g_payment += day.v2g_payment;
        by_day.ev_discharge_kwh += day.discharged_kwh;
        by_day.ev_charge_kwh += day.charged_kwh;
        day_cost += day.cost;
      }
      discharged_kwh += ledger.ev_discharge_kwh;
      const double close = 1e-9 * std::max(1.0, ledger.ev_charge_kwh + ledger.driver_revenue);
      for (const control::Ledger& sums : {by_session, by_day}) {
        EXPECT_NEAR(sums.driver_revenue, ledger.driver_revenue, close) << "seed " << seed;
        EXPECT_NEAR(sums.v2g_payment, ledger.v2g_payment, close) << "seed " << seed;
        EXPECT_NEAR(sums.ev_discharge_kwh, ledger.ev_discharge_kwh, close) << "seed " << seed;
        EXPECT_NEAR(sums.ev_charge_kwh, ledger.ev_charge_kwh, close) << "seed " << seed;
      }
      EXPECT_NEAR(session_cost, day_cost, close) << "seed " << seed;
      const double storage_wear = ledger.storage_discharge_kwh * world.sites[number].wear_price_per_kwh;
      EXPECT_NEAR(session_wear + storage_wear, ledger.wear_cost, close) << "seed " << seed;
    }
  }
  EXPECT_GT(discharged_kwh, 100.0);
}

}  // namespace
}  // namespace evtwin::testing
