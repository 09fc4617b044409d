// The columns a strategy sees and writes: complete, cleared when a car leaves, and in plain memory.
#include "control/view.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "control/view_layout.hpp"
#include "support/paths.hpp"

namespace evtwin::control {
namespace {

using physics::infinite;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// AC with finite rates on a feeder, DC that can discharge, and AC of three phases; a storage, a line and a difference.
///
///   grid (80 kW in, 25 out) --+-- F (30 in, 10 out; 0.98) --- A-1   AC, 1 phase, 8 | 16 | 32 A, phasor at -120 degrees
///                             +-- D-1 (0.95)                        DC, 50 kW in, 20 out
///                             +-- B-1                               AC, 3 phases of 16 A
///                             +-- storage                           100 kWh, 40 kW in, 30 out
///   line: |A-1 at -120 - B-1 at 30 degrees| <= 63 A     difference: -20 <= A-1 - B-1 <= 20 A
std::vector<physics::Evse> mixed_evses() {
  std::vector<physics::Evse> evses(3);
  evses[0].id = "A-1";
  evses[0].max_a = 32.0;
  evses[0].rates_a = {8.0, 16.0, 32.0};
  evses[0].phase_angle_deg = -120.0;
  evses[0].feeder = 0;
  evses[1].id = "D-1";
  evses[1].phases = 0;
  evses[1].max_kw = 50.0;
  evses[1].bidirectional = true;
  evses[1].max_discharge_kw = 20.0;
  evses[1].efficiency = 0.95;
  evses[2].id = "B-1";
  evses[2].phases = 3;
  evses[2].max_a = 16.0;
  evses[2].max_discharge_a = 16.0;  // not bidirectional: it cannot
  return evses;
}
physics::Storage some_storage() {
  physics::Storage storage;
  storage.capacity_kwh = 100.0;
  storage.max_charge_kw = 40.0;
  storage.max_discharge_kw = 30.0;
  storage.charge_efficiency = 0.97;
  storage.discharge_efficiency = 0.96;
  storage.soc_start = 0.6;
  storage.soc_min = 0.1;
  storage.soc_max = 0.9;
  return storage;
}

struct MixedSite {
  std::vector<physics::Evse> evses = mixed_evses();
  std::vector<physics::Storage> storages{some_storage()};
  std::vector<physics::LimitRow> rows{
      {"line", physics::LimitKind::magnitude_a, -infinite, 63.0, {{0, 1.0, -120.0}, {2, -1.0, 30.0}}},
      {"difference", physics::LimitKind::current_a, -20.0, 20.0, {{0, 1.0, 0.0}, {2, -1.0, 0.0}}}};
  Guard guard{evses, storages, physics::FeederTree({{"F", -1, 30.0, 10.0, infinite, 0.98}}), rows, 80.0, 25.0};
};

TEST(ViewColumns, EveryColumnIsThere) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  columns.horizon.start_ns = {0, 1, 2};
  for (auto* column : {&columns.horizon.pv_kw, &columns.horizon.load_kw, &columns.horizon.buy_per_kwh,
                       &columns.horizon.sell_per_kwh, &columns.horizon.co2_kg_per_kwh, &columns.horizon.contract_kw,
                       &columns.horizon.power_setpoint_kw, &columns.horizon.arrivals, &columns.horizon.arrivals_kwh}) {
    *column = {1.0, 2.0};
  }
  columns.horizon.level = {0.5};
  for (auto* column : {&columns.horizon.level_pv_kw, &columns.horizon.level_load_kw, &columns.horizon.level_buy_per_kwh,
                       &columns.horizon.level_arrivals, &columns.horizon.level_arrivals_kwh}) {
    *column = {1.0, 2.0};
  }
  columns.horizon.limit_lower.assign(2 * site.guard.rows().size(), -1.0);
  columns.horizon.limit_upper.assign(2 * site.guard.rows().size(), 1.0);
  columns.horizon.issued_ns = 7;
  columns.show_horizon();
  for (const ColumnPlace& column : view_columns()) EXPECT_NE(column_of(column, columns.view), nullptr) << column.name;
  const evtwin_view& v = columns.view;
  EXPECT_EQ(v.struct_size, sizeof(evtwin_view));
  EXPECT_EQ(v.since_last->struct_size, sizeof(evtwin_ledger));
  EXPECT_EQ(v.so_far->struct_size, sizeof(evtwin_ledger));
  EXPECT_EQ(v.n_evses, 3U);
  EXPECT_EQ(v.n_storages, 1U);
  EXPECT_EQ(v.horizon_steps, 2U);
  EXPECT_EQ(v.horizon_issued_ns, 7);
  EXPECT_EQ(v.horizon_start_ns[2], 2);
}

TEST(ViewLayout, NamesEveryPointerOfTheViewOnce) {
  std::vector<std::size_t> offsets;
  for (const ColumnPlace& column : view_columns()) offsets.push_back(column.offset);
  EXPECT_TRUE(std::is_sorted(offsets.begin(), offsets.end()));
  EXPECT_EQ(std::adjacent_find(offsets.begin(), offsets.end()), offsets.end());
  // In the header, a column is a member that begins with "const" and has a star.
  std::ifstream file(paths::source_dir + "/engine/include/evtwin/strategy.h");
  const std::string header{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = header.find("typedef struct evtwin_view {"), end = header.find("} evtwin_view;");
  ASSERT_NE(begin, std::string::npos);
  std::string body =
      std::regex_replace(header.substr(begin, end - begin), std::regex(R"(/\*[^*]*\*+([^/*][^*]*\*+)*/)"), "");
  std::vector<std::string> in_header, in_table;
  const std::regex pointer(R"(\*\s*(\w+);)");
  for (std::sregex_iterator m(body.begin(), body.end(), pointer), none; m != none; ++m) in_header.push_back((*m)[1]);
  for (const ColumnPlace& column : view_columns()) in_table.emplace_back(column.name);
  EXPECT_EQ(in_table, in_header);
}

TEST(ViewLayout, TellsTheColumnOfAnAddress) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  const evtwin_view& v = columns.shown;
  EXPECT_EQ(column_at(v, &v.evse_soc[2]), "evse_soc");
  EXPECT_EQ(column_at(v, &v.limit_upper[0]), "limit_upper");
  EXPECT_EQ(column_at(v, &v.pv_kw), "evtwin_view");
  EXPECT_EQ(column_at(v, &v.since_last->import_kwh), "since_last");
  EXPECT_EQ(column_at(v, &site), "");
}

/// Mappings of memory that this process has; the kernel allows 65,530.
std::ptrdiff_t mappings() {
  std::ifstream file("/proc/self/maps");
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

TEST(ViewColumns, TwentyThousandSitesHaveRoomInOneProcess) {
  MixedSite site;
  constexpr std::size_t sites = 20'000, steps = 4;
  const std::ptrdiff_t before = mappings();
  std::vector<std::unique_ptr<ViewColumns>> all;
  for (std::size_t i = 0; i < sites; ++i) {
    auto& columns = *all.emplace_back(std::make_unique<ViewColumns>(site.evses, site.storages, site.guard));
    columns.horizon.start_ns.resize(steps + 1);
    for (auto* column : {&columns.horizon.pv_kw, &columns.horizon.load_kw, &columns.horizon.buy_per_kwh,
                         &columns.horizon.sell_per_kwh, &columns.horizon.co2_kg_per_kwh, &columns.horizon.contract_kw,
                         &columns.horizon.power_setpoint_kw, &columns.horizon.arrivals, &columns.horizon.arrivals_kwh})
      column->resize(steps);
    columns.show_horizon();
    columns.make_plan(steps);
    columns.blank_decision();
  }
  EXPECT_LT(mappings() - before, 1000);
}

TEST(ViewColumns, ABatteryIsShownToThoseWhoMayKnowIt) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard, 3);
  physics::Vehicle car;
  car.soc_floor = 0.2;
  car.battery = {60.0, 0.9, 0.8, {{{0.0, 50.0}, {0.8, 50.0}, {1.0, 0.0}}}, physics::Curve::constant(0.0)};
  columns.know_battery(1, car);
  const evtwin_view& v = columns.shown;
  EXPECT_EQ(v.evse_battery_kwh[1], 60.0);
  EXPECT_EQ(v.evse_car_charge_efficiency[1], 0.9);
  EXPECT_EQ(v.evse_car_discharge_efficiency[1], 0.8);
  EXPECT_EQ(v.evse_curve_points[0], 0U);
  ASSERT_EQ(v.evse_curve_points[1], 3U);
  EXPECT_EQ(v.curve_soc[v.evse_curve_start[1] + 1], 0.8);
  EXPECT_EQ(v.curve_kw[v.evse_curve_start[1] + 2], 0.0);
  columns.plug_out(1);
  EXPECT_EQ(v.evse_curve_points[1], 0U);
}

TEST(ViewColumns, ShowTheInstallationInTheOrderOfTheScenario) {
  MixedSite site;
  const ViewColumns columns(site.evses, site.storages, site.guard);
  const evtwin_view& v = columns.view;
  EXPECT_STREQ(v.evse_id[0], "A-1");
  EXPECT_STREQ(v.evse_id[2], "B-1");
  EXPECT_EQ(v.evse_phases[1], 0);
  EXPECT_EQ(v.evse_phases[2], 3);
  EXPECT_EQ(v.evse_voltage_v[0], 230.0);
  EXPECT_EQ(v.evse_voltage_v[1], 0.0);  // DC
  EXPECT_EQ(v.evse_phase_angle_deg[0], -120.0);
  EXPECT_NEAR(v.evse_max_kw[2], 3 * 230 * 16 / 1000.0, 1e-12);
  EXPECT_EQ(v.evse_max_kw[1], 50.0);
  EXPECT_EQ(v.evse_max_discharge_kw[1], 20.0);
  EXPECT_EQ(v.evse_max_discharge_kw[2], 0.0);
  EXPECT_EQ(v.evse_efficiency[1], 0.95);
  EXPECT_EQ(std::vector<std::uint32_t>(v.evse_rate_start, v.evse_rate_start + 4),
            (std::vector<std::uint32_t>{0, 3, 3, 3}));
  EXPECT_NEAR(v.rate_kw[1], 16 * 0.23, 1e-12);
  EXPECT_EQ(v.storage_kwh[0], 100.0);
  EXPECT_EQ(v.storage_soc[0], 0.6);
  EXPECT_EQ(v.storage_soc_min[0], 0.1);
  EXPECT_EQ(v.storage_soc_max[0], 0.9);
  EXPECT_EQ(v.storage_max_charge_kw[0], 40.0);
  EXPECT_EQ(v.storage_max_discharge_kw[0], 30.0);
  EXPECT_EQ(v.storage_charge_efficiency[0], 0.97);
  EXPECT_EQ(v.storage_discharge_efficiency[0], 0.96);
}

TEST(ViewColumns, LimitRowsAreTheGuards) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  const evtwin_view& v = columns.view;
  const auto expect_as_guard = [&] {
    ASSERT_EQ(v.n_limits, site.guard.rows().size());
    for (std::uint32_t r = 0; r < v.n_limits; ++r) {
      const GuardRow& row = site.guard.rows()[r];
      EXPECT_EQ(v.limit_name[r], row.name);
      EXPECT_EQ(v.limit_kind[r], static_cast<std::uint32_t>(row.kind));
      EXPECT_EQ(v.limit_lower[r], row.lower);
      EXPECT_EQ(v.limit_upper[r], row.upper);
      EXPECT_EQ(v.limit_base[r], row.base);
      ASSERT_EQ(v.limit_start[r + 1] - v.limit_start[r], row.members.size());
      for (std::size_t k = 0; k < row.members.size(); ++k) {
        EXPECT_EQ(v.limit_member[v.limit_start[r] + k], row.members[k]);
        EXPECT_EQ(v.limit_coefficient[v.limit_start[r] + k], row.coefficients[k]);
        EXPECT_EQ(v.limit_angle_deg[v.limit_start[r] + k], row.angles_deg[k]);
      }
    }
  };
  expect_as_guard();
  EXPECT_STREQ(v.limit_name[0], "grid connection");
  EXPECT_EQ(v.limit_start[1], 4U);  // three EVSEs and the storage
  EXPECT_EQ(v.limit_upper[0], 80.0);
  EXPECT_EQ(v.limit_lower[0], -25.0);
  EXPECT_EQ(v.limit_lower[2], -infinite);  // phasors have no lower bound
  EXPECT_EQ(v.limit_kind[2], EVTWIN_LIMIT_MAGNITUDE_A);
  EXPECT_EQ(v.limit_angle_deg[v.limit_start[2] + 1], 30.0);
  site.guard.set_contract(55.0, infinite);
  site.guard.set_base_kw(-3.5);
  EXPECT_EQ(v.limit_upper[0], 80.0);  // not before it is told
  columns.show_limits(site.guard);
  EXPECT_EQ(v.limit_upper[0], 55.0);
  EXPECT_EQ(v.limit_base[0], -3.5);
  expect_as_guard();
}

/// Everything that belongs to the car on an EVSE.
std::vector<Column<double>*> car_columns(ViewColumns& c) {
  return {&c.setpoint_kw,
          &c.asked_kw,
          &c.power_kw,
          &c.requested_kwh,
          &c.got_kwh,
          &c.remaining_kwh,
          &c.car_min_kw,
          &c.car_max_kw,
          &c.kw_per_a,
          &c.car_max_discharge_kw,
          &c.priority,
          &c.soc,
          &c.battery_kwh,
          &c.soc_floor,
          &c.car_charge_efficiency,
          &c.car_discharge_efficiency};
}

TEST(ViewColumns, APlugOutClearsItsRowAndNoOther) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  for (auto* column : car_columns(columns)) column->fill_with(0.5);
  columns.session = {4, 5, 6};
  columns.draws = {1, 1, 1};
  for (auto* column : {&columns.arrived_ns, &columns.departs_ns, &columns.claimed_departs_ns}) *column = {10, 11, 12};
  columns.plug_out(1);
  for (const std::size_t other : {0U, 2U}) {
    for (const auto* column : car_columns(columns)) EXPECT_EQ((*column)[other], 0.5);
    EXPECT_EQ(columns.view.evse_session[other], 4U + other);
    EXPECT_EQ(columns.view.evse_draws[other], 1);
    EXPECT_EQ(columns.view.evse_departs_ns[other], 10 + static_cast<std::int64_t>(other));
    EXPECT_EQ(columns.view.evse_claimed_departs_ns[other], 10 + static_cast<std::int64_t>(other));
  }
  EXPECT_EQ(columns.view.evse_session[1], 0U);
  EXPECT_EQ(columns.view.evse_draws[1], 0);
  EXPECT_EQ(columns.view.evse_arrived_ns[1], 0);
  EXPECT_EQ(columns.view.evse_departs_ns[1], 0);
  EXPECT_EQ(columns.view.evse_claimed_departs_ns[1], 0);
  for (const auto* column : car_columns(columns)) {
    const bool may_be_unknown = column == &columns.soc || column == &columns.battery_kwh ||
                                column == &columns.soc_floor || column == &columns.car_charge_efficiency ||
                                column == &columns.car_discharge_efficiency;
    EXPECT_TRUE(may_be_unknown ? std::isnan((*column)[1]) : (*column)[1] == 0.0);
  }
}

TEST(ViewColumns, APlugOutForgetsWhoWasThereAndWhatWasGranted) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  const evtwin_view& v = columns.view;
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_STREQ(v.evse_session_id[i], "");
    EXPECT_EQ(v.evse_vehicle[i], UINT32_MAX);
    EXPECT_EQ(v.evse_limit_row[i], -1);
    columns.name_session(i, "stay");
  }
  columns.driver = {7, 8, 9};
  columns.vehicle = {0, 1, 2};
  columns.reason = {EVTWIN_REASON_LIMIT, EVTWIN_REASON_LIMIT, EVTWIN_REASON_LIMIT};
  columns.limit_row = {0, 1, 2};
  columns.plug_out(1);
  for (const std::uint32_t other : {0U, 2U}) {
    EXPECT_STREQ(v.evse_session_id[other], "stay");
    EXPECT_EQ(v.evse_driver[other], 7U + other);
    EXPECT_EQ(v.evse_vehicle[other], other);
    EXPECT_EQ(v.evse_reason[other], EVTWIN_REASON_LIMIT);
    EXPECT_EQ(v.evse_limit_row[other], static_cast<std::int32_t>(other));
  }
  EXPECT_STREQ(v.evse_session_id[1], "");
  EXPECT_EQ(v.evse_driver[1], 0U);
  EXPECT_EQ(v.evse_vehicle[1], UINT32_MAX);
  EXPECT_EQ(v.evse_reason[1], EVTWIN_REASON_NONE);
  EXPECT_EQ(v.evse_limit_row[1], -1);
}

TEST(ViewColumns, ALongNameIsCutBetweenCharacters) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  const auto shown = [&](const std::string& id) {
    columns.name_session(1, id);
    return std::string(columns.view.evse_session_id[1]);
  };
  EXPECT_EQ(shown(std::string(63, 'a')), std::string(63, 'a'));
  EXPECT_EQ(shown(std::string(64, 'a')), std::string(63, 'a'));
  // The 63rd byte is the first of the two of an umlaut: it goes as a whole.
  EXPECT_EQ(shown(std::string(62, 'a') + "\u00e4"), std::string(62, 'a'));
  EXPECT_EQ(shown(std::string(61, 'a') + "\u00e4"), std::string(61, 'a') + "\u00e4");
  EXPECT_EQ(shown(""), "");
  EXPECT_STREQ(columns.view.evse_session_id[0], "");
  EXPECT_STREQ(columns.view.evse_session_id[2], "");
}

TEST(ViewColumns, DeparturesAreKeptInOrderHoweverManyThereAre) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  const evtwin_view& v = columns.shown;
  EXPECT_EQ(v.n_departed, 0U);
  for (const std::uint32_t count : {5U, 1000U, 3U}) {
    columns.clear_departures();
    EXPECT_EQ(v.n_departed, 0U);
    for (std::uint32_t n = 0; n < count; ++n)
      columns.add_departure({n % 3, 100 + n, 1000 + static_cast<std::int64_t>(n), 0.5 * n, 2.0 * n});
    ASSERT_EQ(v.n_departed, count);
    for (std::uint32_t n = 0; n < count; ++n) {
      EXPECT_EQ(v.departed_evse[n], n % 3);
      EXPECT_EQ(v.departed_session[n], 100U + n);
      EXPECT_EQ(v.departed_ns[n], 1000 + n);
      EXPECT_EQ(v.departed_got_kwh[n], 0.5 * n);
      EXPECT_EQ(v.departed_requested_kwh[n], 2.0 * n);
    }
  }
}

TEST(ViewColumns, DepartsWhenClaimedWhileThatLiesAheadElseAtTheNextTick) {
  EXPECT_EQ(departs_ns(150, 100, 200), 150);  // between now and the next tick: exactly then
  EXPECT_EQ(departs_ns(250, 100, 200), 250);
  EXPECT_EQ(departs_ns(101, 100, 200), 101);
  EXPECT_EQ(departs_ns(100, 100, 200), 200);  // gone by: the claim tells nothing more
  EXPECT_EQ(departs_ns(50, 100, 200), 200);
}

/// Three steps from `now` on, and a level.
void foresee(ViewColumns& columns, std::int64_t now, std::vector<double> pv_kw) {
  Horizon& h = columns.horizon;
  h.start_ns = {now, 20, 30, 40};
  if (now >= 20) h.start_ns = {now, 30, 40, 50};
  h.level = {0.5};
  h.pv_kw = pv_kw;
  for (auto* column : {&h.load_kw, &h.buy_per_kwh, &h.sell_per_kwh, &h.co2_kg_per_kwh, &h.contract_kw,
                       &h.power_setpoint_kw, &h.arrivals, &h.arrivals_kwh, &h.level_pv_kw, &h.level_load_kw,
                       &h.level_buy_per_kwh, &h.level_arrivals, &h.level_arrivals_kwh})
    column->assign(3, nan);
}

TEST(ViewColumns, AHorizonHasChangedWhereAStepStillAheadIsForeseenOtherwise) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  const auto shows = [&](std::int64_t now, std::vector<double> pv_kw) {
    foresee(columns, now, std::move(pv_kw));
    return columns.show_horizon();
  };
  EXPECT_TRUE(shows(10, {1, 2, 3}));
  EXPECT_FALSE(shows(10, {1, 2, 3}));
  EXPECT_FALSE(shows(15, {7, 2, 3}));  // the step that runs is another matter
  EXPECT_FALSE(shows(20, {2, 3, 9}));  // one went by, one came into sight
  EXPECT_TRUE(shows(20, {2, 4, 9}));
  columns.horizon.level_pv_kw[2] = 1.0;
  EXPECT_TRUE(columns.show_horizon());
  EXPECT_EQ(columns.view.n_levels, 1U);
  EXPECT_EQ(columns.view.level[0], 0.5);
  EXPECT_EQ(columns.view.level_pv_kw[2], 1.0);
}

TEST(ViewColumns, APlugInShowsWhatEvseAndCarCanDoTogether) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  columns.plug_in(0, {0.23, 1.84, 7.36, 3.0, {1.84, 3.68, 7.36}});
  const evtwin_view& v = columns.view;
  EXPECT_EQ(v.evse_car_min_kw[0], 1.84);
  EXPECT_EQ(v.evse_car_max_kw[0], 7.36);
  EXPECT_EQ(v.evse_car_max_discharge_kw[0], 3.0);
  EXPECT_EQ(v.evse_kw_per_a[0], 0.23);
  EXPECT_EQ(std::vector<double>(v.rate_kw, v.rate_kw + 3), (std::vector<double>{1.84, 3.68, 7.36}));
  columns.plug_in(0, {});
  EXPECT_EQ(v.evse_car_max_kw[0], 0.0);
  EXPECT_EQ(v.evse_kw_per_a[0], 0.0);
}

TEST(Decision, IsBlankWhenTheStrategyGetsIt) {
  MixedSite site;
  ViewColumns columns(site.evses, site.storages, site.guard);
  evtwin_decision& first = columns.blank_decision();
  first.evse_kw[1] = 3.0;
  first.wake_ns = 5;
  first.expected_cost = 1.0;
  EXPECT_EQ(columns.decided_evse_kw()[1], 3.0);
  const evtwin_decision& d = columns.blank_decision();
  EXPECT_EQ(d.struct_size, sizeof(evtwin_decision));
  for (const double kw : columns.decided_evse_kw()) EXPECT_TRUE(std::isnan(kw));
  for (const double kw : columns.decided_storage_kw()) EXPECT_TRUE(std::isnan(kw));
  EXPECT_EQ(columns.decided_evse_kw().size(), 3U);
  EXPECT_EQ(columns.decided_storage_kw().size(), 1U);
  EXPECT_EQ(d.wake_ns, 0);
  EXPECT_TRUE(std::isnan(d.expected_cost));
}

}  // namespace
}  // namespace evtwin::control
