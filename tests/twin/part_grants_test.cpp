// Grants alone: what each member asked for, what the guard gave it, and what is told of that.
#include <gtest/gtest.h>

#include "twin/grants.hpp"
#include "twin/one_part.hpp"

namespace evtwin::twin {
namespace {

using control::Correction;
using testing::at_h;
using testing::Bench;

/// Three EVSEs of 7.04 kW behind 10 kW; vehicles that take all they get on the first two.
World granted_world() {
  World world = testing::small_world(3);
  world.sites[0].contract_kw = 10.0;
  return world;
}

struct GuardDesk {
  explicit GuardDesk(World world = granted_world()) : bench(std::move(world)), grants(bench.context) {
    grants.begin();
    couplings.resize(bench.site.evses.size());
    for (const std::uint32_t evse : active) {
      couplings[evse] = physics::couple_vehicle(bench.site.evses[evse], bench.world.vehicles[0], false);
      grants.plug_in(evse);
      grants.set_charge_range(evse, {physics::infinite, physics::infinite, false});
    }
  }
  /// @returns whether a limit gives somebody another set-point than before.
  bool look(double h) {
    looked_at.clear();
    bool limited_anew = false;
    grants.look(active, couplings);
    for (const std::uint32_t evse : grants.finish_look(active, couplings, at_h(h))) {
      looked_at.push_back(evse);
      grants.tell_correction(evse, at_h(h));
      limited_anew = limited_anew || (grants.is_limited(evse) && grants.given_kw(evse) != last_kw[evse]);
    }
    grants.clear_named();
    for (const std::uint32_t evse : active) last_kw[evse] = grants.given_kw(evse);
    return limited_anew;
  }
  void ask(double kw) {
    for (const std::uint32_t evse : active) grants.set_wish_kw(evse, kw);
  }
  const std::vector<CorrectionRecord>& told() const { return bench.seen.corrections; }

  Bench bench;
  Grants grants;
  std::vector<physics::Coupling> couplings;
  std::vector<std::uint32_t> active{0, 1};
  std::vector<std::uint32_t> looked_at;  ///< by the last look
  double last_kw[2]{};
};

TEST(PartGrants, LookOnlyWhereSomethingChanged) {
  GuardDesk desk;
  EXPECT_TRUE(desk.grants.is_due());
  desk.ask(4.0);
  EXPECT_FALSE(desk.look(0));
  EXPECT_FALSE(desk.grants.is_due());
  desk.ask(4.0);
  EXPECT_FALSE(desk.grants.is_due());  // the same wish
  desk.grants.note_decision();
  EXPECT_FALSE(desk.grants.is_due());  // nobody is held down
  desk.ask(4.5);
  EXPECT_TRUE(desk.grants.is_due());
  desk.look(1);
  EXPECT_FALSE(desk.grants.is_due());
  desk.grants.ask_to_hold(0);
  EXPECT_TRUE(desk.grants.is_due());
}

TEST(PartGrants, WhereNobodyIsHeldDownOnlyWhoIsNamedIsLookedAt) {
  GuardDesk desk;
  desk.ask(2.0);
  desk.look(0);
  EXPECT_EQ(desk.looked_at, desk.active);  // everybody at first
  desk.grants.set_wish_kw(1, 3.0);
  EXPECT_FALSE(desk.grants.concerns_everybody());
  desk.look(1);
  EXPECT_EQ(desk.looked_at, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(desk.grants.given_kw(1), 3.0);
  desk.grants.set_wish_kw(1, 9.0);  // 7.04 is what its EVSE gives; with 2 they stay within 10
  desk.look(2);
  EXPECT_EQ(desk.looked_at, (std::vector<std::uint32_t>{1}));
  desk.ask(7.0);
  desk.look(3);
  EXPECT_TRUE(desk.grants.concerns_everybody());  // who is held down is looked at until it is not
  EXPECT_EQ(desk.looked_at, desk.active);
}

// 14 kW asked of 10: 5 kW each. A base load of 4 kW leaves 3 each.
TEST(PartGrants, ALimitLowersWishesAndIsNamed) {
  GuardDesk desk;
  desk.ask(7.0);
  EXPECT_TRUE(desk.look(0));
  ASSERT_EQ(desk.told().size(), 2U);
  for (const std::uint32_t evse : desk.active) {
    EXPECT_NEAR(desk.grants.given_kw(evse), 5.0, 1e-9);
    EXPECT_EQ(desk.grants.wish_kw(evse), 7.0);
    EXPECT_EQ(desk.told()[evse].reason, Correction::limit);
    EXPECT_EQ(desk.told()[evse].row, static_cast<std::int32_t>(evse));
    EXPECT_EQ(desk.told()[evse].asked_kw, 7.0);
    EXPECT_EQ(desk.told()[evse].given_kw, desk.grants.given_kw(evse));
    EXPECT_EQ(desk.bench.seen.limit_names[evse], "grid connection");
  }

  control::ViewColumns columns(desk.bench.site.evses, {}, desk.grants.guard());
  desk.grants.show_in_view(columns, desk.active);
  EXPECT_EQ(columns.view.evse_setpoint_kw[1], desk.grants.given_kw(1));
  EXPECT_EQ(columns.view.evse_asked_kw[1], 7.0);
  EXPECT_EQ(columns.view.evse_reason[1], EVTWIN_REASON_LIMIT);
  EXPECT_EQ(columns.view.evse_limit_row[1], 0);

  desk.grants.note_decision();  // somebody is held down: shares are handed out again
  EXPECT_TRUE(desk.grants.is_due());
  EXPECT_FALSE(desk.look(1));  // to the same effect
  EXPECT_EQ(desk.told().size(), 2U);

  desk.grants.set_base_kw(4.0);
  desk.grants.base_changed();
  EXPECT_TRUE(desk.look(2));
  EXPECT_NEAR(desk.grants.given_kw(0), 3.0, 1e-9);
  EXPECT_EQ(desk.told().size(), 4U);

  desk.grants.set_limits(30.0, physics::infinite, {});
  EXPECT_TRUE(desk.grants.is_due());
  EXPECT_FALSE(desk.look(3));  // no limit gives them less any more
  EXPECT_EQ(desk.grants.given_kw(0), 7.0);
  EXPECT_EQ(desk.told().size(), 4U);  // and having what one asked for is no correction
  SiteResult result;
  desk.grants.add_to_result(result);
  EXPECT_EQ(result.corrections[static_cast<std::size_t>(Correction::limit)], 4U);
}

TEST(PartGrants, HoldingLowersAndNeverRaises) {
  GuardDesk desk;
  desk.ask(7.0);
  desk.look(0);
  desk.grants.set_base_kw(-4.0);  // sun: there would be room for 7 kW each
  desk.grants.ask_to_hold(0);
  EXPECT_FALSE(desk.look(1));
  EXPECT_NEAR(desk.grants.given_kw(0), 5.0, 1e-9);
  desk.grants.ask_again();
  desk.look(2);
  EXPECT_EQ(desk.grants.given_kw(0), 7.0);
}

TEST(PartGrants, PowerForAnEmptyEvseIsToldOnceUntilItIsTakenBack) {
  GuardDesk desk;
  desk.grants.tell_not_plugged_in(2, 5.0, at_h(0));
  ASSERT_EQ(desk.told().size(), 1U);
  EXPECT_EQ(desk.told()[0].reason, Correction::not_plugged_in);
  EXPECT_EQ(desk.told()[0].row, 2);
  EXPECT_EQ(desk.told()[0].asked_kw, 5.0);
  EXPECT_EQ(desk.told()[0].given_kw, 0.0);
  desk.grants.tell_not_plugged_in(2, 6.0, at_h(1));
  EXPECT_EQ(desk.told().size(), 1U);
  desk.grants.tell_not_plugged_in(2, 0.0, at_h(2));
  desk.grants.tell_not_plugged_in(2, 5.0, at_h(3));
  EXPECT_EQ(desk.told().size(), 2U);
}

TEST(PartGrants, AnEvseOutOfServiceGivesNothing) {
  GuardDesk desk;
  desk.ask(4.0);
  desk.look(0);
  desk.grants.set_available(0, false, true);
  EXPECT_FALSE(desk.grants.is_available(0));
  EXPECT_TRUE(desk.grants.is_due());
  desk.look(1);
  EXPECT_EQ(desk.grants.given_kw(0), 0.0);
  EXPECT_EQ(desk.grants.given_kw(1), 4.0);
  ASSERT_EQ(desk.told().size(), 1U);
  EXPECT_EQ(desk.told()[0].reason, Correction::outage);
  desk.grants.set_available(0, true, true);
  desk.look(2);
  EXPECT_EQ(desk.grants.given_kw(0), 4.0);
}

TEST(PartGrants, ANewVehicleStartsWithNothingAskedAndNothingTold) {
  GuardDesk desk;
  desk.ask(7.0);
  desk.look(0);
  desk.grants.plug_out(0);
  EXPECT_EQ(desk.grants.wish_kw(0), 0.0);
  desk.grants.plug_in(0);
  desk.grants.set_charge_range(0, {physics::infinite, physics::infinite, false});
  desk.look(1);
  EXPECT_EQ(desk.grants.given_kw(0), 0.0);
  EXPECT_EQ(desk.grants.given_kw(1), 7.0);
  desk.ask(7.0);
  desk.look(2);
  EXPECT_EQ(desk.told().size(), 4U);  // both, twice: the same 5 kW again are news to a new vehicle
}

// Where limits are only recorded, 14 kW flow through a row of 9.
TEST(PartGrants, AnOverloadIsToldOnceWhileItLasts) {
  World world = granted_world();
  world.sites[0].contract_kw = physics::infinite;
  world.sites[0].limits = LimitMode::record;
  world.sites[0].rows = {{"cable", physics::LimitKind::power_kw, -physics::infinite, 9.0, {{0}, {1}}}};
  GuardDesk desk(std::move(world));
  desk.ask(7.0);
  EXPECT_FALSE(desk.look(0));
  EXPECT_EQ(desk.grants.given_kw(0), 7.0);
  ASSERT_EQ(desk.bench.seen.events.size(), 1U);
  EXPECT_EQ(desk.bench.seen.events[0], "overload: cable: 14, limits -inf to 9");
  desk.grants.ask_again();
  desk.look(1);
  desk.ask(6.0);
  desk.look(2);
  EXPECT_EQ(desk.bench.seen.events.size(), 1U);
  desk.ask(4.0);
  desk.look(3);
  desk.ask(7.0);
  desk.look(4);
  EXPECT_EQ(desk.bench.seen.events.size(), 2U);
  EXPECT_TRUE(desk.told().empty());
}

TEST(PartGrants, ALimitThatNobodyCanHoldIsUnavoidableAndToldOnce) {
  GuardDesk desk;
  desk.ask(7.0);
  desk.grants.set_base_kw(12.0);
  desk.look(0);
  EXPECT_EQ(desk.grants.given_kw(0), 0.0);
  const auto unavoidable = [&] {
    return std::count_if(desk.told().begin(), desk.told().end(),
                         [](const CorrectionRecord& c) { return c.reason == Correction::unavoidable && c.row == -1; });
  };
  EXPECT_EQ(unavoidable(), 1);
  desk.grants.ask_again();
  desk.look(1);
  EXPECT_EQ(unavoidable(), 1);
}

TEST(PartGrants, BeginTwiceForgetsAll) {
  GuardDesk desk;
  desk.ask(7.0);
  desk.look(0);
  desk.grants.set_available(2, false, false);
  desk.grants.begin();
  EXPECT_TRUE(desk.grants.is_due());
  EXPECT_TRUE(desk.grants.is_available(2));
  EXPECT_EQ(desk.grants.wish_kw(0), 0.0);
  SiteResult result;
  desk.grants.add_to_result(result);
  EXPECT_EQ(result.corrections, (std::array<std::uint64_t, correction_count>{}));
}

}  // namespace
}  // namespace evtwin::twin
