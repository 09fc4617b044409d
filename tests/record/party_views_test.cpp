// Plans against what flowed, and the money of owners, site and grid: asked of a run file in SQL, and the same as the
// ledger.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "record/reader.hpp"
#include "sample_run.hpp"
#include "twin/split_runs.hpp"
#include "twin/v2g_world.hpp"

namespace evtwin::record::test {
namespace {

using testing::hour_ns;
using testing::minute_ns;
using testing::monday_ns;
using testing::v2g_visit;
using testing::v2g_world;
using Row = std::vector<double>;

/// The figures of a query; a text is its length, so that it is not forgotten.
std::vector<Row> ask(const std::string& file, const std::string& sql) {
  const Database database(file, SQLITE_OPEN_READONLY);
  Statement statement(database, sql);
  std::vector<Row> rows;
  while (statement.next_row()) {
    Row& row = rows.emplace_back();
    for (int c = 0; c < statement.column_count(); ++c)
      row.push_back(statement.column_type(c) == SQLITE_TEXT ? static_cast<double>(statement.column_text(c).size())
                                                            : statement.column_real(c));
  }
  return rows;
}

twin::Result record(const std::string& file, const twin::World& world, const control::StrategyFactory& how) {
  RunWriter writer(file, world, sample_strategy());
  twin::RunOptions options;
  options.observer = &writer;
  const twin::Result result = twin::simulate(world, how, options);
  writer.finish(result, {}, 0.0);
  return result;
}

/// Plans `plan_kw` for every hour of the day at the first tick, offers `offer_kw` all the time.
class PlansOnce : public control::Strategy {
 public:
  PlansOnce(double planned_kw, double offered_kw) : plan_kw_(planned_kw), offer_kw_(offered_kw) {
    horizon_steps = plan_steps = 24;
    subscribes = EVTWIN_WHY_TICK | EVTWIN_WHY_ARRIVAL;
  }
  void decide(const evtwin_view& view, evtwin_decision& decision) override {
    if (view.n_connected == 0) return;
    decision.evse_kw[0] = offer_kw_;
    if ((view.why & EVTWIN_WHY_ARRIVAL) == 0) return;
    for (std::uint32_t k = 0; k < decision.plan_steps; ++k)
      decision.plan_kw[k] = view.horizon_start_ns[k] < view.evse_departs_ns[0] ? plan_kw_ : 0.0;
  }

 private:
  double plan_kw_, offer_kw_;
};

control::StrategyFactory plans_once(double plan_kw, double offer_kw) {
  return
      [=](const evtwin_view&, std::uint64_t, std::uint32_t) { return std::make_unique<PlansOnce>(plan_kw, offer_kw); };
}

TEST(PlanViews, ACarThatLeavesEarlyLeavesAPlanThatIsTakenBack) {
  Folder folder;
  const std::string file = folder / "run.evtwin";
  twin::World world = v2g_world();
  world.tick_ns = hour_ns;
  demand::Visit v = v2g_visit(2, 5, 0.1);
  v.claimed_departure_ns += hour_ns;  // said 6, leaves at 5
  testing::add_visits(world, {v});
  record(file, world, plans_once(8.0, 6.0));
  const auto at = [](double h) { return static_cast<double>(monday_ns) + h * 3.6e12; };
  EXPECT_THAT(ask(file, "SELECT start_ns, end_ns, kw, coalesce(replaced_ns, 0) FROM plan ORDER BY start_ns"),
              ::testing::ElementsAre(Row{at(2), at(5), 8.0, 0.0}, Row{at(5), at(6), 8.0, at(5)}));
  EXPECT_THAT(ask(file, "SELECT planned_kw, planned_kwh, flowed_kwh FROM plan_against_power"),
              ::testing::ElementsAre(Row{8.0, 24.0, 18.0}));
  EXPECT_THAT(ask(file, "SELECT planned_kwh, got_kwh, deviation_kwh, taken_back_kwh FROM plan_per_session"),
              ::testing::ElementsAre(Row{24.0, 18.0, -6.0, 8.0}));
  // The decision that planned is in the file, though it was no more than a plan.
  EXPECT_EQ(ask(file, "SELECT 1 FROM plan p JOIN decision d ON d.site = p.site AND d.number = p.decision").size(), 2U);
  EXPECT_TRUE(check_run_file(file).empty());
}

TEST(PlanViews, WhatFlowedIsExactWithinATaper) {
  Folder folder;
  const std::string file = folder / "run.evtwin";
  const twin::World world = sample_world();
  {
    RunWriter writer(file, world, sample_strategy());
    feed(writer, world);  // 8 kW for an hour, then 8 x exp(-t) kW for another
    const kernel::TimeNs start = world.start_ns;
    writer.on_plan({0, twin::Subject::evse, 0, 1, start + 30 * minute_ns, start + 90 * minute_ns, 5.0, 0});
    writer.on_plan({0, twin::Subject::storage, 0, 1, start, start + 2 * hour_ns, -1.5, 0});
    writer.on_plan({0, twin::Subject::storage, 0, 2, start, start + hour_ns, -9.0, start});
    writer.finish(sample_result(), sample_kpis(), 0.0);
  }
  const auto rows = ask(file, "SELECT unit, planned_kwh, flowed_kwh FROM plan_against_power");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_NEAR(rows[1][1], 5.0, 1e-12);
  EXPECT_NEAR(rows[1][2], 4.0 + 8.0 * (1.0 - std::exp(-0.5)), 1e-12);
  EXPECT_NEAR(rows[0][1], -3.0, 1e-12);
  EXPECT_NEAR(rows[0][2], -2.0, 1e-12);
}

TEST(PlanViews, ARunWithoutPlansHasNone) {
  Folder folder;
  const std::string file = folder / "run.evtwin";
  write_sample(file);
  EXPECT_EQ(ask(file, "SELECT count(*) FROM plan"), (std::vector<Row>{{0.0}}));
  EXPECT_TRUE(ask(file, "SELECT * FROM plan_per_session").empty());
}

TEST(PartyViews, ByHand) {
  Folder folder;
  const std::string file = folder / "run.evtwin";
  twin::World world = v2g_world(2);
  world.sites[0].evses.push_back(testing::ac_evse("B-1"));  // nobody comes there
  testing::add_visits(world, {v2g_visit(1, 4, 0.5), v2g_visit(25, 27, 0.5)});
  // 10 kWh in and 4 out on the first day; 10 in on the second.
  record(file, world, testing::strategy([](const evtwin_view& view, evtwin_decision& decision) {
           const auto hour = (view.now_ns - monday_ns) / hour_ns % 24;
           if (view.n_connected == 0) return;
           decision.evse_kw[0] = hour == 1 ? 10.0 : hour == 2 && view.now_ns < monday_ns + 24 * hour_ns ? -4.0 : 0.0;
         }));
  const auto near = [](std::vector<double> row) {
    std::vector<::testing::Matcher<double>> all;
    for (const double x : row) all.push_back(::testing::DoubleNear(x, 1e-9));
    return ::testing::ElementsAreArray(all);
  };
  // Paid 300 and 150 per kWh, wear 30, energy 100.
  EXPECT_THAT(
      ask(file,
          "SELECT charged_kwh, discharged_kwh, driver_revenue, v2g_payment, wear_cost, owner_money, "
          "site_money FROM party_per_session"),
      ::testing::ElementsAre(near({10, 4, 3000, 600, 120, -2520, 1800}), near({10, 0, 3000, 0, 0, -3000, 2000})));
  EXPECT_THAT(ask(file,
                  "SELECT charged_kwh, discharged_kwh, owner_money, site_money, owner_money_per_day FROM "
                  "party_per_evse"),
              ::testing::ElementsAre(near({20, 4, -5520, 3800, -2760}), near({0, 0, 0, 0, 0})));
  EXPECT_THAT(
      ask(file,
          "SELECT vehicle_wear, storage_wear, owner_money, site_money, grid_money, peak_kw, ramp_kw, "
          "overload_kwh FROM party_per_day"),
      ::testing::ElementsAre(near({120, 0, -2520, 1800, 600, 10, 28, 0}), near({0, 0, -3000, 2000, 1000, 10, 20, 0})));
  EXPECT_THAT(ask(file, "SELECT day, owner_money FROM party_per_evse_day WHERE day = '2025-06-03'"),
              ::testing::ElementsAre(near({10, -3000})));
}

TEST(PartyViews, AgreeWithTheLedgerInRandomWorlds) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Folder folder;
    const std::string file = folder / "run.evtwin";
    const twin::World world = testing::eventful_world(seed);
    const twin::Result result = record(file, world, testing::dice_strategy(seed));
    double owners = 0.0, site = 0.0, grid = 0.0, ramp = 0.0, wear = 0.0, overload = 0.0;
    for (std::size_t i = 0; i < result.sites.size(); ++i) {
      const control::Ledger& l = result.sites[i].ledger;
      const double ev_wear = l.ev_discharge_kwh * world.sites[i].wear_price_per_kwh;
      owners += l.v2g_payment - l.driver_revenue - ev_wear;
      grid += l.energy_cost + l.demand_charge;
      site += l.driver_revenue - l.v2g_payment - l.energy_cost - l.demand_charge - (l.wear_cost - ev_wear);
      wear += l.wear_cost;
      overload += l.overload_kwh + l.export_overload_kwh;
      ramp += result.sites[i].ramp_kw;
    }
    const double close = 1e-9 * std::max(1.0, std::abs(owners) + std::abs(site) + std::abs(grid));
    EXPECT_NEAR(owners + site + grid + wear, 0.0, close) << "what one pays another gets, but for wear";
    const Row days =
        ask(file,
            "SELECT sum(owner_money), sum(site_money), sum(grid_money), sum(ramp_kw), sum(overload_kwh) FROM "
            "party_per_day")
            .at(0);
    EXPECT_NEAR(days[0], owners, close) << "seed " << seed;
    EXPECT_NEAR(days[1], site, close) << "seed " << seed;
    EXPECT_NEAR(days[2], grid, close) << "seed " << seed;
    EXPECT_NEAR(days[3], ramp, 1e-9 * std::max(1.0, ramp)) << "seed " << seed;
    EXPECT_NEAR(days[4], overload, 1e-9 * std::max(1.0, overload)) << "seed " << seed;
    for (const char* view : {"party_per_session", "party_per_evse", "party_per_evse_day"}) {
      EXPECT_NEAR(ask(file, std::string("SELECT sum(owner_money) FROM ") + view).at(0).at(0), owners, close)
          << view << ", seed " << seed;
    }
    EXPECT_NEAR(ask(file, "SELECT sum(site_money) FROM party_per_session").at(0).at(0),
                ask(file, "SELECT sum(site_money) FROM party_per_evse").at(0).at(0), close);
    // Plans that stood never overlap.
    EXPECT_EQ(ask(file,
                  "SELECT count(*) FROM plan a JOIN plan b ON a.id < b.id AND a.evse IS b.evse AND a.storage IS "
                  "b.storage AND a.replaced_ns IS NULL AND b.replaced_ns IS NULL AND a.start_ns < b.end_ns AND "
                  "b.start_ns < a.end_ns"),
              (std::vector<Row>{{0.0}}));
    EXPECT_TRUE(check_run_file(file).empty());
  }
}

}  // namespace
}  // namespace evtwin::record::test
