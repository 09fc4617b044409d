// Faults put back: a run file as faulty books would have written it is told from a right one, by the name of the
// figure.
#include <cmath>

#include "audit/figures.hpp"
#include "audit/recorded_world.hpp"

namespace evtwin::testing {
namespace {

class FaultsPutBack : public Recounted {
 protected:
  /// The file as it is has no difference; with `sql` run on it just these figures differ.
  void expect_found(const std::string& file, const std::string& sql, const std::string& figures) const {
    const audit::Audit right = audit::audit_file(file);
    ASSERT_EQ(differing(right), "") << differences(right);
    EXPECT_EQ(differing(audit::audit_file(altered(file, sql))), figures) << sql;
  }
};

std::shared_ptr<const demand::ArrivalLaw> replay_of(std::vector<demand::Visit> visits) {
  return std::make_shared<const demand::ArrivalLaw>(demand::Recorded{std::move(visits)});
}

/// Sets a key figure of all sites to an SQL expression; `value` is what it was.
std::string set_figure(const std::string& name, const std::string& value) {
  return "UPDATE kpi SET value = " + value + " WHERE site IS NULL AND name = '" + name + "';";
}

/// From 2025-05-30 for four days in Seoul: base load, PV that is fed back, prices, a demand charge with ratchet.
twin::World over_a_months_end() {
  twin::World world = small_world(2, 4);
  world.start_ns = world.calendar.start_of(market::LocalDate{2025, 5, 30});
  world.end_ns = world.start_ns + 4 * kernel::day_ns;
  twin::Site& site = world.sites[0];
  std::vector<double> load(24, 4.0), sun(24, 0.0);
  load[11] = 20.0;
  for (std::size_t h = 10; h < 15; ++h) sun[h] = 18.0;
  site.load_kw = market::DailyProfile{{{market::all_months, market::all_day_types, load}}, {}};
  site.pv_kw = market::DailyProfile{{{market::all_months, market::all_day_types, sun}}, {}};
  site.tariff.rates[0].price_per_kwh = 100.0;
  site.tariff.sell = market::SellFactor{0.5};
  site.tariff.demand.price_per_kw.fill(8'000.0);
  site.tariff.demand.ratchet_months = market::month_bit(1) | market::month_bit(8);
  site.past_peaks = {{{2025, 1}, 60.0}, {{2024, 8}, 45.0}, {{2024, 3}, 90.0}};
  site.driver_price_per_kwh = 300.0;
  site.unmet_price_per_kwh = 500.0;
  std::vector<demand::Visit> visits;
  for (int day = -3; day < 1; ++day) {  // from monday_ns, 2025-06-02
    visits.push_back(visit(24.0 * day + 8.5, 24.0 * day + 12.25, 20.0, 0));
    visits.push_back(visit(24.0 * day + 20.1, 24.0 * day + 21.1, 9.0, 1));  // an hour is 7.04 kWh
  }
  visits.push_back(visit(22.0, 24.0, 30.0, 0));  // leaves exactly at the end
  visits.push_back(visit(23.0, 30.0, 25.0, 1));  // still there
  site.arrivals = {replay_of(visits)};
  return world;
}

TEST_F(FaultsPutBack, WhatIsStillOwedIsWhatTheHandSays) {
  // 25 kWh wanted from 23:00 on, 7.04 had by midnight; the rest, 17.96, fits into six hours at 100.
  const std::string file = record(over_a_months_end(), baseline("asap"));
  EXPECT_NEAR(question(file, "SELECT value FROM kpi WHERE name = 'open_cost'"), 1796.0, 1e-6);
  // One hour of it at 100, the rest at the unmet price.
  expect_found(file, set_figure("open_cost", "7.04 * 100 + 10.92 * 500"), "open_cost");
}

TEST_F(FaultsPutBack, WhatOpenSessionsAreOwedIsNotNothing) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  ASSERT_GT(question(file, "SELECT value FROM kpi WHERE name = 'open_kwh'"), 1.0);
  expect_found(file,
               set_figure("open_kwh", "0") + set_figure("objective", "value - (SELECT sum(open_cost) FROM session)") +
                   set_figure("open_cost", "0"),
               "objective, open_kwh, open_cost");
}

TEST_F(FaultsPutBack, AStayThatEndsWithTheRunIsOverOrOpenAsItsRowSays) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  expect_found(file, set_figure("vehicles_served", "value - 1") + set_figure("sessions_open", "value + 1"),
               "vehicles_served, sessions_open");
}

TEST_F(FaultsPutBack, AMonthIsBilledForTheRatchet) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  ASSERT_EQ(question(file, "SELECT billed_kw FROM month WHERE month = '2025-06'"), 60.0);
  expect_found(file,
               "UPDATE month SET billed_kw = peak_kw, cost = peak_kw * price_per_kw * fraction;" +
                   set_figure("demand_charge", "(SELECT sum(cost) FROM month)"),
               "demand_charge, 2025-05 billed_kw, 2025-05 demand_charge, 2025-06 billed_kw, 2025-06 demand_charge");
}

TEST_F(FaultsPutBack, APeakOfMarchIsInNoRatchet) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  expect_found(file, "UPDATE month SET billed_kw = 90, cost = 90 * price_per_kw * fraction WHERE month = '2025-06'",
               "2025-06 billed_kw, 2025-06 demand_charge");
}

TEST_F(FaultsPutBack, AMonthInPartIsBilledProRata) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  expect_found(file, "UPDATE month SET fraction = 1, cost = billed_kw * price_per_kw WHERE month = '2025-06'",
               "2025-06 fraction, 2025-06 demand_charge");
}

TEST_F(FaultsPutBack, RowsOfTheMeterThatDoNotAddUp) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  expect_found(file, "UPDATE meter SET import_kwh = 2 * import_kwh", "meter import_kwh");
  const std::string gone = differing(audit::audit_file(altered(file, "DELETE FROM meter WHERE id = 1")));
  EXPECT_NE(gone.find("meter import_kwh"), std::string::npos) << gone;
}

// A cut of demand response all day: the contract is billed, and nobody exceeds it.
TEST_F(FaultsPutBack, ACutIsNoContract) {
  twin::World world = over_a_months_end();
  twin::Site& site = world.sites[0];
  site.contract_kw = 100.0;
  site.tariff.demand.basis = market::DemandBasis::contract;
  site.tariff.demand.excess_price_per_kw = 6.0;
  site.cuts.push_back({world.start_ns, world.end_ns, world.start_ns, 3.0});
  const std::string file = record(world, baseline("asap"));
  EXPECT_EQ(question(file, "SELECT value FROM kpi WHERE name = 'contract_excess_min'"), 0.0);
  EXPECT_EQ(question(file, "SELECT billed_kw FROM month WHERE month = '2025-06'"), 100.0);
  expect_found(file, "UPDATE month SET billed_kw = 3 WHERE month = '2025-06'", "2025-06 billed_kw");
}

TEST_F(FaultsPutBack, AMonthsPeakIsNotThatOfTheMonthBefore) {
  twin::World world = over_a_months_end();
  world.sites[0].past_peaks.clear();
  world.sites[0].tariff.demand.ratchet_months = 0;
  // A load of May alone: June starts with what May left behind.
  world.sites[0].load_kw = market::Series({world.start_ns, world.start_ns + 2 * kernel::day_ns}, {50.0, 2.0});
  const std::string file = record(world, baseline("asap"));
  expect_found(file,
               "UPDATE month SET peak_kw = 57.04, billed_kw = 57.04, cost = 57.04 * price_per_kw * fraction "
               "WHERE month = '2025-06'",
               "2025-06 peak_kw, 2025-06 billed_kw, 2025-06 demand_charge");
}

TEST_F(FaultsPutBack, AWindowCountsWhatIsImportedNotTheNet) {
  twin::World world = over_a_months_end();
  world.sites[0].tariff.demand.window_ns = kernel::hour_ns;
  // Within an hour 30 kW are drawn and then 30 kW fed back.
  std::vector<double> sun(48, 0.0);
  for (std::size_t half = 1; half < 48; half += 2) sun[half] = 60.0;
  world.sites[0].pv_kw = market::DailyProfile{{{market::all_months, market::all_day_types, sun}}, {}};
  world.sites[0].load_kw = 30.0;
  world.sites[0].arrivals.clear();
  world.sites[0].evses.clear();
  const std::string file = record(world, baseline("asap"));
  expect_found(file, set_figure("peak_kw", "(SELECT max(import_kwh - export_kwh) FROM meter)"), "peak_kw");
}

/// A DC EVSE of 0.95 and a car that gives back; a storage of 0.9 each way that is filled.
twin::World with_storage_and_v2g() {
  twin::World world = small_world(0, 1);
  world.vehicles[0].name = "v2g";
  world.vehicles[0].v2g_capable = true;
  world.vehicles[0].max_discharge_kw = 20.0;
  world.vehicles[0].soc_known = true;
  physics::BatterySpec& battery = world.vehicles[0].battery;
  battery.capacity_kwh = 80.0;
  battery.charge_efficiency = 0.9;
  battery.discharge_efficiency = 0.9;
  battery.charge = physics::Curve{{{0.0, 50.0}, {0.5, 50.0}, {1.0, 5.0}}};
  battery.discharge = physics::Curve::constant(20.0);
  twin::Site& site = world.sites[0];
  physics::Evse dc;
  dc.id = "D-1";
  dc.phases = 0;
  dc.max_kw = dc.max_discharge_kw = 50.0;
  dc.bidirectional = true;
  dc.efficiency = 0.95;
  site.evses = {dc};
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = storage.max_discharge_kw = 20.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.9;
  site.storages = {storage};
  site.tariff.rates[0].price_per_kwh = 0.3;
  site.driver_price_per_kwh = 0.5;
  site.v2g_price_per_kwh = 0.2;
  site.unmet_price_per_kwh = 1.0;
  site.wear_price_per_kwh = 0.05;
  demand::Visit v = visit(1.0, 4.0, 30.0, 0);
  v.soc_start = 0.6;
  v.v2g = true;
  v.v2g_min_price_per_kwh = 0.25;
  site.arrivals = {replay_of({v})};
  return world;
}

/// Gives back in the second hour of the day, then charges slowly; fills the storage from the start.
control::StrategyFactory back_and_forth() {
  return [](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<FunctionStrategy>(
        [](const evtwin_view& view, evtwin_decision& d) {
          d.evse_kw[0] = view.now_ns < monday_ns + 2 * hour_ns ? -10.0 : 6.0;
          d.storage_kw[0] = view.now_ns < monday_ns + hour_ns ? 10.0 : 0.0;
        },
        EVTWIN_WHY_ARRIVAL, 0);
  };
}

TEST_F(FaultsPutBack, WhatIsLeftInAStorageIsNotWorthWhatWasDrawnForIt) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  // 10 kWh drawn, 9 kWh stored: hoarding earned a tenth.
  expect_found(file, set_figure("objective", "value - 0.3 * (10 - 9)"), "objective");
}

TEST_F(FaultsPutBack, ACarThatGaveBackMissesWhatItMisses) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  // 10 kWh given back, 12 charged, 30 wanted: putting the 10 back takes 10 / (0.9 x 0.9) at the meter.
  ASSERT_NEAR(question(file, "SELECT unmet_kwh FROM session"), 30.0 - 12.0 + 10.0 / 0.81, 1e-9);
  expect_found(file,
               "UPDATE session SET unmet_kwh = wanted_kwh - got_kwh;" +
                   set_figure("unmet_kwh", "(SELECT wanted_kwh - got_kwh FROM session)"),
               "unmet_kwh, session unmet_kwh");
}

TEST_F(FaultsPutBack, WhatACarGaveBackTakesMoreToPutBack) {
  // 30 kWh wanted, 10 given back, 12 had: 30 - 12 + 10 / 0.81, not 28.
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  EXPECT_NEAR(question(file, "SELECT unmet_kwh FROM session"), 18.0 + 10.0 / 0.81, 1e-9);
  expect_found(file, "UPDATE session SET unmet_kwh = 28;" + set_figure("unmet_kwh", "28"),
               "unmet_kwh, session unmet_kwh");
}

TEST_F(FaultsPutBack, StorageIsNotWorthTheMeanPrice) {
  twin::World world = with_storage_and_v2g();
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates.push_back(tariff.rates[0]);
  tariff.rates[0].to_minute = tariff.rates[1].from_minute = 12 * 60;
  tariff.rates[1].price_per_kwh = 0.5;
  const std::string file = record(world, back_and_forth());
  // 9 kWh stored, which 10 kWh at 0.3 would have done; the mean price is 0.4.
  EXPECT_NEAR(question(file, "SELECT value FROM kpi WHERE name = 'storage_energy_value'"), 3.0, 1e-9);
  expect_found(file, set_figure("storage_energy_value", "9 * 0.4"), "storage_energy_value");
}

// Emptied from half full: 1 h at 10 kW discharged 10 / 0.9; refilling fits into the run's cheapest quarter in part
// only.
TEST_F(FaultsPutBack, AnEmptiedStorageIsRefilledAsFastAsItsPowerAllows) {
  twin::World world = with_storage_and_v2g();
  market::Tariff& tariff = world.sites[0].tariff;
  tariff.rates.push_back(tariff.rates[0]);
  tariff.rates[0].to_minute = tariff.rates[1].from_minute = 15;
  tariff.rates[0].price_per_kwh = 0.1;
  const std::string file = record(world, [](const evtwin_view&, std::uint64_t, std::uint32_t) {
    return std::make_unique<FunctionStrategy>(
        [](const evtwin_view& view, evtwin_decision& d) {
          d.storage_kw[0] = view.now_ns < monday_ns + hour_ns ? -10.0 : 0.0;
        },
        0, 0);
  });
  // 20 kW for a quarter of an hour at 0.1, the rest at 0.3.
  const double owed_kwh = 10.0 / 0.9 / 0.9;
  EXPECT_NEAR(question(file, "SELECT value FROM kpi WHERE name = 'storage_energy_value'"),
              -(5.0 * 0.1 + (owed_kwh - 5.0) * 0.3), 1e-9);
  expect_found(file, set_figure("storage_energy_value", "-" + std::to_string(owed_kwh * 0.1)), "storage_energy_value");
}

TEST_F(FaultsPutBack, ARoundTripLosesOnTheWayBackToo) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  expect_found(file, set_figure("vehicle_losses_kwh", "value - 10 * (1 / 0.9 - 1)"), "vehicle_losses_kwh");
}

TEST_F(FaultsPutBack, ADriverIsPaidTheMinimumAskedFor) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  expect_found(file, set_figure("v2g_payment", "0.2 * (SELECT discharged_kwh FROM session)"), "v2g_payment");
}

TEST_F(FaultsPutBack, ASessionsCostIsThatOfItsAcSide) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  expect_found(file, "UPDATE session SET cost = got_kwh * 0.3", "session cost");
}

TEST_F(FaultsPutBack, APowerThatIsNotItsEnergyIsFound) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  expect_found(file, "UPDATE power SET energy_kwh = energy_kwh * 1.01 WHERE evse IS NOT NULL AND kw < 0",
               "power energy_kwh");
}

// A contract of 5 kW: storage charges with 10 for an hour, then the car with 6, 6 / 0.95 at the AC side, for two. That
// is 5 kW above it, for 180 minutes, at 6 per kW and month of 30 days.
TEST_F(FaultsPutBack, AnExcessOverTheContractIsKilowattsMinutesAndMoney) {
  twin::World world = with_storage_and_v2g();
  twin::Site& site = world.sites[0];
  site.contract_kw = 5.0;
  site.limits = twin::LimitMode::record;
  site.tariff.demand.excess_price_per_kw = 6.0;
  const std::string file = record(world, back_and_forth());
  EXPECT_NEAR(question(file, "SELECT value FROM kpi WHERE name = 'contract_excess_kw'"), 5.0, 1e-9);
  EXPECT_NEAR(question(file, "SELECT value FROM kpi WHERE name = 'contract_excess_min'"), 180.0, 1e-6);
  EXPECT_NEAR(question(file, "SELECT value FROM kpi WHERE name = 'contract_excess_cost'"), 5.0 * 6.0 / 30.0, 1e-9);
  expect_found(file, set_figure("contract_excess_min", "value * 1.001"), "contract_excess_min");
  expect_found(file, set_figure("contract_excess_kw", "value + 0.1"), "contract_excess_kw");
  expect_found(file, set_figure("contract_excess_cost", "0"), "contract_excess_cost");
  expect_found(file,
               "UPDATE month SET cost = cost - excess_cost;" +
                   set_figure("demand_charge", "value - (SELECT sum(excess_cost) FROM month)"),
               "demand_charge, 2025-06 demand_charge");
}

// A taper from 100 kW under a feeder of 40 kW that only counts: 100 exp(-h 100/60) is above it by
// (100 - 40) / k - 40 ln(2.5) / k kWh, k = 100 / 60 per h. Samples at ticks of an hour say something else.
//
//   grid --- east (40 kW, only counted) --- D-1 (DC)   100 kW and falling
//
//   100 kW |.
//          | `.   counted: what lies above 40 kW
//    40 kW |---`._-------------
//          |      `--..__         until 100 exp(-k h) = 40, h = ln(2.5) / k
//          +-------------------- h
TEST_F(FaultsPutBack, AFeedersOverloadIsNotASampleAtTicks) {
  twin::World world = small_world(0, 1);
  physics::BatterySpec& battery = world.vehicles[0].battery;
  battery.capacity_kwh = 60.0;
  battery.charge = physics::Curve{{{0.0, 100.0}, {1.0, 0.0}}};
  twin::Site& site = world.sites[0];
  physics::Evse dc;
  dc.id = "D-1";
  dc.phases = 0;
  dc.max_kw = 100.0;
  dc.feeder = 0;
  site.evses = {dc};
  site.feeders = {{"east", -1, 40.0, physics::infinite, physics::infinite, 1.0}};
  site.limits = twin::LimitMode::record;
  demand::Visit v = visit(1.0, 10.0, 60.0, 0);
  v.soc_start = 0.0;
  v.taken_kwh = physics::unknown;
  site.arrivals = {replay_of({v})};
  const std::string file = record(world, baseline("asap"));
  const double per_h = 100.0 / 60.0;
  const double exact_kwh = (60.0 - 40.0 * std::log(2.5)) / per_h;
  EXPECT_NEAR(finding_of(audit::audit_file(file), "feeder_overload_kwh").recount, exact_kwh, 1e-9);

  const std::string sampled = altered(file, set_figure("feeder_overload_kwh", "60.0"));  // (100 - 40) kW for an hour
  EXPECT_EQ(differing(audit::audit_file(sampled)), "feeder_overload_kwh");
}

TEST_F(FaultsPutBack, AFigureOfOneSiteOfSeveralIsNamedWithIt) {
  twin::World world = over_a_months_end();
  world.sites.push_back(world.sites[0]);
  world.sites[1].name = "second";
  const std::string file = record(world, baseline("asap"));
  expect_found(file, "UPDATE kpi SET value = value + 1 WHERE site = 2 AND name = 'import_kwh'", "import_kwh of site 2");
}

TEST_F(FaultsPutBack, AFigureThatIsGoneOrUnknownShows) {
  const std::string file = record(over_a_months_end(), baseline("asap"));
  EXPECT_EQ(differing(audit::audit_file(altered(file, "DELETE FROM kpi WHERE name = 'co2_kg'"))), "co2_kg");
  const audit::Audit audited = audit::audit_file(altered(file, "UPDATE kpi SET name = 'new_kg' WHERE name = 'co2_kg'"));
  EXPECT_EQ(finding_of(audited, "new_kg").why_not, "the audit does not know this figure");
}

TEST_F(FaultsPutBack, EveryKeyFigureIsKnownToTheAudit) {
  std::vector<std::string> known, all;
  for (const audit::Formula& formula : audit::all_formulas()) {
    known.emplace_back(formula.name);
    EXPECT_EQ(formula.value == nullptr, !formula.why_not.empty()) << formula.name;
  }
  for (const analysis::KpiInfo& info : analysis::kpi_table()) all.emplace_back(info.name);
  EXPECT_EQ(known, all);
}

TEST_F(FaultsPutBack, AnEvsesDayIsWhatFlowedOnIt) {
  // Two EVSEs, four local days, both used on each.
  const std::string file = record(over_a_months_end(), baseline("asap"));
  ASSERT_EQ(question(file, "SELECT count(*) FROM evse_day"), 8.0);
  expect_found(file, "UPDATE evse_day SET charged_kwh = charged_kwh + 0.01 WHERE id = 3", "evse_day charged_kwh");
  expect_found(file, "UPDATE evse_day SET cost = cost * 1.001 WHERE id = 5", "evse_day cost");
  expect_found(file, "UPDATE evse_day SET start_ns = start_ns + 3600000000000 WHERE id = 2",
               "evse_day charged_kwh, evse_day cost, evse_day driver_revenue");
  expect_found(file, "DELETE FROM evse_day WHERE id = 8",
               "evse_day charged_kwh, evse_day cost, evse_day driver_revenue");
  const audit::Audit found = audit::audit_file(
      altered(file, "UPDATE evse_day SET driver_revenue = driver_revenue + 1 WHERE evse = 2 AND id > 6"));
  EXPECT_EQ(finding_of(found, "evse_day driver_revenue").of.find("A-2 from "), 0U)
      << finding_of(found, "evse_day driver_revenue").of;
}

TEST_F(FaultsPutBack, AnEvsesDayKnowsWhatCarsGaveBack) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  expect_found(file, "UPDATE evse_day SET discharged_kwh = 0", "evse_day discharged_kwh");
  // Its owner takes 0.25 at least, where the site pays 0.2.
  expect_found(file, "UPDATE evse_day SET v2g_payment = 10 * 0.2", "evse_day v2g_payment");
}

TEST_F(FaultsPutBack, HowAStorageWasUsedFollowsFromItsPower) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  // Filled by 9 kWh of 100 in one half cycle, from 0.5 on, within the first of the run's hours.
  EXPECT_NEAR(question(file, "SELECT stored_kwh FROM storage_use"), 9.0, 1e-9);
  EXPECT_NEAR(question(file, "SELECT depth FROM storage_use"), 0.09, 1e-12);
  for (const char* column : {"days", "mean_soc", "stored_kwh", "cycle_soc", "depth", "wear_calendar", "wear_cyclic"})
    expect_found(file, std::string("UPDATE storage_use SET ") + column + " = 1.01 * " + column,
                 std::string("storage_use ") + column);
  EXPECT_EQ(differing(audit::audit_file(altered(file, "DELETE FROM storage_use"))),
            "storage_use days, storage_use mean_soc, storage_use stored_kwh, storage_use cycle_soc, storage_use depth, "
            "storage_use wear_calendar, storage_use wear_cyclic");
}

// Lives and health follow from the recorded powers and the recorded law: another law, another life.
TEST_F(FaultsPutBack, HowLongBatteriesLastFollowsFromUseAndLaw) {
  for (const bool fitted : {false, true}) {
    twin::World world = with_storage_and_v2g();
    if (fitted) {
      world.sites[0].storages[0].ageing = {0.0004, 0.006, 0.6, 0.7};
      world.vehicles[0].ageing = {{}, 0.003, 0.5, 0.8};
    }
    const std::string file = record(world, back_and_forth());
    for (const char* figure : {"storage_life_years", "storage_soh_5y", "vehicle_life_years"}) {
      EXPECT_GT(question(file, std::string("SELECT value FROM kpi WHERE name = '") + figure + "'"), 0.0) << figure;
      expect_found(file, set_figure(figure, "1.01 * value"), figure);
      expect_found(file, set_figure(figure, "NULL"), figure);
    }
    expect_found(file, "UPDATE storage SET replaced_at = 0.85", "storage_life_years");
    expect_found(file, "UPDATE storage SET ageing_calendar = 0.001",
                 "storage_wear_calendar, storage_life_years, storage_soh_5y, storage_use wear_calendar");
    expect_found(file, "UPDATE storage SET ageing_cyclic = 0.02",
                 "storage_wear_cyclic, storage_life_years, storage_soh_5y, storage_use wear_cyclic");
    expect_found(file, "UPDATE vehicle SET ageing_cyclic = 0.02",
                 "wear_total, wear_cyclic, vehicle_life_years, session wear_cyclic");
  }
}

TEST_F(FaultsPutBack, WearOfASessionIsOfItsOwnUse) {
  const std::string file = record(with_storage_and_v2g(), back_and_forth());
  expect_found(file, "UPDATE session SET wear_calendar = 2 * wear_calendar", "session wear_calendar");
  expect_found(file, "UPDATE session SET wear_cyclic = 0", "session wear_cyclic");
  expect_found(file, "UPDATE session SET wear_cyclic = NULL", "session wear_cyclic");
}

// Three cars for one EVSE: the second waits a quarter of an hour, the third gives up after half an hour.
TEST_F(FaultsPutBack, WhoWaitedDidSoFromArrivalToPlugIn) {
  twin::World world = small_world(1, 1);
  world.sites[0].waiting_room = {3, 0.5};
  world.sites[0].arrivals = {
      replay_of({visit(1.0, 3.0, 4.0, -1), visit(2.75, 5.0, 4.0, -1), visit(3.5, 9.0, 4.0, -1)})};
  const std::string file = record(world, baseline("asap"));
  EXPECT_EQ(question(file, "SELECT waited_h FROM session WHERE number = 2"), 0.25);
  EXPECT_EQ(question(file, "SELECT waited_h FROM session WHERE ended = 'reneged'"), 0.5);
  expect_found(file, "UPDATE session SET waited_h = 0 WHERE number = 2", "session waited_h");
  expect_found(file, "UPDATE session SET waited_h = 0 WHERE ended = 'reneged'", "session waited_h");
}

// Lord Howe's clock changes by half an hour: a window of an hour lasts 90 minutes in April and 30 in October. 8 kW are
// 8 kW to books, recount and views. A run that begins half an hour into the 90 minutes with 9 kW meets an hour of them:
// 9 kWh are 6 kW.
TEST_F(FaultsPutBack, AWindowThatTheClockChangesIsDividedByItsLength) {
  twin::World world = small_world(1, 1);
  world.calendar = market::Calendar("Australia/Lord_Howe");
  twin::Site& site = world.sites[0];
  site.tariff.demand.price_per_kw.fill(10.0);
  site.tariff.demand.window_ns = hour_ns;
  const auto run_from = [&](market::LocalDate date, int minute, double first_kw) {
    world.start_ns = world.calendar.start_of(date) + minute * minute_ns;
    world.end_ns = world.start_ns + 6 * hour_ns;
    site.load_kw = market::Series({world.start_ns, world.start_ns + hour_ns}, {first_kw, 8.0}, world.end_ns);
    return record(world, baseline("asap"));
  };
  for (const int month : {4, 10}) {
    const std::string file = run_from({2026, month, month == 4 ? 5 : 4}, 0, 8.0);
    EXPECT_NEAR(question(file, "SELECT peak_kw FROM peak_per_month"), 8.0, 1e-12);
    EXPECT_NEAR(question(file, "SELECT max(peak_kw) FROM party_per_day"), 8.0, 1e-12);
    expect_found(file, set_figure("peak_kw", "8.1"), "peak_kw");
  }
  const std::string cut = run_from({2026, 4, 5}, 90, 9.0);
  expect_found(cut, set_figure("peak_kw", "9"), "peak_kw");
  EXPECT_NEAR(question(cut, "SELECT value FROM kpi WHERE name = 'peak_kw'"), 8.0, 1e-12);
}

}  // namespace
}  // namespace evtwin::testing
