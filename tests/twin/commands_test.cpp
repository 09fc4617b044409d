// Commands that take time: forecast, plan and set-points in their order, late, lost or overtaken.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "twin/random_world.hpp"

namespace evtwin::testing {
namespace {

using kernel::second_ns;

TimeNs commanded_h(double h) { return monday_ns + static_cast<TimeNs>(h * static_cast<double>(hour_ns)); }

/// Events with their times, besides everything else.
struct TimedObserver : KeepingObserver {
  struct Event {
    TimeNs t;
    std::string kind, text;
    bool operator==(const Event&) const = default;
  };
  std::vector<Event> timed;
  void on_event(const twin::EventRecord& event) override {
    timed.push_back({event.time_ns, std::string(event.kind), std::string(event.text)});
  }
  std::vector<Event> of(const std::string& kind) const {
    std::vector<Event> out;
    std::copy_if(timed.begin(), timed.end(), std::back_inserter(out), [&](const Event& e) { return e.kind == kind; });
    return out;
  }
};

struct Watched {
  twin::Result result;
  TimedObserver seen;
  const twin::SiteResult& site() const { return result.sites[0]; }
};

Watched run(const twin::World& world, const control::StrategyFactory& how) {
  Watched r;
  twin::RunOptions options;
  options.observer = &r.seen;
  r.result = twin::simulate(world, how, options);
  return r;
}

constexpr twin::CommandPath slow{2 * second_ns, 5 * second_ns, 1 * second_ns, 0.0};

twin::World slow_world(twin::CommandPath path, std::size_t evses = 1) {
  twin::World world = small_world(evses);
  world.sites[0].commands = path;
  return world;
}

using Asks = std::vector<std::pair<TimeNs, double>>;  ///< (instant, kW)

/// Sees to it that the strategy is asked at these instants: somebody plugs in at an EVSE of its own.
void ask_at(twin::World& world, const Asks& asks) {
  std::vector<demand::Visit> visits;
  for (const auto& ask : asks) {
    world.sites[0].evses.push_back(ac_evse("ask-" + std::to_string(visits.size())));
    demand::Visit& v =
        visits.emplace_back(visit(0.0, 0.0, 1.0, static_cast<std::int32_t>(world.sites[0].evses.size() - 1)));
    v.arrival_ns = ask.first;
    v.departure_ns = v.claimed_departure_ns = ask.first + hour_ns;
  }
  add_visits(world, std::move(visits));
}

/// Sets the first EVSE at these instants, and nothing at other times.
control::StrategyFactory at_times(const Asks& asks) {
  return strategy(
      [asks](const evtwin_view& view, evtwin_decision& decision) {
        for (const auto& [t, kw] : asks) {
          if (t == view.now_ns && view.evse_session[0] != 0) decision.evse_kw[0] = kw;
        }
      },
      EVTWIN_WHY_ARRIVAL);
}

Watched ask(twin::World world, const Asks& asks) {
  ask_at(world, asks);
  return run(world, at_times(asks));
}

/// Power of the first EVSE at an instant.
double kw_at(const Watched& r, TimeNs t) {
  for (const twin::PowerSegment& p : r.seen.power) {
    if (p.row == 0 && p.start_ns <= t && t < p.end_ns) return p.kw;
  }
  return 0.0;
}

TEST(Commands, ForecastPlanAndSetPointComeInOrderAndInTheirTime) {
  twin::World world = slow_world(slow);
  add_visits(world, {visit(8.0, 12.0, 100.0)});
  const TimeNs t = commanded_h(9.0) + minute_ns;
  const Watched r = ask(world, {{t, 5.0}});
  std::vector<TimedObserver::Event> of_it;
  const std::string& text = r.seen.of("setpoint_applied").at(0).text;
  std::string decision;
  for (const auto& e : r.seen.timed) {
    if (e.t == t + 2 * second_ns && e.kind == "forecast_ready") decision = e.text;
  }
  ASSERT_FALSE(decision.empty()) << text;
  for (const auto& e : r.seen.timed) {
    if (e.text.starts_with(decision)) of_it.push_back(e);
  }
  EXPECT_EQ(of_it,
            (std::vector<TimedObserver::Event>{{t + 2 * second_ns, "forecast_ready", decision},
                                               {t + 7 * second_ns, "plan_ready", decision},
                                               {t + 8 * second_ns, "setpoint_applied", decision + ": 1 changed"}}));
  EXPECT_EQ(kw_at(r, t + 8 * second_ns - 1), 0.0);
  EXPECT_EQ(kw_at(r, t + 8 * second_ns), 5.0);
}

TEST(Commands, AStrategySeesTheSetPointInForceNotTheOneUnderWay) {
  twin::World world = slow_world(slow);
  add_visits(world, {visit(8.0, 12.0, 100.0)});
  const TimeNs t = commanded_h(9.0) + minute_ns, just_before = t + 8 * second_ns - 1;
  ask_at(world, {{t, 5.0}, {just_before, 0.0}, {just_before + 2, 0.0}});
  std::vector<double> seen;
  run(world, strategy(
                 [&](const evtwin_view& view, evtwin_decision& decision) {
                   if (view.now_ns == t) decision.evse_kw[0] = 5.0;
                   if (view.now_ns == just_before || view.now_ns == just_before + 2)
                     seen.push_back(view.evse_setpoint_kw[0]);
                 },
                 EVTWIN_WHY_ARRIVAL));
  EXPECT_EQ(seen, (std::vector<double>{0.0, 5.0}));
}

TEST(Commands, APlanThatANewerOneOvertakesIsDropped) {
  twin::World world = slow_world(slow);
  add_visits(world, {visit(8.0, 12.0, 100.0)});
  const TimeNs t = commanded_h(9.0) + minute_ns;
  // Ready half a second after the first, which has half a second to go.
  const Watched r = ask(world, {{t, 5.0}, {t + second_ns / 2, 3.0}});
  const auto dropped = r.seen.of("plan_dropped");
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_EQ(dropped[0].t, t + second_ns / 2 + 7 * second_ns);
  EXPECT_NE(dropped[0].text.find("was ready before it arrived"), std::string::npos);
  EXPECT_EQ(kw_at(r, t + 8 * second_ns), 0.0);
  EXPECT_EQ(kw_at(r, t + second_ns / 2 + 8 * second_ns), 3.0);
}

// Otherwise a site that is asked more often than its commands take would never get any.
TEST(Commands, APlanThatIsStillBeingMadeOvertakesNothing) {
  twin::World world = slow_world(slow);
  add_visits(world, {visit(8.0, 12.0, 100.0)});
  const TimeNs t = commanded_h(9.0) + minute_ns;
  const Watched r = ask(world, {{t, 5.0}, {t + 3 * second_ns, 3.0}, {t + 4 * second_ns, 4.0}});
  // The last is ready as the second arrives, to the nanosecond: the older comes first.
  EXPECT_TRUE(r.seen.of("plan_dropped").empty());
  EXPECT_EQ(kw_at(r, t + 8 * second_ns), 5.0);
  EXPECT_EQ(kw_at(r, t + 11 * second_ns), 3.0);
  EXPECT_EQ(kw_at(r, t + 12 * second_ns), 4.0);
}

TEST(Commands, ASessionThatHasEndedIsNotCommandedNorIsTheNextOne) {
  twin::World world = slow_world(slow);
  const TimeNs t = commanded_h(9.0) + minute_ns;
  demand::Visit first = visit(8.0, 12.0, 100.0), second = visit(8.0, 12.0, 100.0);
  first.departure_ns = t + 7 * second_ns;  // between plan and arrival
  second.arrival_ns = t + 7 * second_ns + 1;
  add_visits(world, {first, second});
  const Watched r = ask(world, {{t, 5.0}});
  std::size_t on_first_evse = 0;
  for (const auto& session : r.seen.sessions) {
    if (session.record.evse != 0) continue;
    ++on_first_evse;
    EXPECT_EQ(session.record.got_kwh, 0.0) << session.id;
  }
  EXPECT_EQ(on_first_evse, 2U);
  const auto applied = r.seen.of("setpoint_applied");
  EXPECT_EQ(std::count_if(applied.begin(), applied.end(),
                          [&](const auto& e) {
                            return e.t == t + 8 * second_ns &&
                                   e.text.ends_with(": 0 changed, 1 for sessions that had ended");
                          }),
            1);
}

TEST(Commands, ALostOneLeavesTheSetPointAsItWas) {
  twin::World world = slow_world({0, 0, second_ns, 1.0}, 3);
  add_visits(world, {visit(8.0, 12.0, 100.0, 0), visit(8.0, 12.0, 100.0, 1)});
  const Watched all_lost = run(world, full_power());
  EXPECT_EQ(all_lost.site().ledger.ev_charge_kwh, 0.0);
  const auto lost = all_lost.seen.of("command_lost");
  ASSERT_FALSE(lost.empty());
  EXPECT_NE(lost[0].text.find("A-1 keeps 0 kW, 7.04 kW did not arrive"), std::string::npos) << lost[0].text;
}

TEST(Commands, AsManyAreLostAsTheScenarioSaysAndTheSeedDecidesWhich) {
  // Every minute each of 20 cars is told something new.
  twin::World world = slow_world({0, 0, 0, 0.2}, 20);
  world.tick_ns = minute_ns;
  std::vector<demand::Visit> visits;
  for (std::int32_t i = 0; i < 20; ++i) visits.push_back(visit(1.0, 23.0, 1e4, i));
  add_visits(world, std::move(visits));
  const auto ramp = strategy(
      [](const evtwin_view& view, evtwin_decision& decision) {
        for (std::uint32_t c = 0; c < view.n_connected; ++c)
          decision.evse_kw[view.connected_evse[c]] = 2.0 + static_cast<double>(view.decision_number % 1000) * 1e-3;
      },
      0);
  const auto lost = [&](std::uint64_t seed) {
    world.seed = seed;
    return run(world, ramp).seen.of("command_lost");
  };
  const auto seven = lost(7);
  const double commands = 20 * 22 * 60;
  EXPECT_NEAR(static_cast<double>(seven.size()), 0.2 * commands, 5.0 * std::sqrt(0.16 * commands));
  EXPECT_EQ(lost(7), seven);
  EXPECT_NE(lost(8), seven);
}

// Who wants to be asked again in a nanosecond, until what was asked for shows, is asked when it can.
TEST(Commands, AStrategyDoesNotWakeItselfBeforeItsSetPointsArrive) {
  const auto asked = [](twin::CommandPath path) {
    twin::World world = slow_world(path);
    world.end_ns = world.start_ns + minute_ns;
    std::vector<TimeNs> after;
    run(world, strategy(
                   [&](const evtwin_view& view, evtwin_decision& decision) {
                     after.push_back(view.now_ns - monday_ns);
                     decision.wake_ns = view.now_ns + (after.size() < 3 ? 1 : minute_ns);
                   },
                   0));
    return after;
  };
  EXPECT_EQ(asked({}), (std::vector<TimeNs>{0, 1, 2}));
  EXPECT_EQ(asked(slow), (std::vector<TimeNs>{0, 8 * second_ns + 1, 16 * second_ns + 2}));
  EXPECT_EQ(asked({0, 0, 0, 1.0}), (std::vector<TimeNs>{0, second_ns, 2 * second_ns}));
}

TEST(Commands, WhatIsUnderWayWhenTheRunEndsIsDropped) {
  twin::World world = slow_world(slow);
  add_visits(world, {visit(8.0, 30.0, 1000.0)});
  const Watched r = ask(world, {{world.end_ns - 3 * second_ns, 5.0}});
  const auto dropped = r.seen.of("plan_dropped");
  ASSERT_EQ(dropped.size(), 1U);
  EXPECT_EQ(dropped[0].t, world.end_ns);
  EXPECT_NE(dropped[0].text.find("the run ended before it arrived"), std::string::npos);
}

// The way of a command is in seconds that pass, whatever the clock on the wall does: at midnight, and in the night in
// which Berlin skips an hour.
TEST(Commands, TakeTheirTimeAcrossMidnightAndChangesOfTheClock) {
  twin::World world = slow_world(slow);
  world.calendar = market::Calendar("Europe/Berlin");
  world.start_ns = world.calendar.start_of(market::LocalDate{2025, 3, 29});
  world.end_ns = world.calendar.start_of(market::LocalDate{2025, 3, 31});
  demand::Visit stays;
  stays.id = "stays";
  stays.arrival_ns = world.start_ns;
  stays.departure_ns = stays.claimed_departure_ns = world.end_ns;
  stays.requested_kwh = stays.taken_kwh = 1e5;
  stays.evse = 0;
  add_visits(world, {stays});
  const TimeNs midnight = world.calendar.start_of(market::LocalDate{2025, 3, 30});
  const TimeNs change = midnight + 2 * hour_ns;
  const Watched r = ask(world, {{midnight - 4 * second_ns, 3.0}, {change - 3 * second_ns, 5.0}});
  EXPECT_EQ(kw_at(r, midnight + 4 * second_ns - 1), 0.0);
  EXPECT_EQ(kw_at(r, midnight + 4 * second_ns), 3.0);
  EXPECT_EQ(kw_at(r, change + 5 * second_ns - 1), 3.0);
  EXPECT_EQ(kw_at(r, change + 5 * second_ns), 5.0);
}

// Where commands take no time and none is lost, the long way is the short one, event for event (of a strategy that does
// not wake itself).
TEST(Commands, InNoTimeWithoutLossAreThoseOfAPlainSite) {
  for (const std::uint64_t seed : {3U, 14U, 15U, 92U}) {
    twin::World world = random_world(seed);
    const auto plain = run_world(world, full_power());
    world.sites[0].commands.loss = 1e-300;
    const auto roundabout = run_world(world, full_power());
    EXPECT_EQ(roundabout.result.event_hash, plain.result.event_hash);
    EXPECT_EQ(roundabout.ledger().energy_cost, plain.ledger().energy_cost);
  }
}

// Whatever the world: each decision's plan ends once, applied or dropped; its stages come in order; the books balance;
// and the run is the same again.
RC_GTEST_PROP(Commands, EveryPlanEndsOnceAndTheBooksBalance, (std::uint64_t seed)) {
  Dice dice(seed);
  twin::World world = random_world(seed);
  world.sites[0].commands = {static_cast<TimeNs>(dice.real(0, 300) * second_ns),
                             static_cast<TimeNs>(dice.real(0, 1200) * second_ns),
                             static_cast<TimeNs>(dice.real(0, 900) * second_ns), dice.real(0, 0.5)};
  const auto how = baseline(dice.chance(0.5) ? "edf" : "equal-share");
  const Watched r = run(world, how);
  std::map<std::string, int> stage;  // by "decision N"
  std::size_t ended = 0;
  for (const auto& e : r.seen.timed) {
    const std::string decision = e.text.substr(0, e.text.find(':'));
    if (e.kind == "forecast_ready") RC_ASSERT(++stage[decision] == 1);
    if (e.kind == "plan_ready") RC_ASSERT(++stage[decision] == 2);
    if (e.kind == "setpoint_applied") RC_ASSERT(++stage[decision] == 3);
    if (e.kind == "plan_dropped") RC_ASSERT(stage[decision] < 3);
    if (e.kind == "plan_dropped" || e.kind == "setpoint_applied") {
      stage[decision] = 4;
      ++ended;
    }
  }
  RC_ASSERT(ended == r.site().decisions);
  RC_ASSERT(std::abs(control::imbalance_kwh(r.site().ledger)) <= 1e-6);
  RC_ASSERT(run(world, how).result.event_hash == r.result.event_hash);
  // Who watches changes nothing.
  RC_ASSERT(twin::simulate(world, how).event_hash == r.result.event_hash);
}

}  // namespace
}  // namespace evtwin::testing
