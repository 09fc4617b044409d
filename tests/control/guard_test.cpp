// The guard's answers, worked out by hand.
#include "control/guard.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "control/guard_site.hpp"
#include "kernel/random.hpp"

namespace evtwin::control {
namespace {

TEST(Guard, ClampsAndNamesTheReason) {
  TestSite s(6);
  s.evses[3].bidirectional = false;
  s.couplings[3].max_discharge_kw = 0.0;
  s.couplings[4].rates_kw = {8 * 0.23, 16 * 0.23, 32 * 0.23};
  Guard guard = s.make();
  guard.outage[5] = 1.0;
  const double wishes[] = {50.0, 1.0, infinite, -3.0, 4.0, 5.0};
  for (std::size_t i = 0; i < 6; ++i) guard.members[i].wish_kw = wishes[i];
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, 7.36, 1e-12);
  EXPECT_EQ(guard.members[0].reason, Correction::evse_rating);
  EXPECT_EQ(guard.members[1].given_kw, 0.0);
  EXPECT_EQ(guard.members[1].reason, Correction::min_current);
  EXPECT_NEAR(guard.members[2].given_kw, 7.36, 1e-12);
  EXPECT_EQ(guard.members[2].reason, Correction::not_finite);
  EXPECT_EQ(guard.members[3].given_kw, 0.0);
  EXPECT_EQ(guard.members[3].reason, Correction::evse_rating);
  EXPECT_NEAR(guard.members[4].given_kw, 16 * 0.23, 1e-12);
  EXPECT_EQ(guard.members[4].reason, Correction::finite_rate);
  EXPECT_EQ(guard.members[5].given_kw, 0.0);
  EXPECT_EQ(guard.members[5].reason, Correction::outage);
}

TEST(Guard, SharesTheGridConnectionInProportion) {
  TestSite s(2, {}, 10.0);
  Guard guard = s.make();
  guard.set_base_kw(1.0);
  guard.members[0].wish_kw = 6.0;
  guard.members[1].wish_kw = 7.2;
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw, 6.0 * 9.0 / 13.2, 1e-12);
  EXPECT_NEAR(guard.members[1].given_kw, 7.2 * 9.0 / 13.2, 1e-12);
  EXPECT_EQ(guard.members[1].reason, Correction::limit);
  EXPECT_EQ(guard.members[1].limit, 0);
}

// A third of 3 kW is below 6 A (1.38 kW): two smallest offers fit, and the two share what is left.
TEST(Guard, KeepsAsManySmallestOffersAsFit) {
  TestSite s(3, {}, 3.0);
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = 2.0;
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw, 1.5, 1e-9);
  EXPECT_NEAR(guard.members[1].given_kw, 1.5, 1e-9);
  EXPECT_EQ(guard.members[2].given_kw, 0.0);
  for (const auto& m : guard.members) EXPECT_EQ(m.reason, Correction::limit);
}

TEST(Guard, ExportLimitBindsDischargeOnly) {
  TestSite s(2, {}, infinite, 4.0);
  Guard guard = s.make();
  guard.members[0].wish_kw = -7.0;
  guard.members[1].wish_kw = 2.0;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, -6.0, 1e-9);
  EXPECT_EQ(guard.members[1].given_kw, 2.0);
}

//   grid ---10 kW in, 5 kW out--- T (efficiency 0.8) --+-- EVSE 0   wants 7, then gives 7
//                                                      +-- EVSE 1   likewise
TEST(Guard, FeederLossesCountInTheDirectionOfTheFlow) {
  TestSite s(2, {}, infinite, infinite, {{"T", -1, 10.0, 5.0, infinite, 0.8}});
  for (auto& evse : s.evses) evse.feeder = 0;
  Guard guard = s.make();
  guard.members[0].wish_kw = guard.members[1].wish_kw = 7.0;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR((guard.members[0].given_kw + guard.members[1].given_kw) / 0.8, 10.0, 1e-9);
  guard.members[0].wish_kw = guard.members[1].wish_kw = -7.0;
  guard.give_setpoints(s.active, s.couplings, true);
  const double out_kw = -(guard.members[0].given_kw + guard.members[1].given_kw) * 0.8;
  EXPECT_LE(out_kw, 5.0 + 1e-9);
  EXPECT_GT(out_kw, 4.0);
}

// Cars on three phases cancel: without one the sum of the other two is as long as each of them.
//
//   i1 (120 degrees)              line: |i0 + i1 + i2| <= 20 A
//       \                         32 A on all three: |sum| = 0
//        +------ i0 (0)           32 A on i0 and i1:  |sum| = |32 A at 60 degrees|, scaled to 20
//       /
//   i2 (-120)
TEST(Guard, PhasorRowHoldsWhateverIsScaled) {
  TestSite s(
      3,
      {{"line", physics::LimitKind::magnitude_a, -infinite, 20.0, {{0, 1.0, 0.0}, {1, 1.0, 120.0}, {2, 1.0, -120.0}}}});
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = 7.36;
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  for (const auto& m : guard.members) EXPECT_NEAR(m.given_kw, 7.36, 1e-12);  // balanced: the sum is 0
  guard.members[2].wish_kw = 0.0;
  EXPECT_TRUE(guard.give_setpoints(s.active, s.couplings, true).empty());
  EXPECT_NEAR(guard.members[0].given_kw / 0.23, 20.0, 1e-9);  // |32 + 32 at 120 degrees| = 32, scaled to 20
}

TEST(Guard, ATaperingBatteryIsNotCountedOnAgainstTheExportLimit) {
  TestSite s(2, {}, infinite, 3.0);
  Guard guard = s.make();
  guard.members[0].wish_kw = -5.0;
  guard.members[1].wish_kw = 7.0;
  guard.members[1].charge = {4.0, 4.0, true};  // takes 4 kW now, and less from now on
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, -3.0, 1e-9);
}

TEST(Guard, BaseLoadAboveTheContractIsReportedAsExceeded) {
  TestSite s(1, {}, 10.0);
  Guard guard = s.make();
  guard.set_base_kw(12.0);
  guard.members[0].wish_kw = 7.0;
  const auto exceeded = guard.give_setpoints(s.active, s.couplings, true);
  ASSERT_EQ(exceeded.size(), 1U);
  EXPECT_EQ(exceeded[0], 0U);
  EXPECT_EQ(guard.members[0].given_kw, 0.0);
}

TEST(Guard, StorageKeepsToItsWindow) {
  physics::Storage storage;
  storage.capacity_kwh = 10.0;
  storage.max_charge_kw = storage.max_discharge_kw = 5.0;
  storage.soc_min = 0.2;
  TestSite s(0, {}, infinite, infinite, {}, {storage});
  Guard guard = s.make();
  guard.stored_kwh[0] = 2.0;
  guard.members[0].wish_kw = -3.0;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 0.0);
  EXPECT_EQ(guard.members[0].reason, Correction::soc_window);
  guard.members[0].wish_kw = 9.0;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 5.0);
  EXPECT_EQ(guard.members[0].reason, Correction::storage_rating);
}

// A car that takes less than it is offered is no correction; an EVSE that cannot give what is asked is one.
TEST(Guard, ACarThatTakesLessIsNoCorrection) {
  TestSite s(3);
  s.couplings[0].max_kw = 3.7;
  s.couplings[1].rates_kw = {8 * 0.23, 16 * 0.23};
  Guard guard = s.make();
  guard.members[0].wish_kw = 7.0;
  guard.members[1].wish_kw = 230.0 * 16.0 / 1000.0;  // the rate, by another order of multiplications
  guard.members[2].wish_kw = 0.0;
  guard.outage[2] = 1.0;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 3.7);
  EXPECT_EQ(guard.members[1].given_kw, 16 * 0.23);
  EXPECT_EQ(guard.members[2].given_kw, 0.0);
  for (const auto& m : guard.members) EXPECT_EQ(m.reason, Correction::none);
}

TEST(Guard, DischargeNeedsBothEvseAndVehicle) {
  TestSite s(4);
  s.couplings[0].max_discharge_kw = 0.0;  // the EVSE could, the car may not
  s.couplings[1].max_discharge_kw = 3.0;
  s.couplings[3].max_discharge_kw = 3.0;
  Guard guard = s.make();
  guard.outage[2] = 1.0;
  const double wishes[] = {-2.0, -5.0, -5.0, -infinite};
  for (std::size_t i = 0; i < 4; ++i) guard.members[i].wish_kw = wishes[i];
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 0.0);
  EXPECT_EQ(guard.members[0].reason, Correction::no_v2g);
  EXPECT_EQ(guard.members[1].given_kw, -3.0);
  EXPECT_EQ(guard.members[1].reason, Correction::evse_rating);
  EXPECT_EQ(guard.members[2].given_kw, 0.0);
  EXPECT_EQ(guard.members[2].reason, Correction::outage);
  EXPECT_EQ(guard.members[3].given_kw, -3.0);
  EXPECT_EQ(guard.members[3].reason, Correction::not_finite);
}

TEST(Guard, NobodyDischargesBelowTheSmallestPower) {
  TestSite site(2, {}, infinite, 2.0);
  Guard guard = site.make();
  guard.members[0].wish_kw = -1.0;  // of at least 1.38 kW
  guard.members[1].wish_kw = -1.38;
  guard.give_setpoints(site.active, site.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 0.0);
  EXPECT_EQ(guard.members[0].reason, Correction::min_current);
  EXPECT_EQ(guard.members[1].given_kw, -1.38);
  // Below 2 kW of export one of two has room for its smallest power, and gets all of the room.
  guard.members[0].wish_kw = guard.members[1].wish_kw = -7.0;
  guard.give_setpoints(site.active, site.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw + guard.members[1].given_kw, -2.0, 1e-5);
  EXPECT_EQ(guard.members[0].given_kw * guard.members[1].given_kw, 0.0);
}

TEST(Guard, AFullStorageTakesNothingAndAnInfiniteWishIsItsRating) {
  physics::Storage full;
  full.capacity_kwh = 10.0;
  full.soc_max = 0.9;
  full.max_charge_kw = full.max_discharge_kw = 5.0;
  TestSite s(0, {}, infinite, infinite, {}, {full, full});
  Guard guard = s.make();
  guard.stored_kwh = {9.0, 5.0};
  guard.members[0].wish_kw = 2.0;
  guard.members[1].wish_kw = -infinite;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 0.0);
  EXPECT_EQ(guard.members[0].reason, Correction::soc_window);
  EXPECT_EQ(guard.members[1].given_kw, -5.0);
  EXPECT_EQ(guard.members[1].reason, Correction::not_finite);
}

TEST(Guard, WithoutEnforcementOverloadsStandAndAreNamed) {
  TestSite s(2, {{"line", physics::LimitKind::current_a, -infinite, 40.0, {{0, 1.0, 0.0}, {1, 1.0, 0.0}}}}, 100.0);
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = 7.0;
  const auto exceeded = guard.give_setpoints(s.active, s.couplings, false);
  ASSERT_EQ(exceeded.size(), 1U);
  EXPECT_EQ(guard.rows()[exceeded[0]].name, "line");
  for (const auto& m : guard.members) {
    EXPECT_EQ(m.given_kw, 7.0);
    EXPECT_EQ(m.reason, Correction::none);
  }
}

TEST(Guard, HoldOnlyLowersWhatApplyGave) {
  TestSite s(2, {}, 10.0);
  Guard guard = s.make();
  for (auto& m : guard.members) m.wish_kw = 7.0;
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, 5.0, 1e-12);
  guard.members[1].charge = {2.0, 2.0, true};  // its share has become free
  guard.hold_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, 5.0, 1e-12);
  guard.give_setpoints(s.active, s.couplings, true);
  EXPECT_EQ(guard.members[0].given_kw, 7.0);
  guard.set_base_kw(6.0);  // 4 kW are left for 7 and 2: 1.38 are the least for the second, more than its share
  guard.hold_setpoints(s.active, s.couplings, true);
  EXPECT_NEAR(guard.members[0].given_kw, 4.0 - 1.38, 1e-12);
  EXPECT_NEAR(guard.members[1].given_kw, 1.38, 1e-12);
}

TEST(Guard, EveryReasonHasItsOwnName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < correction_count; ++i) names.insert(name_of(static_cast<Correction>(i)));
  EXPECT_EQ(names.size(), correction_count);
  EXPECT_EQ(names.count("unknown"), 0U);
}

RC_GTEST_PROP(Guard, AnyWishesEndInsideEveryRowAndTheSameWishesGiveTheSame, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  std::uint64_t n = 0;
  const auto real = [&](double from, double to) { return from + (to - from) * kernel::draw_unit(seed, 3, 3, n++); };
  const std::size_t evses = 2 + static_cast<std::size_t>(real(0, 8));
  std::vector<physics::LimitRow> rows;
  for (int r = 0; r < 4; ++r) {
    physics::LimitRow row{"row",
                          r % 2 == 0 ? physics::LimitKind::magnitude_a : physics::LimitKind::current_a,
                          -real(0, 60),
                          real(5, 60),
                          {}};
    for (std::uint32_t i = 0; i < evses; ++i) {
      if (real(0, 1) < 0.7) row.members.push_back({i, real(-1, 1), 120.0 * std::floor(real(-1, 2))});
    }
    rows.push_back(row);
  }
  TestSite s(evses, rows, real(2, 40), real(2, 20));
  for (auto& coupling : s.couplings) {
    if (real(0, 1) < 0.4) coupling.rates_kw = {8 * 0.23, 16 * 0.23, 24 * 0.23, 32 * 0.23};
  }
  Guard guard = s.make();
  guard.set_base_kw(real(-30, 30));
  for (auto& m : guard.members) {
    m.wish_kw = real(-9, 9);
    if (real(0, 1) < 0.3) m.charge = {real(0, 7), 7, real(0, 1) < 0.5};
  }
  const auto exceeded = guard.give_setpoints(s.active, s.couplings, true);
  std::vector<double> given;
  for (const auto& m : guard.members) given.push_back(m.given_kw);
  for (std::uint32_t r = 0; r < guard.rows().size(); ++r) {
    const GuardRow& row = guard.rows()[r];
    const bool reported = std::find(exceeded.begin(), exceeded.end(), r) != exceeded.end();
    const bool holds =
        guard.value_of_row(row, Side::upper, s.couplings) <= row.upper + 1e-9 * std::max(1.0, std::abs(row.upper)) &&
        guard.value_of_row(row, Side::lower, s.couplings) >= row.lower - 1e-9 * std::max(1.0, std::abs(row.lower));
    RC_ASSERT(holds != reported);
  }
  for (std::size_t i = 0; i < evses; ++i) {
    if (given[i] > 0.0) RC_ASSERT(physics::floor_to_allowed(s.couplings[i], given[i]) == given[i]);
  }
  guard.give_setpoints(s.active, s.couplings, true);
  for (std::size_t i = 0; i < evses; ++i) RC_ASSERT(guard.members[i].given_kw == given[i]);
}

}  // namespace
}  // namespace evtwin::control
