// The arrivals that a strategy is shown ahead are those that then come, of the run's own random numbers.
#include <gtest/gtest.h>

#include <map>

#include "twin/worlds.hpp"

namespace evtwin::testing {
namespace {

demand::Poisson busy_law(double per_hour) {
  demand::Poisson law;
  law.rate_per_h.assign(168, per_hour);
  law.energy_kwh = {demand::Distribution::Kind::uniform, 5.0, 30.0, 1.0, 90.0, {}};
  law.stay_h = {demand::Distribution::Kind::exponential, 1.0, 0.0, 0.25, 3.0, {}};
  law.vehicles = {0};
  return law;
}

/// Two laws, and EVSEs for all who come.
twin::World roomy_world(twin::Forecast forecast) {
  twin::World world = small_world(60, 3);
  world.sites[0].forecast = forecast;
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(busy_law(4.0)));
  world.sites[0].arrivals.push_back(std::make_shared<const demand::ArrivalLaw>(busy_law(2.5)));
  return world;
}

struct SeenAhead {
  std::map<TimeNs, std::pair<double, double>> next_step;  ///< by the instant of the decision: vehicles, kWh
  Outcome outcome;
};

SeenAhead watch_ahead(const twin::World& world) {
  SeenAhead seen;
  seen.outcome =
      run_world(world, strategy(
                           [&](const evtwin_view& view, evtwin_decision&) {
                             EXPECT_EQ(view.horizon_steps, 96U);
                             seen.next_step[view.now_ns] = {view.horizon_arrivals[0], view.horizon_arrivals_kwh[0]};
                           },
                           0, 96));
  EXPECT_EQ(seen.outcome.site().turned_away, 0U);
  return seen;
}

/// Who came after an instant and before a tick had passed.
std::pair<double, double> came(const Outcome& o, TimeNs after_ns, TimeNs tick_ns) {
  std::pair<double, double> sum{0.0, 0.0};
  for (const auto& session : o.seen.sessions) {
    const TimeNs at = session.record.arrived_ns;
    if (at <= after_ns || at >= after_ns + tick_ns) continue;
    sum.first += 1.0;
    sum.second += session.record.requested_kwh;
  }
  return sum;
}

TEST(ArrivalsAhead, PerfectShowsThoseWhoThenCome) {
  const twin::World world = roomy_world({control::Forecast::Kind::perfect, 0, 0});
  const SeenAhead seen = watch_ahead(world);
  ASSERT_EQ(seen.next_step.size(), 3U * 96U);
  double all = 0.0;
  for (const auto& [t, expected] : seen.next_step) {
    const auto [count, kwh] = came(seen.outcome, t, world.tick_ns);
    EXPECT_EQ(expected.first, count);
    EXPECT_NEAR(expected.second, kwh, 1e-9);
    all += count;
  }
  EXPECT_EQ(all, static_cast<double>(seen.outcome.site().sessions));
  EXPECT_GT(all, 300.0);
}

TEST(ArrivalsAhead, YesterdayShowsThoseWhoCameADayBefore) {
  const twin::World world = roomy_world({control::Forecast::Kind::yesterday, 0, 0});
  const SeenAhead seen = watch_ahead(world);
  for (const auto& [t, expected] : seen.next_step) {
    const auto [count, kwh] = came(seen.outcome, t - kernel::day_ns, world.tick_ns);
    EXPECT_EQ(expected.first, count);
    EXPECT_NEAR(expected.second, kwh, 1e-9);
  }
}

// Looking ahead takes nothing away from the run: the same cars come.
TEST(ArrivalsAhead, LookingChangesNothing) {
  const twin::World world = roomy_world({control::Forecast::Kind::perfect, 0, 0});
  const auto blind = run_world(world, strategy([](const evtwin_view&, evtwin_decision&) {}, 0, 0));
  EXPECT_EQ(watch_ahead(world).outcome.result.event_hash, blind.result.event_hash);
}

}  // namespace
}  // namespace evtwin::testing
