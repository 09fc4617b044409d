// Occupancy alone: who comes, waits, plugs in, leaves or turns away.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "control/guard.hpp"
#include "twin/occupancy.hpp"
#include "twin/one_part.hpp"

namespace evtwin::twin {
namespace {

using demand::Visit;
using testing::at_h;
using testing::Bench;

constexpr std::int32_t any = demand::any_evse;

Visit stay(const char* id, double from_h, double to_h, std::int32_t evse = any, double kwh = 10.0) {
  Visit v = testing::visit(from_h, to_h, kwh, evse);
  v.id = id;
  return v;
}

/// Plays a site that knows nothing but who is there: pops events and writes down what becomes of whom.
struct Yard {
  explicit Yard(World world) : bench(std::move(world)), occupancy(bench.context), outage(bench.site.evses.size(), 0.0) {
    occupancy.begin();
    occupancy.start_arrivals();
  }

  Access access() const { return {outage, holds}; }
  void run_to(double h) {
    while (bench.queue.next_time() <= at_h(h)) {
      const kernel::Event event = bench.queue.pop();
      const TimeNs t = event.time;
      switch (static_cast<EventKind>(event.kind)) {
        case EventKind::arrival:
          occupancy.admit(occupancy.take_arrival(event.entity), -1, access(), t);
          break;
        case EventKind::plug_out:
          write(occupancy.session_on(event.entity).visit.id, "leaves", event.entity, t);
          occupancy.plug_out(event.entity);
          occupancy.admit_waiting(access(), t);
          break;
        default:
          occupancy.end_expired_waits(t);
      }
      write_news(t);
    }
  }
  void write_news(TimeNs t) {
    for (; told < bench.seen.sessions.size(); ++told) {
      const auto& [record, id] = bench.seen.sessions[told];
      lines.push_back(
          fmt::format("{:.2f} {} {}", kernel::hours_between(testing::monday_ns, t), id, name_of(record.end)));
    }
    for (const std::uint32_t evse : occupancy.plugged_in())
      write(occupancy.session_on(evse).visit.id, "plugs in at", evse, t);
    occupancy.clear_plugged_in();
  }
  void write(const std::string& id, const char* what, std::uint32_t evse, TimeNs t) {
    lines.push_back(fmt::format("{:.2f} {} {} {}", kernel::hours_between(testing::monday_ns, t), id, what,
                                bench.site.evses[evse].id));
  }

  Bench bench;
  Occupancy occupancy;
  std::vector<double> outage;
  std::vector<Hold> holds;
  std::vector<std::string> lines;
  std::size_t told = 0;
};

/// Two EVSEs, one place to wait, an hour of patience.
World busy_world(std::vector<Visit> visits) {
  World world = testing::small_world(2);
  world.sites[0].waiting_room = {1, 1.0};
  testing::add_visits(world, std::move(visits));
  return world;
}

// c finds the one place, d does not. c's hour ends at 2.5. f must leave at 3.4, before its patience and before e goes.
// h names an EVSE where a still is; i comes in the very instant in which a leaves, and leaving comes first.
TEST(PartOccupancy, TwoListsSayTheSame) {
  Yard yard(busy_world({stay("a", 1.0, 4.0), stay("b", 1.0, 3.0), stay("c", 1.5, 6.0), stay("d", 1.75, 6.0),
                        stay("e", 2.75, 3.5), stay("f", 3.25, 3.4), stay("g", 3.45, 8.0), stay("h", 3.75, 9.0, 0),
                        stay("i", 4.0, 5.0, 0)}));
  yard.run_to(24.0);
  const std::vector<std::string> expected{"1.00 a plugs in at A-1", "1.00 b plugs in at A-2", "1.75 d turned_away",
                                          "2.50 c reneged",         "3.00 b leaves A-2",      "3.00 e plugs in at A-2",
                                          "3.40 f reneged",         "3.50 e leaves A-2",      "3.50 g plugs in at A-2",
                                          "3.75 h turned_away",     "4.00 a leaves A-1",      "4.00 i plugs in at A-1",
                                          "5.00 i leaves A-1",      "8.00 g leaves A-2"};
  EXPECT_EQ(yard.lines, expected);

  SiteResult result;
  yard.occupancy.add_to_result(result, testing::monday_ns + 24 * kernel::hour_ns);
  EXPECT_EQ(result.sessions, 5U);
  EXPECT_EQ(result.turned_away, 4U);                               // c, d, f, h
  EXPECT_EQ(result.waited, 2U);                                    // e, g
  EXPECT_NEAR(result.waiting_h, 1.0 + 0.25 + 0.15 + 0.05, 1e-12);  // c, e, f, g
}

TEST(PartOccupancy, TheQueueKeepsItsOrderButLetsPassWhoFits) {
  World world = testing::small_world(1);
  world.sites[0].evses.push_back(testing::ac_evse("DC"));
  world.sites[0].evses[1].phases = 0;
  world.sites[0].evses[1].max_kw = 50.0;
  world.sites[0].waiting_room = {3, physics::infinite};
  world.vehicles[0].has_dc = false;  // 0: AC alone; 1: DC alone
  world.vehicles.push_back(world.vehicles[0]);
  world.vehicles[1].has_dc = true;
  world.vehicles[1].max_ac_kw = 0.0;
  std::vector<Visit> visits{stay("a", 1, 5), stay("b", 1, 3), stay("x", 2, 9), stay("y", 2.25, 9), stay("z", 2.5, 9)};
  visits[1].vehicle = visits[3].vehicle = 1;
  testing::add_visits(world, visits);
  Yard yard(std::move(world));
  yard.run_to(5.0);
  // x has waited longer than y, but only the DC EVSE is free at 3; at 5 x comes before z.
  EXPECT_EQ(yard.lines,
            (std::vector<std::string>{"1.00 a plugs in at A-1", "1.00 b plugs in at DC", "3.00 b leaves DC",
                                      "3.00 y plugs in at DC", "5.00 a leaves A-1", "5.00 x plugs in at A-1"}));
}

TEST(PartOccupancy, WhoeverNamesAnEvseGetsThatOneOrNone) {
  Yard yard(busy_world({stay("a", 1, 2, 1), stay("b", 1.5, 3, 1)}));
  yard.outage[1] = 1.0;  // one that is named is taken even out of service ...
  yard.run_to(24.0);
  EXPECT_EQ(yard.lines,
            (std::vector<std::string>{"1.00 a plugs in at A-2", "1.50 b turned_away", "2.00 a leaves A-2"}));
}

TEST(PartOccupancy, AnEvseOutOfServiceIsNotGivenAway) {
  Yard yard(busy_world({stay("a", 1, 2), stay("b", 1, 3)}));
  yard.outage[0] = 1.0;
  yard.run_to(1.0);
  EXPECT_EQ(yard.lines, (std::vector<std::string>{"1.00 a plugs in at A-2"}));
  EXPECT_TRUE(yard.occupancy.any_waiting());
  yard.outage[0] = 0.0;
  yard.occupancy.admit_waiting(yard.access(), at_h(1.25));
  yard.write_news(at_h(1.25));
  EXPECT_EQ(yard.lines.back(), "1.25 b plugs in at A-1");
}

TEST(PartOccupancy, WhatIsHeldIsForNobodyElseAndWhatIsReservedLaterComesLast) {
  Yard yard(busy_world({stay("a", 1, 4), stay("b", 1.5, 4), stay("c", 3, 4)}));
  yard.holds = {{at_h(2.75), at_h(3), at_h(5), 10.0}, {}};
  yard.run_to(1.0);
  EXPECT_EQ(yard.lines.back(), "1.00 a plugs in at A-2");  // A-1 is reserved for part of its stay
  yard.run_to(1.5);
  EXPECT_EQ(yard.lines.back(), "1.50 b plugs in at A-1");  // there is no other
  yard.occupancy.plug_out(0);
  yard.run_to(3.0);
  EXPECT_EQ(yard.lines.size(), 2U);  // A-1 is free and held: c waits
  EXPECT_TRUE(yard.occupancy.any_waiting());
}

// b stays 2 h and wanted 20 kWh; 7.04 kW could have given it 14.08. It got 7.04: 1 - 7.04/20 of what it wanted and half
// of what was possible are missing.
TEST(PartOccupancy, SatisfactionMeasuresAgainstWantedAndPossible) {
  Yard yard(busy_world({stay("b", 1, 3, any, 20.0), stay("c", 1, 2, any, 5.0)}));
  yard.run_to(1.0);
  for (const std::uint32_t evse : {0U, 1U}) {
    SessionRecord record = yard.occupancy.record_of(evse, at_h(evse == 0 ? 3 : 2), SessionEnd::departed);
    record.got_kwh = evse == 0 ? 7.04 : 5.0;
    yard.occupancy.count_session(record, record.got_kwh, false);
  }
  SiteResult result;
  yard.occupancy.add_to_result(result, at_h(3));
  EXPECT_NEAR(result.satisfaction.missing_of_wanted, 1.0 - 7.04 / 20.0, 1e-15);
  EXPECT_NEAR(result.satisfaction.missing_of_possible, 0.5, 1e-15);
  EXPECT_NEAR(result.satisfaction.squared_missing_of_possible, 0.25, 1e-15);
  EXPECT_EQ(result.energy_wanted_kwh, 25.0);
  EXPECT_EQ(result.energy_got_kwh, 7.04 + 5.0);
  EXPECT_EQ(result.sessions_ended, 2U);
}

TEST(PartOccupancy, WaitingShiftsAStayThatCountsFromPlugIn) {
  std::vector<Visit> visits{stay("a", 1, 2, any), stay("b", 1, 2.5, any), stay("c", 1.5, 3.5, any)};
  visits[2].stay_counts_from_plug_in = true;
  Yard yard(busy_world(visits));
  yard.run_to(24.0);
  EXPECT_EQ(yard.lines.back(), "4.00 c leaves A-1");  // plugged in at 2, half an hour after it came
}

TEST(PartOccupancy, ShowsWhoLeftSinceTheLastDecisionAndWhoWaits) {
  Yard yard(busy_world({stay("a", 1, 2, any, 11.0), stay("b", 1, 5, any, 12.0), stay("c", 3, 9),
                        stay("d", 3.5, 9, any, 13.0), stay("e", 3.75, 9)}));
  const control::Guard guard(yard.bench.site.evses, {}, {}, {}, physics::infinite, physics::infinite);
  control::ViewColumns columns(yard.bench.site.evses, {}, guard);
  const std::vector<std::uint32_t> connected{0, 1};
  yard.run_to(1.0);
  SessionRecord gone = yard.occupancy.record_of(0, at_h(2), SessionEnd::departed);
  gone.got_kwh = 7.04;
  yard.occupancy.count_session(gone, gone.got_kwh, true);
  yard.run_to(3.75);
  for (const std::uint32_t evse : connected) yard.occupancy.show_session(columns, evse, evse == 0);
  yard.occupancy.show_in_view(columns, connected, at_h(3.75), at_h(4));

  const evtwin_view& view = columns.view;
  ASSERT_EQ(view.n_departed, 1U);
  EXPECT_EQ(view.departed_evse[0], 0U);
  EXPECT_EQ(view.departed_session[0], 1U);
  EXPECT_EQ(view.departed_ns[0], at_h(2));
  EXPECT_EQ(view.departed_got_kwh[0], 7.04);
  EXPECT_EQ(view.departed_requested_kwh[0], 11.0);
  EXPECT_EQ(view.departed_arrived_ns[0], at_h(1));
  EXPECT_EQ(view.departed_claimed_ns[0], at_h(2));
  EXPECT_EQ(view.departed_max_kw[0], 7.04);
  EXPECT_EQ(view.departed_draws[0], 1U);
  EXPECT_EQ(view.n_waiting, 1U);
  EXPECT_EQ(view.waiting_kwh, 13.0);
  EXPECT_EQ(view.waiting_since_ns, at_h(3.5));
  EXPECT_EQ(view.turned_away, 1U);      // e
  EXPECT_EQ(view.evse_session[0], 3U);  // c is the third to plug in
  EXPECT_EQ(view.evse_car_max_kw[0], 7.04);
  EXPECT_EQ(view.evse_car_max_kw[1], 0.0);  // out of service
  EXPECT_EQ(view.evse_requested_kwh[1], 12.0);
  EXPECT_EQ(view.evse_departs_ns[1], at_h(5));

  yard.occupancy.mark_decision();
  yard.occupancy.show_in_view(columns, connected, at_h(6), at_h(6.25));
  EXPECT_EQ(view.n_departed, 0U);
  EXPECT_EQ(view.turned_away, 0U);
  EXPECT_EQ(view.n_waiting, 1U);
  EXPECT_EQ(view.evse_departs_ns[1], at_h(6.25));  // b said 5
}

}  // namespace
}  // namespace evtwin::twin
