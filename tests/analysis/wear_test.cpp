// Wear of vehicles and storage in a run, against the recorded power followed in small steps.
#include <gtest/gtest.h>

#include <cmath>

#include "twin/worlds.hpp"

namespace evtwin::analysis::test {
namespace {

using namespace evtwin::testing;

constexpr double car_kwh = 50.0, charging = 0.9, discharging = 0.8;

twin::World worn_world() {
  twin::World world = small_world(2);
  physics::Vehicle car;
  car.name = "car";
  car.v2g_capable = true;
  car.max_discharge_kw = 7.0;
  car.soc_floor = 0.1;
  car.battery.capacity_kwh = car_kwh;
  car.battery.charge_efficiency = charging;
  car.battery.discharge_efficiency = discharging;
  car.battery.charge = {{{0.0, 7.04}, {0.5, 7.04}, {1.0, 0.0}}};
  car.battery.discharge = physics::Curve::constant(7.0);
  world.vehicles.push_back(car);

  twin::Site& site = world.sites[0];
  for (physics::Evse& evse : site.evses) {
    evse.bidirectional = true;
    evse.max_discharge_a = 32.0;
  }
  physics::Storage storage;
  storage.capacity_kwh = 40.0;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  storage.charge_efficiency = storage.discharge_efficiency = 0.95;
  site.storages.push_back(storage);

  demand::Visit known = visit(6.3, 19.7, 30.0, 0);
  known.vehicle = 1;
  known.soc_start = 0.3;
  known.v2g = true;
  demand::Visit open = known;  // still there at the end
  open.id = "open";
  open.arrival_ns += 14 * hour_ns;
  open.departure_ns = open.claimed_departure_ns = open.arrival_ns + 10 * hour_ns;
  add_visits(world, {known, visit(8.0, 9.0, 3.0, 1), open});
  return world;
}

/// Charges until noon, discharges for two hours, charges again into the taper; storage the other way round.
control::StrategyFactory back_and_forth() {
  return strategy([](const evtwin_view& view, evtwin_decision& decision) {
    const double hour = static_cast<double>(view.now_ns - monday_ns) / static_cast<double>(hour_ns);
    const bool give = hour >= 11.0 && hour < 13.0;
    for (std::uint32_t i = 0; i < view.n_evses; ++i) {
      if (view.evse_session[i] != 0) decision.evse_kw[i] = give ? -view.evse_car_max_discharge_kw[i] : 7.04;
    }
    decision.storage_kw[0] = give || hour < 2.0 ? 5.0 : hour < 6.0 ? 0.0 : -1.5;
  });
}

/// The recorded segments of one battery in steps of a second.
physics::AgeingUse stepped_use(const std::vector<twin::PowerSegment>& segments, double stored_kwh, double capacity_kwh,
                               double charge, double discharge, kernel::TimeNs from, kernel::TimeNs to) {
  physics::AgeingUse use;
  double soc_h = 0.0, level = 0.0, half = 0.0, squares = 0.0;
  std::size_t next = 0;
  constexpr kernel::TimeNs step_ns = kernel::hour_ns / 3600;
  for (kernel::TimeNs t = from; t < to;) {
    while (next < segments.size() && segments[next].end_ns <= t) ++next;
    const bool flows = next < segments.size() && segments[next].start_ns <= t;
    const kernel::TimeNs bound = flows ? segments[next].end_ns : next < segments.size() ? segments[next].start_ns : to;
    const kernel::TimeNs until = std::min({t + step_ns, bound, to});
    const double hours = kernel::hours_between(t, until);
    double change = 0.0;
    if (flows) {
      const twin::PowerSegment& s = segments[next];
      const double kw = s.kw * std::exp(s.slope_kw_per_kwh * (kernel::hours_between(s.start_ns, t) + hours / 2));
      change = kw * hours * (kw > 0.0 ? charge : 1.0 / discharge);
    }
    soc_h += (stored_kwh + change / 2) * hours;
    level += std::abs(change) * (stored_kwh + change / 2);
    if (change * half < 0.0) squares += half * half, half = 0.0;
    half += change;
    use.stored_kwh += std::abs(change);
    stored_kwh += change;
    t = until;
  }
  use.days = kernel::hours_between(from, to) / 24.0;
  use.mean_soc = soc_h / (24.0 * use.days) / capacity_kwh;
  use.cycle_soc = level / use.stored_kwh / capacity_kwh;
  use.depth = (squares + half * half) / use.stored_kwh / capacity_kwh;
  return use;
}

std::vector<twin::PowerSegment> of(const Outcome& run, twin::Subject subject, std::uint64_t session) {
  std::vector<twin::PowerSegment> out;
  for (const twin::PowerSegment& s : run.seen.power) {
    if (s.subject == subject && s.session == session) out.push_back(s);
  }
  return out;
}

TEST(Wear, OfSessionsAndStorageIsThatOfTheRecordedPower) {
  const twin::World world = worn_world();
  const Outcome run = run_world(world, back_and_forth());
  ASSERT_EQ(run.seen.sessions.size(), 3U);
  double calendar = 0.0, cyclic = 0.0;
  int known = 0;
  for (const auto& [session, id] : run.seen.sessions) {
    if (session.vehicle != "car") {
      EXPECT_TRUE(std::isnan(session.wear_calendar) && std::isnan(session.wear_cyclic)) << id;
      continue;
    }
    ++known;
    const auto segments = of(run, twin::Subject::evse, session.number);
    const physics::AgeingUse use = stepped_use(segments, session.soc_start * car_kwh, car_kwh, charging, discharging,
                                               session.plugged_in_ns, std::min(session.departed_ns, world.end_ns));
    EXPECT_GT(use.stored_kwh, 5.0);
    const auto history = physics::AgeingHistory::of_typical_car(car_kwh);
    EXPECT_NEAR(session.wear_calendar / physics::calendar_loss({}, history, use), 1.0, 1e-9) << id;
    EXPECT_NEAR(session.wear_cyclic / physics::cyclic_loss({}, history, use), 1.0, 1e-7) << id;
    calendar += session.wear_calendar;
    cyclic += session.wear_cyclic;
  }
  EXPECT_EQ(known, 2);
  EXPECT_EQ(run.site().sessions_aged, 2U);
  EXPECT_DOUBLE_EQ(run.ledger().ev_wear_calendar, calendar);
  EXPECT_DOUBLE_EQ(run.ledger().ev_wear_cyclic, cyclic);

  const physics::AgeingUse use =
      stepped_use(of(run, twin::Subject::storage, 0), 20.0, 40.0, 0.95, 0.95, world.start_ns, world.end_ns);
  ASSERT_EQ(run.site().storage_use.size(), 1U);
  const twin::StorageUse& used = run.site().storage_use[0];
  EXPECT_NEAR(used.use.mean_soc, use.mean_soc, 1e-9);
  EXPECT_NEAR(used.use.depth, use.depth, 1e-9);
  EXPECT_GT(used.use.stored_kwh, 20.0);
  EXPECT_NEAR(used.wear_calendar / physics::calendar_loss({}, physics::AgeingHistory::of_typical_storage(40.0), use),
              1.0, 1e-9);
  EXPECT_NEAR(used.wear_cyclic / physics::cyclic_loss({}, physics::AgeingHistory::of_typical_storage(40.0), use), 1.0,
              1e-8);
  EXPECT_EQ(run.ledger().storage_wear_cyclic, used.wear_cyclic);

  // The metering windows hold all of it, the last one what was still going on.
  double windows = 0.0;
  for (const auto& [meter, ledger] : run.seen.meters) windows += ledger.ev_wear_cyclic + ledger.storage_wear_calendar;
  EXPECT_NEAR(windows, cyclic + used.wear_calendar, 1e-15);
}

}  // namespace
}  // namespace evtwin::analysis::test
