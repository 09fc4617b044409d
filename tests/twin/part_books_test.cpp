// Books alone: they are given pieces of time and what flowed in them, and say what it was and cost.
#include <gtest/gtest.h>

#include <cmath>

#include "twin/books.hpp"
#include "twin/one_part.hpp"
#include "twin/random_world.hpp"

namespace evtwin::twin {
namespace {

using testing::at_h;
using testing::Bench;

//  grid --+-- A-1 (AC)
//         +-- D-2 (DC, 0.9)
//         +-- feeder (0.8) -- D-3 (DC, 0.5)
//         +-- storage (0.8 in, 0.5 out)
World booked_world() {
  World world = testing::small_world(3);
  Site& site = world.sites[0];
  site.evses[1].phases = site.evses[2].phases = 0;
  site.evses[1].efficiency = 0.9;
  site.evses[2].efficiency = 0.5;
  site.evses[2].feeder = 0;
  site.feeders = {{"feeder", -1, physics::infinite, physics::infinite, physics::infinite, 0.8}};
  site.wear_price_per_kwh = 0.05;
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 20.0;
  storage.charge_efficiency = 0.8;
  storage.discharge_efficiency = 0.5;
  site.storages = {storage};
  world.vehicles[0].battery.charge_efficiency = 0.9;
  return world;
}

SignalValues booked_signals() {
  SignalValues now;
  now.price.buy_per_kwh = 0.2;
  now.price.sell_per_kwh = 0.1;
  now.pv_kw = 2.0;
  now.load_kw = 5.0;
  now.standby_kw = 0.1;
  now.co2_kg_per_kwh = 0.4;
  now.driver_price_per_kwh = 0.5;
  now.v2g_price_per_kwh = 0.3;
  return now;
}

struct Office {
  explicit Office(World world = booked_world())
      : bench(std::move(world)), tree(bench.site.feeders), books(bench.context, tree) {
    books.begin();
    for (std::uint32_t evse = 0; evse < 3; ++evse) books.plug_in(evse, {});
  }
  void book(double from_h, double to_h, const std::vector<MemberFlow>& flows, const SignalValues& now) {
    Piece piece;
    piece.from_ns = at_h(from_h);
    piece.to_ns = at_h(to_h);
    piece.flow = {flows, false};
    books.book_piece(piece, now);
  }
  const control::Ledger& total() const { return books.total_ledger(); }
  Bench bench;
  physics::FeederTree tree;
  Books books;
};

// An hour. A-1 3 kWh; D-2 9 kWh at its meter, 10 before it; D-3 2 kWh, 4 before it, 5 into its feeder; the storage
// takes 1. Import 5 + 0.1 - 2 + 3 + 10 + 5 + 1 = 22.1 kWh. Lost: 1 in D-2, 2 in D-3, 1 in the feeder, 0.1 standby.
TEST(PartBooks, APieceByHand) {
  Office office;
  office.book(0, 1, {{0, 3.0, 3.0}, {1, 9.0, 9.0}, {2, 2.0, 2.0}, {3, 1.0, 1.0}}, booked_signals());
  const control::Ledger& total = office.total();
  EXPECT_NEAR(total.import_kwh, 22.1, 1e-12);
  EXPECT_EQ(total.export_kwh, 0.0);
  EXPECT_NEAR(total.energy_cost, 4.42, 1e-12);
  EXPECT_NEAR(total.losses_kwh, 4.1, 1e-12);
  EXPECT_NEAR(total.ev_charge_kwh, 14.0, 1e-12);
  EXPECT_EQ(total.storage_charge_kwh, 1.0);
  EXPECT_EQ(total.pv_used_kwh, 2.0);
  EXPECT_NEAR(total.driver_revenue, 7.0, 1e-12);
  EXPECT_NEAR(total.co2_kg, 8.84, 1e-12);
  EXPECT_NEAR(control::imbalance_kwh(total), 0.0, 1e-12);
}

// An hour of 20 kW of sun. A-1 gives 4 kWh back, the storage 1; D-3 gives 2, of which 1 is left behind it and 0.8 at
// the grid. Out 20 - 5.1 + 4 + 1 + 0.8 = 20.7 kWh: more than the sun gave, so none of the sun's counts as used.
TEST(PartBooks, APieceThatFeedsBackByHand) {
  Office office;
  SignalValues now = booked_signals();
  now.pv_kw = 20.0;
  office.book(0, 1, {{0, -4.0, -4.0}, {2, -2.0, -2.0}, {3, -1.0, -1.0}}, now);
  const control::Ledger& total = office.total();
  EXPECT_EQ(total.import_kwh, 0.0);
  EXPECT_NEAR(total.export_kwh, 20.7, 1e-12);
  EXPECT_NEAR(total.energy_cost, -2.07, 1e-12);
  EXPECT_EQ(total.pv_used_kwh, 0.0);
  EXPECT_EQ(total.ev_discharge_kwh, 6.0);
  EXPECT_NEAR(total.v2g_payment, 6.0 * 0.3, 1e-12);
  EXPECT_NEAR(total.wear_cost, 7.0 * 0.05, 1e-12);
  EXPECT_NEAR(total.losses_kwh, 1.0 + 0.2 + 0.1, 1e-12);
  EXPECT_EQ(total.co2_kg, 0.0);
  EXPECT_NEAR(control::imbalance_kwh(total), 0.0, 1e-12);
}

TEST(PartBooks, AnOwnersMinimumIsPaidWhereItIsHigher) {
  Office office;
  demand::Visit dear;
  dear.v2g_min_price_per_kwh = 0.7;
  office.books.plug_in(0, dear);
  const SignalValues now = booked_signals();
  EXPECT_EQ(office.books.paid_per_kwh(0, now), 0.7);
  EXPECT_EQ(office.books.paid_per_kwh(1, now), 0.3);
  office.book(0, 1, {{0, -4.0, -4.0}}, now);
  EXPECT_NEAR(office.total().v2g_payment, 2.8, 1e-12);
}

// 15 kW import for a quarter hour, then 5 kW export for one: means 15 and -5, a ramp of 20. Import alone makes peaks.
TEST(PartBooks, WindowsCloseWithTheirMeansPeaksAndRamp) {
  World world = booked_world();
  world.sites[0].tariff.demand.price_per_kw.fill(100.0);
  Office office(std::move(world));
  SignalValues now;
  now.load_kw = 15.0;
  office.book(0, 0.25, {}, now);
  office.books.close_window(at_h(0.25));
  now.load_kw = 0.0;
  now.pv_kw = 5.0;
  office.book(0.25, 0.5, {}, now);
  office.books.close_window(at_h(0.5));
  const auto& meters = office.bench.seen.meters;
  ASSERT_EQ(meters.size(), 2U);
  EXPECT_EQ(meters[0].first.start_ns, at_h(0));
  EXPECT_EQ(meters[0].first.end_ns, at_h(0.25));
  EXPECT_EQ(meters[0].first.peak_kw, 15.0);
  EXPECT_EQ(meters[0].second.import_kwh, 3.75);
  EXPECT_NEAR(meters[0].second.demand_charge, 15.0 * 100.0 / 30.0, 1e-9);  // a day of June
  EXPECT_EQ(meters[1].second.import_kwh, 0.0);
  EXPECT_EQ(meters[1].second.export_kwh, 1.25);
  EXPECT_EQ(meters[1].second.demand_charge, 0.0);  // the month's peak did not grow
  SiteResult result;
  office.books.add_to_result(at_h(0.5), result);
  EXPECT_NEAR(result.ramp_kw, 20.0, 1e-12);
  EXPECT_EQ(result.peak_kw, 15.0);
  EXPECT_EQ(result.peak_instant_kw, 15.0);
}

TEST(PartBooks, ASetPointIsTrackedByWindow) {
  World world = booked_world();
  world.sites[0].power_setpoint_kw = 10.0;
  Office office(std::move(world));
  SignalValues now;
  now.setpoint_kw = 10.0;
  for (const double load_kw : {14.0, 7.0}) {
    const double from_h = load_kw == 14.0 ? 0.0 : 0.25;
    now.load_kw = load_kw;
    office.book(from_h, from_h + 0.25, {}, now);
    office.books.close_window(at_h(from_h + 0.25));
  }
  SiteResult result;
  office.books.add_to_result(at_h(0.5), result);
  ASSERT_TRUE(result.tracking);
  EXPECT_NEAR(result.tracking->above_kw, 4.0, 1e-12);  // of the first window alone
  EXPECT_NEAR(result.tracking->squared_kw2, 16.0 + 9.0, 1e-12);
  EXPECT_NEAR(result.tracking->deviation_kwh, 1.0 + 0.75, 1e-12);
}

// Half an hour. D-3 draws 2 kWh, 5 into its feeder with all losses: 4 kW above the feeder's 6. A row counts A-1 once
// and D-2 against it: 3 - 9 kWh are 10 kW below its lower bound of -2.
TEST(PartBooks, LimitsOfFeedersAndRowsAreExceededByEnergies) {
  World world = booked_world();
  world.sites[0].feeders[0].max_kw = 6.0;
  world.sites[0].rows = {{"row", physics::LimitKind::power_kw, -2.0, 20.0, {{0, 1.0, 0.0}, {1, -1.0, 0.0}}},
                         {"cable", physics::LimitKind::current_a, -1.0, 1.0, {{0, 1.0, 0.0}}}};
  Office office(std::move(world));
  office.book(0.0, 0.5, {{2, 4.0, 2.0}}, {});
  EXPECT_NEAR(office.total().feeder_overload_kwh, 5.0 - 6.0 * 0.5, 1e-12);
  office.book(0.5, 1.0, {{0, 6.0, 3.0}, {1, 18.0, 9.0}}, {});
  EXPECT_NEAR(office.total().feeder_overload_kwh, 2.0 + 6.0 - 2.0 * 0.5, 1e-12);
  office.book(1.0, 1.5, {{0, 6.0, 3.0}}, {});  // nobody is counted that does not flow
  EXPECT_NEAR(office.total().feeder_overload_kwh, 7.0, 1e-12);
}

TEST(PartBooks, WhatGoesBeyondALimitIsOverload) {
  Office office;
  SignalValues now;
  now.load_kw = 12.0;
  now.contract_kw = 10.0;
  Piece piece;
  piece.from_ns = at_h(0);
  piece.to_ns = at_h(0.5);
  office.books.book_piece(piece, now);
  EXPECT_NEAR(office.total().overload_kwh, 1.0, 1e-12);
  EXPECT_EQ(office.total().feeder_overload_kwh, 0.0);
  now.load_kw = 0.0;
  now.pv_kw = 9.0;
  now.export_limit_kw = 5.0;
  office.book(0.5, 1.0, {}, now);
  EXPECT_NEAR(office.total().export_overload_kwh, 2.0, 1e-12);
  now.export_limit_kw = 9.0;
  office.book(1.0, 1.5, {}, now);
  EXPECT_NEAR(office.total().export_overload_kwh, 2.0, 1e-12);
}

/// Sums of its own, from the same pieces: it shares nothing with the books but the drawing above.
struct Recount {
  double import_kwh = 0.0, export_kwh = 0.0, cost = 0.0, losses_kwh = 0.0, charge_kwh = 0.0, discharge_kwh = 0.0;
  std::vector<double> window_import_kwh, window_export_kwh;
  double evse_cost[3]{}, evse_revenue[3]{}, evse_paid[3]{}, evse_charged_kwh[3]{}, evse_discharged_kwh[3]{};

  void count(double hours, const double (&kwh)[4], const SignalValues& now) {
    const double efficiency[] = {1.0, 0.9, 0.5};
    double grid_kwh = (now.load_kw + now.standby_kw - now.pv_kw) * hours + kwh[3];
    losses_kwh += now.standby_kw * hours;
    for (int i = 0; i < 3; ++i) {
      const double ac_kwh = kwh[i] > 0.0 ? kwh[i] / efficiency[i] : kwh[i] * efficiency[i];
      double at_grid_kwh = ac_kwh;
      if (i == 2) at_grid_kwh = ac_kwh > 0.0 ? ac_kwh / 0.8 : ac_kwh * 0.8;
      grid_kwh += at_grid_kwh;
      losses_kwh += at_grid_kwh - kwh[i];
      evse_cost[i] += ac_kwh * now.price.buy_per_kwh;
      (kwh[i] > 0.0 ? evse_charged_kwh : evse_discharged_kwh)[i] += std::abs(kwh[i]);
      if (kwh[i] > 0.0) {
        evse_revenue[i] += kwh[i] * now.driver_price_per_kwh;
      } else {
        evse_paid[i] -= kwh[i] * now.v2g_price_per_kwh;
      }
    }
    const double in = grid_kwh > 0.0 ? grid_kwh : 0.0, out = grid_kwh < 0.0 ? -grid_kwh : 0.0;
    import_kwh += in;
    export_kwh += out;
    cost += in * now.price.buy_per_kwh - out * now.price.sell_per_kwh;
    window_import_kwh.back() += in;
    window_export_kwh.back() += out;
  }
};

TEST(PartBooks, ARecountFromItsPiecesAgrees) {
  testing::Dice dice(5);
  Office office;
  Recount own;
  double got_kwh[3]{};
  SignalValues now = booked_signals();
  for (int window = 0; window < 96; ++window) {
    own.window_import_kwh.push_back(0.0);
    own.window_export_kwh.push_back(0.0);
    for (int minute = 0; minute < 15; minute += 3) {
      now.price.buy_per_kwh = dice.real(-0.1, 0.4);
      now.price.sell_per_kwh = dice.real(0.0, 0.2);
      now.pv_kw = dice.real(0.0, 40.0);
      double kwh[4];
      std::vector<MemberFlow> flows;
      for (std::uint32_t m = 0; m < 4; ++m) {
        kwh[m] = dice.chance(0.2) ? 0.0 : dice.real(-1.0, 1.5);
        if (m < 3) got_kwh[m] += kwh[m];
        if (kwh[m] != 0.0) flows.push_back({m, kwh[m] * 20.0, kwh[m]});
      }
      const double from_h = window * 0.25 + minute / 60.0;
      office.book(from_h, from_h + 0.05, flows, now);
      own.count(0.05, kwh, now);
    }
    office.books.close_window(at_h((window + 1) * 0.25));
  }
  const control::Ledger& total = office.total();
  EXPECT_GT(own.export_kwh, 10.0);
  EXPECT_NEAR(total.import_kwh, own.import_kwh, 1e-9);
  EXPECT_NEAR(total.export_kwh, own.export_kwh, 1e-9);
  EXPECT_NEAR(total.energy_cost, own.cost, 1e-9);
  EXPECT_NEAR(total.losses_kwh, own.losses_kwh, 1e-9);

  // By window.
  double peak_kw = 0.0, ramp_kw = 0.0;
  ASSERT_EQ(office.bench.seen.meters.size(), 96U);
  for (std::size_t w = 0; w < 96; ++w) {
    const control::Ledger& window = office.bench.seen.meters[w].second;
    EXPECT_NEAR(window.import_kwh, own.window_import_kwh[w], 1e-9) << w;
    EXPECT_NEAR(window.export_kwh, own.window_export_kwh[w], 1e-9) << w;
    const auto mean_kw = [&](std::size_t k) { return 4.0 * (own.window_import_kwh[k] - own.window_export_kwh[k]); };
    peak_kw = std::max(peak_kw, 4.0 * own.window_import_kwh[w]);
    if (w > 0) ramp_kw += std::abs(mean_kw(w) - mean_kw(w - 1));
  }
  SiteResult result;
  office.books.add_to_result(at_h(24), result);
  EXPECT_NEAR(result.peak_kw, peak_kw, 1e-9);
  EXPECT_NEAR(result.ramp_kw, ramp_kw, 1e-7);

  // By EVSE: sessions that end are counted with their day.
  EXPECT_TRUE(office.books.day_ends(at_h(24)));
  SessionRecord record;
  record.end = SessionEnd::departed;
  office.books.end_session(1, got_kwh[1], record, {});
  EXPECT_NEAR(record.cost, own.evse_cost[1], 1e-9);
  EXPECT_NEAR(record.driver_revenue, own.evse_revenue[1], 1e-9);
  EXPECT_NEAR(record.v2g_payment, own.evse_paid[1], 1e-9);
  EXPECT_NEAR(record.discharged_kwh, own.evse_discharged_kwh[1], 1e-9);
  office.books.close_day(at_h(24), got_kwh);
  ASSERT_EQ(office.bench.seen.evse_days.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const EvseDayRecord& day = office.bench.seen.evse_days[i];
    EXPECT_EQ(day.start_ns, at_h(0));
    EXPECT_NEAR(day.charged_kwh, own.evse_charged_kwh[i], 1e-9) << i;
    EXPECT_NEAR(day.discharged_kwh, own.evse_discharged_kwh[i], 1e-9) << i;
    EXPECT_NEAR(day.cost, own.evse_cost[i], 1e-9) << i;
    EXPECT_NEAR(day.driver_revenue, own.evse_revenue[i], 1e-9) << i;
    EXPECT_NEAR(day.v2g_payment, own.evse_paid[i], 1e-9) << i;
  }
}

TEST(PartBooks, ADayHasWhatWasAddedSinceMidnightAlone) {
  Office office;
  const SignalValues now = booked_signals();
  office.book(22, 24, {{0, 3.0, 6.0}}, now);
  office.books.close_day(at_h(24), std::vector{6.0, 0.0, 0.0});
  office.book(24, 25, {{0, 3.0, 3.0}}, now);
  office.books.close_day(at_h(25), std::vector{9.0, 0.0, 0.0});
  ASSERT_EQ(office.bench.seen.evse_days.size(), 2U);
  EXPECT_EQ(office.bench.seen.evse_days[0].charged_kwh, 6.0);
  EXPECT_EQ(office.bench.seen.evse_days[1].charged_kwh, 3.0);
  EXPECT_EQ(office.bench.seen.evse_days[1].start_ns, at_h(24));
  EXPECT_NEAR(office.bench.seen.evse_days[1].cost, 0.6, 1e-12);
}

// A tenth of a milliwatt above a watt is 1e-7 kWh in an hour, in one piece or in seconds; the nanosecond to which a
// crossing is rounded up is no excess at 10 MW either, and neither is what is left of 10 MW that cancel out.
TEST(PartBooks, AnExcessIsRoundedAwayByItsPartOfWhatFlows) {
  SignalValues now;
  now.contract_kw = now.given_contract_kw = 1e-3;
  now.load_kw = 1e-3 + 1e-7;
  Office whole, seconds;
  whole.book(0.0, 1.0, {}, now);
  for (int s = 0; s < 3600; ++s) {
    Piece piece;
    piece.from_ns = at_h(0) + s * kernel::second_ns;
    piece.to_ns = piece.from_ns + kernel::second_ns;
    seconds.books.book_piece(piece, now);
  }
  EXPECT_NEAR(whole.total().overload_kwh, 1e-7, 1e-13);
  EXPECT_NEAR(seconds.total().overload_kwh, 1e-7, 1e-13);

  Office large;
  now.load_kw = 10e3;
  Piece nanosecond;
  nanosecond.from_ns = at_h(0);
  nanosecond.to_ns = nanosecond.from_ns + 1;
  large.books.book_piece(nanosecond, now);
  EXPECT_EQ(large.total().overload_kwh, 0.0);
  now.contract_kw = now.given_contract_kw = 0.0;
  now.pv_kw = std::nextafter(10e3, 0.0);
  large.book(1.0, 2.0, {}, now);
  EXPECT_EQ(large.total().overload_kwh, 0.0);
  SiteResult result;
  large.books.add_to_result(at_h(2), result);
  EXPECT_EQ(result.contract_excess_h, 0.0);
}

}  // namespace
}  // namespace evtwin::twin
