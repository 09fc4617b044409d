// What a simulation promises, on worlds small enough to work out by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

constexpr double exact_kwh = 1e-9;  // kWh; sums of a few doubles of some 10 kWh are good to 1e-14

market::Tariff flat_tariff(double price) {
  market::Tariff tariff = market::free_energy("KRW");
  tariff.rates[0].price_per_kwh = price;
  return tariff;
}

// One car, 20 kWh at 7.04 kW from 08:00: full at 10:50:27.27; billed at 100/kWh until 10:00 and 200/kWh after.
TEST(Simulation, OneCarOneDayCostsWhatTheHandCalculationSays) {
  twin::World world = small_world();
  world.sites[0].tariff.rates = {{market::all_months, market::all_day_types, 0, 600, 100.0, "cheap"},
                                 {market::all_months, market::all_day_types, 600, 1440, 200.0, "dear"}};
  world.sites[0].tariff.demand.price_per_kw.fill(1000.0);
  world.sites[0].part_month = market::PartMonth::full;
  add_visits(world, {visit(8, 17, 20)});
  const Outcome o = run_world(world, full_power());
  EXPECT_NEAR(o.ledger().ev_charge_kwh, 20.0, exact_kwh);
  EXPECT_NEAR(o.ledger().energy_cost, 2 * 7.04 * 100 + (20 - 2 * 7.04) * 200, 1e-6);
  EXPECT_NEAR(o.site().peak_kw, 7.04, exact_kwh);
  EXPECT_NEAR(o.ledger().demand_charge, 7040.0, 1e-6);
  ASSERT_EQ(o.seen.power.size(), 1U);
  EXPECT_EQ(o.seen.power[0].start_ns, monday_ns + 8 * hour_ns);
  EXPECT_NEAR(kernel::hours_between(o.seen.power[0].start_ns, o.seen.power[0].end_ns), 20.0 / 7.04, 1e-12);
  EXPECT_EQ(o.site().ledger.unmet_kwh, 0.0);
}

// Fixed-step tools give 5.50 kWh to the first and nothing to the second.
// 7.04 kW from 0:30 to 1:30 across a price that doubles at 1:00: 3.52 kWh at 100 and 3.52 at 200; and the step at 5:00
// is nobody's.
TEST(Simulation, DriversPayThePriceOfTheTimeAtWhichTheyCharge) {
  twin::World world = small_world();
  world.sites[0].driver_price_per_kwh = 100.0;
  world.sites[0].driver_price_steps = {
      {monday_ns, 100.0}, {monday_ns + hour_ns, 200.0}, {monday_ns + 5 * hour_ns, 9.0}};
  add_visits(world, {visit(0.5, 3.0, 7.04)});
  const Outcome outcome = run_world(world, full_power());
  EXPECT_NEAR(outcome.ledger().driver_revenue, 3.52 * 100.0 + 3.52 * 200.0, 1e-6);
}

TEST(Simulation, StaysThatFitNoStepGetTheirMinutes) {
  twin::World world = small_world(2);
  world.sites[0].evses[0] = ac_evse("A-1", 50.0);  // 11 kW
  world.sites[0].evses[1] = ac_evse("A-2", 50.0);
  add_visits(world, {visit(0, 16.0 / 60, 50, 0), visit(1.0 / 60, 14.0 / 60, 50, 1)});
  const Outcome o = run_world(world, full_power());
  ASSERT_EQ(o.seen.sessions.size(), 2U);
  EXPECT_NEAR(o.seen.sessions[1].record.got_kwh, 11.0 * 16 / 60, exact_kwh);
  EXPECT_NEAR(o.seen.sessions[0].record.got_kwh, 11.0 * 13 / 60, exact_kwh);
  EXPECT_NEAR(o.ledger().unmet_kwh, 100 - 11.0 * 29 / 60, exact_kwh);
}

TEST(Simulation, TaperedSessionGetsTheClosedForm) {
  twin::World world = small_world();
  physics::Vehicle& car = world.vehicles[0];
  car.battery.capacity_kwh = 10.0;
  car.battery.charge_efficiency = 0.9;
  car.battery.charge = {{{0.0, 7.04}, {0.5, 7.04}, {1.0, 0.0}}};
  demand::Visit v = visit(1, 4, 50);
  v.taken_kwh = physics::unknown;
  v.soc_start = 0.2;
  add_visits(world, {v});
  const Outcome o = run_world(world, full_power());
  // Constant until SoC 0.5 (3 kWh stored), then SoC approaches 1 with rate k = 7.04 x 0.9 / 5 per hour.
  const double constant_h = 3.0 / 0.9 / 7.04;
  const double soc = 1.0 - 0.5 * std::exp(-(7.04 * 0.9 / 5.0) * (3.0 - constant_h));
  ASSERT_EQ(o.seen.sessions.size(), 1U);
  EXPECT_NEAR(o.seen.sessions[0].record.soc_end, soc, 1e-12);
  EXPECT_NEAR(o.ledger().ev_charge_kwh, (soc - 0.2) * 10.0 / 0.9, exact_kwh);
}

TEST(Simulation, PvSurplusIsExportedAndStorageRoundTripLosesItsEfficiency) {
  twin::World world = small_world();
  twin::Site& site = world.sites[0];
  site.tariff = flat_tariff(100.0);
  site.tariff.sell = market::SellFixed{40.0};
  site.pv_kw = 10.0;
  site.load_kw = 4.0;
  physics::Storage s;
  s.id = "S";
  s.capacity_kwh = 20.0;
  s.max_charge_kw = s.max_discharge_kw = 5.0;
  s.charge_efficiency = 0.9;
  s.discharge_efficiency = 0.8;
  s.soc_start = s.soc_min = 0.1;
  site.storages.push_back(s);
  // 2 h in at 5 kW: 9 kWh stored; then out at 5 kW until the floor: 9 x 0.8 = 7.2 kWh.
  const Outcome o = run_world(world, strategy([](const evtwin_view& view, evtwin_decision& d) {
                                d.storage_kw[0] = view.now_ns < monday_ns + 2 * hour_ns ? 5.0 : -5.0;
                              }));
  EXPECT_NEAR(o.ledger().storage_charge_kwh, 10.0, exact_kwh);
  EXPECT_NEAR(o.ledger().storage_discharge_kwh, 7.2, exact_kwh);
  EXPECT_NEAR(o.ledger().export_kwh, 6.0 * 24 - 10.0 + 7.2, exact_kwh);
  EXPECT_NEAR(o.ledger().energy_cost, -40.0 * o.ledger().export_kwh, 1e-9);
  EXPECT_NEAR(o.site().storage_energy_end_kwh, 2.0, exact_kwh);
  EXPECT_NEAR(control::imbalance_kwh(o.ledger()), 0.0, exact_kwh);
}

TEST(Simulation, DischargingACarLosesExactlyTheRoundTrip) {
  twin::World world = small_world();
  physics::Evse& evse = world.sites[0].evses[0];
  evse.bidirectional = true;
  evse.max_discharge_a = 32.0;
  physics::Vehicle& car = world.vehicles[0];
  car.v2g_capable = true;
  car.max_discharge_kw = 7.04;
  car.battery = {50.0, 0.9, 0.9, physics::Curve::constant(50), physics::Curve::constant(50)};
  demand::Visit v = visit(0, 24, 100);
  v.soc_start = 0.5;
  v.taken_kwh = physics::unknown;
  v.v2g = true;
  add_visits(world, {v});
  const auto there_and_back = [&](std::uint32_t hour_out) {
    return strategy([=](const evtwin_view& view, evtwin_decision& d) {
      const double h = kernel::hours_between(monday_ns, view.now_ns);
      d.evse_kw[0] = h < 1.0 ? 6.0 : h < hour_out ? -6.0 : 0.0;
    });
  };
  // In for an hour: 5.4 kWh stored. Out again until SoC is back: 5.4 x 0.9 = 4.86 kWh at the meter = 6 x 0.81.
  world.vehicles[0].soc_floor = 0.5;
  const Outcome o = run_world(world, there_and_back(24));
  EXPECT_NEAR(o.ledger().ev_charge_kwh, 6.0, exact_kwh);
  EXPECT_NEAR(o.ledger().ev_discharge_kwh, 6.0 * 0.81, exact_kwh);
  EXPECT_NEAR(o.site().vehicle_losses_kwh, 6.0 * (1 - 0.81), exact_kwh);
  EXPECT_NEAR(o.seen.sessions[0].record.soc_end, 0.5, 1e-12);
}

TEST(Simulation, ContractPowerIsSharedAndCorrectionsSayWhy) {
  twin::World world = small_world(4);
  world.sites[0].contract_kw = 14.08;
  add_visits(world, {visit(1, 5, 20, 0), visit(1, 5, 20, 1), visit(1, 5, 20, 2), visit(1, 5, 20, 3)});
  const Outcome o = run_world(world, full_power());
  EXPECT_NEAR(o.site().peak_instant_kw, 14.08, exact_kwh);
  EXPECT_NEAR(o.ledger().ev_charge_kwh, 4 * 14.08, exact_kwh);
  EXPECT_EQ(o.ledger().overload_kwh, 0.0);
  EXPECT_EQ(o.site().corrections[static_cast<std::size_t>(control::Correction::limit)], 4U);
  EXPECT_EQ(o.seen.limit_names.front(), "grid connection");
}

TEST(Simulation, LoadAboveTheContractIsUnavoidableAndCounted) {
  twin::World world = small_world();
  world.sites[0].contract_kw = 10.0;
  world.sites[0].load_kw = 12.0;
  add_visits(world, {visit(1, 5, 20)});
  const Outcome o = run_world(world, full_power());
  EXPECT_EQ(o.ledger().ev_charge_kwh, 0.0);
  EXPECT_NEAR(o.ledger().overload_kwh, 2.0 * 24, exact_kwh);
  EXPECT_NEAR(o.site().contract_excess_h, 24.0, 1e-9);
  EXPECT_NEAR(o.site().months.at(0).excess_kw, 2.0, 1e-9);
  EXPECT_EQ(o.site().corrections[static_cast<std::size_t>(control::Correction::unavoidable)], 1U);
}

// 4.08 kW above the contract for half an hour: no metering window is, each of an hour has a mean of 7.04 kW. What is
// charged at once takes as long at a finer tick, and at the contract itself there is no minute of excess.
TEST(Simulation, MinutesAboveTheContractAreExactAndKilowattsAreTheMeters) {
  for (const auto& [contract_kw, minutes] : {std::pair{10.0, 30.0}, {14.08, 0.0}}) {
    twin::World world = small_world(2);
    world.sites[0].contract_kw = contract_kw;
    world.sites[0].limits = twin::LimitMode::record;
    world.sites[0].tariff.demand.window_ns = 60 * kernel::minute_ns;
    world.sites[0].tariff.demand.excess_price_per_kw = 10.0;
    add_visits(world, {visit(1, 1.5, 20, 0), visit(1, 1.5, 20, 1)});
    const Outcome o = run_world(world, full_power());
    EXPECT_NEAR(60.0 * o.site().contract_excess_h, minutes, 1e-9);
    EXPECT_EQ(o.site().months.at(0).excess_kw, 0.0);
    EXPECT_EQ(o.ledger().demand_charge, 0.0);
  }
}

TEST(Simulation, RecordModeLetsOverloadsHappen) {
  twin::World world = small_world(2);
  world.sites[0].contract_kw = 10.0;
  world.sites[0].limits = twin::LimitMode::record;
  add_visits(world, {visit(1, 2, 20, 0), visit(1, 2, 20, 1)});
  const Outcome o = run_world(world, full_power());
  EXPECT_NEAR(o.ledger().overload_kwh, 4.08, exact_kwh);
  EXPECT_EQ(std::count_if(o.seen.events.begin(), o.seen.events.end(),
                          [](const auto& e) { return e.starts_with("overload"); }),
            1);
}

// A tapering car and a constant PV: the site turns from import to export in the middle of an interval without any
// event.
TEST(Simulation, ImportTurnsToExportWhereTheTaperCrossesThePv) {
  twin::World world = small_world();
  twin::Site& site = world.sites[0];
  site.tariff = flat_tariff(100.0);
  site.pv_kw = 3.52;
  world.tick_ns = 12 * hour_ns;
  physics::Vehicle& car = world.vehicles[0];
  car.battery.capacity_kwh = 10.0;
  car.battery.charge = {{{0.0, 7.04}, {1.0, 0.0}}};
  demand::Visit v = visit(0, 10, 50);
  v.taken_kwh = physics::unknown;
  v.soc_start = 0.0;
  add_visits(world, {v});
  const Outcome o = run_world(world, full_power());
  // P = 7.04 exp(-0.704 t) falls to 3.52 when half the battery is full: 5 kWh metered, of which 3.52 t1 came from PV.
  const double t1 = std::log(2.0) / 0.704;
  EXPECT_NEAR(o.ledger().import_kwh, 5.0 - 3.52 * t1, 1e-7);  // the crossing is found to the nanosecond
  EXPECT_NEAR(control::imbalance_kwh(o.ledger()), 0.0, exact_kwh);
}

//   grid --- transformer (0.98) --- EVSE (DC, 0.95) --- 25 kWh at its meter
TEST(Simulation, DcEvseAndFeederLosesOnTheWay) {
  twin::World world = small_world();
  twin::Site& site = world.sites[0];
  physics::Evse& evse = site.evses[0];
  evse.phases = 0;
  evse.max_kw = 50.0;
  evse.efficiency = 0.95;
  evse.feeder = 0;
  site.feeders.push_back({"transformer", -1, physics::infinite, physics::infinite, physics::infinite, 0.98});
  add_visits(world, {visit(1, 2, 25)});
  const Outcome o = run_world(world, full_power());
  EXPECT_NEAR(o.ledger().ev_charge_kwh, 25.0, exact_kwh);
  EXPECT_NEAR(o.ledger().import_kwh, 25.0 / 0.95 / 0.98, exact_kwh);
  EXPECT_NEAR(o.ledger().losses_kwh, 25.0 / 0.95 / 0.98 - 25.0, exact_kwh);
  EXPECT_NEAR(control::imbalance_kwh(o.ledger()), 0.0, exact_kwh);
}

TEST(Simulation, CarsQueueTurnAwayAndLosePatience) {
  twin::World world = small_world();
  world.sites[0].waiting_room = {2, 1.5};
  std::vector<demand::Visit> visits;
  for (int i = 0; i < 4; ++i) {
    demand::Visit v = visit(1 + 0.1 * i, 2 + 0.1 * i, 5, demand::any_evse);
    v.stay_counts_from_plug_in = true;
    v.id = "car" + std::to_string(i);
    visits.push_back(v);
  }
  add_visits(world, visits);
  const Outcome o = run_world(world, full_power());
  // car0 1:00-2:00; car1 waits from 1:06 and charges 2:00-3:00; car2 waits from 1:12 and gives up at 2:42; car3 finds
  // both places taken.
  EXPECT_EQ(o.site().sessions, 2U);
  EXPECT_EQ(o.site().waited, 1U);
  EXPECT_EQ(o.site().turned_away, 2U);
  EXPECT_NEAR(o.site().waiting_h, 0.9 + 1.5, 1e-9);
  ASSERT_EQ(o.seen.sessions.size(), 4U);
  EXPECT_EQ(o.seen.sessions[0].id, "car3");
  EXPECT_EQ(o.seen.sessions[0].record.end, twin::SessionEnd::turned_away);
  EXPECT_EQ(o.seen.sessions[2].id, "car2");
  EXPECT_EQ(o.seen.sessions[2].record.end, twin::SessionEnd::reneged);
}

TEST(Simulation, WhoStillWaitsAtTheEndHasWaitedUntilThen) {
  twin::World world = small_world();
  world.sites[0].waiting_room = {2, 5.0};
  add_visits(world,
             {visit(1, 8, 5, demand::any_evse), visit(1.5, 8, 5, demand::any_evse), visit(2, 8, 5, demand::any_evse)});
  world.end_ns = world.start_ns + 4 * kernel::hour_ns;
  const Outcome o = run_world(world, full_power());
  EXPECT_EQ(o.site().sessions, 1U);
  EXPECT_EQ(o.site().waiting_at_end, 2U);
  EXPECT_NEAR(o.site().waiting_h, 2.5 + 2.0, 1e-9);
}

TEST(Simulation, ACarThatLeavesAndOneThatComesAtTheSameInstantShareTheEvse) {
  twin::World world = small_world();
  add_visits(world, {visit(1, 2, 5), visit(2, 3, 5)});
  const Outcome o = run_world(world, full_power());
  EXPECT_EQ(o.site().sessions, 2U);
  EXPECT_NEAR(o.ledger().ev_charge_kwh, 10.0, exact_kwh);
}

TEST(Simulation, AnOutageStopsPowerAndTurnsCarsToOtherEvses) {
  twin::World world = small_world(2);
  world.sites[0].outages.push_back({0, monday_ns + 2 * hour_ns, monday_ns + 3 * hour_ns});
  add_visits(world, {visit(1, 5, 28.16, 0), visit(2.5, 3.5, 5, demand::any_evse)});
  const Outcome o = run_world(world, full_power());
  EXPECT_NEAR(o.seen.sessions[1].record.got_kwh, 3 * 7.04, exact_kwh);
  EXPECT_EQ(o.seen.sessions[0].record.evse, 1);
}

TEST(Simulation, SplittingTheTickChangesNothing) {
  const auto energy = [](TimeNs tick_ns) {
    twin::World world = small_world(3);
    world.tick_ns = tick_ns;
    world.sites[0].contract_kw = 12.0;
    physics::Vehicle& car = world.vehicles[0];
    car.battery.capacity_kwh = 30.0;
    car.battery.charge = {{{0.0, 7.0}, {0.6, 6.5}, {1.0, 0.2}}};
    std::vector<demand::Visit> visits;
    for (int i = 0; i < 3; ++i) {
      demand::Visit v = visit(1.21 + i, 9.77 + i, 50, i);
      v.taken_kwh = physics::unknown;
      v.soc_start = 0.3;
      visits.push_back(v);
    }
    add_visits(world, visits);
    // The same setpoints whatever the tick: a tapered car frees power only when the strategy is asked, so it must not
    // depend on that.
    const Outcome o = run_world(world, strategy([](const evtwin_view& view, evtwin_decision& d) {
                                  for (std::uint32_t i = 0; i < view.n_evses; ++i) d.evse_kw[i] = 4.0;
                                }));
    return o.ledger().ev_charge_kwh;
  };
  const double reference = energy(15 * minute_ns);
  EXPECT_NEAR(energy(5 * minute_ns), reference, exact_kwh);
  EXPECT_NEAR(energy(minute_ns), reference, exact_kwh);
}

TEST(Simulation, SameSeedSameHashOtherStrategyOtherHash) {
  twin::World world = small_world(4, 7);
  demand::Poisson law;
  law.rate_per_h.assign(168, 1.0);
  law.energy_kwh = {demand::Distribution::Kind::normal, 12.0, 5.0, 1.0, 30.0, {}};
  law.stay_h = {demand::Distribution::Kind::lognormal, 3.0, 0.5, 0.2, 12.0, {}};
  law.vehicles = {0};
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
  world.sites[0].contract_kw = 12.0;
  const auto hash = [&](const control::StrategyFactory& how) { return run_world(world, how).result.event_hash; };
  EXPECT_EQ(hash(full_power()), hash(full_power()));
  EXPECT_NE(hash(full_power()), hash(baseline("edf")));
  const Outcome a = run_world(world, full_power());
  const Outcome b = run_world(world, baseline("edf"));
  ASSERT_EQ(a.seen.sessions.size(), b.seen.sessions.size());  // common random numbers: the same cars come
  world.seed = 8;
  EXPECT_NE(hash(full_power()), a.result.event_hash);
}

TEST(Simulation, TheStrategyNeverSeesTheTruth) {
  twin::World world = small_world();
  demand::Visit v = visit(1, 2, 5);
  v.claimed_departure_ns = monday_ns + 8 * hour_ns;
  v.requested_kwh = 30.0;
  add_visits(world, {v});
  bool seen = false;
  const Outcome o = run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& d) {
                                d.evse_kw[0] = 5.0;
                                if (view.evse_session[0] == 0) return;
                                seen = true;
                                EXPECT_EQ(view.evse_departs_ns[0], monday_ns + 8 * hour_ns);
                                EXPECT_EQ(view.evse_requested_kwh[0], 30.0);
                                EXPECT_TRUE(std::isnan(view.evse_soc[0]));
                              }));
  EXPECT_TRUE(seen);
  EXPECT_NEAR(o.ledger().ev_charge_kwh, 5.0, exact_kwh);
}

TEST(Simulation, MeterWindowsSumToTheLedger) {
  twin::World world = small_world(2);
  world.sites[0].pv_kw = 3.0;
  world.sites[0].load_kw = 1.0;
  world.sites[0].tariff = flat_tariff(100.0);
  add_visits(world, {visit(1.1, 5, 20, 0), visit(2.3, 9, 33, 1)});
  const Outcome o = run_world(world, full_power());
  control::Ledger sum;
  for (const auto& [meter, increment] : o.seen.meters) sum += increment;
  EXPECT_EQ(o.seen.meters.size(), 96U);
  EXPECT_NEAR(sum.import_kwh, o.ledger().import_kwh, exact_kwh);
  EXPECT_NEAR(sum.energy_cost, o.ledger().energy_cost, 1e-6);
  double segments = 0.0;
  for (const auto& s : o.seen.power) segments += s.energy_kwh;
  EXPECT_NEAR(segments, o.ledger().ev_charge_kwh, exact_kwh);
}

// 96 ticks of 15 minutes, and one decision each for the arrival at 01:07 and the departure at 02:10 that fall between
// them.
TEST(Simulation, DecisionsComeOnEveryTickAndOnTheEventsAskedFor) {
  twin::World world = small_world();
  add_visits(world, {visit(1 + 7.0 / 60, 2 + 10.0 / 60, 50)});
  std::vector<std::uint32_t> why;
  const auto count = [&](std::uint32_t subscribes) {
    why.clear();
    const Outcome o = run_world(
        world, strategy([&](const evtwin_view& view, evtwin_decision&) { why.push_back(view.why); }, subscribes));
    EXPECT_EQ(o.site().decisions, why.size());
    return why.size();
  };
  EXPECT_EQ(count(0), 96U);
  EXPECT_EQ(count(EVTWIN_WHY_ARRIVAL), 97U);
  EXPECT_EQ(count(EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE), 98U);
  EXPECT_EQ(why.front(), EVTWIN_WHY_TICK);
  EXPECT_EQ(std::count(why.begin(), why.end(), EVTWIN_WHY_ARRIVAL), 1);
  world.tick_ns = hour_ns;
  EXPECT_EQ(count(0), 24U);
}

TEST(Simulation, AStrategyIsWokenExactlyWhenItAsked) {
  twin::World world = small_world();
  const TimeNs at = monday_ns + 3 * hour_ns + 1;
  std::vector<TimeNs> woken;
  run_world(world, strategy([&](const evtwin_view& view, evtwin_decision& d) {
              if ((view.why & EVTWIN_WHY_WAKE) != 0) woken.push_back(view.now_ns);
              if (view.now_ns < at) d.wake_ns = at;
            }));
  EXPECT_EQ(woken, std::vector<TimeNs>{at});
}

TEST(Simulation, ACarGoesOnlyToAnEvseItsInletFits) {
  twin::World world = small_world(2);
  world.sites[0].evses[0].phases = 0;  // DC first
  world.sites[0].evses[0].max_kw = 50.0;
  world.vehicles[0].has_dc = false;
  add_visits(world, {visit(1, 2, 5, demand::any_evse), visit(1.5, 2, 5, demand::any_evse)});
  const Outcome o = run_world(world, full_power());
  EXPECT_EQ(o.site().sessions, 1U);
  EXPECT_EQ(o.site().turned_away, 1U);
  EXPECT_EQ(o.seen.sessions[1].record.evse, 1);
}

// A car that leaves, one that comes and the tick at one instant: out before in before the decision, in whatever order
// the arrival laws list them.
TEST(Simulation, OneInstantHasOneOrder) {
  for (const bool swapped : {false, true}) {
    twin::World world = small_world();
    std::vector<demand::Visit> first = {visit(1, 2, 5)}, second = {visit(2, 3, 5)};
    if (swapped) std::swap(first, second);
    add_visits(world, first);
    add_visits(world, second);
    std::vector<std::uint64_t> at_two;
    const Outcome o = run_world(world, strategy([&](const evtwin_view& view, evtwin_decision&) {
                                  if (view.now_ns == monday_ns + 2 * hour_ns) at_two.push_back(view.evse_session[0]);
                                }));
    EXPECT_EQ(at_two, std::vector<std::uint64_t>{2});
    EXPECT_EQ(o.site().sessions, 2U);
  }
}

}  // namespace
}  // namespace evtwin::testing
