#include "replay/whatif.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "log_maker.hpp"
#include "market/day_schedule.hpp"

namespace evtwin::replay {
namespace {

using namespace test;
using analysis::Language;
using ::testing::HasSubstr;
using ::testing::IsNan;
using ::testing::Not;

/// 0.10 EUR/kWh until 12:00, 0.30 from then on; 5 EUR per kW and month, billed for one day of 30.
twin::World world_of_a_day() {
  twin::World world;
  world.currency = "EUR";
  world.start_ns = t0;
  world.end_ns = t0 + kernel::day_ns;
  world.days = 1;
  twin::Site site;
  site.tariff = market::free_energy("EUR");
  site.tariff.rates = {{.to_minute = 720, .price_per_kwh = 0.1}, {.from_minute = 720, .price_per_kwh = 0.3}};
  site.tariff.demand.price_per_kw.fill(5.0);
  site.tariff_given = true;
  world.sites.push_back(site);
  return world;
}

TimeNs at_hour(int hour) { return t0 + hour * kernel::hour_ns; }

TEST(Bill, IsEnergyAtThePriceOfItsTimeAndThePeakOfTheDay) {
  twin::World world = world_of_a_day();
  const std::vector<SiteStep> steps{{at_hour(11), at_hour(13), 6.0, 7.0, 0.0, 0.0, 0.0}};
  const Bill bill = bill_of(world, steps, &SiteStep::metered_kw, 1.0);
  EXPECT_NEAR(bill.charged_kwh, 12.0, 1e-9);
  EXPECT_NEAR(bill.energy_cost, 6.0 * 0.1 + 6.0 * 0.3, 1e-9);
  EXPECT_NEAR(bill.peak_kw, 6.0, 1e-9);
  EXPECT_NEAR(bill.demand_charge, 6.0 * 5.0 / 30.0, 1e-9);
  EXPECT_NEAR(bill_of(world, steps, &SiteStep::twin_kw, 1.0).charged_kwh, 14.0, 1e-9);
  // A base load of 2 kW all day, and 5 % lost between grid and vehicles.
  world.sites.front().load_kw = 2.0;
  const Bill loaded = bill_of(world, steps, &SiteStep::metered_kw, 1.05);
  EXPECT_NEAR(loaded.import_kwh, 48.0 + 12.6, 1e-9);
  EXPECT_NEAR(loaded.peak_kw, 8.3, 1e-9);
  // PV beyond what is used is sold for nothing.
  world.sites.front().load_kw = 0.0;
  world.sites.front().pv_kw = 10.0;
  EXPECT_NEAR(bill_of(world, steps, &SiteStep::metered_kw, 1.0).import_kwh, 0.0, 1e-9);
}

TEST(Bill, UnknownTimingCostsHalfTheSpreadOfThePrices) {
  const twin::World world = world_of_a_day();
  // 8 kWh some time between 10 and 14 h: 0.8 to 2.4, so 1.6 +- 0.8. Readings every minute: nothing is unknown.
  EXPECT_NEAR(unknown_timing_cost(world, std::vector{metered_of(transaction(at_hour(10), at_hour(14), 0.0, 8.0))}), 0.8,
              1e-9);
  const auto dense = metered_at(at_hour(10), minute_ns, std::vector<double>(240, 2.0), false);
  EXPECT_EQ(unknown_timing_cost(world, std::vector{metered_of(dense)}), 0.0);
  EXPECT_NEAR(highest_price(world), 0.3, 1e-12);
}

// 0.30 at the dearest, 5 EUR per kW for one day of 30; a kWh within a window of 15 min is 4 kW; a sixteenth is lost.
TEST(Bill, NoServiceCostsMoreThanWhatIsLeftOut) {
  twin::World world = world_of_a_day();
  world.sites.front().evses.resize(1);
  world.sites.front().evses.front().efficiency = 0.9375;
  EXPECT_NEAR(price_above_any_service(world), 2.0 * (0.3 + 4.0 * 5.0 / 30.0) / 0.9375, 1e-9);
  world.sites.front().tariff.demand.excess_price_per_kw = 3.0;
  world.sites.front().tariff.sell = market::SellFixed{0.5};
  EXPECT_NEAR(price_above_any_service(world), 2.0 * (0.5 + 4.0 * 8.0 / 30.0) / 0.9375, 1e-9);
  // Two months, the second in full.
  world.end_ns = t0 + 59 * kernel::day_ns;
  world.sites.front().part_month = market::PartMonth::full;
  EXPECT_NEAR(price_above_any_service(world), 2.0 * (0.5 + 4.0 * 8.0 * 2.0) / 0.9375, 1e-9);
}

/// Two hours at 6 kW around noon, in the twin at 6.6; a strategy that charges before noon, and one that leaves half.
struct Made {
  explicit Made(bool readings) {
    prepared.scenario.world = world_of_a_day();
    const auto logged = readings ? metered_at(at_hour(11), minute_ns, std::vector<double>(120, 6.0), true)
                                 : transaction(at_hour(11), at_hour(13), 0.0, 12.0);
    prepared.log.transactions.push_back(logged);
    sessions.push_back(twin_of(0, logged, {segment(at_hour(11), at_hour(13), 6.6)}));
    card = score_evidence({prepared.log, sessions, market::Calendar(), {}, true, foretold_well()});
  }
  static WhatIfRow row(WhatIfRow::Kind kind, const std::string& name, double energy_cost, double demand, double kwh) {
    WhatIfRow made;
    made.kind = kind;
    made.name = name;
    made.energy_cost = energy_cost;
    made.demand_charge = demand;
    made.peak_kw = demand * 6.0;
    made.served_kwh = made.service_kwh = kwh;
    made.objective = energy_cost + demand;
    return made;
  }
  WhatIf result() const {
    using Kind = WhatIfRow::Kind;
    return what_if({prepared, card, sessions, 1.0},
                   {row(Kind::as_logged, "as_logged", 2.64, 1.1, 13.2), row(Kind::strategy, "asap", 2.64, 1.1, 13.2),
                    row(Kind::strategy, "early", 1.32, 1.1, 13.2), row(Kind::strategy, "lazy", 0.66, 0.55, 6.6),
                    row(Kind::bound, "bound", 1.32, 0.6, 13.2)});
  }
  Prepared prepared;
  std::vector<ReplayedSession> sessions;
  ScoreCard card;
};

TEST(WhatIf, TheReplaysOwnErrorIsTheErrorBar) {
  const WhatIf result = Made(true).result();
  // The twin has 10 % more of everything.
  EXPECT_NEAR(result.error.energy, 0.1, 1e-9);
  EXPECT_NEAR(result.error.energy_cost, 0.1, 1e-9);
  EXPECT_NEAR(result.error.demand_charge, 0.1, 1e-9);
  EXPECT_NEAR(result.error.peak, 0.1, 1e-9);
  EXPECT_TRUE(result.error.timed());
  EXPECT_EQ(result.error.timing_cost, 0.0);
  ASSERT_EQ(result.rows.size(), 6U);
  EXPECT_EQ(result.rows[0].name, "metered");
  EXPECT_NEAR(result.rows[0].cost(), 2.4 + 1.0, 1e-9);
  EXPECT_EQ(result.rows[0].bar.cost, 0.0);
  const WhatIfRow& early = *result.find_row("early");
  EXPECT_NEAR(early.bar.cost, 0.132 + 0.11, 1e-9);
  EXPECT_NEAR(early.bar.peak_kw, 0.66, 1e-9);
  EXPECT_NEAR(early.bar.energy_kwh, 1.32, 1e-9);
  // 3.74 - 2.42; the two bars combined as independent errors.
  EXPECT_NEAR(early.against_logged.value, 1.32, 1e-9);
  EXPECT_NEAR(early.against_logged.error_bar, std::hypot(0.374, 0.242), 1e-9);
  EXPECT_EQ(result.base_row()->kind, WhatIfRow::Kind::as_logged);
}

TEST(WhatIf, ControlIsOfTheTwinAgainstTheTwinAndSilentWithinItsError) {
  // Metered 3.4, but the twin on the log's own limits costs what it costs charging at once: that is no control.
  const Made made(true);
  const WhatIf result = made.result();
  EXPECT_NEAR(result.control.logged, 3.74, 1e-9);
  EXPECT_THAT(result.control.share, IsNan());
  EXPECT_THAT(what_if_text(result, {}, "EUR", Language::english),
              HasSubstr("as logged 3.74, charging at once 3.74, at best 1.92 EUR: none that the replay's error (±0.53) "
                        "would let be seen."));
  // At once it would have been 5.60: the station held cars back. 10 % of both are the error, 0.67 together.
  std::vector<WhatIfRow> rows(result.rows.begin() + 1, result.rows.end());
  rows[1] = Made::row(WhatIfRow::Kind::strategy, "asap", 4.0, 1.6, 13.2);
  const WhatIf held = what_if({made.prepared, made.card, made.sessions, 1.0}, rows);
  EXPECT_NEAR(held.control.error_bar, std::hypot(0.374, 0.56), 1e-9);
  EXPECT_NEAR(held.control.share, 1.86 / 3.68, 1e-9);
  EXPECT_THAT(what_if_text(held, {}, "EUR", Language::english),
              HasSubstr("as logged 3.74, charging at once 5.60, at best 1.92 EUR: 50.54 % of the possible saving."));
}

// Two cars of 3 kWh, each somewhere within 10 min about 12:15, outlets of 30 kW: a quarter of an hour had both or none.
TEST(Bill, AMeteredPeakIsAsSureAsItsReadingsAreNearEachOther) {
  const twin::World world = world_of_a_day();
  const kernel::TimeNs quarter = at_hour(12) + 15 * minute_ns;
  const Metered apart = metered_of(transaction(quarter - 5 * minute_ns, quarter + 5 * minute_ns, 0.0, 3.0));
  const std::vector<Outlet> outlets(2, {30.0, 1.0});
  const double even = 4.0 * 3.0, most = 4.0 * 2.0 * 2.5;  // 5 min at 30 kW are 2.5 kWh of the 3
  const auto peak = [&](const std::vector<Metered>& readings, AddedByWindow WindowDoubts::*doubt) {
    const std::vector<SiteStep> steps = site_steps(std::vector<ReplayedSession>(readings.size()), readings);
    const WindowDoubts doubts = window_doubts(world, readings, outlets, 1.0);
    return bill_of(world, steps, &SiteStep::metered_kw, 1.0, {}, doubt == nullptr ? AddedByWindow{} : doubts.*doubt)
        .peak_kw;
  };
  EXPECT_NEAR(peak({apart, apart}, nullptr), even, 1e-9);
  EXPECT_NEAR(peak({apart, apart}, &WindowDoubts::more), most, 1e-9);
  // At least half a kWh of each lies on either side of the quarter.
  EXPECT_NEAR(peak({apart, apart}, &WindowDoubts::less), 4.0 * 2.0 * 0.5, 1e-9);
  // Readings at the quarter leave nothing open.
  const Metered within = metered_of(transaction(quarter, quarter + 10 * minute_ns, 0.0, 3.0));
  EXPECT_NEAR(peak({within}, &WindowDoubts::more), 12.0, 1e-9);
  EXPECT_NEAR(peak({within}, &WindowDoubts::less), 12.0, 1e-9);
}

/// Sessions on EVSEs of their own.
struct OnOutlets {
  Prepared prepared;
  std::vector<ReplayedSession> sessions;
  OnOutlets() { prepared.scenario.world = world_of_a_day(); }
  void add(const ocpp::Transaction& logged, double max_kw, double efficiency) {
    physics::Evse evse;
    evse.phases = 0;
    evse.max_kw = max_kw;
    evse.efficiency = efficiency;
    std::vector<physics::Evse>& evses = prepared.scenario.world.sites.front().evses;
    evses.push_back(evse);
    sessions::LogSession session;
    session.transaction = prepared.log.transactions.size();
    session.visit.evse = static_cast<std::int32_t>(evses.size()) - 1;
    prepared.sessions.sessions.push_back(session);
    sessions.push_back(twin_of(session.transaction, logged, {segment(logged.start_ns, logged.stop_ns, 6.0)}));
    prepared.log.transactions.push_back(logged);
  }
  WhatIf result() const {
    const ScoreCard card = score_evidence({prepared.log, sessions, market::Calendar(), {}, true, foretold_well()});
    return what_if({prepared, card, sessions, 1.0}, {});
  }
};

// An AC and a DC outlet, 6 kW each, one after the other: the DC car drew 6 / 0.75 kW, and that is the peak.
TEST(WhatIf, EachSessionIsBilledByTheLossesOfItsOwnOutlet) {
  OnOutlets made;
  made.add(metered_at(at_hour(8), minute_ns, std::vector<double>(60, 6.0), true), 6.0, 1.0);
  made.add(metered_at(at_hour(9), minute_ns, std::vector<double>(60, 6.0), true), 6.0, 0.75);
  const WhatIf result = made.result();
  EXPECT_NEAR(result.rows[0].peak_kw, 8.0, 1e-9);
  EXPECT_NEAR(result.rows[0].energy_cost, 0.1 * (6.0 + 8.0), 1e-9);
  EXPECT_NEAR(result.rows[0].served_kwh, 12.0, 1e-9);
  EXPECT_NEAR(result.rows[0].bar.peak_kw, 0.0, 1e-9);
}

// Two cars take 3 kWh each within ten minutes about a quarter of an hour: 12 kW as spread, up to 20, and 4 at least: at
// 5 EUR per kW for a day of 30.
TEST(WhatIf, TheBarOfTheMeteredCostHasTheDemandChargeInIt) {
  OnOutlets made;
  const TimeNs quarter = at_hour(14) + 15 * minute_ns;
  for (int n = 0; n < 2; ++n)
    made.add(transaction(quarter - 5 * minute_ns, quarter + 5 * minute_ns, 0.0, 3.0), 30.0, 1.0);
  const WhatIf result = made.result();
  EXPECT_NEAR(result.rows[0].peak_kw, 12.0, 1e-9);
  EXPECT_NEAR(result.rows[0].bar.peak_kw, 8.0, 1e-9);
  EXPECT_NEAR(result.rows[0].bar.cost, 8.0 * 5.0 / 30.0, 1e-9);
}

TEST(WhatIf, TheSavingThatCountsIsTheOneWithoutForesight) {
  const Made made(true);
  const WhatIf known = made.result();
  WhatIfRow guessed = Made::row(WhatIfRow::Kind::strategy, "early", 2.0, 1.1, 13.2);
  guessed.event_hash = 1;
  const WhatIf result =
      what_if({made.prepared, made.card, made.sessions, 1.0}, {known.rows.begin() + 1, known.rows.end()}, {guessed});
  // 3.74 as logged: 1.32 less with every departure known, 0.64 without.
  ASSERT_NE(result.find_unforeseen("early"), nullptr);
  EXPECT_NEAR(result.find_unforeseen("early")->against_logged.value, 0.64, 1e-9);
  EXPECT_EQ(result.find_unforeseen("asap"), nullptr);
  const nlohmann::ordered_json json = what_if_json(result, {}, "EUR");
  for (const auto& run : json["runs"]) {
    if (run["strategy"] == "early") {
      EXPECT_NEAR(run["saving"]["without_foresight"]["value"].get<double>(), 0.64, 1e-9);
      EXPECT_NEAR(run["saving"]["against_as_logged"]["value"].get<double>(), 1.32, 1e-9);
    } else if (run["strategy"] == "asap") {
      EXPECT_TRUE(run["saving"]["without_foresight"].is_null());
    }
  }
  const std::string text = what_if_text(result, {}, "EUR", Language::english);
  EXPECT_THAT(text, HasSubstr("departures not known"));
  EXPECT_THAT(text, HasSubstr("early: the difference from as logged (0.64 "));
  EXPECT_THAT(text, HasSubstr("told every departure as it came true: 1.32 EUR (no bound"));
  // The bar holds what foresight changes, 1.32 - 0.64.
  EXPECT_GE(result.find_unforeseen("early")->against_logged.error_bar, 0.68);
}

// 10 kWh on another outlet that nobody replayed, at 20 kW from 11 to 11:30 h: 26 kW where 6 were replayed.
TEST(WhatIf, ATransactionWithoutAStopIsInTheBars) {
  Made made(true);
  ocpp::Transaction lost = metered_at(at_hour(11), minute_ns, std::vector<double>(30, 20.0), true);
  lost.evse = 2;
  lost.stop_seen = false;
  made.prepared.log.transactions.push_back(lost);
  const WhatIf result = made.result();
  EXPECT_GE(result.rows[0].peak_kw + result.rows[0].bar.peak_kw, 26.0 - 1e-9);
  EXPECT_GE(result.rows[0].bar.energy_kwh, 10.0 - 1e-9);
  EXPECT_GE(result.rows[0].bar.cost, 10.0 * 0.1 - 1e-9);
}

// A register in whole kWh: what lies between two of its readings is a kWh off either way, 4 kW over 15 min.
TEST(Bill, AMeteredPeakIsNoSurerThanTheStepsOfTheRegister) {
  const twin::World world = world_of_a_day();
  ocpp::Transaction coarse = metered_at(at_hour(11), 15 * minute_ns, std::vector<double>(8, 8.0), false);
  coarse.register_step_kwh = 1.0;
  const WindowDoubts doubts =
      window_doubts(world, std::vector{metered_of(coarse)}, std::vector<Outlet>(1, {22.0, 1.0}), 1.0);
  EXPECT_NEAR(doubts.more.at(at_hour(11)), 1.0, 1e-9);
  EXPECT_NEAR(doubts.less.at(at_hour(11)), -1.0, 1e-9);
}

TEST(WhatIf, WithoutReadingsTheBarSaysWhatItCouldNotJudge) {
  const Made made(false);
  const WhatIf result = made.result();
  EXPECT_FALSE(result.error.timed());
  EXPECT_THAT(result.error.peak, IsNan());
  EXPECT_THAT(result.error.demand_charge, IsNan());
  // The twin was fed the energy: that it agrees, or is 10 % off, says nothing of what another strategy would cost.
  EXPECT_THAT(result.error.energy_cost, IsNan());
  EXPECT_NEAR(result.error.timing_cost, 0.5 * 0.2 * 12.0, 1e-9);
  EXPECT_THAT(result.find_row("early")->bar.peak_kw, IsNan());
  EXPECT_THAT(result.find_row("early")->bar.cost, IsNan());
  // Nobody knows what the outlet can give: 12 kWh within one quarter of an hour are 48 kW, 42 more than spread evenly.
  EXPECT_NEAR(result.rows[0].bar.cost, 1.2 + 42.0 * 5.0 / 30.0, 1e-9);
  EXPECT_THAT(result.rows[1].bar.cost, IsNan());
  EXPECT_EQ(result.base_row()->name, "asap");
  EXPECT_THAT(result.control.logged, IsNan());
  const std::string text = what_if_text(result, {}, "EUR", Language::english);
  EXPECT_THAT(text, HasSubstr("Not judged: when 100.00 % of the energy flowed"));
  EXPECT_THAT(text, HasSubstr("How much control there was can not be told without readings"));
}

// A tenth of the energy without readings: the peak is not known, and an error that is not known is none of 0.
TEST(WhatIf, FewerReadingsGiveNoNarrowerBarAndNoSaving) {
  Made made(true);
  const WhatIf full = made.result();
  const auto silent = transaction(at_hour(20), at_hour(22), 0.0, 1.5);
  made.prepared.log.transactions.push_back(silent);
  made.sessions.push_back(twin_of(1, silent, {segment(at_hour(20), at_hour(22), 0.75)}));
  made.card = score_evidence({made.prepared.log, made.sessions, market::Calendar(), {}, true, foretold_well()});
  const WhatIf thinned = made.result();
  ASSERT_FALSE(thinned.error.timed());
  ASSERT_GT(full.find_row("early")->bar.cost, 0.0);
  EXPECT_THAT(thinned.find_row("early")->bar.cost, IsNan());
  EXPECT_THAT(what_if_text(full, {}, "EUR", Language::english), HasSubstr("early would have saved"));
  const std::string text = what_if_text(thinned, {}, "EUR", Language::english);
  EXPECT_THAT(text, Not(HasSubstr("would have saved")));
  EXPECT_THAT(text, HasSubstr("early: whether it saves anything against asap can not be told: the twin has a "
                              "difference of 1.32 EUR"));
  EXPECT_THAT(what_if_text(thinned, {}, "EUR", Language::korean),
              HasSubstr("early: asap 대비 절감 여부를 알 수 없습니다"));
}

// Without a demand charge, and with a price that changes while nobody reads the meter for 20 min.
TEST(WhatIf, EnergyOfWhichNobodyKnowsTheTimeWidensEveryBar) {
  Made made(true);
  made.prepared.scenario.world.sites.front().tariff.demand.price_per_kw.fill(0.0);
  EXPECT_NEAR(made.result().error.energy_cost, 0.1, 1e-9);
  ocpp::Transaction& logged = made.prepared.log.transactions[0];
  std::erase_if(logged.samples, [](const ocpp::Sample& sample) {
    return sample.time_ns > at_hour(12) - 10 * minute_ns && sample.time_ns < at_hour(12) + 10 * minute_ns;
  });
  made.card = score_evidence({made.prepared.log, made.sessions, market::Calendar(), {}, true, foretold_well()});
  // 2 kWh within 20 min about noon: 2 x 0.2 / 2 of 2.4.
  const WhatIf result = made.result();
  EXPECT_NEAR(result.error.timing_cost, 0.2, 1e-9);
  EXPECT_NEAR(result.rows[0].bar.cost, 0.2, 1e-9);
  ASSERT_FALSE(result.error.timed());
  EXPECT_NEAR(result.error.energy_cost, 0.1 + 0.2 / 2.4, 1e-9);
}

TEST(WhatIf, ServingLessIsNoSaving) {
  const std::string text = what_if_text(Made(true).result(), {}, "EUR", Language::english);
  // A day: 30.4375 times that in a month, 365.25 times in a year.
  EXPECT_THAT(text, HasSubstr("early would have saved 1.32 ±0.45 EUR (35.29 %) against as logged.\n"
                              "  from 1 day of log; were all days like them: 40.18 EUR a month, 482.13 EUR a year.\n"));
  EXPECT_THAT(text, HasSubstr("lazy delivers 6.6 kWh less than as logged"));
  EXPECT_THAT(text, Not(HasSubstr("lazy would have saved")));
  EXPECT_THAT(text, HasSubstr("asap: the difference from as logged (0.00 ±0.53 EUR) is within the replay's error."));
}

TEST(WhatIf, HardlyLessIsASavingThatSaysSo) {
  WhatIf result;
  WhatIfRow logged;
  logged.kind = WhatIfRow::Kind::as_logged;
  logged.name = "as logged";
  logged.energy_cost = 100.0;
  logged.served_kwh = logged.service_kwh = 1000.0;
  WhatIfRow thrifty = logged;
  thrifty.kind = WhatIfRow::Kind::strategy;
  thrifty.name = "thrifty";
  thrifty.energy_cost = 80.0;
  thrifty.served_kwh = thrifty.service_kwh = 999.5;
  thrifty.against_logged = thrifty.against_asap = {20.0, 1.0, 0.5};
  result.error.timed_fraction = 1.0;
  result.rows = {logged, thrifty};
  EXPECT_THAT(
      what_if_text(result, {}, "EUR", Language::english),
      HasSubstr("thrifty would have saved 20.00 ±1.00 EUR (20.00 %) against as logged, delivering 0.5 kWh less."));
  // The rule of `compare`: within 0.5 % is alike.
  result.rows[1].against_logged.fewer_kwh = result.rows[1].against_asap.fewer_kwh = 4.9;
  EXPECT_THAT(what_if_text(result, {}, "EUR", Language::english), Not(HasSubstr("is no saving")));
  result.rows[1].against_logged.fewer_kwh = result.rows[1].against_asap.fewer_kwh = 5.1;
  EXPECT_THAT(what_if_text(result, {}, "EUR", Language::english), HasSubstr("is no saving"));
  result.rows[1].against_logged.value = result.rows[1].against_asap.value = -20.0;
  EXPECT_THAT(what_if_text(result, {}, "EUR", Language::english), HasSubstr("and does not cost less (20.00"));
}

TEST(WhatIf, AssumptionsStandBesideTheFigures) {
  const std::vector<Assumption> assumptions{{"battery size", "배터리 용량", "un\x1bknown", "알 수 없음"},
                                            {"EVSEs", "충전기", "7.4 kW", "7.4 kW"}};
  const WhatIf result = Made(true).result();
  const std::string text = what_if_text(result, assumptions, "EUR", Language::english);
  EXPECT_THAT(text, HasSubstr("early (a-b)"));
  EXPECT_THAT(text, HasSubstr("\na  battery size: un\\x1Bknown\nb  EVSEs: 7.4 kW\n"));
  EXPECT_THAT(what_if_text(result, assumptions, "EUR", Language::korean), HasSubstr("a  배터리 용량: 알 수 없음"));
  const auto json = what_if_json(result, assumptions, "EUR");
  EXPECT_EQ(json["runs"][0]["assumptions"].size(), 0U);
  EXPECT_EQ(json["runs"][3]["assumptions"], (nlohmann::ordered_json{"a", "b"}));
  EXPECT_EQ(json["assumptions"][1]["what"], "EVSEs");
  EXPECT_NEAR(json["runs"][3]["error_bar"]["cost"].get<double>(), 0.242, 1e-9);
  EXPECT_TRUE(json["runs"][0]["kpi"].is_null());
}

TEST(WhatIf, WithoutATariffThereIsNoCostAndItSaysSo) {
  Made made(true);
  made.prepared.scenario.world.sites.front().tariff_given = false;
  const std::string text = what_if_text(made.result(), {}, "", Language::english);
  EXPECT_THAT(text, HasSubstr("There is no tariff, so there is no cost"));
  EXPECT_THAT(text, Not(HasSubstr("saving")));
}

}  // namespace
}  // namespace evtwin::replay
