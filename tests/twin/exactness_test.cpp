// What must not matter does not: finer ticks, another week, another numbering of the EVSEs, EVSEs where nobody stands.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>

#include "kernel/hash.hpp"
#include "twin/random_world.hpp"

namespace evtwin::testing {
namespace {

constexpr TimeNs slot_ns = 15 * minute_ns;

/// A world without choices of its own: recorded cars at given EVSEs, limits looked at but not enforced, so that the
/// outcome is a function of the setpoints alone.
twin::World recorded_world(std::uint64_t seed) {
  Dice dice(seed);
  twin::World world = random_world(seed);
  world.days = 2;
  world.end_ns = world.start_ns + 2 * kernel::day_ns;
  world.tick_ns = slot_ns;
  for (physics::Vehicle& car : world.vehicles) car.acceptance_hold = false;  // a step of its own
  twin::Site& site = world.sites[0];
  site.limits = twin::LimitMode::record;
  site.arrivals.clear();
  std::vector<demand::Visit> visits;
  for (std::size_t i = 0; i < site.evses.size(); ++i) {
    double h = dice.real(0.0, 3.0);
    while (h < 44.0) {
      const double stay_h = dice.real(0.01, 12.0);
      demand::Visit v = visit(h, h + stay_h, dice.real(1.0, 60.0), static_cast<std::int32_t>(i));
      v.id = "E-" + std::to_string(i) + "@" + std::to_string(h);
      v.vehicle = static_cast<std::uint32_t>(dice.whole(0, 2));
      v.soc_start = dice.real(0.05, 0.9);
      v.v2g = dice.chance(0.5);
      if (dice.chance(0.3)) v.taken_kwh = physics::unknown;
      visits.push_back(v);
      h += stay_h + dice.real(0.0, 4.0);
    }
  }
  add_visits(world, std::move(visits));
  return world;
}

/// A setpoint for every EVSE (by its name) and storage in each quarter of an hour, whenever else the strategy is asked.
control::StrategyFactory fixed_plan(std::uint64_t seed, TimeNs start_ns) {
  return strategy(
      [=](const evtwin_view& view, evtwin_decision& decision) {
        const TimeNs since = view.now_ns - start_ns;
        if (since % slot_ns != 0) return;
        const auto unit = [&](std::string_view name) {
          const std::uint64_t words =
              kernel::digest64(name) ^ seed ^ kernel::mix_bits(static_cast<std::uint64_t>(since / slot_ns));
          return static_cast<double>(kernel::mix_bits(words) >> 11) * 0x1p-53;
        };
        for (std::uint32_t k = 0; k < view.n_connected; ++k) {
          const std::uint32_t i = view.connected_evse[k];
          decision.evse_kw[i] = -15.0 + 45.0 * unit(view.evse_id[i]);
        }
        for (std::uint32_t s = 0; s < view.n_storages; ++s) decision.storage_kw[s] = -60.0 + 120.0 * unit("storage");
      },
      0);
}

bool close(double a, double b) { return a == b || std::abs(a - b) <= 1e-9 * std::max({1.0, std::abs(a), std::abs(b)}); }

/// Everything that is counted agrees to 1e-9: the books, the peaks, and each session by its name.
void expect_same(const Outcome& a, const Outcome& b) {
  const control::Ledger &x = a.ledger(), &y = b.ledger();
  RC_ASSERT(close(x.import_kwh, y.import_kwh));
  RC_ASSERT(close(x.export_kwh, y.export_kwh));
  RC_ASSERT(close(x.ev_charge_kwh, y.ev_charge_kwh));
  RC_ASSERT(close(x.ev_discharge_kwh, y.ev_discharge_kwh));
  RC_ASSERT(close(x.storage_charge_kwh, y.storage_charge_kwh));
  RC_ASSERT(close(x.storage_discharge_kwh, y.storage_discharge_kwh));
  RC_ASSERT(close(x.losses_kwh, y.losses_kwh));
  RC_ASSERT(close(x.pv_used_kwh, y.pv_used_kwh));
  RC_ASSERT(close(x.energy_cost, y.energy_cost));
  RC_ASSERT(close(x.overload_kwh, y.overload_kwh));
  RC_ASSERT(close(x.export_overload_kwh, y.export_overload_kwh));
  for (double control::Ledger::*figure :
       {&control::Ledger::pv_kwh, &control::Ledger::load_kwh, &control::Ledger::feeder_overload_kwh,
        &control::Ledger::driver_revenue, &control::Ledger::v2g_payment, &control::Ledger::co2_kg,
        &control::Ledger::wear_cost, &control::Ledger::ev_wear_calendar, &control::Ledger::ev_wear_cyclic,
        &control::Ledger::storage_wear_calendar, &control::Ledger::storage_wear_cyclic, &control::Ledger::unmet_kwh})
    RC_ASSERT(close(x.*figure, y.*figure));
  for (double twin::SiteResult::*figure :
       {&twin::SiteResult::peak_kw, &twin::SiteResult::peak_instant_kw, &twin::SiteResult::ramp_kw,
        &twin::SiteResult::storage_losses_kwh, &twin::SiteResult::vehicle_losses_kwh,
        &twin::SiteResult::storage_energy_end_kwh, &twin::SiteResult::contract_excess_h})
    RC_ASSERT(close(a.site().*figure, b.site().*figure));
  RC_ASSERT(a.seen.sessions.size() == b.seen.sessions.size());
  std::map<std::string, const twin::SessionRecord*> by_name;
  for (const auto& session : b.seen.sessions) by_name[session.id] = &session.record;
  for (const auto& session : a.seen.sessions) {
    RC_ASSERT(by_name.contains(session.id));
    const twin::SessionRecord& other = *by_name[session.id];
    RC_ASSERT(close(session.record.got_kwh, other.got_kwh));
    RC_ASSERT(close(session.record.discharged_kwh, other.discharged_kwh));
    RC_ASSERT(close(session.record.cost, other.cost));
    RC_ASSERT(close(session.record.soc_end, other.soc_end));
  }
}

/// The bill by months too: of runs over the same days.
void expect_same_bill(const Outcome& a, const Outcome& b) {
  expect_same(a, b);
  RC_ASSERT(close(a.ledger().demand_charge, b.ledger().demand_charge));
  RC_ASSERT(a.site().months.size() == b.site().months.size());
  for (std::size_t m = 0; m < a.site().months.size(); ++m) {
    RC_ASSERT(close(a.site().months[m].peak_kw, b.site().months[m].peak_kw));
    RC_ASSERT(close(a.site().months[m].cost, b.site().months[m].cost));
  }
}

demand::Recorded& visits_of(twin::World& world, demand::ArrivalLaw& copy) {
  copy = *world.sites[0].arrivals[0];
  return std::get<demand::Recorded>(copy);
}

RC_GTEST_PROP(Exactness, SplittingTheTickChangesNothing, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  twin::World world = recorded_world(seed);
  const Outcome reference = run_world(world, fixed_plan(seed, world.start_ns));
  for (const int minutes : {5, 1}) {
    world.tick_ns = minutes * minute_ns;
    const Outcome finer = run_world(world, fixed_plan(seed, world.start_ns));
    RC_ASSERT(finer.site().decisions > reference.site().decisions);
    expect_same_bill(reference, finer);
  }
}

RC_GTEST_PROP(Exactness, AnotherWeekIsTheSameWeek, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const int weeks = *rc::gen::inRange(1, 2000);
  const twin::World world = recorded_world(seed);  // Seoul: no daylight saving, and one rate all year
  twin::World later = world;
  const TimeNs shift = weeks * 7 * kernel::day_ns;
  later.start_ns += shift;
  later.end_ns += shift;
  demand::ArrivalLaw law;
  for (demand::Visit& v : visits_of(later, law).visits) {
    v.arrival_ns += shift;
    v.departure_ns += shift;
    v.claimed_departure_ns += shift;
  }
  later.sites[0].arrivals[0] = std::make_shared<const demand::ArrivalLaw>(law);
  expect_same(run_world(world, fixed_plan(seed, world.start_ns)), run_world(later, fixed_plan(seed, later.start_ns)));
}

RC_GTEST_PROP(Exactness, TheNumbersOfTheEvsesDoNotMatter, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const twin::World world = recorded_world(seed);
  std::vector<std::uint32_t> new_number(world.sites[0].evses.size());
  std::iota(new_number.begin(), new_number.end(), 0U);
  Dice dice(seed ^ 5);
  for (std::size_t i = new_number.size(); i-- > 1;)
    std::swap(new_number[i], new_number[static_cast<std::size_t>(dice.whole(0, static_cast<int>(i)))]);

  twin::World renumbered = world;
  twin::Site& site = renumbered.sites[0];
  for (std::size_t i = 0; i < new_number.size(); ++i) site.evses[new_number[i]] = world.sites[0].evses[i];
  for (physics::LimitRow& row : site.rows) {
    for (physics::LimitMember& member : row.members) member.evse = new_number[member.evse];
  }
  demand::ArrivalLaw law;
  for (demand::Visit& v : visits_of(renumbered, law).visits)
    v.evse = static_cast<std::int32_t>(new_number[static_cast<std::size_t>(v.evse)]);
  site.arrivals[0] = std::make_shared<const demand::ArrivalLaw>(law);
  expect_same_bill(run_world(world, fixed_plan(seed, world.start_ns)),
                   run_world(renumbered, fixed_plan(seed, world.start_ns)));
}

RC_GTEST_PROP(Exactness, EvsesWhereNobodyStandsDoNotMatter, ()) {
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const twin::World world = recorded_world(seed);
  const auto idle = static_cast<std::uint32_t>(*rc::gen::inRange(1, 40));
  twin::World larger = world;
  twin::Site& site = larger.sites[0];
  // In front of the others, so that every number moves.
  std::vector<physics::Evse> evses;
  for (std::uint32_t i = 0; i < idle; ++i) evses.push_back(ac_evse("idle-" + std::to_string(i)));
  evses.insert(evses.end(), site.evses.begin(), site.evses.end());
  site.evses = std::move(evses);
  for (physics::LimitRow& row : site.rows) {
    for (physics::LimitMember& member : row.members) member.evse += idle;
  }
  demand::ArrivalLaw law;
  for (demand::Visit& v : visits_of(larger, law).visits) v.evse += static_cast<std::int32_t>(idle);
  site.arrivals[0] = std::make_shared<const demand::ArrivalLaw>(law);
  expect_same_bill(run_world(world, fixed_plan(seed, world.start_ns)),
                   run_world(larger, fixed_plan(seed, world.start_ns)));
}

RC_GTEST_PROP(Exactness, ACarThatGivesBackWhatItTookLostOneLessEtaSquared, ()) {
  const double eta_in = *rc::gen::inRange(700, 1001) / 1000.0, eta_out = *rc::gen::inRange(700, 1001) / 1000.0;
  const double kw = *rc::gen::inRange(5, 20);  // three phases: 6 A are 4.1 kW
  twin::World world = small_world();
  physics::Vehicle& car = world.vehicles[0];
  car.v2g_capable = true;
  car.max_discharge_kw = 22.0;
  car.battery.capacity_kwh = 100.0;
  car.battery.charge_efficiency = eta_in;
  car.battery.discharge_efficiency = eta_out;
  car.battery.charge = car.battery.discharge = physics::Curve::constant(22.0);
  car.soc_floor = 0.3;
  world.sites[0].evses[0] = ac_evse("V", 32.0, 3, 230.0);
  world.sites[0].evses[0].bidirectional = true;
  world.sites[0].evses[0].max_discharge_a = 32.0;
  demand::Visit v = visit(1.0, 23.0, 50.0);
  v.taken_kwh = physics::unknown;
  v.soc_start = 0.3;
  v.v2g = true;
  add_visits(world, {v});
  // Two hours in, then out until the floor.
  const Outcome o = run_world(world, strategy([kw](const evtwin_view& view, evtwin_decision& d) {
                                d.evse_kw[0] = view.now_ns < monday_ns + 3 * hour_ns ? kw : -kw;
                              }));
  const double in_kwh = 2.0 * kw;
  RC_ASSERT(close(o.ledger().ev_charge_kwh, in_kwh));
  RC_ASSERT(close(o.ledger().ev_discharge_kwh, in_kwh * eta_in * eta_out));
  RC_ASSERT(close(o.site().vehicle_losses_kwh, in_kwh * (1.0 - eta_in * eta_out)));
  RC_ASSERT(close(o.seen.sessions[0].record.soc_end, 0.3));
}

TEST(Exactness, AllStrategiesMeetTheSameCars) {
  const auto arrivals = [](const control::StrategyFactory& how) {
    twin::World world = random_world(20250602);
    // Nobody is turned away, so that every car that comes is recorded with its times.
    for (int i = 0; i < 200; ++i) world.sites[0].evses.push_back(ac_evse("more-" + std::to_string(i), 32.0, 3, 230.0));
    const Outcome o = run_world(world, how);
    std::map<std::string, std::vector<double>> cars;
    for (const auto& s : o.seen.sessions) {
      cars[s.id] = {static_cast<double>(s.record.arrived_ns), static_cast<double>(s.record.departed_ns),
                    static_cast<double>(s.record.claimed_departure_ns), s.record.requested_kwh, s.record.wanted_kwh};
    }
    return cars;
  };
  const auto reference = arrivals(full_power());
  ASSERT_GT(reference.size(), 10U);
  for (const char* id : {"asap", "alap", "fcfs", "edf", "llf", "lrpt", "round-robin", "equal-share", "price-threshold"})
    EXPECT_EQ(arrivals(baseline(id)), reference) << id;
  EXPECT_EQ(arrivals(fixed_plan(3, monday_ns)), reference);
}

}  // namespace
}  // namespace evtwin::testing
