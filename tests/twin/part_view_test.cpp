// Each column of a view has one owner: the parts show themselves one by one into columns full of marks, and a table
// says who wrote what.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>

#include "control/view_layout.hpp"
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

enum class Owner : std::uint8_t {
  world,  ///< laid out once, or the conductor's
  signals,
  occupancy,
  bookings,
  power,
  grants,
  limits,  ///< the guard behind the grants
  commands,
  agenda,
  horizon,  ///< what agenda and signals foresee, see below
  books
};

const std::map<std::string_view, Owner> column_owners{
    {"connected_evse", Owner::power},
    {"evse_max_kw", Owner::world},
    {"evse_max_discharge_kw", Owner::world},
    {"evse_session", Owner::occupancy},
    {"evse_session_id", Owner::occupancy},
    {"evse_driver", Owner::world},  // nobody knows drivers yet
    {"evse_vehicle", Owner::occupancy},
    {"evse_draws", Owner::power},
    {"evse_setpoint_kw", Owner::grants},
    {"evse_asked_kw", Owner::grants},
    {"evse_reason", Owner::grants},
    {"evse_limit_row", Owner::grants},
    {"evse_power_kw", Owner::power},
    {"evse_arrived_ns", Owner::occupancy},
    {"evse_claimed_departs_ns", Owner::occupancy},
    {"evse_departs_ns", Owner::occupancy},
    {"evse_requested_kwh", Owner::occupancy},
    {"evse_got_kwh", Owner::power},
    {"evse_remaining_kwh", Owner::power},
    {"evse_car_min_kw", Owner::occupancy},
    {"evse_car_max_kw", Owner::occupancy},
    {"evse_car_max_discharge_kw", Owner::occupancy},
    {"evse_kw_per_a", Owner::occupancy},
    {"evse_priority", Owner::occupancy},
    {"evse_soc", Owner::power},
    {"evse_battery_kwh", Owner::occupancy},
    {"evse_soc_floor", Owner::occupancy},
    {"evse_car_charge_efficiency", Owner::occupancy},
    {"evse_car_discharge_efficiency", Owner::occupancy},
    {"evse_curve_points", Owner::occupancy},
    {"curve_soc", Owner::occupancy},
    {"curve_kw", Owner::occupancy},
    {"rate_kw", Owner::occupancy},
    {"evse_reserved_from_ns", Owner::bookings},
    {"evse_reserved_until_ns", Owner::bookings},
    {"evse_reserved_kwh", Owner::bookings},
    {"storage_soc", Owner::power},
    {"storage_power_kw", Owner::power},
    {"storage_setpoint_kw", Owner::grants},
    {"storage_asked_kw", Owner::grants},
    {"storage_reason", Owner::grants},
    {"storage_limit_row", Owner::grants},
    {"departed_evse", Owner::occupancy},
    {"departed_session", Owner::occupancy},
    {"departed_ns", Owner::occupancy},
    {"departed_got_kwh", Owner::occupancy},
    {"departed_requested_kwh", Owner::occupancy},
    {"limit_lower", Owner::limits},
    {"limit_upper", Owner::limits},
    {"limit_base", Owner::limits},
    {"since_last", Owner::books},
    {"so_far", Owner::books},
    {"evse_v2g_price_per_kwh", Owner::books},
    {"departed_arrived_ns", Owner::occupancy},
    {"departed_claimed_ns", Owner::occupancy},
    {"departed_driver", Owner::occupancy},
    {"departed_max_kw", Owner::occupancy},
    {"departed_draws", Owner::occupancy},
};

struct Scalar {
  std::string_view name;
  std::size_t offset, bytes;
  Owner owner;
};

#define EVTWIN_SCALAR(field, owner) \
  Scalar { #field, offsetof(evtwin_view, field), sizeof(evtwin_view::field), Owner::owner }
const Scalar scalars[] = {
    EVTWIN_SCALAR(struct_size, world),
    EVTWIN_SCALAR(why, agenda),
    EVTWIN_SCALAR(now_ns, agenda),
    EVTWIN_SCALAR(next_tick_ns, agenda),
    EVTWIN_SCALAR(tick_ns, world),
    EVTWIN_SCALAR(utc_offset_ns, agenda),
    EVTWIN_SCALAR(decision_number, agenda),
    EVTWIN_SCALAR(last_decision_ns, agenda),
    EVTWIN_SCALAR(end_ns, agenda),
    EVTWIN_SCALAR(changed, world),
    EVTWIN_SCALAR(commands_under_way, commands),
    EVTWIN_SCALAR(commands_lost, commands),
    EVTWIN_SCALAR(n_evses, world),
    EVTWIN_SCALAR(n_connected, power),
    EVTWIN_SCALAR(reserved0, world),
    EVTWIN_SCALAR(n_storages, world),
    EVTWIN_SCALAR(storage_policy, world),
    EVTWIN_SCALAR(n_departed, occupancy),
    EVTWIN_SCALAR(n_waiting, occupancy),
    EVTWIN_SCALAR(waiting_kwh, occupancy),
    EVTWIN_SCALAR(waiting_since_ns, occupancy),
    EVTWIN_SCALAR(turned_away, occupancy),
    EVTWIN_SCALAR(n_limits, world),
    EVTWIN_SCALAR(reserved1, world),
    EVTWIN_SCALAR(pv_kw, signals),
    EVTWIN_SCALAR(load_kw, signals),
    EVTWIN_SCALAR(contract_kw, signals),
    EVTWIN_SCALAR(export_limit_kw, signals),
    EVTWIN_SCALAR(power_setpoint_kw, signals),
    EVTWIN_SCALAR(buy_per_kwh, signals),
    EVTWIN_SCALAR(sell_per_kwh, signals),
    EVTWIN_SCALAR(driver_price_per_kwh, signals),
    EVTWIN_SCALAR(v2g_price_per_kwh, signals),
    EVTWIN_SCALAR(unmet_price_per_kwh, world),
    EVTWIN_SCALAR(demand_basis, world),
    EVTWIN_SCALAR(reserved2, world),
    EVTWIN_SCALAR(demand_price_per_kw, books),
    EVTWIN_SCALAR(demand_fraction, books),
    EVTWIN_SCALAR(billed_peak_kw, books),
    EVTWIN_SCALAR(month_peak_kw, books),
    EVTWIN_SCALAR(month_end_ns, books),
    EVTWIN_SCALAR(next_month_demand_price_per_kw, books),
    EVTWIN_SCALAR(next_month_demand_fraction, books),
    EVTWIN_SCALAR(next_month_floor_kw, books),
    EVTWIN_SCALAR(metering_window_ns, books),
    EVTWIN_SCALAR(window_import_kwh, books),
    EVTWIN_SCALAR(window_end_ns, books),
    EVTWIN_SCALAR(horizon_steps, horizon),
    EVTWIN_SCALAR(n_levels, horizon),
    EVTWIN_SCALAR(horizon_issued_ns, horizon),
    EVTWIN_SCALAR(wear_price_per_kwh, world),
    EVTWIN_SCALAR(n_limits_ahead, horizon),
    EVTWIN_SCALAR(reserved3, world),
};
#undef EVTWIN_SCALAR

/// In every byte: a figure far below 0 in every kind of cell, so that what is worked out of a mark is none.
constexpr int mark = 0xeb;

/// A site with everything: a DC car that is known, one in the queue, one that left, one turned away, one booked; a
/// storage, a feeder, a row; a strategy that looks ahead.
World full_world() {
  World world = testing::small_world(1);
  Site& site = world.sites[0];
  physics::Evse& evse = site.evses[0];
  evse.rates_a = {6, 16, 32};
  site.evses.push_back(evse);
  physics::Vehicle& car = world.vehicles[0];
  car.soc_known = true;
  car.battery.capacity_kwh = 60.0;
  car.battery.charge = {{{0.0, 50.0}, {1.0, 5.0}}};
  physics::Storage storage;
  storage.capacity_kwh = 20.0;
  storage.max_charge_kw = storage.max_discharge_kw = 10.0;
  site.storages = {storage};
  site.waiting_room = {1, physics::infinite};
  demand::Visit booked = testing::visit(9, 10, 5.0, 1);
  booked.announced_ns = at_h(-1);
  booked.reserved_from_ns = at_h(9);
  booked.reserved_until_ns = at_h(10);
  testing::add_visits(world, {booked});
  return world;
}

/// All parts of one site, brought to the same moment by hand. They never meet.
struct Everyone {
  Everyone()
      : bench(full_world()),
        signals(bench.context),
        occupancy(bench.context),
        bookings(bench.context),
        power(bench.context),
        grants(bench.context),
        commands(bench.context),
        books(bench.context, grants.guard().tree()),
        agenda(bench.context, 3),
        columns(bench.site.evses, bench.site.storages, grants.guard(), 2) {
    Interest interest;
    interest.horizon_steps = 2;
    interest.levels = {0.5};
    agenda.set_interest(interest);
    columns.horizon.level = interest.levels;
    signals.begin();
    occupancy.begin();
    bookings.begin(occupancy.streams());
    bookings.take_known_visits(occupancy.sessions(), at_h(0));
    power.begin();
    grants.begin();
    commands.begin();
    books.begin();
    agenda.begin(signals.clocks(), occupancy.streams());
    agenda.start_ticks(at_h(0), kernel::hour_ns, at_h(1));

    const std::vector<double> outage(2, 0.0);
    const Access access{outage, {}};
    for (const int evse : {0, 1, 1, -1})  // the third is turned away, the fourth waits
      occupancy.admit(testing::visit(0, 5, 10, evse), -1, access, at_h(0));
    occupancy.count_session(occupancy.record_of(0, at_h(0), SessionEnd::departed), 0.0, true);
    for (const std::uint32_t evse : occupancy.plugged_in()) {
      power.plug_in(evse, {evse + 1U, &bench.world.vehicles[0], 10.0, at_h(0)}, 0.5);
      grants.plug_in(evse);
      books.plug_in(evse, {});
    }
  }

  /// Marks all that may move, lets one part write, and says what it wrote.
  template <class Show>
  std::set<std::string_view> written(Show show) {
    evtwin_view& view = columns.view;
    std::memset(text_cells(), mark, 2 * control::session_id_bytes);
    for (const control::ColumnPlace& place : control::view_columns()) {
      if (marked(place)) std::memset(cells(place), mark, bytes(place));
    }
    for (const Scalar& scalar : scalars) {
      if (movable(scalar)) std::memset(reinterpret_cast<char*>(&view) + scalar.offset, mark, scalar.bytes);
    }
    show();
    std::set<std::string_view> names;
    for (const control::ColumnPlace& place : control::view_columns()) {
      if (marked(place) && changed(cells(place), bytes(place))) names.insert(place.name);
    }
    if (changed(text_cells(), 2 * control::session_id_bytes)) names.insert("evse_session_id");
    for (const Scalar& scalar : scalars) {
      if (movable(scalar) && changed(reinterpret_cast<char*>(&view) + scalar.offset, scalar.bytes))
        names.insert(scalar.name);
    }
    return names;
  }

  static bool movable(const Scalar& scalar) { return scalar.owner != Owner::world && scalar.owner != Owner::horizon; }
  static bool marked(const control::ColumnPlace& place) {
    return !place.constant && place.cell != control::Cell::text && !place.name.starts_with("horizon_") &&
           !place.name.starts_with("level");
  }
  char* cells(const control::ColumnPlace& place) {
    return static_cast<char*>(const_cast<void*>(control::column_of(place, columns.view)));
  }
  char* text_cells() { return const_cast<char*>(columns.view.evse_session_id[0]); }
  /// All the room that a column has, whatever of it is in use now.
  std::size_t bytes(const control::ColumnPlace& place) const {
    std::size_t count = 0;
    switch (place.length) {
      case control::Length::connected:
        count = 2;
        break;
      case control::Length::departed:
        count = 1;
        break;
      case control::Length::curve_points:
        count = 4;
        break;
      default:
        count = control::length_of(place, columns.view);
    }
    return count * control::size_of(place.cell);
  }
  static bool changed(const char* cells, std::size_t bytes) {
    return std::any_of(cells, cells + bytes, [](char c) { return c != static_cast<char>(mark); });
  }

  Bench bench;
  Signals signals;
  Occupancy occupancy;
  Bookings bookings;
  Power power;
  Grants grants;
  Commands commands;
  Books books;
  Agenda agenda;
  control::ViewColumns columns;
};

TEST(PartView, EveryColumnHasOneOwner) {
  Everyone all;
  const auto connected = all.power.connected_evses();
  ASSERT_EQ(connected.size(), 2U);
  std::map<std::string_view, std::set<Owner>> writers;
  const auto let = [&](Owner owner, auto show) {
    for (const std::string_view name : all.written(show)) writers[name].insert(owner);
  };
  control::ViewColumns& columns = all.columns;
  let(Owner::signals, [&] { all.signals.show_in_view(columns.view); });
  let(Owner::occupancy, [&] {
    for (const std::uint32_t evse : connected) all.occupancy.show_session(columns, evse, true);
  });
  let(Owner::occupancy, [&] { all.occupancy.show_in_view(columns, connected, at_h(6), at_h(6.25)); });
  let(Owner::bookings, [&] { all.bookings.show_in_view(columns); });
  let(Owner::power, [&] { all.power.show_in_view(columns, at_h(0)); });
  let(Owner::grants, [&] { all.grants.show_in_view(columns, all.power.active_members()); });
  let(Owner::limits, [&] { columns.show_limits(all.grants.guard()); });
  let(Owner::commands, [&] { all.commands.show_in_view(columns.view); });
  let(Owner::agenda, [&] { all.agenda.show_in_view(columns.view, at_h(0)); });
  let(Owner::books, [&] { all.books.show_in_view(columns); });
  let(Owner::books, [&] { all.books.show_v2g_prices(columns, all.signals.values_now(), connected); });

  std::map<std::string_view, Owner> expected = column_owners;
  for (const Scalar& scalar : scalars) expected.emplace(scalar.name, scalar.owner);
  for (const auto& [name, owner] : expected) {
    std::set<Owner> one{owner};
    if (owner == Owner::world || owner == Owner::horizon) one.clear();
    EXPECT_EQ(writers[name], one) << name;
  }
  EXPECT_EQ(writers.size(), expected.size());
}

TEST(PartView, TheTableNamesEveryByteOfAView) {
  std::vector<int> named(sizeof(evtwin_view), 0);
  for (const Scalar& scalar : scalars) {
    for (std::size_t b = 0; b < scalar.bytes; ++b) ++named[scalar.offset + b];
  }
  for (const control::ColumnPlace& place : control::view_columns()) {
    for (std::size_t b = 0; b < sizeof(void*); ++b) ++named[place.offset + b];
    const bool ahead = place.name.starts_with("horizon_") || place.name.starts_with("level");
    EXPECT_EQ(column_owners.count(place.name), place.constant || ahead ? 0U : 1U) << place.name;
  }
  for (std::size_t b = 0; b < named.size(); ++b) EXPECT_EQ(named[b], 1) << b;
}

// What lies ahead: signals know limits and set-points, the agenda's forecasters all else.
TEST(PartView, TheHorizonHasTwoOwners) {
  Everyone all;
  control::Horizon by_agenda, by_signals;
  by_agenda.level = {0.5};
  all.agenda.fill_forecast(by_agenda, all.signals.values_now(), at_h(0));
  for (const auto* column : {&by_agenda.pv_kw, &by_agenda.load_kw, &by_agenda.buy_per_kwh, &by_agenda.sell_per_kwh,
                             &by_agenda.co2_kg_per_kwh, &by_agenda.arrivals, &by_agenda.arrivals_kwh,
                             &by_agenda.level_pv_kw, &by_agenda.level_load_kw, &by_agenda.level_buy_per_kwh,
                             &by_agenda.level_arrivals, &by_agenda.level_arrivals_kwh})
    EXPECT_EQ(column->size(), 2U);
  EXPECT_TRUE(by_agenda.contract_kw.empty());
  EXPECT_TRUE(by_agenda.power_setpoint_kw.empty());

  by_signals.start_ns = by_agenda.start_ns;
  by_signals.pv_kw = {77.0, 78.0};
  all.signals.show_ahead(by_signals, at_h(0));
  EXPECT_EQ(by_signals.contract_kw.size(), 2U);
  EXPECT_EQ(by_signals.power_setpoint_kw.size(), 2U);
  EXPECT_EQ(by_signals.pv_kw, (std::vector{77.0, 78.0}));
  EXPECT_EQ(by_signals.start_ns, by_agenda.start_ns);
  for (const auto* column : {&by_signals.load_kw, &by_signals.buy_per_kwh, &by_signals.arrivals}) {
    EXPECT_TRUE(column->empty());
  }
}

}  // namespace
}  // namespace evtwin::twin
