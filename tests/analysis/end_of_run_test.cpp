// The end of a run hides nothing: what is still owed then, what lies in storage, and who has just left. By hand.
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/kpi.hpp"
#include "twin/v2g_world.hpp"

namespace evtwin::testing {
namespace {

control::StrategyFactory idle() { return hourly({0.0}); }

twin::World priced_world(double price, double unmet_price) {
  twin::World world = small_world(1);
  world.sites[0].tariff.rates[0].price_per_kwh = price;
  world.sites[0].unmet_price_per_kwh = unmet_price;
  return world;
}

TEST(EndOfRun, StayThatEndsWithTheRunHasEnded) {
  twin::World world = priced_world(0.3, 1.0);
  add_visits(world, {visit(20.0, 24.0, 20.0)});
  const Outcome outcome = run_world(world, idle());
  EXPECT_EQ(outcome.site().sessions_ended, 1U);
  EXPECT_EQ(outcome.site().sessions_open, 0U);
  EXPECT_DOUBLE_EQ(outcome.ledger().unmet_kwh, 20.0);
  EXPECT_DOUBLE_EQ(outcome.site().open_cost, 0.0);
  ASSERT_EQ(outcome.seen.sessions.size(), 1U);
  EXPECT_EQ(outcome.seen.sessions[0].record.end, twin::SessionEnd::departed);
  EXPECT_EQ(outcome.seen.sessions[0].record.departed_ns, world.end_ns);
  EXPECT_DOUBLE_EQ(analysis::objective_of_site(world, outcome.result, 0), 20.0);
}

TEST(EndOfRun, NanosecondLaterItIsOpen) {
  twin::World world = priced_world(0.3, 1.0);
  demand::Visit late = visit(20.0, 24.0, 20.0);
  late.departure_ns += 1;
  add_visits(world, {late});
  const Outcome outcome = run_world(world, idle());
  EXPECT_EQ(outcome.site().sessions_open, 1U);
  EXPECT_DOUBLE_EQ(outcome.ledger().unmet_kwh, 0.0);
  EXPECT_DOUBLE_EQ(outcome.site().open_kwh, 20.0);
  EXPECT_NEAR(outcome.site().open_cost, 20.0, 1e-9);
  EXPECT_EQ(outcome.seen.sessions[0].record.departed_ns, world.end_ns + 1);
}

TEST(EndOfRun, OpenSessionOwesTheLeastItCanStillCost) {
  // 80 kWh wanted, 7.04 kW, until 10:00 of the next day. Ten hours of 0.2 are 70.4 kWh: 14.08, and 9.6 unmet at 1.
  twin::World world = priced_world(0.2, 1.0);
  add_visits(world, {visit(22.0, 34.0, 80.0)});
  const Outcome nothing = run_world(world, idle());
  EXPECT_NEAR(nothing.site().open_cost, 14.08 + 9.6, 1e-9);
  EXPECT_NEAR(nothing.site().open_to_come_kwh, 70.4, 1e-9);
  // At once: 14.08 kWh by midnight; 65.92 are owed and fit.
  const Outcome at_once = run_world(world, full_power());
  EXPECT_NEAR(at_once.site().open_kwh, 80 - 14.08, 1e-9);
  EXPECT_NEAR(analysis::objective_of_site(world, at_once.result, 0), 80 * 0.2, 1e-9);
  EXPECT_NEAR(at_once.seen.sessions.at(0).record.open_cost, at_once.site().open_cost, 1e-12);
}

/// What counts as served of a car that gets nothing by the end and may stay for 20 h more, at 7.04 kW.
double service_of_a_car_left_for_later(const std::function<void(twin::Site&)>& change = {}) {
  twin::World world = priced_world(0.2, 1.0);
  world.sites[0].contract_kw = 100.0;
  if (change) change(world.sites[0]);
  add_visits(world, {visit(22.0, 44.0, 80.0)});
  return analysis::service_kwh(analysis::kpis_of_run(world, run_world(world, idle()).result));
}

// Only what the objective holds against the run: at its price, with nothing left out.
TEST(EndOfRun, WhatIsStillToComeCountsAsServedWhereItIsPaidForInFull) {
  EXPECT_NEAR(service_of_a_car_left_for_later(), 80.0, 1e-9);
  EXPECT_NEAR(service_of_a_car_left_for_later([](twin::Site& site) {
                site.tariff.demand.basis = market::DemandBasis::contract;
                site.tariff.demand.price_per_kw.fill(5.0);
              }),
              80.0, 1e-9);
  EXPECT_EQ(service_of_a_car_left_for_later([](twin::Site& site) { site.unmet_price_per_kwh = 0.0; }), 0.0);
  // Together with whatever else the site takes: 20 h of the 3 kW that a load of 1 kW leaves, or a feeder lets through.
  EXPECT_NEAR(service_of_a_car_left_for_later([](twin::Site& site) {
                site.contract_kw = 4.0;
                site.load_kw = market::Series({monday_ns}, {1.0}, monday_ns + 2 * kernel::day_ns);
              }),
              60.0, 1e-9);
  EXPECT_NEAR(service_of_a_car_left_for_later([](twin::Site& site) {
                site.feeders = {{"F", -1, 3.0, physics::infinite, physics::infinite, 1.0}};
                site.evses[0].feeder = 0;
              }),
              60.0, 1e-9);
  EXPECT_EQ(service_of_a_car_left_for_later([](twin::Site& site) {
              site.rows = {{"row", physics::LimitKind::power_kw, -100.0, 100.0, {{0, 1.0, 0.0}}}};
            }),
            0.0);
  EXPECT_EQ(service_of_a_car_left_for_later([](twin::Site& site) { site.tariff.demand.price_per_kw[6] = 5.0; }), 0.0);
  EXPECT_EQ(service_of_a_car_left_for_later([](twin::Site& site) { site.tariff.demand.excess_price_per_kw = 5.0; }),
            0.0);
}

// 24 h at 10 kW for three cars that got nothing: 5, 50 and 100 kWh, until 10:00, 08:00 and 20:00 of the next day, 7.04
// kW. Alone each gets 5, 50 and 100 kWh: 0.5, 6.25 and 5 kW on average, 11.75 together. Behind a feeder of 4 kW, the
// last has 4/5 of its power, and the connection cuts the others to 10/11.75.
//
//   grid (10 kW) --+-- EVSE 0                owed   5 kWh until 10:00
//                  +-- EVSE 1                      50       until 08:00
//                  +-- F (4 kW) --- EVSE 2        100       until 20:00
TEST(EndOfRun, WhoNeedsLittleLeavesRoomForTheOthers) {
  twin::World world = small_world(3);
  twin::Site& site = world.sites[0];
  site.tariff.rates[0].price_per_kwh = 0.2;
  site.unmet_price_per_kwh = 1.0;
  site.contract_kw = 10.0;
  site.feeders = {{"F", -1, 4.0, physics::infinite, physics::infinite, 1.0}};
  site.evses[2].feeder = 0;
  add_visits(world, {visit(22.0, 34.0, 5.0, 0), visit(22.0, 32.0, 50.0, 1), visit(22.0, 44.0, 100.0, 2)});
  const auto to_come_kwh = [&] { return run_world(world, idle()).site().open_to_come_kwh; };
  EXPECT_NEAR(to_come_kwh(), 55.0 * 10.0 / 11.75 + 80.0, 1e-9);
  site.feeders[0].max_kw = physics::infinite;
  EXPECT_NEAR(to_come_kwh(), 155.0 * 10.0 / 11.75, 1e-9);
  site.contract_kw = 11.75;
  EXPECT_NEAR(to_come_kwh(), 155.0, 1e-9);
}

TEST(EndOfRun, NothingIsOwedBefore) {
  // The ledger that strategies see has no unmet energy and no cost of an open session, up to the end.
  twin::World world = priced_world(0.2, 1.0);
  add_visits(world, {visit(1.0, 34.0, 80.0)});
  bool seen = false;
  run_world(world, strategy([&](const evtwin_view& view, evtwin_decision&) {
              seen = seen || view.n_connected > 0;
              EXPECT_EQ(view.so_far->unmet_kwh, 0.0);
              EXPECT_EQ(view.so_far->energy_cost, 0.0);
            }));
  EXPECT_TRUE(seen);
}

TEST(EndOfRun, PricesAfterTheEndAreToldAsFarAsSomebodyStays) {
  struct Prices : twin::Observer {
    std::vector<std::pair<TimeNs, double>> beyond;
    void on_signal(const twin::SignalRecord& signal) override {
      if (signal.kind == twin::SignalKind::buy_price_beyond_end) beyond.emplace_back(signal.start_ns, signal.value);
    }
  };
  twin::World world = priced_world(0.2, 1.0);
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates.push_back(tariff.rates[0]);
  tariff.rates[0].to_minute = tariff.rates[1].from_minute = 6 * 60;
  tariff.rates[1].price_per_kwh = 0.5;
  const auto prices_of = [&] {
    Prices prices;
    twin::RunOptions options;
    options.observer = &prices;
    twin::simulate(world, idle(), options);
    return prices.beyond;
  };
  EXPECT_TRUE(prices_of().empty());
  add_visits(world, {visit(20.0, 31.0, 20.0)});
  const std::vector<std::pair<TimeNs, double>> told{{world.end_ns, 0.2}, {world.end_ns + 6 * hour_ns, 0.5}};
  EXPECT_EQ(prices_of(), told);
}

TEST(EndOfRun, WhoWaitsThenWasTurnedAwayAndWhoGivesUpThenToo) {
  twin::World world = small_world(1);
  world.sites[0].waiting_room.places = 3;
  add_visits(world, {visit(20.0, 30.0, 10.0, demand::any_evse), visit(21.0, 30.0, 4.0, demand::any_evse),
                     visit(22.0, 24.0, 7.0, demand::any_evse)});
  const Outcome outcome = run_world(world, idle());
  EXPECT_EQ(outcome.site().turned_away, 1U);  // whose stay was over at the end
  EXPECT_EQ(outcome.site().sessions_open, 2U);
  EXPECT_DOUBLE_EQ(outcome.site().open_kwh, 10.0);
  EXPECT_DOUBLE_EQ(outcome.site().turned_away_kwh, 4.0 + 7.0);
}

TEST(EndOfRun, StorageIsWorthWhatChargingItWouldHaveCost) {
  // A storage of 0.9 in and 0.8 out; the lowest price of the run is 0.1, from 18:00 on.
  twin::World world = priced_world(0.4, 1.0);
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates.push_back(tariff.rates[0]);
  tariff.rates[0].to_minute = tariff.rates[1].from_minute = 18 * 60;
  tariff.rates[1].price_per_kwh = 0.1;
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 80.0;
  storage.max_charge_kw = storage.max_discharge_kw = 50.0;
  storage.charge_efficiency = 0.9;
  storage.discharge_efficiency = 0.8;
  storage.soc_start = 0.25;
  world.sites[0].storages = {storage};
  const auto with = [&](double kw, int from_h, int to_h) {
    return run_world(world, strategy([=](const evtwin_view& view, evtwin_decision& decision) {
                       const auto hour = (view.now_ns - monday_ns) / hour_ns;
                       decision.storage_kw[0] = hour >= from_h && hour < to_h ? kw : 0.0;
                     }));
  };
  // 9 kW for two hours at 0.1: 18 kWh cost 1.8, 16.2 are stored, worth 16.2 / 0.9 x 0.1.
  const Outcome hoarded = with(9.0, 18, 20);
  EXPECT_NEAR(hoarded.site().storage_energy_value, 1.8, 1e-9);
  EXPECT_NEAR(analysis::objective_of_site(world, hoarded.result, 0), 0.0, 1e-9);
  // The same at 0.4: 7.2 paid for what is worth 1.8.
  EXPECT_NEAR(analysis::objective_of_site(world, with(9.0, 2, 4).result, 0), 5.4, 1e-9);
  // Emptied for a base load of 4 kW at 0.4: 4 kWh saved, 5 taken from the storage; refilling is 5 / 0.9 x 0.1.
  world.sites[0].load_kw = 4.0;
  const Outcome nothing = with(0.0, 0, 1), emptied = with(-4.0, 2, 3);
  EXPECT_NEAR(emptied.site().storage_energy_value, -5 / 0.9 * 0.1, 1e-9);
  EXPECT_NEAR(
      analysis::objective_of_site(world, nothing.result, 0) - analysis::objective_of_site(world, emptied.result, 0),
      4 * 0.4 - 5 / 0.9 * 0.1, 1e-9);
}

// One cheap quarter of an hour, in which 10 kW refill 2.5 kWh at 0.01; six hours at 0.2, and 0.4 else.
TEST(EndOfRun, EmptyingIsNotFreeBecauseOfOneShortCheapSlot) {
  twin::World world = priced_world(0.4, 1.0);
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates = {{.to_minute = 15, .price_per_kwh = 0.01},
                  {.from_minute = 15, .to_minute = 375, .price_per_kwh = 0.2},
                  {.from_minute = 375, .price_per_kwh = 0.4}};
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = 10.0;
  storage.max_discharge_kw = 20.0;
  storage.soc_start = 1.0;
  world.sites[0].storages = {storage};
  world.sites[0].load_kw = 20.0;
  const auto emptied_for = [&](int hours) {
    return run_world(world, strategy([=](const evtwin_view& view, evtwin_decision& decision) {
                       const auto hour = (view.now_ns - monday_ns) / hour_ns;
                       decision.storage_kw[0] = hour >= 10 && hour < 10 + hours ? -20.0 : 0.0;
                     }));
  };
  EXPECT_NEAR(emptied_for(1).site().storage_energy_value, -(2.5 * 0.01 + 17.5 * 0.2), 1e-9);
  // 100 kWh: ten hours of 10 kW, and 6.25 of them are cheap.
  const Outcome all = emptied_for(5);
  EXPECT_NEAR(all.site().storage_energy_value, -(2.5 * 0.01 + 60.0 * 0.2 + 37.5 * 0.4), 1e-9);
  // The last 37.5 kWh come back at the price at which they were saved: nothing is won by them.
  EXPECT_NEAR(
      analysis::objective_of_site(world, emptied_for(0).result, 0) - analysis::objective_of_site(world, all.result, 0),
      2.5 * 0.39 + 60.0 * 0.2, 1e-9);
}

TEST(EndOfRun, AfterANegativePriceEmptyingIsNoGainAndHoardingNeitherIs) {
  twin::World world = small_world(0);
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates.push_back(tariff.rates[0]);
  tariff.rates[0].to_minute = tariff.rates[1].from_minute = 60;
  tariff.rates[0].price_per_kwh = -1.0;
  tariff.rates[1].price_per_kwh = 0.3;
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 60.0;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  storage.charge_efficiency = 0.9;
  storage.soc_start = 0.5;
  world.sites[0].storages = {storage};
  const auto objective_of = [&](double kw, int from_h) {
    return analysis::objective_of_site(
        world,
        run_world(world, strategy([=](const evtwin_view& view, evtwin_decision& decision) {
                    const auto hour = (view.now_ns - monday_ns) / hour_ns;
                    decision.storage_kw[0] = hour == from_h ? kw : 0.0;
                  }))
            .result,
        0);
  };
  // Given away for nothing: of 10 / 0.9 kWh the hour below 0 refills 10 for nothing, and the rest costs 0.3.
  EXPECT_NEAR(objective_of(-10.0, 5), (10.0 / 0.9 - 10.0) * 0.3, 1e-9);
  EXPECT_NEAR(objective_of(10.0, 0), 0.0, 1e-9);  // 10 earned, and as much to be paid for what lies there
}

/// A car of 60 kWh with 0.9 each way, half full, whose driver booked so many kWh.
twin::World lossy_v2g_world(double booked_kwh) {
  twin::World world = v2g_world();
  physics::BatterySpec& battery = world.vehicles[0].battery;
  battery.charge_efficiency = battery.discharge_efficiency = 0.9;
  world.sites[0].unmet_price_per_kwh = 1.0;
  demand::Visit v = v2g_visit(8.0, 20.0, 0.5);
  v.requested_kwh = v.taken_kwh = booked_kwh;
  add_visits(world, {v});
  return world;
}

TEST(EndOfRun, WhatACarGaveItMayTakeBackWithItsLosses) {
  // 10 kWh booked: 9 stored. It gives 10 kWh (11.111 from the battery); to have the 9 more it takes
  // (9 + 11.111) / 0.9 = 22.346 kWh, which 20 kW give in less than two hours.
  const twin::World world = lossy_v2g_world(10.0);
  std::vector<double> kw(24, 0.0);
  kw[8] = -10.0;
  kw[12] = kw[13] = kw[14] = 20.0;
  const Outcome outcome = run_world(world, hourly(kw));
  const twin::SessionRecord& session = outcome.seen.sessions.at(0).record;
  EXPECT_NEAR(session.soc_end, 39.0 / 60.0, 1e-9);
  EXPECT_NEAR(session.unmet_kwh, 0.0, 1e-9);
  EXPECT_NEAR(outcome.ledger().ev_charge_kwh, (9.0 + 10.0 / 0.9) / 0.9, 1e-9);
  EXPECT_NEAR(outcome.site().vehicle_losses_kwh, 10.0 / 0.9 - 10.0 + 0.1 * (9.0 + 10.0 / 0.9) / 0.9, 1e-9);
  EXPECT_NEAR(outcome.site().energy_got_kwh, 10.0, 1e-9);
}

TEST(EndOfRun, WhatItDoesNotGetBackIsUnmetAsItsBatteryCountsIt) {
  // It gives 10 kWh and gets 15: stored 27 - ... = 30 - 11.111 + 13.5 = 32.389 of 39: 6.611 kWh, 7.346 at the meter.
  const twin::World world = lossy_v2g_world(10.0);
  std::vector<double> kw(24, 0.0);
  kw[8] = -10.0;
  kw[12] = 15.0;
  const Outcome outcome = run_world(world, hourly(kw));
  EXPECT_NEAR(outcome.ledger().unmet_kwh, (9.0 - 13.5 + 10.0 / 0.9) / 0.9, 1e-9);
  EXPECT_NEAR(60.0 * outcome.seen.sessions.at(0).record.soc_end + 0.9 * outcome.ledger().unmet_kwh, 39.0, 1e-9);
}

TEST(EndOfRun, RemainingEnergyOfTheViewCountsTheLosses) {
  const twin::World world = lossy_v2g_world(10.0);
  double at_ten = 0.0;
  run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& decision) {
              const auto hour = (view.now_ns - monday_ns) / hour_ns;
              decision.evse_kw[0] = hour == 8 ? -10.0 : 0.0;
              if (hour == 10) at_ten = view.evse_remaining_kwh[0];
            }));
  EXPECT_NEAR(at_ten, 10.0 + 10.0 / 0.81, 1e-9);
}

/// At a flat price and without limits no strategy is below charging at once.
TEST(EndOfRun, PostponingNeverPaysAtAFlatPrice) {
  twin::World world = small_world(4);
  world.sites[0].tariff.rates[0].price_per_kwh = 0.3;
  world.sites[0].unmet_price_per_kwh = 1.0;
  add_visits(world, {visit(15.0, 31.0, 30.0, 0), visit(18.0, 24.0, 30.0, 1), visit(22.0, 47.5, 45.0, 2),
                     visit(23.9, 24.1, 5.0, 3)});
  const double at_once = analysis::objective_of_site(world, run_world(world, baseline("asap")).result, 0);
  for (const char* id : {"alap", "edf", "llf", "price-mean", "price-threshold", "round-robin"}) {
    const Outcome outcome = run_world(world, baseline(id));
    EXPECT_GE(analysis::objective_of_site(world, outcome.result, 0), at_once - 1e-9) << id;
  }
}

}  // namespace
}  // namespace evtwin::testing
