// Limits as rows: the tree of feeders with its losses, sums of currents, phasors, and what tapering does to them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "control/guard.hpp"
#include "control/guard_site.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {
namespace {

using physics::LimitKind;

void wish(Guard& guard, const std::vector<double>& wishes_kw) {
  for (std::size_t i = 0; i < wishes_kw.size(); ++i) guard.members[i].wish_kw = wishes_kw[i];
}

/// Amperes given, of one-phase EVSEs at 230 V.
double given_a(const Guard& guard, std::size_t i) { return guard.members[i].given_kw / kw_of_1_a; }

//   grid --- A (efficiency 0.9) --- B (0.8) --- EVSE 0
//                  \--- EVSE 1
TestSite two_levels() {
  TestSite s(2, {}, infinite, infinite,
             {{"A", -1, 100.0, 100.0, infinite, 0.9}, {"B", 0, 100.0, 100.0, infinite, 0.8}});
  s.evses[0].feeder = 1;
  s.evses[1].feeder = 0;
  return s;
}

TEST(GuardTree, LossesAddUpOnTheWayInAndTakeOffOnTheWayOut) {
  TestSite s = two_levels();
  Guard guard = s.make();
  ASSERT_EQ(guard.rows().size(), 3U);
  const auto values = [&](const std::vector<double>& wishes_kw) {
    wish(guard, wishes_kw);
    EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
    std::vector<double> all;
    for (const GuardRow& row : guard.rows()) all.push_back(guard.value_of_row(row, Side::upper, s.couplings));
    return all;
  };
  const auto in = values({3.6, 0.0});
  EXPECT_NEAR(in[2], 4.5, 1e-12);
  EXPECT_NEAR(in[1], 5.0, 1e-12);
  EXPECT_NEAR(in[0], 5.0, 1e-12);
  const auto out = values({-3.0, 0.0});
  EXPECT_NEAR(out[2], -2.4, 1e-12);
  EXPECT_NEAR(out[1], -2.16, 1e-12);
  EXPECT_NEAR(out[0], -2.16, 1e-12);
  // What EVSE 0 feeds back below A is used up there: only the rest comes through A, with A's losses.
  const auto both = values({-3.0, 4.2});
  EXPECT_NEAR(both[2], -2.4, 1e-12);
  EXPECT_NEAR(both[1], 1.8 / 0.9, 1e-12);
  EXPECT_NEAR(both[0], 1.8 / 0.9, 1e-12);
}

TEST(GuardTree, RowsShowTheChargingSidesCoefficients) {
  TestSite s = two_levels();
  s.evses[0].efficiency = 0.95;
  Guard guard = s.make();
  const GuardRow &grid = guard.rows()[0], &a = guard.rows()[1], &b = guard.rows()[2];
  EXPECT_EQ(a.members, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(b.members, (std::vector<std::uint32_t>{0}));
  EXPECT_NEAR(b.coefficients[0], 1.0 / (0.95 * 0.8), 1e-12);
  EXPECT_NEAR(a.coefficients[0], 1.0 / (0.95 * 0.8 * 0.9), 1e-12);
  EXPECT_NEAR(a.coefficients[1], 1.0 / 0.9, 1e-12);
  EXPECT_EQ(grid.coefficients, a.coefficients);
}

TEST(GuardTree, ACapDeepInTheTreeBindsOnlyWhatHangsBelow) {
  TestSite s = two_levels();
  s.tree[1].max_kw = 5.0;
  s.tree[1].max_export_kw = 2.0;
  Guard guard = s.make();
  wish(guard, {7.0, 7.0});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw, 4.0, 1e-9);
  EXPECT_EQ(guard.rows()[static_cast<std::size_t>(guard.members[0].limit)].name, "B");
  EXPECT_EQ(guard.members[1].given_kw, 7.0);
  EXPECT_EQ(guard.members[1].reason, Correction::none);
  wish(guard, {-7.0, -7.0});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw, -2.5, 1e-9);
  EXPECT_EQ(guard.members[1].given_kw, -7.0);
}

TEST(GuardTree, TheGridConnectionPaysForConvertersOfDcEvses) {
  TestSite s(1, {}, 10.0, 5.0);
  s.evses[0].phases = 0;
  s.evses[0].max_kw = s.evses[0].max_discharge_kw = 50.0;
  s.evses[0].efficiency = 0.8;
  s.couplings[0] = {0.0, 0.0, 50.0, 50.0, {}};
  Guard guard = s.make();
  wish(guard, {20.0});
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, 8.0, 1e-9);
  wish(guard, {-20.0});
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, -6.25, 1e-9);
}

TEST(GuardCurrent, AFeedersFuseIsSharedInProportionAndNamed) {
  TestSite s(2, {}, infinite, infinite, {{"F", -1, infinite, infinite, 40.0, 1.0}});
  for (auto& evse : s.evses) evse.feeder = 0;
  Guard guard = s.make();
  wish(guard, {32 * kw_of_1_a, 18 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(given_a(guard, 0), 32.0 * 40.0 / 50.0, 1e-9);
  EXPECT_NEAR(given_a(guard, 1), 18.0 * 40.0 / 50.0, 1e-9);
  EXPECT_EQ(guard.rows()[static_cast<std::size_t>(guard.members[0].limit)].name, "F");
}

// The current of a DC EVSE on its AC side is not in the row, so taking its power away would help nobody.
TEST(GuardCurrent, ADcEvseIsLeftAloneByARowThatDoesNotCountIt) {
  for (const LimitKind kind : {LimitKind::current_a, LimitKind::magnitude_a}) {
    TestSite s(3, {{"line", kind, -infinite, 32.0, {{0, 1.0, 0.0}, {1, 1.0, 0.0}, {2, 1.0, 0.0}}}});
    s.evses[2].phases = 0;
    s.evses[2].max_kw = 50.0;
    s.couplings[2] = {0.0, 0.0, 50.0, 0.0, {}};
    Guard guard = s.make();
    wish(guard, {32 * kw_of_1_a, 32 * kw_of_1_a, 50.0});
    EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
    EXPECT_NEAR(given_a(guard, 0), 16.0, 1e-9);
    EXPECT_NEAR(given_a(guard, 1), 16.0, 1e-9);
    EXPECT_EQ(guard.members[2].given_kw, 50.0);
    EXPECT_EQ(guard.members[2].reason, Correction::none);
  }
}

// |i0 - i1| <= 10 A as two bounds of one row: the lower bound scales the other car.
TEST(GuardCurrent, BothBoundsOfADifferenceHold) {
  TestSite s(2, {{"balance", LimitKind::current_a, -10.0, 10.0, {{0, 1.0, 0.0}, {1, -1.0, 0.0}}}});
  Guard guard = s.make();
  wish(guard, {30 * kw_of_1_a, 12 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(given_a(guard, 0), 22.0, 1e-9);
  EXPECT_NEAR(given_a(guard, 1), 12.0, 1e-12);
  wish(guard, {12 * kw_of_1_a, 30 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(given_a(guard, 0), 12.0, 1e-12);
  EXPECT_NEAR(given_a(guard, 1), 22.0, 1e-9);
}

// 24 A into 20 A: 8 A are the least for the second car, so that 12 are left for the first, and the rate below is 8.
TEST(GuardPhasor, SharedCurrentsFallToTheNextAllowedRate) {
  TestSite s(2, {{"line", LimitKind::magnitude_a, -infinite, 20.0, {{0, 1.0, 30.0}, {1, 1.0, 30.0}}}});
  for (auto& coupling : s.couplings) coupling.rates_kw = {8 * kw_of_1_a, 16 * kw_of_1_a, 32 * kw_of_1_a};
  Guard guard = s.make();
  wish(guard, {16 * kw_of_1_a, 8 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(given_a(guard, 0), 8.0, 1e-12);
  EXPECT_NEAR(given_a(guard, 1), 8.0, 1e-12);
  EXPECT_EQ(guard.members[0].reason, Correction::limit);
  EXPECT_EQ(guard.members[1].reason, Correction::none);
}

// 20 A against 16 A make 4, one too many: the second car has 16 A or nothing, so the first gives way.
TEST(GuardPhasor, ACarThatCancelsAnotherKeepsItsOnlyRate) {
  TestSite s(2, {{"line", LimitKind::magnitude_a, -infinite, 3.0, {{0, 1.0, 0.0}, {1, 1.0, 180.0}}}});
  s.couplings[1].rates_kw = {16 * kw_of_1_a};
  Guard guard = s.make();
  wish(guard, {20 * kw_of_1_a, 16 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(given_a(guard, 0), 19.0, 1e-9);
  EXPECT_NEAR(given_a(guard, 1), 16.0, 1e-12);
}

// 30 A against the only rate of 16 A make 14; at 6 A and more the first car can not come within 3 A of another's 0.
TEST(GuardPhasor, MembersStandDownWhereNothingBetweenHolds) {
  TestSite s(2, {{"line", LimitKind::magnitude_a, -infinite, 3.0, {{0, 1.0, 0.0}, {1, 1.0, 180.0}}},
                 {"fuse", LimitKind::current_a, -infinite, 10.0, {{1, 1.0, 0.0}}}});
  s.couplings[1].rates_kw = {16 * kw_of_1_a};
  Guard guard = s.make();
  wish(guard, {30 * kw_of_1_a, 16 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  for (const auto& m : guard.members) {
    EXPECT_EQ(m.given_kw, 0.0);
    EXPECT_EQ(m.reason, Correction::limit);
  }
  EXPECT_EQ(guard.members[0].limit, 1);
  EXPECT_EQ(guard.members[1].limit, 2);
}

// The fuse of car 1 unbalances the line it shares with car 0, which comes earlier in the list.
TEST(GuardPhasor, RowsThatDisturbEachOtherAllHoldInTheEnd) {
  TestSite s(2, {{"line", LimitKind::magnitude_a, -infinite, 10.0, {{0, 1.0, 0.0}, {1, 1.0, 180.0}}},
                 {"fuse", LimitKind::current_a, -infinite, 6.0, {{1, 1.0, 0.0}}}});
  for (auto& coupling : s.couplings) coupling.min_kw = 0.0;
  Guard guard = s.make();
  wish(guard, {30 * kw_of_1_a, 30 * kw_of_1_a});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  // The fuse leaves 6 A to car 1, the line 10 A more to car 0.
  EXPECT_NEAR(given_a(guard, 0), 16.0, 1e-8);
  EXPECT_NEAR(given_a(guard, 1), 6.0, 1e-8);
}

TEST(GuardTaper, AFinishedVehicleLeavesItsShareToOthers) {
  TestSite s(2, {}, 7.0);
  Guard guard = s.make();
  guard.members[0].charge = {0.0, 0.0, false};
  wish(guard, {7.0, 7.0});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_EQ(guard.members[1].given_kw, 7.0);
}

TEST(GuardTaper, AVehicleCountsWithTheMostItMayDraw) {
  TestSite s(2, {}, 10.0);
  Guard guard = s.make();
  guard.members[0].charge = {2.0, 5.0, false};  // draws 2 kW now, and up to 5 before it is asked again
  wish(guard, {7.0, 7.0});
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw, 5.0 * 10.0 / 12.0, 1e-9);
  EXPECT_NEAR(guard.members[1].given_kw, 7.0 * 10.0 / 12.0, 1e-9);
}

// i0 - i1 <= 10 A: the relief of car 1 counts with what it surely draws until the next instant.
TEST(GuardTaper, ReliefCountsWithTheLeastItSurelyGives) {
  TestSite s(2, {{"difference", LimitKind::current_a, -infinite, 10.0, {{0, 1.0, 0.0}, {1, -1.0, 0.0}}}});
  Guard guard = s.make();
  const double now_kw = 20 * kw_of_1_a;
  guard.members[1].charge = {now_kw, now_kw, true};
  wish(guard, {25 * kw_of_1_a, 16 * kw_of_1_a});  // below what its falling curve still allows: 16 A are sure
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(given_a(guard, 0), 25.0, 1e-12);
  wish(guard, {25 * kw_of_1_a, 24 * kw_of_1_a});  // on the falling curve itself: nothing is sure
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(given_a(guard, 0), 10.0, 1e-9);
  guard.members[1].charge.falls = false;  // held until the next decision: 20 A are sure
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(given_a(guard, 0), 25.0, 1e-12);
}

/// Whether less power of member k would bring the row back inside that bound.
bool could_help(const Guard& guard, const GuardRow& row, std::size_t k, Side side,
                std::span<const physics::Coupling> couplings) {
  const std::uint32_t i = row.members[k];
  const GuardMember& m = guard.members[i];
  const double able_kw = m.given_kw > 0.0 ? m.charge.highest_kw : m.discharge.highest_kw;
  if (m.given_kw == 0.0 || able_kw == 0.0 || row.coefficients[k] == 0.0) return false;
  if (row.kind != LimitKind::power_kw && couplings[i].kw_per_a == 0.0) return false;
  if (row.kind == LimitKind::magnitude_a) return true;
  return (row.coefficients[k] * m.given_kw > 0.0) == (side == Side::upper);
}

// EVSEs of all kinds on a chain of lossy feeders, storages, and rows of every kind with coefficients of both signs.
RC_GTEST_PROP(GuardRows, EachHoldsOrIsReportedWithNobodyLeftWhoCouldHelp, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::uint64_t n = 0;
  const auto real = [&](double from, double to) { return from + (to - from) * kernel::draw_unit(seed, 5, 5, n++); };
  const auto chance = [&](double p) { return real(0, 1) < p; };
  const auto evses = static_cast<std::uint32_t>(real(1, 9));

  std::vector<physics::Storage> storages(static_cast<std::size_t>(real(0, 3)));
  for (auto& storage : storages) {
    storage.capacity_kwh = 10.0;
    storage.max_charge_kw = storage.max_discharge_kw = real(1, 20);
  }
  std::vector<physics::Feeder> feeders;
  const int depth = static_cast<int>(real(0, 4));
  for (int f = 0; f < depth; ++f) {
    feeders.push_back(
        {"feeder", f - 1, real(1, 40), real(0, 20), chance(0.3) ? real(6, 60) : infinite, real(0.7, 1.0)});
  }
  std::vector<physics::LimitRow> rows;
  for (int r = 0; r < 5; ++r) {
    const double lower = real(-60, 10);
    physics::LimitRow row{"row", static_cast<LimitKind>(r % 3), lower, std::max(lower, 0.0) + real(0, 60), {}};
    for (std::uint32_t i = 0; i < evses; ++i) {
      if (chance(0.6)) row.members.push_back({i, real(-1, 1), 120.0 * std::floor(real(-1, 2))});
    }
    rows.push_back(row);
  }
  TestSite s(evses, rows, real(0, 60), real(0, 30), feeders, storages);
  for (std::uint32_t i = 0; i < evses; ++i) {
    s.evses[i].feeder = static_cast<std::int32_t>(std::floor(real(-1, static_cast<double>(feeders.size()))));
    if (chance(0.3)) {
      s.evses[i].phases = 0;
      s.evses[i].max_kw = s.evses[i].max_discharge_kw = 50.0;
      s.evses[i].efficiency = real(0.8, 1.0);
      s.couplings[i] = {0.0, 5.0, 50.0, 50.0, {}};
    } else if (chance(0.5)) {
      s.couplings[i].rates_kw = {8 * kw_of_1_a, 16 * kw_of_1_a, 24 * kw_of_1_a, 32 * kw_of_1_a};
    }
  }
  Guard guard = s.make();
  guard.set_base_kw(real(-40, 40));
  for (double& kwh : guard.stored_kwh) kwh = chance(0.3) ? (chance(0.5) ? 0.0 : 10.0) : 5.0;
  for (double& out : guard.outage) out = chance(0.1) ? 1.0 : 0.0;
  for (auto& m : guard.members) {
    m.wish_kw = chance(0.1) ? infinite : real(-12, 12);
    for (auto* range : {&m.charge, &m.discharge}) {
      if (chance(0.4)) *range = {real(0, 4), real(4, 9), chance(0.5)};
      if (chance(0.1)) *range = {0.0, 0.0, false};
    }
  }

  const auto reported = guard.give_setpoints(s.active, s.couplings, true);
  for (std::uint32_t r = 0; r < guard.rows().size(); ++r) {
    const GuardRow& row = guard.rows()[r];
    bool holds = true;
    for (const Side side : {Side::upper, Side::lower}) {
      const double bound = side == Side::upper ? row.upper : row.lower;
      const double value = guard.value_of_row(row, side, s.couplings);
      const double beyond = side == Side::upper ? value - bound : bound - value;
      if (beyond <= 1e-9 * std::max(1.0, std::abs(bound))) continue;
      holds = false;
      for (std::size_t k = 0; k < row.members.size(); ++k) RC_ASSERT(!could_help(guard, row, k, side, s.couplings));
    }
    RC_ASSERT(holds == (std::find(reported.begin(), reported.end(), r) == reported.end()));
  }

  std::vector<double> given;
  for (std::uint32_t i = 0; i < guard.member_count(); ++i) {
    const GuardMember& m = guard.members[i];
    given.push_back(m.given_kw);
    // Never the other direction, never more than asked (a rate counts as met within 1e-9), 0 or allowed.
    RC_ASSERT(m.given_kw * m.wish_kw >= 0.0 || m.given_kw == 0.0);
    RC_ASSERT(std::abs(m.given_kw) <= std::abs(m.wish_kw) * (1.0 + 1e-9));
    RC_ASSERT((m.reason == Correction::limit) == (m.limit >= 0));
    if (i >= evses) continue;
    if (m.given_kw > 0.0) RC_ASSERT(physics::floor_to_allowed(s.couplings[i], m.given_kw) == m.given_kw);
    RC_ASSERT(m.given_kw <= s.couplings[i].max_kw && -m.given_kw <= s.couplings[i].max_discharge_kw);
    RC_ASSERT(guard.outage[i] == 0.0 || m.given_kw == 0.0);
  }
  const auto unchanged = [&] {
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (guard.members[i].given_kw != given[i]) return false;
    }
    return true;
  };
  guard.hold_setpoints(s.active, s.couplings, true);
  RC_ASSERT(unchanged());
  guard.give_setpoints(s.active, s.couplings, true);
  RC_ASSERT(unchanged());
}

}  // namespace
}  // namespace evtwin::control
