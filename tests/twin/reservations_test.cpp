// Reserved EVSEs: seen from the announcement on, kept free for whom they are reserved, and for no longer.
#include <gtest/gtest.h>

#include <map>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

TimeNs at_h(double h) { return monday_ns + static_cast<TimeNs>(h * static_cast<double>(hour_ns)); }

demand::Visit reserved(double announced_h, double from_h, double to_h, double kwh, std::int32_t evse = 0) {
  demand::Visit v = visit(from_h, to_h, kwh, evse);
  v.id = "booked" + std::to_string(from_h).substr(0, 4);
  v.announced_ns = at_h(announced_h);
  v.reserved_from_ns = v.arrival_ns;
  v.reserved_until_ns = v.claimed_departure_ns;
  return v;
}

demand::Visit walk_in(double from_h, double to_h) {
  demand::Visit v = visit(from_h, to_h, 1.0, demand::any_evse);
  v.id = "walk-in";
  return v;
}

struct Shown {
  TimeNs from_ns, until_ns;
  double kwh;
  bool operator==(const Shown&) const = default;
};

/// What is shown of the first EVSE, by the instant of the decision.
std::map<TimeNs, Shown> shown(const twin::World& world, Outcome* outcome = nullptr) {
  std::map<TimeNs, Shown> seen;
  Outcome o = run_world(
      world, strategy(
                 [&](const evtwin_view& v, evtwin_decision&) {
                   seen[v.now_ns] = {v.evse_reserved_from_ns[0], v.evse_reserved_until_ns[0], v.evse_reserved_kwh[0]};
                 },
                 EVTWIN_WHY_ARRIVAL | EVTWIN_WHY_DEPARTURE));
  if (outcome != nullptr) *outcome = std::move(o);
  return seen;
}

/// EVSE on which a session plugged in, -1 when it never did.
std::int32_t evse_of(const Outcome& o, const std::string& id) {
  for (const auto& session : o.seen.sessions) {
    if (session.id == id && session.record.number != 0) return session.record.evse;
  }
  return -1;
}

constexpr Shown nothing{0, 0, 0.0};

TEST(Reservations, AreShownFromTheAnnouncementToThePlugIn) {
  twin::World world = small_world(2);
  add_visits(world, {reserved(6.0, 9.1, 12.0, 8.0)});
  for (const auto& [t, seen] : shown(world)) {
    const bool known = t >= at_h(6.0) && t < at_h(9.1);
    EXPECT_EQ(seen, (known ? Shown{at_h(9.1), at_h(12.0), 8.0} : nothing)) << kernel::hours_between(monday_ns, t);
  }
}

TEST(Reservations, TheNextOfAnEvseIsShownAndWhatWasAnnouncedBeforeTheRunIsKnownAtItsStart) {
  twin::World world = small_world(1);
  add_visits(world, {reserved(-30.0, 14.0, 16.0, 5.0), reserved(3.0, 9.0, 12.0, 8.0)});
  const auto seen = shown(world);
  const Shown late{at_h(14.0), at_h(16.0), 5.0}, early{at_h(9.0), at_h(12.0), 8.0};
  EXPECT_EQ(seen.at(at_h(0.0)), late);
  EXPECT_EQ(seen.at(at_h(3.0)), early);
  EXPECT_EQ(seen.at(at_h(9.0)), late);
  EXPECT_EQ(seen.at(at_h(14.0)), nothing);
}

TEST(Reservations, OfACarThatIsLateAreShownToTheEndOfTheirTime) {
  twin::World world = small_world(1);
  demand::Visit late = reserved(6.0, 13.0, 20.0, 8.0);
  late.reserved_from_ns = at_h(9.0);
  late.reserved_until_ns = at_h(11.0);
  add_visits(world, {late, walk_in(11.0, 12.0)});
  Outcome o;
  const auto seen = shown(world, &o);
  EXPECT_EQ(seen.at(at_h(10.75)), (Shown{at_h(9.0), at_h(11.0), 8.0}));
  EXPECT_EQ(seen.at(at_h(11.0)), nothing);
  // At its end, to the nanosecond, the EVSE is anybody's; the late car comes as one that has not reserved.
  EXPECT_EQ(evse_of(o, "walk-in"), 0);
  EXPECT_EQ(evse_of(o, late.id), 0);
  EXPECT_EQ(std::count(o.seen.events.begin(), o.seen.events.end(), "reservation_expired: A-1: " + late.id), 1);
}

TEST(Reservations, KeepWalkInsOffFromTheHoldOn) {
  const auto run = [](double walk_in_h, twin::Reservations rules) {
    twin::World world = small_world(1);
    world.sites[0].reservations = rules;
    add_visits(world, {reserved(6.0, 9.0, 12.0, 8.0), walk_in(walk_in_h, walk_in_h + 1.0)});
    return run_world(world, full_power());
  };
  const twin::Reservations rules;  // 15 min
  EXPECT_EQ(evse_of(run(8.74, rules), "walk-in"), 0);
  EXPECT_EQ(evse_of(run(8.75, rules), "walk-in"), -1);
  EXPECT_EQ(evse_of(run(8.75, rules), "booked9.00"), 0);
  // The other one stays beyond 9: what is not held is not kept.
  const Outcome broken = run(8.74, rules);
  EXPECT_EQ(evse_of(broken, "booked9.00"), -1);
  EXPECT_EQ(std::count(broken.seen.events.begin(), broken.seen.events.end(), "reservation_not_kept: A-1: booked9.00"),
            1);
  // From the announcement on, as ReserveNow does, and not before it.
  const twin::Reservations at_once{true, 1000 * hour_ns};
  EXPECT_EQ(evse_of(run(6.5, at_once), "walk-in"), -1);
  EXPECT_EQ(evse_of(run(4.5, at_once), "walk-in"), 0);
  // Shown and nothing else.
  EXPECT_EQ(evse_of(run(8.9, {false, 1000 * hour_ns}), "walk-in"), 0);
}

TEST(Reservations, WalkInsAreGivenAnEvseThatNobodyReservedWhileThereIsOne) {
  const auto evse_of_walk_in = [](double to_h, bool block) {
    twin::World world = small_world(2);
    world.sites[0].reservations.block = block;
    add_visits(world, {reserved(6.0, 9.0, 12.0, 8.0), walk_in(7.0, to_h)});
    return evse_of(run_world(world, full_power()), "walk-in");
  };
  EXPECT_EQ(evse_of_walk_in(9.5, true), 1);
  EXPECT_EQ(evse_of_walk_in(9.0, true), 0);  // gone when the other comes
  EXPECT_EQ(evse_of_walk_in(9.5, false), 0);
}

TEST(Reservations, KeepOffCarsThatNameTheEvseToo) {
  twin::World world = small_world(1);
  demand::Visit other = visit(8.9, 9.5, 1.0, 0);
  other.id = "other";
  add_visits(world, {reserved(6.0, 9.0, 12.0, 8.0), other});
  const Outcome o = run_world(world, full_power());
  EXPECT_EQ(evse_of(o, "other"), -1);
  EXPECT_EQ(o.site().turned_away, 1U);
}

TEST(Reservations, WhoWaitsGetsTheEvseWhenTheTimeOfALateCarIsOver) {
  twin::World world = small_world(1);
  world.sites[0].waiting_room = {3, 10.0};
  demand::Visit late = reserved(6.0, 23.0, 23.5, 8.0);
  late.reserved_from_ns = at_h(9.0);
  late.reserved_until_ns = at_h(11.0);
  add_visits(world, {late, walk_in(10.0, 22.0)});
  const Outcome o = run_world(world, full_power());
  ASSERT_EQ(o.seen.sessions.size(), 2U);
  EXPECT_EQ(o.seen.sessions[0].record.plugged_in_ns, at_h(11.0));
}

TEST(Reservations, WithoutANamedEvseTheSiteReservesOneThatIsFreeThen) {
  twin::World world = small_world(3);
  demand::Visit staying = visit(1.0, 20.0, 1.0, 0);  // on the first EVSE all day
  // Two that overlap, and one after the first of them.
  add_visits(world, {staying, reserved(2.0, 9.0, 12.0, 8.0, demand::any_evse),
                     reserved(3.0, 10.0, 13.0, 8.0, demand::any_evse), reserved(4.0, 12.0, 14.0, 8.0, demand::any_evse),
                     reserved(5.0, 11.0, 12.5, 8.0, demand::any_evse)});
  const Outcome o = run_world(world, full_power());
  EXPECT_EQ(evse_of(o, "booked9.00"), 1);
  EXPECT_EQ(evse_of(o, "booked10.0"), 2);
  EXPECT_EQ(evse_of(o, "booked12.0"), 1);
  EXPECT_EQ(evse_of(o, "booked11.0"), -1);  // nothing was left: refused, and turned away when it came
  const auto refused = std::count_if(o.seen.events.begin(), o.seen.events.end(),
                                     [](const std::string& e) { return e.starts_with("reservation_refused"); });
  EXPECT_EQ(refused, 1);
}

TEST(Reservations, AnAnnouncementAsksForNoDecision) {
  twin::World with = small_world(1), without = small_world(1);
  add_visits(with, {reserved(6.03, 9.1, 12.0, 8.0)});
  demand::Visit same = reserved(6.03, 9.1, 12.0, 8.0);
  same.announced_ns = kernel::time_never;
  add_visits(without, {same});
  EXPECT_EQ(run_world(with, full_power()).site().decisions, run_world(without, full_power()).site().decisions);
}

// Where half of the visits reserve, each EVSE serves one car at a time, whoever had reserved and found its EVSE free
// got that one, and the books balance.
TEST(Reservations, OfALawAreKeptUnlessSomebodyOverstays) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    twin::World world = small_world(6, 7);
    world.seed = seed;
    world.sites[0].waiting_room = {4, 0.5};
    demand::Poisson law;
    law.rate_per_h.assign(168, 1.2);
    law.energy_kwh = {demand::Distribution::Kind::uniform, 5.0, 30.0, 1.0, 90.0, {}};
    law.stay_h = {demand::Distribution::Kind::exponential, 3.0, 0.0, 0.25, 12.0, {}};
    law.vehicles = {0};
    law.reserved_share = 0.5;
    law.reserved_h_before = {demand::Distribution::Kind::uniform, 0.0, 24.0, 0.0, 336.0, {}};
    world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(law));
    world.sites[0].reservations.hold_ns = 1000 * hour_ns;
    const Outcome o = run_world(world, baseline("edf"));
    std::map<std::string, std::string> evse_reserved;  // by visit
    for (const std::string& event : o.seen.events) {
      if (!event.starts_with("reserved: ")) continue;
      const std::string evse = event.substr(10, 3);
      const std::string id = event.substr(15, event.find(' ', 15) - 15);
      EXPECT_TRUE(evse_reserved.emplace(id, evse).second);
    }
    EXPECT_GT(evse_reserved.size(), 40U);
    std::size_t kept = 0;
    for (const auto& session : o.seen.sessions) {
      const auto found = evse_reserved.find(session.id);
      if (found == evse_reserved.end() || session.record.number == 0) continue;
      // Claims are true here and walk-ins are held off from the announcement: nothing stands in the way.
      EXPECT_EQ("A-" + std::to_string(session.record.evse + 1), found->second) << session.id;
      EXPECT_EQ(session.record.waited_h, 0.0);
      ++kept;
    }
    EXPECT_GT(kept, 40U);
    EXPECT_LE(std::abs(control::imbalance_kwh(o.ledger())), 1e-6);
  }
}

}  // namespace
}  // namespace evtwin::testing
