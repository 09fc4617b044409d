// The bill of a metered profile beside the one that the twin writes for the same profile.
#include "replay/bill.hpp"

#include <gtest/gtest.h>

#include "analysis/kpi.hpp"
#include "logged_site.hpp"
#include "replay/judge.hpp"
#include "replay/replay.hpp"
#include "replay/whatif.hpp"
#include "support/paths.hpp"
#include "support/temporary_file.hpp"

namespace evtwin::replay {
namespace {

using evtwin::testing::eight_ns;
using evtwin::testing::LogWriter;
using evtwin::testing::minute;

// Two cars at constant power, on 2 June and on 1 July, with readings every ten minutes.
std::string two_months_log() {
  LogWriter log;
  int number = 1;
  for (const kernel::TimeNs from : {eight_ns, eight_ns + 29 * kernel::day_ns}) {
    log.start(from, "A", number, 0.0);
    for (int i = 0; i <= 18; ++i) log.reading(from + i * 10 * minute, "A", number, 1000.0 * i, 6000.0);
    log.stop(from + 180 * minute, "A", number, 18000.0);
    ++number;
  }
  return log.text();
}

struct Billed {
  Prepared prepared;
  ReplayResult replayed;
  ScoreCard card;
  std::vector<ReplayedSession> sessions;
};

Billed billed(const std::string& events) {
  const testing::TemporaryFolder folder;
  PrepareRequest request;
  request.logs = {"site.log"};
  request.load.library_dir = paths::source_dir + "/scenarios/lib";
  request.site = folder.write("site.lua", R"(
return scenario { start = "2025-06-02", days = 30, timezone = "UTC",
  site { contract_kw = 40, load = 3, driver_price_per_kwh = 0.4,
    storage = { kwh = 10, kw = 5, standby_kw = 0.25 },
    tariff = { currency = "EUR", periods = { { from = "00:00", to = "24:00", price_per_kwh = 0.2 } },
               demand = { price_per_kw = 10, floor_fraction_of_contract = 0.5, excess_price_per_kw = 7 } },
    stations = { { name = "A", evses = 1, kw = 11 } } },
  arrivals = arrivals.poisson { per_hour = 0, energy_kwh = 1, stay_h = 1 },
)" + events + "}");
  ocpp::SiteLog log = ocpp::read_site_log_text("site.log", two_months_log());
  sessions::LogSessions sessions = sessions::sessions_of(log);
  Prepared prepared = prepare_replay(request, std::move(log), std::move(sessions));
  ReplayResult replayed = replay(prepared);
  ScoreCard card = judge(prepared, replayed, {});
  std::vector<ReplayedSession> pairs = replayed_sessions(prepared.sessions.sessions, replayed);
  return {std::move(prepared), std::move(replayed), std::move(card), std::move(pairs)};
}

constexpr const char* no_events = "";
// 40 kW until the evening of 10 June, 30 kW until July, 5 kW from July on: below what load and car take together.
constexpr const char* contracts =
    R"(at("2025-06-10T18:00", function(world) world.site.contract_kw = 30 end),
       at("2025-07-01T00:00", function(world) world.site.contract_kw = 5 end),)";

TEST(BillOfAProfile, IsTheTwinsBillOfTheSameProfile) {
  for (const char* events :
       {no_events, contracts, R"(at("2025-06-02T08:05", function(world) world.site.contract_kw = 90 end),)"}) {
    const Billed run = billed(events);
    const twin::SiteResult& twin = run.replayed.result.sites.front();
    ASSERT_NEAR(twin.ledger.ev_charge_kwh, 36.0, 1e-9);
    const Bill bill = bill_of(run.prepared.scenario.world, run.card.site, &SiteStep::twin_kw, 1.0, run.replayed.terms);
    double demand = 0.0;
    for (const market::MonthDemand& month : twin.months) demand += month.cost;
    EXPECT_NEAR(bill.import_kwh, twin.ledger.import_kwh, 1e-6) << events;
    EXPECT_NEAR(bill.energy_cost, twin.ledger.energy_cost, 1e-6) << events;
    EXPECT_NEAR(bill.demand_charge, demand, 1e-6) << events;
    EXPECT_NEAR(bill.peak_kw, twin.peak_kw, 1e-6) << events;
  }
}

// By hand: June (29 of 30 days) is billed half of 40 kW, the most within the month; July (1 of 31) its peak of
// 3 + 0.25 + 6 kW, 4.25 kW of it above the contract. Without at() July's floor is 20 kW.
TEST(BillOfAProfile, KnowsTheContractPowerThatAtSets) {
  const auto demand = [](const Billed& run) {
    return bill_of(run.prepared.scenario.world, run.card.site, &SiteStep::metered_kw, 1.0, run.replayed.terms)
        .demand_charge;
  };
  EXPECT_NEAR(demand(billed(contracts)), 20.0 * 10 * 29 / 30 + (9.25 * 10 + 4.25 * 7) / 31, 1e-9);
  EXPECT_NEAR(demand(billed(no_events)), 20.0 * 10 * 29 / 30 + 20.0 * 10 / 31, 1e-9);
}

// The first car charges at 0.4 EUR/kWh, the second at 0.6. What at() says of an EVSE's service, the log knows better.
TEST(BillOfAProfile, DriversPayWhatAtSaysAndTheLogKnowsItsEvses) {
  const Billed run = billed(R"(
      at("2025-06-20T12:00", function(world) world.site.driver_price_per_kwh = 0.6 end),
      at("2025-06-30T12:00", function(world)
        world.evse["A-1"].available = false
        if world.evse["A-1"].available then error("a script sees what it set") end
      end),)");
  const twin::SiteResult& twin = run.replayed.result.sites.front();
  EXPECT_NEAR(twin.ledger.driver_revenue, 18 * 0.4 + 18 * 0.6, 1e-9);
  WhatIfRow logged = row_of_run(WhatIfRow::Kind::as_logged, "as_logged",
                                analysis::kpis_of_run(world_of(run.prepared), run.replayed.result), 0);
  const WhatIf result = what_if({run.prepared, run.card, run.sessions, 1.0, run.replayed.terms}, {logged});
  EXPECT_NEAR(result.rows[0].drivers, -(18 * 0.4 + 18 * 0.6), 1e-9);
  EXPECT_NEAR(result.rows[0].site, result.rows[1].site, 1e-6);
}

}  // namespace
}  // namespace evtwin::replay
