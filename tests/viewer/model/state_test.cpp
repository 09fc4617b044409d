// State at an instant, looked up in any order, is what the engine wrote.
#include "viewer/model/state.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "replay/pilot_table.hpp"
#include "run_files.hpp"
#include "twin/v2g_world.hpp"
#include "viewer/model/heat.hpp"

namespace evtwin::viewer::model {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using test::ask;
using test::Folder;

struct Recorded {
  std::string file;
  RunPtr run;
};
const Recorded& recorded(const std::string& scenario, const std::string& strategy) {
  static const Folder folder;
  static std::map<std::string, Recorded> runs;
  Recorded& one = runs[scenario + strategy];
  if (!one.run) {
    one.file = folder / (std::to_string(runs.size()) + ".run");
    test::record_scenario(one.file, scenario, strategy);
    one.run = read_run(one.file);
  }
  return one;
}
const Recorded& week() { return recorded("workplace_week", "edf"); }
const Recorded& v2g() { return recorded("dc_v2g", "milp.so#v2g-profit-max"); }

TEST(EvseState, AtDepartureIsWhatTheSessionGotAndPaid) {
  for (const Recorded* one : {&week(), &v2g()}) {
    const model::Run& run = *one->run;
    std::size_t checked = 0, batteries = 0;
    for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
      const Session& session = run.sessions[row];
      if (session.plugged_in_ns == kernel::time_never || session.departed_ns == session.plugged_in_ns) continue;
      const EvseState state = evse_state(run, session.evse, session.departed_ns - 1);
      ASSERT_EQ(state.session, row);
      EXPECT_NEAR(state.session_kwh, session.got_kwh, 1e-8);
      EXPECT_NEAR(state.driver_pays, session.paid, 1e-5);
      EXPECT_NEAR(state.session_cost, session.cost, 1e-4);
      if (!std::isnan(session.soc_end)) {
        EXPECT_NEAR(state.soc, session.soc_end, 1e-6);
        EXPECT_NEAR(session_soc(run, row).extent_of(session.departed_ns - 1, session.departed_ns).max, session.soc_end,
                    1e-6);
        ++batteries;
      }
      ++checked;
    }
    EXPECT_GT(checked, 15U);
    EXPECT_EQ(batteries, checked);
  }
}

TEST(EvseState, WhatASessionHasGotIsItsSeriesAtThatInstant) {
  const model::Run& run = *v2g().run;
  for (std::uint32_t row = 0; row < run.sessions.size(); ++row) {
    const Session& session = run.sessions[row];
    const Series energy = session_energy(run, row);
    EXPECT_EQ(energy.empty(), session.plugged_in_ns == kernel::time_never);
    if (energy.empty()) continue;
    const TimeNs stay = session.departed_ns - session.plugged_in_ns;
    for (int i = 0; i < 8; ++i) {
      const TimeNs t = session.plugged_in_ns + stay * i / 8;
      EXPECT_NEAR(evse_state(run, session.evse, t).session_kwh, energy.value_at(t), 1e-9);
    }
    EXPECT_NEAR(energy.extent_of(session.departed_ns - 1, session.departed_ns).max, session.got_kwh, 1e-8);
  }
}

TEST(EvseState, HasAStatusForWhateverHappens) {
  twin::World world = testing::v2g_world();
  world.sites[0].outages.push_back({0, testing::monday_ns + 9 * hour_ns, testing::monday_ns + 10 * hour_ns});
  testing::add_visits(world, {testing::v2g_visit(1.0, 8.0, 0.5)});
  const Folder folder;
  // Hour by hour: nothing, 20 kW charged, 10 kW given back, nothing, charged until full.
  test::record_world(folder / "a.run", world, testing::hourly({0, 20, -10, 0, 20, 20, 20, 20}));
  const RunPtr run = read_run(folder / "a.run");
  const auto status = [&](double hour) {
    return evse_status(*run, 0, run->start_ns + static_cast<TimeNs>(hour * static_cast<double>(hour_ns)));
  };
  EXPECT_EQ(status(0.5), EvseStatus::available);
  EXPECT_EQ(status(1.5), EvseStatus::charging);
  EXPECT_EQ(status(2.5), EvseStatus::discharging);
  EXPECT_EQ(status(3.5), EvseStatus::waiting);
  EXPECT_EQ(status(4.5), EvseStatus::charging);
  EXPECT_EQ(status(8.5), EvseStatus::available);
  EXPECT_EQ(status(9.5), EvseStatus::fault);
  EXPECT_EQ(status(10.0), EvseStatus::available);

  const EvseState state = evse_state(*run, 0, run->start_ns + 5 * hour_ns / 2);
  EXPECT_NEAR(state.session_kwh, 20.0 - 5.0, 1e-9);
  EXPECT_NEAR(state.session_cost, (20.0 - 5.0) * 100.0, 1e-6);
  EXPECT_NEAR(state.driver_pays, 20.0 * 300.0 - 5.0 * 150.0, 1e-6);
  const SiteState site = site_state(*run, 0, run->start_ns + 5 * hour_ns / 2);
  EXPECT_EQ(site.vehicles, 1U);
  EXPECT_EQ(site.discharging, 1U);
  EXPECT_EQ(site.ev_kw, -10.0);
  EXPECT_EQ(site.buy_price, 100.0);
}

TEST(EvsePilot, IsTheRowOfTheExportedTable) {
  for (const Recorded* one : {&week(), &v2g()}) {
    const replay::RecordedRun recorded = replay::read_recorded_run(one->file);
    std::map<std::string, std::size_t> seen;
    for (std::uint32_t evse = 0; evse < one->run->evses.size(); ++evse) {
      for (const replay::PilotRow& row : replay::pilot_rows(recorded, evse)) {
        const analysis::PilotReading here = evse_pilot(*one->run, evse, row.from_ns);
        EXPECT_EQ(text_of(here), text_of(row.reading)) << recorded.evses[evse].name << " at " << row.from_ns;
        ++seen[name_of(here)];
      }
    }
    for (const char* state : {"A", "C2"}) EXPECT_GT(seen[state], 0U) << state;
  }
}

TEST(EvseState, IsTheSameWhicheverWayOneComesToIt) {
  const model::Run& run = *week().run;
  std::vector<EvseState> forwards;
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 7 * hour_ns) forwards.push_back(evse_state(run, 3, t));
  std::size_t i = forwards.size();
  for (TimeNs t = run.start_ns + static_cast<TimeNs>(i - 1) * 7 * hour_ns; t >= run.start_ns; t -= 7 * hour_ns) {
    const EvseState state = evse_state(run, 3, t);
    --i;
    EXPECT_EQ(state.status, forwards[i].status);
    EXPECT_EQ(state.kw, forwards[i].kw);
    EXPECT_EQ(state.session_cost, forwards[i].session_cost);
  }
}

// grid --- "board" (90 %) --- "row" (80 %) --- A-1
//            |
//           A-2                                A-3 hangs on the grid connection
TEST(FeederKw, IsWhatGoesInFromAboveWithTheLossesOnTheWay) {
  twin::World world = testing::small_world(3);
  physics::Feeder row, board;
  row.name = "row";
  row.parent = 1;  // a feeder may stand before the one above it
  row.efficiency = 0.8;
  board.name = "board";
  board.efficiency = 0.9;
  board.max_kw = 50.0;
  world.sites[0].feeders = {row, board};
  world.sites[0].evses[0].feeder = 0;
  world.sites[0].evses[1].feeder = 1;
  testing::add_visits(world,
                      {testing::visit(1, 5, 7.04, 0), testing::visit(1, 5, 7.04, 1), testing::visit(1, 5, 9, 2)});
  const Folder folder;
  test::record_world(folder / "a.run", world, testing::full_power());
  const RunPtr run = read_run(folder / "a.run");
  ASSERT_EQ(run->feeders.size(), 2U);
  EXPECT_EQ(run->feeders[0].name, "board");
  EXPECT_EQ(run->feeders[0].max_kw, 50.0);
  EXPECT_EQ(run->feeders[1].parent, 0U);
  EXPECT_TRUE(std::isnan(run->feeders[1].max_kw));
  EXPECT_EQ(run->evses[0].feeder, 1U);
  EXPECT_EQ(run->evses[2].feeder, no_row);
  const std::vector<double> kw = feeder_kw(*run, run->start_ns + 3 * hour_ns / 2);
  EXPECT_NEAR(kw[1], 7.04 / 0.8, 1e-12);
  EXPECT_NEAR(kw[0], (7.04 + 7.04 / 0.8) / 0.9, 1e-12);
  // Together with A-3 that is what the meter counted.
  const Meter& window = run->sites[0].meter[5];
  EXPECT_NEAR(window.import_kwh * 4, kw[0] + 7.04, 1e-9);
}

TEST(SiteState, CountsTheVehiclesAndIsItsEvsesTogether) {
  const model::Run& run = *week().run;
  for (TimeNs t = run.start_ns; t < run.end_ns; t += 3 * hour_ns + 7 * minute_ns) {
    const SiteState site = site_state(run, 0, t);
    double kw = 0.0;
    std::uint32_t vehicles = 0, charging = 0;
    for (const std::uint32_t evse : run.sites[0].evses) {
      const EvseState state = evse_state(run, evse, t);
      kw += state.kw;
      if (state.session != no_row) ++vehicles;
      if (state.status == EvseStatus::charging) ++charging;
    }
    EXPECT_EQ(site.vehicles, vehicles);
    EXPECT_EQ(site.charging, charging);
    EXPECT_NEAR(site.ev_kw, kw, 0.05);  // exact at changes; in between two the curve has the right energy
  }
}

// A run that is cut while cars are there: what is left of them is that nobody knows. Before a car that came later and
// left, an EVSE is known to be free.
TEST(EvseStatusOfACutRun, IsUnknownAfterTheLastCarThatLeft) {
  model::Run run = *week().run.get();
  const TimeNs cut = run.start_ns + (run.end_ns - run.start_ns) / 2;
  run.known_until_ns = cut;
  for (Evse& evse : run.evses)
    std::erase_if(evse.sessions, [&](std::uint32_t row) { return run.sessions[row].departed_ns > cut; });
  std::size_t unknown = 0, free = 0;
  for (std::uint32_t e = 0; e < run.evses.size(); ++e) {
    TimeNs last_left = run.start_ns;
    for (const std::uint32_t row : run.evses[e].sessions)
      last_left = std::max(last_left, run.sessions[row].departed_ns);
    for (TimeNs t = run.start_ns; t < cut; t += kernel::hour_ns / 4) {
      const EvseStatus status = evse_status(run, e, t);
      if (session_at(run, e, t) != no_row || status == EvseStatus::charging || status == EvseStatus::fault) continue;
      EXPECT_EQ(status, t >= last_left ? EvseStatus::unknown : EvseStatus::available) << e << " at " << t;
      ++(status == EvseStatus::unknown ? unknown : free);
    }
  }
  EXPECT_GT(unknown, 0U);
  EXPECT_GT(free, 0U);
}

TEST(SiteState, AtTheEndIsTheLastInstants) {
  const model::Run& run = *week().run;
  const SiteState end = site_state(run, 0, run.end_ns), before = site_state(run, 0, run.end_ns - 1);
  EXPECT_EQ(end.cost, before.cost);
  EXPECT_EQ(end.vehicles, before.vehicles);
  EXPECT_NEAR(end.cost, ask(week().file, "SELECT sum(energy_cost + demand_charge) FROM meter"), 1e-4);
}

TEST(PartyMoney, OfALocalDayIsTheFilesView) {
  for (const Recorded* one : {&week(), &v2g()}) {
    const model::Run& run = *one->run;
    int days = 0;
    for (TimeNs day = run.start_ns; day < run.end_ns; day = run.clock.next_day(day), ++days) {
      const PartyMoney money = party_money(run, 0, day, run.clock.next_day(day));
      const auto of_file = [&](const char* what) {
        return ask(one->file,
                   fmt::format("SELECT {} FROM party_per_day WHERE day = '{}'", what, run.clock.date_text(day)));
      };
      EXPECT_NEAR(money.drivers, of_file("owner_money"), 1e-6);
      EXPECT_NEAR(money.site, of_file("site_money"), 1e-6);
      EXPECT_NEAR(money.grid, of_file("grid_money"), 1e-6);
      EXPECT_NEAR(money.wear_vehicles, of_file("vehicle_wear"), 1e-6);
      EXPECT_NEAR(money.wear_storage, of_file("storage_wear"), 1e-6);
    }
    EXPECT_GE(days, 5);
    const PartyMoney all = party_money(run, run.start_ns, run.end_ns);
    EXPECT_NEAR(all.site, ask(one->file, "SELECT sum(site_money) FROM party_per_day"), 1e-4);
    EXPECT_EQ(party_money(run, 0, run.start_ns, run.start_ns).grid, 0.0);
  }
}

// Of a window that is not over only the part that has passed: money so far knows nothing of what comes.
TEST(PartyMoney, OfAWindowThatIsNotOverIsThePartThatHasPassed) {
  const model::Run& run = *week().run;
  for (const TimeNs after : {0, 1, 280, 899}) {
    const TimeNs t = run.start_ns + 33 * kernel::hour_ns + after * kernel::second_ns;
    const double by_rows = ask(
        week().file, fmt::format("SELECT sum((energy_cost + demand_charge) * min(1.0, ({0} - start_ns) * 1.0 / (end_ns "
                                 "- start_ns))) FROM meter WHERE start_ns < {0}",
                                 t));
    EXPECT_NEAR(party_money(run, 0, run.start_ns, t).grid, by_rows, 1e-4) << after;
    const PartyMoney before = party_money(run, 0, run.start_ns, t), then = party_money(run, 0, t, run.end_ns);
    EXPECT_NEAR(before.site + then.site, party_money(run, 0, run.start_ns, run.end_ns).site, 1e-4);
  }
}

TEST(Why, NamesTheDecisionTheSetpointAndThePlanInForce) {
  const model::Run& run = *v2g().run;
  std::size_t with_plan = 0;
  for (std::uint32_t evse = 0; evse < run.evses.size(); ++evse) {
    for (TimeNs t = run.start_ns; t < run.end_ns; t += 47 * minute_ns) {
      const Why why = why_evse(run, evse, t);
      std::uint32_t decision = no_row, setpoint = no_row;
      for (std::uint32_t row = 0; row < run.decisions.size(); ++row) {
        if (run.decisions[row].time_ns <= t) decision = row;
      }
      for (const std::uint32_t row : run.evses[evse].setpoints) {
        if (run.decisions[run.setpoints[row].decision].time_ns <= t) setpoint = row;
      }
      ASSERT_EQ(why.decision, decision);
      ASSERT_EQ(why.setpoint, setpoint);
      TimeNs until = t;
      for (const std::uint32_t row : why.plan) {
        EXPECT_EQ(run.plans[row].evse, evse);
        EXPECT_GT(run.plans[row].end_ns, t);
        EXPECT_GE(run.plans[row].start_ns, std::min(until, run.plans[row].start_ns));
        EXPECT_GT(run.plans[row].replaced_ns, t);
        until = run.plans[row].end_ns;
      }
      with_plan += why.plan.empty() ? 0U : 1U;
    }
  }
  EXPECT_GT(with_plan, 10U);
}

TEST(Why, ACorrectionStandsUntilMoreFlowsThanItGave) {
  twin::World world = testing::small_world(2);
  world.sites[0].contract_kw = 10.0;
  testing::add_visits(world, {testing::visit(1, 9, 30, 0), testing::visit(1, 3, 30, 1)});
  const Folder folder;
  test::record_world(folder / "a.run", world, testing::full_power());
  const RunPtr run = read_run(folder / "a.run");
  ASSERT_FALSE(run->evses[0].corrections.empty());
  const Why bound = why_evse(*run, 0, run->start_ns + 2 * hour_ns);
  ASSERT_NE(bound.correction, no_row);
  EXPECT_EQ(bound.asked_kw, 7.04);
  EXPECT_EQ(run->corrections[bound.correction].reason, "limit");
  const Why free = why_evse(*run, 0, run->start_ns + 7 * hour_ns / 2);
  EXPECT_EQ(run->evses[0].kw.value_at(run->start_ns + 7 * hour_ns / 2), 7.04);
  EXPECT_EQ(free.correction, no_row);
}

TEST(Heat, IsTheMeanOfEachCell) {
  const model::Run& run = *week().run;
  const std::vector<std::uint32_t> evses = ordered_evses(run, 0, "", EvseOrder::file);
  constexpr std::size_t buckets = 50;
  const TimeNs from = run.start_ns + hour_ns, to = run.end_ns + 9 * hour_ns;
  const std::vector<float> power = heat_values(run, HeatMetric::power_kw, evses, from, to, buckets);
  const std::vector<float> there = heat_values(run, HeatMetric::occupied, evses, from, to, buckets);
  const std::vector<float> gap = heat_values(run, HeatMetric::soc_gap, evses, from, to, buckets);
  ASSERT_EQ(power.size(), evses.size() * buckets);
  double missed_kwh = 0.0, missed_in_file = 0.0;
  for (std::size_t i = 0; i < evses.size(); ++i) {
    for (std::size_t k = 0; k < buckets; ++k) {
      const auto edge = [&](std::size_t n) { return from + (to - from) / 50 * static_cast<TimeNs>(n); };
      const TimeNs a = edge(k), b = std::min(edge(k + 1), run.end_ns);
      double hours = 0.0;
      for (const Session& session : run.sessions) {
        if (session.evse != evses[i] || session.plugged_in_ns == kernel::time_never) continue;
        const TimeNs in = std::max(a, session.plugged_in_ns), out = std::min(b, session.departed_ns);
        if (in < out) hours += kernel::hours_between(in, out);
      }
      const float cell = power[i * buckets + k];
      if (a >= b) {
        EXPECT_TRUE(std::isnan(there[i * buckets + k]));
        continue;
      }
      EXPECT_NEAR(there[i * buckets + k], hours / kernel::hours_between(a, b), 1e-6);
      EXPECT_EQ(std::isnan(cell), hours == 0.0);
      if (hours > 0.0) {
        EXPECT_NEAR(cell, run.evses[evses[i]].kw.extent_of(a, b).mean(), 1e-5);
      }
      if (!std::isnan(gap[i * buckets + k])) missed_kwh += static_cast<double>(gap[i * buckets + k]);
    }
  }
  for (const Session& session : run.sessions) {
    if (session.ended == "departed" && session.departed_ns >= from) missed_in_file += session.unmet_kwh;
  }
  EXPECT_NEAR(missed_kwh, missed_in_file, 1e-4);
  EXPECT_TRUE(heat_values(run, HeatMetric::soc, evses, to, from, buckets).size() == evses.size() * buckets);
}

TEST(OrderedEvses, ByNameCountsAndByEnergyHasTheBusiestFirst) {
  const model::Run& run = *week().run;
  std::vector<std::string> names;
  for (const std::uint32_t row : ordered_evses(run, 0, "A", EvseOrder::name)) names.push_back(run.evses[row].name);
  ASSERT_EQ(names.size(), 16U);
  EXPECT_EQ(names[1], "A-2");
  EXPECT_EQ(names[15], "A-16");
  double last = 1e300;
  for (const std::uint32_t row : ordered_evses(run, no_row, "", EvseOrder::energy)) {
    double kwh = 0.0;
    for (const std::uint32_t session : run.evses[row].sessions) kwh += run.sessions[session].got_kwh;
    EXPECT_LE(kwh, last);
    last = kwh;
  }
  EXPECT_EQ(run.evses[ordered_evses(run, 0, "", EvseOrder::fastest)[0]].max_kw, 50.0);
}

}  // namespace
}  // namespace evtwin::viewer::model
