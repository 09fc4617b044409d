// A run that leaves off at a checkpoint and goes on from it is the straight run, to the last bit of everything anybody
// can see of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "kernel/archive.hpp"
#include "twin/split_runs.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;

/// Where the two first differ, readable in a failing test.
std::string first_difference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] != b[i]) return fmt::format("line {}:\n{}\n{}", i, a[i], b[i]);
  }
  return a.size() == b.size() ? "" : fmt::format("{} lines and {}", a.size(), b.size());
}

void expect_the_same(const Pieces& straight, const Pieces& split) {
  RC_ASSERT(first_difference(straight.lines, split.lines) == "");
  RC_ASSERT(figures_of(straight.result) == figures_of(split.result));
  RC_ASSERT(straight.result.events == split.result.events);
  RC_ASSERT(straight.result.event_hash == split.result.event_hash);
}

/// Up to four instants of the run, whole minutes and odd nanoseconds, the start and equal ones among them.
std::vector<TimeNs> any_cuts(const twin::World& world) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  std::vector<TimeNs> cuts;
  for (std::size_t i = 0; i < count; ++i) {
    const bool whole = *rc::gen::arbitrary<bool>();
    const TimeNs length = world.end_ns - world.start_ns;
    cuts.push_back(world.start_ns + (whole ? *rc::gen::inRange<TimeNs>(0, length / minute_ns) * minute_ns
                                           : *rc::gen::inRange<TimeNs>(0, length)));
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

RC_GTEST_PROP(Checkpoints, ARunInPiecesIsTheStraightRunUnderAnySetpoints, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const twin::World world = eventful_world(seed);
  const Pieces straight = run_in_pieces(world, dice_strategy(seed), {});
  expect_the_same(straight, run_in_pieces(world, dice_strategy(seed), any_cuts(world)));
}

RC_GTEST_PROP(Checkpoints, ARunInPiecesIsTheStraightRunUnderEveryBaseline, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  static const std::vector<std::string> ids = {"asap",      "alap", "fcfs",        "lcfs",        "edf",
                                               "llf",       "lrpt", "round-robin", "equal-share", "price-threshold",
                                               "price-mean"};
  const std::string id = *rc::gen::elementOf(ids);
  const twin::World world = eventful_world(seed);
  const Pieces straight = run_in_pieces(world, baseline(id), {});
  expect_the_same(straight, run_in_pieces(world, baseline(id), any_cuts(world)));
}

// ACN-Sim's conventions add up what was delivered in their own way, so that ties fall as they do there: those sums are
// the one memory that a baseline has. Requests that are whole numbers of A x periods make ties the rule.
RC_GTEST_PROP(Checkpoints, TheBooksOfAcnSimsConventionsGoOn, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  static const std::vector<std::string> ids = {"asap", "fcfs", "lcfs", "edf", "llf", "lrpt", "round-robin"};
  const std::string id = *rc::gen::elementOf(ids);
  Dice dice(seed);
  twin::World world = small_world(6, 1);
  world.tick_ns = 5 * minute_ns;
  world.sites[0].contract_kw = dice.real(10, 20);
  world.sites[0].limits = twin::LimitMode::record;
  std::vector<demand::Visit> visits;
  for (std::int32_t i = 0; i < 6; ++i) {
    const double from_h = dice.whole(0, 120) / 12.0;
    visits.push_back(visit(from_h, from_h + dice.whole(12, 60) / 12.0, dice.whole(10, 400) * 0.22 / 12.0, i));
  }
  add_visits(world, visits);
  const auto how = baseline(id, {{"compat", "acn-sim"}});
  expect_the_same(run_in_pieces(world, how, {}), run_in_pieces(world, how, any_cuts(world)));
}

/// Two cars, a storage and the sun, three days across the end of a month.
twin::World plain_world() {
  twin::World world = small_world(2, 3);
  world.sites[0].contract_kw = 10.0;
  physics::Storage storage;
  storage.id = "S";
  storage.capacity_kwh = 20.0;
  storage.max_charge_kw = storage.max_discharge_kw = 5.0;
  world.sites[0].storages.push_back(storage);
  add_visits(world, {visit(1, 9, 30, 0), visit(2, 5, 10, 1), visit(20, 40, 50, 0), visit(30, 50, 5, 1)});
  return world;
}

twin::Checkpoint checkpoint_at(const twin::World& world, const control::StrategyFactory& how, TimeNs t,
                               twin::Script* script = nullptr) {
  twin::Checkpoint made;
  twin::RunOptions options;
  options.script = script;
  options.checkpoint_at_ns = t;
  options.on_checkpoint = [&](const twin::Checkpoint& checkpoint) { made = checkpoint; };
  twin::simulate(world, how, options);
  return made;
}

twin::Result go_on(const twin::World& world, const control::StrategyFactory& how, const twin::Checkpoint& from,
                   twin::Successor successor = twin::Successor::same_strategy, twin::Observer* observer = nullptr) {
  twin::RunOptions options;
  options.from = &from;
  options.successor = successor;
  options.observer = observer;
  return twin::simulate(world, how, options);
}

TEST(Checkpoints, MakingOneAddsNothingToTheRun) {
  const twin::World world = plain_world();
  const auto straight = run_in_pieces(world, dice_strategy(1), {});
  twin::RunOptions options;
  LoggingObserver seen;
  options.observer = &seen;
  options.checkpoint_at_ns = monday_ns + 25 * hour_ns;
  const twin::Result with_one = twin::simulate(world, dice_strategy(1), options);
  EXPECT_EQ(with_one.event_hash, straight.result.event_hash);
  EXPECT_EQ(first_difference(seen.lines, straight.lines), "");
}

TEST(Checkpoints, HoldsWhatWasBeforeItsInstantAndNothingAtIt) {
  const twin::World world = plain_world();
  LoggingObserver before;
  std::size_t lines = 0;
  twin::RunOptions options;
  options.observer = &before;
  options.checkpoint_at_ns = monday_ns + 2 * hour_ns;  // a car plugs in, the strategy is asked
  options.on_checkpoint = [&](const twin::Checkpoint& made) {
    lines = before.lines.size();
    EXPECT_EQ(made.time_ns, monday_ns + 2 * hour_ns);
    EXPECT_GT(made.events, 0U);
  };
  twin::simulate(world, dice_strategy(1), options);
  ASSERT_GT(lines, 0U);
  const std::string at = std::to_string(monday_ns + 2 * hour_ns);
  for (std::size_t i = 0; i < lines; ++i) {
    if (before.lines[i].starts_with("plan ")) continue;  // speaks of times to come
    EXPECT_EQ(before.lines[i].find(at), std::string::npos) << before.lines[i];
  }
  EXPECT_NE(before.lines[lines].find(at), std::string::npos) << before.lines[lines];
}

/// Asks for nothing, at ticks only, and can not be saved.
control::StrategyFactory secretive() {
  return strategy([](const evtwin_view&, evtwin_decision&) {}, 0);
}

std::string trouble_of(auto&& body) {
  try {
    body();
  } catch (const twin::CheckpointError& error) {
    return error.what();
  }
  return "none";
}

TEST(Checkpoints, AStrategyWhoseMemoryNobodyKnowsIsRefusedBeforeTheRun) {
  const twin::World world = plain_world();
  LoggingObserver seen;
  twin::RunOptions options;
  options.observer = &seen;
  options.strategy_name = "secretive";
  options.checkpoint_at_ns = monday_ns + hour_ns;
  EXPECT_EQ(
      trouble_of([&] { twin::simulate(world, secretive(), options); }),
      "strategy secretive keeps no evtwin.state/1 and does not call itself stateless; it can not be checkpointed");
  EXPECT_TRUE(seen.lines.empty());
}

TEST(Checkpoints, OutsideTheRunIsRefusedWithItsRange) {
  const twin::World world = plain_world();
  const auto at = [&](TimeNs t, const twin::Checkpoint* from = nullptr) {
    twin::RunOptions options;
    options.checkpoint_at_ns = t;
    options.from = from;
    return trouble_of([&] { twin::simulate(world, dice_strategy(1), options); });
  };
  EXPECT_THAT(
      at(monday_ns - minute_ns),
      HasSubstr("2025-06-01 23:59 lies outside the run, from 2025-06-02 00:00 to 2025-06-05 00:00 (Asia/Seoul)"));
  EXPECT_THAT(at(world.end_ns), HasSubstr("outside the run"));
  EXPECT_EQ(at(world.end_ns - 1), "none");
  const auto noon = checkpoint_at(world, dice_strategy(1), monday_ns + 12 * hour_ns);
  EXPECT_THAT(at(monday_ns + hour_ns, &noon), HasSubstr("outside what is left of the run, from 2025-06-02 12:00"));
}

// Anyone may decide after a checkpoint: the one before need not be there, its wake-ups and subscriptions are gone.
TEST(Checkpoints, AnotherStrategyIsFirstAskedAtTheNextTick) {
  const twin::World world = plain_world();
  const auto waking = [](const evtwin_view&, std::uint64_t, std::uint32_t) {
    struct Waking : DiceStrategy {
      Waking() : DiceStrategy(1, 0) {}
      void decide(const evtwin_view& view, evtwin_decision& d) override { d.wake_ns = view.now_ns + minute_ns; }
    };
    return std::make_unique<Waking>();
  };
  const TimeNs t = monday_ns + 3 * hour_ns + 100 * kernel::second_ns;  // cars are plugged in
  const twin::Checkpoint made = checkpoint_at(world, waking, t);
  TimeNs first_asked = 0;
  std::uint32_t why = 0;
  const auto successor = strategy(
      [&](const evtwin_view& view, evtwin_decision& d) {
        if (first_asked == 0) {
          first_asked = view.now_ns;
          why = view.why;
          EXPECT_EQ(view.n_connected, 2U);
          EXPECT_GT(view.decision_number, 100U);
        }
        for (std::uint32_t i = 0; i < view.n_evses; ++i) d.evse_kw[i] = view.evse_car_max_kw[i];
      },
      0);
  LoggingObserver seen;
  const twin::Result result = go_on(world, successor, made, twin::Successor::other_strategy, &seen);
  EXPECT_EQ(first_asked, monday_ns + 3 * hour_ns + 15 * minute_ns);
  EXPECT_EQ(why, EVTWIN_WHY_TICK);
  EXPECT_GT(result.sites[0].energy_got_kwh, 0.0);
  const control::Ledger& ledger = result.sites[0].ledger;
  EXPECT_LE(std::abs(control::imbalance_kwh(ledger)), 1e-9 * control::turnover_kwh(ledger));
  // On a tick it is asked at once.
  const twin::Checkpoint on_tick = checkpoint_at(world, waking, monday_ns + 3 * hour_ns);
  first_asked = 0;
  go_on(world, successor, on_tick, twin::Successor::other_strategy);
  EXPECT_EQ(first_asked, monday_ns + 3 * hour_ns);
}

/// What a Lua function may do: count, keep what it saw, and act on both.
class RememberingScript : public twin::Script {
 public:
  void run_event(std::uint32_t index, TimeNs, twin::SiteControls& controls) override {
    seen_kw_ += controls.contract_kw(0) + (controls.evse_available(0, 1) ? 0.25 : 0.0);
    ++calls_;
    controls.set_contract_kw(0, 5.0 + std::fmod(seen_kw_ * calls_, 7.0));
    if (index % 2 == 0) controls.set_evse_available(0, 1, !controls.evse_available(0, 1));
    controls.set_export_limit_kw(0, std::fmod(controls.export_limit_kw(0) + calls_, 3.0));
    controls.set_v2g_price_per_kwh(0, controls.v2g_price_per_kwh(0) + 0.01 * calls_);
    controls.set_driver_price_per_kwh(0, controls.driver_price_per_kwh(0) + 0.1);
  }

 private:
  double seen_kw_ = 0.0;
  int calls_ = 0;
};

/// With the sun and cars that give back, so that every figure a function may set counts.
twin::World scripted_world() {
  twin::World world = plain_world();
  twin::Site& site = world.sites[0];
  site.pv_kw = 6.0;
  site.export_limit_kw = 2.0;
  for (physics::Evse& evse : site.evses) {
    evse.bidirectional = true;
    evse.max_discharge_a = evse.max_a;
  }
  physics::Vehicle& car = world.vehicles[0];
  car.v2g_capable = true;
  car.max_discharge_kw = 5.0;
  car.battery.capacity_kwh = 60.0;
  car.battery.charge = physics::Curve::constant(11.0);
  car.battery.discharge = physics::Curve::constant(5.0);
  site.arrivals.clear();
  auto visits = std::vector{visit(1, 9, 30, 0), visit(2, 5, 10, 1), visit(20, 40, 50, 0), visit(30, 50, 5, 1)};
  for (demand::Visit& v : visits) v.v2g = true;
  add_visits(world, visits);
  for (std::uint32_t k = 0; k < 20; ++k)
    world.events.push_back({monday_ns + k * 3 * hour_ns, k, "week.lua:" + std::to_string(k)});
  return world;
}

TEST(Checkpoints, TheScenariosFunctionsRememberWhatTheyDid) {
  const twin::World world = scripted_world();
  const MakeScript make = [] { return std::make_unique<RememberingScript>(); };
  const Pieces straight = run_in_pieces(world, dice_strategy(3), {}, make);
  ASSERT_GT(straight.result.sites[0].ledger.v2g_payment, 0.0);
  ASSERT_GT(straight.result.sites[0].ledger.export_kwh, 0.0);
  const TimeNs h = hour_ns;
  for (const std::vector<TimeNs>& cuts : {std::vector<TimeNs>{monday_ns},
                                          {monday_ns + 9 * h},
                                          {monday_ns + 10 * h},
                                          {monday_ns + h, monday_ns + 30 * h, monday_ns + 71 * h}}) {
    const Pieces split = run_in_pieces(world, dice_strategy(3), cuts, make);
    EXPECT_EQ(first_difference(straight.lines, split.lines), "");
    EXPECT_EQ(split.result.event_hash, straight.result.event_hash);
    EXPECT_EQ(figures_of(split.result), figures_of(straight.result));
  }
}

TEST(Checkpoints, FunctionsThatDoNotRepeatThemselvesAreNamed) {
  struct Other : twin::Script {
    void run_event(std::uint32_t, TimeNs, twin::SiteControls& controls) override {
      controls.set_contract_kw(0, controls.export_limit_kw(0));
    }
  };
  const twin::World world = scripted_world();
  RememberingScript script;
  const auto made = checkpoint_at(world, dice_strategy(3), monday_ns + 20 * hour_ns, &script);
  Other other;
  twin::RunOptions options;
  options.from = &made;
  options.script = &other;
  EXPECT_EQ(trouble_of([&] { twin::simulate(world, dice_strategy(3), options); }),
            "the scenario's functions do not repeat what they did before it");
}

TEST(Checkpoints, OfAnotherWorldIsRefused) {
  const auto made = checkpoint_at(plain_world(), dice_strategy(1), monday_ns + 20 * hour_ns);
  twin::World larger = plain_world();
  larger.sites[0].evses.push_back(ac_evse("A-3"));
  EXPECT_THAT(trouble_of([&] { go_on(larger, dice_strategy(1), made); }), HasSubstr("entries instead of"));
  twin::World two = plain_world();
  two.sites.push_back(two.sites[0]);
  EXPECT_THAT(trouble_of([&] { go_on(two, dice_strategy(1), made); }), HasSubstr("does not follow"));
}

TEST(Checkpoints, TruncatedAnywhereItIsRefused) {
  const twin::World world = plain_world();
  const auto made = checkpoint_at(world, dice_strategy(1), monday_ns + 20 * hour_ns);
  for (std::size_t n = 0; n < made.state.size(); n += 7) {
    twin::Checkpoint cut = made;
    cut.state.resize(n);
    EXPECT_NE(trouble_of([&] { go_on(world, dice_strategy(1), cut); }), "none");
    if (n < 8) continue;
    kernel::seal_archive(cut.state);
    EXPECT_NE(trouble_of([&] { go_on(world, dice_strategy(1), cut); }), "none");
  }
}

// Behind a right digest any number may stand: what is no place, length or choice is refused, and nothing is touched
// that is not there (the sanitizers watch).
RC_GTEST_PROP(Checkpoints, AnyNumbersBehindARightDigestAreRefusedOrRun, ()) {
  static const twin::World world = plain_world();
  static const twin::Checkpoint made = checkpoint_at(world, dice_strategy(1), monday_ns + 22 * hour_ns);
  twin::Checkpoint changed = made;
  const auto at = *rc::gen::inRange<std::size_t>(0, changed.state.size() - 8);
  changed.state[at] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
  kernel::seal_archive(changed.state);
  std::uint64_t asked = 0;
  twin::RunOptions options;
  options.from = &changed;
  options.stop = [&] { return ++asked > 3000; };
  try {
    twin::simulate(world, dice_strategy(1), options);
  } catch (const std::exception&) {
  }
}

}  // namespace
}  // namespace evtwin::testing
