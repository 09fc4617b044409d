// Each part's section of a checkpoint alone: bytes, a fresh part, and the same bytes again.
#include <gtest/gtest.h>

#include "control/guard.hpp"
#include "twin/agenda.hpp"
#include "twin/bookings.hpp"
#include "twin/books.hpp"
#include "twin/commands.hpp"
#include "twin/grants.hpp"
#include "twin/occupancy.hpp"
#include "twin/one_part.hpp"
#include "twin/power.hpp"
#include "twin/signals.hpp"

namespace evtwin::twin {
namespace {

using testing::at_h;
using testing::Bench;
using testing::bytes_of;

World kept_world() {
  World world = testing::small_world(2);
  Site& site = world.sites[0];
  site.contract_kw = 10.0;
  site.load_kw = market::Series({at_h(0), at_h(3)}, {1.0, 2.0}, at_h(24));
  site.waiting_room = {4, 2.0};
  site.commands = {kernel::minute_ns, kernel::minute_ns, 0, 0.0};
  world.vehicles[0].battery.capacity_kwh = 64.0;
  demand::Visit booked = testing::visit(9, 10, 5.0, 1);
  booked.announced_ns = at_h(1);
  booked.reserved_from_ns = at_h(9);
  booked.reserved_until_ns = at_h(10);
  testing::add_visits(
      world, {testing::visit(1, 5, 10, -1), testing::visit(1.5, 6, 10, -1), testing::visit(2, 7, 10, -1), booked});
  return world;
}

/// A part that has lived is kept and a fresh one takes its place. @param make  one that has begun
template <class Make, class Live>
void expect_same_bytes(Make make, Live live) {
  Bench bench(kept_world()), other(kept_world());
  auto lived = make(bench);
  live(*lived, bench);
  auto fresh = make(other);
  const auto bytes = bytes_of(*lived);
  EXPECT_NE(bytes_of(*fresh), bytes);  // else nothing would be proven
  testing::load(*fresh, bytes);
  EXPECT_EQ(bytes_of(*fresh), bytes);
}

TEST(PartCheckpoint, Signals) {
  expect_same_bytes(
      [](Bench& bench) {
        auto part = std::make_unique<Signals>(bench.context);
        part->begin();
        return part;
      },
      [](Signals& signals, Bench& bench) {
        signals.start_signals(at_h(0));
        signals.take_changes(bench.queue.pop().time);
        ASSERT_EQ(signals.values_now().load_kw, 2.0);
        signals.set_contract_kw(7.0, at_h(3));
      });
}

std::unique_ptr<Occupancy> begun_occupancy(Bench& bench) {
  auto part = std::make_unique<Occupancy>(bench.context);
  part->begin();
  return part;
}

TEST(PartCheckpoint, Occupancy) {
  expect_same_bytes(begun_occupancy, [](Occupancy& occupancy, Bench& bench) {
    occupancy.start_arrivals();
    const std::vector<double> outage(2, 0.0);
    while (bench.queue.next_time() <= at_h(2)) {
      const kernel::Event event = bench.queue.pop();
      occupancy.admit(occupancy.take_arrival(event.entity), -1, {outage, {}}, event.time);
    }
    ASSERT_TRUE(occupancy.any_waiting());
    occupancy.count_session(occupancy.record_of(0, at_h(2), SessionEnd::departed), 0.0, false);
    occupancy.plug_out(0);
  });
}

TEST(PartCheckpoint, Bookings) {
  expect_same_bytes(
      [](Bench& bench) {
        auto part = std::make_unique<Bookings>(bench.context);
        part->begin(begun_occupancy(bench)->streams());
        return part;
      },
      [](Bookings& bookings, Bench& bench) {
        const std::vector<Session> sessions(2);
        bookings.take_known_visits(sessions, at_h(0));
        bookings.take_announcements(sessions, bench.queue.pop().time);
        ASSERT_EQ(bookings.current_holds()[1].until_ns, at_h(10));
      });
}

TEST(PartCheckpoint, Power) {
  expect_same_bytes(
      [](Bench& bench) {
        auto part = std::make_unique<Power>(bench.context);
        part->begin();
        return part;
      },
      [](Power& power, Bench& bench) {
        power.plug_in(0, {1, &bench.world.vehicles[0], 30.0, at_h(0)}, 0.25);
        power.renew_law(0, 5.0, at_h(0));
        power.flow_until(at_h(1));
        power.renew_law(0, 3.0, at_h(1));
        power.flow_until(at_h(1.5));
      });
}

TEST(PartCheckpoint, Grants) {
  expect_same_bytes(
      [](Bench& bench) {
        auto part = std::make_unique<Grants>(bench.context);
        part->begin();
        return part;
      },
      [](Grants& grants, Bench& bench) {
        const std::vector<std::uint32_t> active{0, 1};
        const std::vector<physics::Coupling> couplings(
            2, physics::couple_vehicle(bench.site.evses[0], bench.world.vehicles[0], false));
        for (const std::uint32_t evse : active) {
          grants.set_charge_range(evse, {physics::infinite, physics::infinite, false});
          grants.set_wish_kw(evse, 7.0);
        }
        grants.look(active, couplings);
        grants.finish_look(active, couplings, at_h(0));
        grants.tell_correction(0, at_h(0));
        grants.set_base_kw(12.0);
        grants.ask_again();
        grants.look(active, couplings);
        grants.finish_look(active, couplings, at_h(1));
        grants.base_changed();
      });
}

TEST(PartCheckpoint, Commands) {
  expect_same_bytes(
      [](Bench& bench) {
        auto part = std::make_unique<Commands>(bench.context);
        part->begin();
        return part;
      },
      [](Commands& commands, Bench& bench) {
        const std::vector<std::uint64_t> session{1, 0};
        std::vector<double> wish_kw(2, 0.0);
        commands.send_decision(0, session, at_h(0))[0] = 5.0;
        commands.move_decisions(at_h(0), session, wish_kw);
        commands.move_decisions(bench.queue.pop().time, session, wish_kw);
        commands.send_decision(1, session, at_h(0.02))[1] = 6.0;
      });
}

TEST(PartCheckpoint, Books) {
  const physics::FeederTree tree;
  expect_same_bytes(
      [&](Bench& bench) {
        auto part = std::make_unique<Books>(bench.context, tree);
        part->begin();
        return part;
      },
      [](Books& books, Bench&) {
        books.plug_in(0, {});
        const std::vector<MemberFlow> flows{{0, 3.0, 3.0}};
        SignalValues now;
        now.price.buy_per_kwh = 0.2;
        books.book_piece({at_h(0), at_h(1), {flows, false}}, now);
        books.close_window(at_h(0.25));
        books.mark_decision();
        books.book_piece({at_h(1), at_h(1.1), {flows, false}}, now);
        books.close_day(at_h(1.1), std::vector{6.0, 0.0});
        books.book_piece({at_h(1.1), at_h(1.2), {flows, false}}, now);
      });
}

TEST(PartCheckpoint, Agenda) {
  expect_same_bytes(
      [](Bench& bench) {
        auto part = std::make_unique<Agenda>(bench.context, 2);
        part->set_interest({.plan_steps = 2});
        part->begin(*market::clocks_for(nullptr, bench.site.signals(), bench.world.calendar, bench.world.start_ns), {});
        return part;
      },
      [](Agenda& agenda, Bench& bench) {
        const control::Guard guard(bench.site.evses, {}, {}, {}, physics::infinite, physics::infinite);
        control::ViewColumns columns(bench.site.evses, {}, guard);
        columns.make_plan(2);
        columns.horizon.start_ns = {at_h(0), at_h(0.25), at_h(0.5)};
        for (auto* column :
             {&columns.horizon.pv_kw, &columns.horizon.load_kw, &columns.horizon.buy_per_kwh,
              &columns.horizon.sell_per_kwh, &columns.horizon.co2_kg_per_kwh, &columns.horizon.contract_kw,
              &columns.horizon.power_setpoint_kw, &columns.horizon.arrivals, &columns.horizon.arrivals_kwh})
          column->assign(2, 0.0);
        columns.show_horizon();
        agenda.start_ticks(at_h(0), 15 * kernel::minute_ns, at_h(0.25));
        agenda.open_decision(at_h(0));
        columns.blank_decision().plan_kw[1] = 4.0;
        ASSERT_TRUE(agenda.take_plan(columns, at_h(0)));
        agenda.wake_at(at_h(0.1), at_h(0));
        agenda.close_decision(at_h(0), at_h(0.6));
        agenda.request_decision(EVTWIN_WHY_TICK, at_h(0.05));
      });
}

}  // namespace
}  // namespace evtwin::twin
