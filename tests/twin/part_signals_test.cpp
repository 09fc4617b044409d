// Signals alone: what holds at a site from outside changes at its instants, and one timer waits for the earliest.
#include <gtest/gtest.h>

#include "twin/one_part.hpp"
#include "twin/signals.hpp"

namespace evtwin::twin {
namespace {

using testing::at_h;
using testing::Bench;

//  h      0    6    8    9    10   11   12   13   24
//  price  0.1       0.3                           0.1
//  PV     0    5                        0
//  load   1                                  2
//  CO2    0.4  0.4  0.4 (at 7: 0.5) and so on
//  target 8                             6
//  cut              announced  [10, 12) to 4 kW of 20
//  outage of EVSE 1                [11, 12)
World day_of_signals() {
  World world = testing::small_world(2);
  Site& site = world.sites[0];
  site.contract_kw = 20.0;
  site.tariff.rates = {{market::all_months, market::all_day_types, 0, 480, 0.1},
                       {market::all_months, market::all_day_types, 480, 1440, 0.3}};
  const auto series = [](std::vector<double> hours, std::vector<double> values) {
    std::vector<TimeNs> times;
    for (const double h : hours) times.push_back(at_h(h));
    return market::Series(times, std::move(values), at_h(48.0));
  };
  site.pv_kw = series({0, 6, 12}, {0, 5, 0});
  site.load_kw = series({0, 13}, {1, 2});
  site.co2_kg_per_kwh = series({0, 7}, {0.4, 0.5});
  site.power_setpoint_kw = series({0, 12}, {8, 6});
  site.cuts = {{at_h(10), at_h(12), at_h(9), 4.0, 0.0}};
  site.outages = {{1, at_h(11), at_h(12)}};
  return world;
}

struct Change {
  double h;
  std::uint32_t bits;
};

// From the table above. The event at the start asks for outages that have begun before; CO2 moves nothing.
const Change day_of_changes[] = {
    {0, Signals::outage_changed},
    {6, Signals::power_changed},
    {7, Signals::nothing},
    {8, Signals::price_changed},
    {9, Signals::limit_changed},
    {10, Signals::limit_changed},
    {11, Signals::outage_changed},
    {12, Signals::power_changed | Signals::setpoint_changed | Signals::limit_changed | Signals::outage_changed},
    {13, Signals::power_changed},
    {24, Signals::price_changed}};

TEST(PartSignals, ChangeAtTheirInstantsAndOneTimerWaitsForTheEarliest) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  signals.begin();
  signals.start_signals(at_h(0));
  for (const Change& change : day_of_changes) {
    EXPECT_EQ(bench.queue.size(), 1U);
    const kernel::Event event = bench.queue.pop();
    EXPECT_EQ(event.time, at_h(change.h));
    EXPECT_EQ(event.kind, static_cast<std::uint8_t>(EventKind::signal));
    EXPECT_EQ(event.phase, kernel::Phase::signal);
    EXPECT_EQ(signals.take_changes(event.time), change.bits) << change.h;
  }
}

/// Takes every change up to `h`.
void run_to(Bench& bench, Signals& signals, double h) {
  for (int changes = 0; bench.queue.next_time() <= at_h(h); ++changes) {
    ASSERT_LT(changes, 100) << "the timer waits for an instant that has passed";
    signals.take_changes(bench.queue.pop().time);
  }
}

TEST(PartSignals, HoldWhatTheirRowsSay) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  signals.begin();
  signals.start_signals(at_h(0));
  struct Row {
    double h, buy, pv_kw, load_kw, co2, setpoint_kw, contract_kw;
  };
  const Row rows[] = {{0, 0.1, 0, 1, 0.4, 8, 20},   {6, 0.1, 5, 1, 0.4, 8, 20}, {7, 0.1, 5, 1, 0.5, 8, 20},
                      {9.5, 0.3, 5, 1, 0.5, 8, 20}, {10, 0.3, 5, 1, 0.5, 8, 4}, {11.5, 0.3, 5, 1, 0.5, 8, 4},
                      {12, 0.3, 0, 1, 0.5, 6, 20},  {24, 0.1, 0, 2, 0.5, 6, 20}};
  for (const Row& row : rows) {
    run_to(bench, signals, row.h);
    const SignalValues& now = signals.values_now();
    EXPECT_EQ(now.price.buy_per_kwh, row.buy) << row.h;
    EXPECT_EQ(now.pv_kw, row.pv_kw) << row.h;
    EXPECT_EQ(now.load_kw, row.load_kw) << row.h;
    EXPECT_EQ(now.base_kw(), row.load_kw - row.pv_kw) << row.h;
    EXPECT_EQ(now.co2_kg_per_kwh, row.co2) << row.h;
    EXPECT_EQ(now.setpoint_kw, row.setpoint_kw) << row.h;
    EXPECT_EQ(now.contract_kw, row.contract_kw) << row.h;
  }
}

TEST(PartSignals, TellTheObserverEachValueOnceWhenItBegins) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  signals.begin();
  signals.start_signals(at_h(0));
  const std::size_t at_start = bench.seen.signals.size();
  EXPECT_EQ(at_start, 11U);  // one of each kind
  run_to(bench, signals, 23.0);
  struct Row {
    SignalKind kind;
    double h, value;
  };
  const Row rows[] = {{SignalKind::pv_kw, 6, 5},
                      {SignalKind::co2_kg_per_kwh, 7, 0.5},
                      {SignalKind::buy_price, 8, 0.3},
                      {SignalKind::sell_price, 8, 0.0},
                      {SignalKind::contract_kw, 10, 4},
                      {SignalKind::pv_kw, 12, 0},
                      {SignalKind::power_setpoint_kw, 12, 6},
                      {SignalKind::contract_kw, 12, 20},
                      {SignalKind::load_kw, 13, 2}};
  ASSERT_EQ(bench.seen.signals.size(), at_start + std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const SignalRecord& told = bench.seen.signals[at_start + i];
    EXPECT_EQ(told.kind, rows[i].kind) << i;
    EXPECT_EQ(told.start_ns, at_h(rows[i].h)) << i;
    EXPECT_EQ(told.value, rows[i].value) << i;
  }
}

TEST(PartSignals, OutagesBeginAndEndAtTheirInstants) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  const auto edges_at = [&](double h) {
    std::vector<std::pair<std::uint32_t, bool>> edges;
    signals.apply_outages(at_h(h), [&](std::uint32_t evse, bool available) { edges.emplace_back(evse, available); });
    return edges;
  };
  using Edges = std::vector<std::pair<std::uint32_t, bool>>;
  EXPECT_EQ(edges_at(0.0), Edges{});
  EXPECT_EQ(edges_at(11.0), (Edges{{1, false}}));
  EXPECT_EQ(edges_at(11.5), Edges{});
  EXPECT_EQ(edges_at(12.0), (Edges{{1, true}}));
  // An episode that starts within the outage begins with it.
  bench.episode.from_ns = at_h(11.5);
  EXPECT_EQ(edges_at(11.5), (Edges{{1, false}}));
}

TEST(PartSignals, AContractSetByHandCountsBelowACutAndComesBackAfterIt) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  signals.begin();
  signals.start_signals(at_h(0));
  run_to(bench, signals, 10.0);
  signals.set_contract_kw(6.0, at_h(10.5));
  EXPECT_EQ(signals.values_now().contract_kw, 4.0);  // the cut is stricter
  signals.set_contract_kw(3.0, at_h(10.75));
  EXPECT_EQ(signals.values_now().contract_kw, 3.0);
  signals.set_contract_kw(6.0, at_h(11.0));
  run_to(bench, signals, 12.0);
  EXPECT_EQ(signals.values_now().contract_kw, 6.0);
  signals.set_export_limit_kw(2.0, at_h(12.5));
  EXPECT_EQ(signals.values_now().export_limit_kw, 2.0);
  EXPECT_EQ(bench.seen.signals.back().kind, SignalKind::export_limit_kw);
}

TEST(PartSignals, ACutIsForeseenFromItsAnnouncementOn) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  signals.begin();
  signals.start_signals(at_h(0));
  control::Horizon horizon;
  horizon.start_ns = {at_h(9.0), at_h(10.0), at_h(11.0), at_h(13.0)};
  horizon.pv_kw.assign(3, 0.0);
  signals.show_ahead(horizon, at_h(8.999));
  EXPECT_EQ(horizon.contract_kw, (std::vector{20.0, 20.0, 20.0}));
  signals.show_ahead(horizon, at_h(9.0));
  EXPECT_EQ(horizon.contract_kw, (std::vector{20.0, 4.0, 4.0}));
  EXPECT_EQ(horizon.power_setpoint_kw, (std::vector{8.0, 8.0, 7.0}));  // an hour of 8, then one of 6
}

TEST(PartSignals, ASecondBeginIsLikeTheFirst) {
  Bench bench(day_of_signals());
  Signals signals(bench.context);
  const auto live = [&] {
    bench.queue.clear();
    bench.seen.signals.clear();
    signals.begin();
    signals.start_signals(bench.episode.from_ns);
    run_to(bench, signals, 23.0);
    std::vector<std::tuple<SignalKind, TimeNs, double>> told;
    for (const SignalRecord& s : bench.seen.signals) told.emplace_back(s.kind, s.start_ns, s.value);
    return told;
  };
  const auto first = live();
  signals.set_contract_kw(1.0, at_h(23.0));
  signals.set_driver_price_per_kwh(9.0, at_h(0));
  EXPECT_EQ(live(), first);
  EXPECT_EQ(signals.values_now().driver_price_per_kwh, bench.site.driver_price_per_kwh);
  // Another stretch of the world: it begins at 10:30, within the cut.
  bench.episode.from_ns = at_h(10.5);
  signals.begin();
  EXPECT_EQ(signals.values_now().contract_kw, 4.0);
  EXPECT_EQ(signals.values_now().price.buy_per_kwh, 0.3);
  EXPECT_EQ(signals.values_now().pv_kw, 5.0);
}

}  // namespace
}  // namespace evtwin::twin
