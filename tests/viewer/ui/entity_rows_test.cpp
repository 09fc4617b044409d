#include "viewer/ui/entity_rows.hpp"

#include <gtest/gtest.h>

namespace evtwin::viewer::ui {
namespace {

using kernel::day_ns;
using kernel::hour_ns;
using Kind = EntityRow::Kind;

/// Stations A and solo (one EVSE), a battery; three days, of which the second saw nobody.
model::Run small_site() {
  model::Run run;
  run.end_ns = run.known_until_ns = 3 * day_ns;
  run.sites.resize(1);
  run.sites[0].name = "Site";
  const auto evse = [&](const char* name, const char* station, double max_kw) {
    model::Evse e;
    e.name = name;
    e.station = station;
    e.max_kw = max_kw;
    run.sites[0].evses.push_back(static_cast<std::uint32_t>(run.evses.size()));
    run.evses.push_back(std::move(e));
  };
  evse("A-1", "A", 7.0);
  evse("A-2", "A", 22.0);
  evse("solo", "solo", 50.0);
  run.storages.resize(1);
  run.storages[0].name = "battery";
  run.sites[0].storages = {0};
  const auto session = [&](std::uint32_t at, const char* vehicle, model::TimeNs from, model::TimeNs to) {
    model::Session s;
    s.name = std::string("of ") + vehicle;
    s.vehicle = vehicle;
    s.evse = at;
    s.arrived_ns = s.plugged_in_ns = from;
    s.departed_ns = to;
    run.evses[at].sessions.push_back(static_cast<std::uint32_t>(run.sessions.size()));
    run.sessions.push_back(std::move(s));
  };
  session(0, "Kona", 8 * hour_ns, 20 * hour_ns);
  session(2, "Niro", 2 * day_ns + hour_ns, 4 * day_ns);
  return run;
}

std::vector<Kind> kinds_of(const EntityRows& rows) {
  std::vector<Kind> kinds;
  for (const EntityRow& row : rows.rows) kinds.push_back(row.kind);
  return kinds;
}

TEST(EntityRows, AreATreeOfSiteStationsAndEvsesThenStorages) {
  const EntityRows rows = entity_rows(small_site(), {});
  EXPECT_EQ(kinds_of(rows),
            (std::vector<Kind>{Kind::site, Kind::station, Kind::evse, Kind::evse, Kind::evse, Kind::storage}));
  EXPECT_EQ(rows.evses, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(rows.rows[4].depth, 1);  // an EVSE that is its station needs no node above it
}

TEST(EntityRows, AClosedStationKeepsItsEvsesForStepping) {
  EntityQuery query;
  query.closed = {"A"};
  const EntityRows rows = entity_rows(small_site(), query);
  EXPECT_EQ(kinds_of(rows), (std::vector<Kind>{Kind::site, Kind::station, Kind::evse, Kind::storage}));
  EXPECT_EQ(rows.evses, (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(EntityRows, AreSortedFastOrSlowFirstWithoutTree) {
  EntityQuery query;
  query.order = model::EvseOrder::fastest;
  EXPECT_EQ(entity_rows(small_site(), query).evses, (std::vector<std::uint32_t>{2, 1, 0}));
  query.order = model::EvseOrder::slowest;
  const EntityRows rows = entity_rows(small_site(), query);
  EXPECT_EQ(rows.evses, (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_EQ(kinds_of(rows), (std::vector<Kind>(3, Kind::evse)));
}

TEST(EntityRows, ASearchFindsEvsesStoragesVehiclesAndSessions) {
  EntityQuery query;
  query.search = "a-";
  EXPECT_EQ(kinds_of(entity_rows(small_site(), query)), (std::vector<Kind>(2, Kind::evse)));
  query.search = "BATT";
  EXPECT_EQ(kinds_of(entity_rows(small_site(), query)), (std::vector<Kind>{Kind::storage}));
  query.search = "kona";
  EXPECT_EQ(kinds_of(entity_rows(small_site(), query)), (std::vector<Kind>{Kind::session}));
  query.search = "nobody";
  EXPECT_TRUE(entity_rows(small_site(), query).rows.empty());
}

TEST(EntityRows, ASearchThatFindsTooManySessionsSaysHowManyItLeavesOut) {
  model::Run run = small_site();
  run.sessions.resize(most_sessions + 7, run.sessions[0]);  // all of Kona but one of Niro
  EntityQuery query;
  query.search = "kona";
  const EntityRows rows = entity_rows(run, query);
  ASSERT_EQ(rows.rows.size(), most_sessions + 1);
  EXPECT_EQ(rows.rows.back().kind, Kind::more);
  EXPECT_EQ(rows.rows.back().row, 6U);
}

TEST(Days, AreThoseOnWhichAVehicleWasThere) {
  const model::Run run = small_site();
  EXPECT_EQ(days_with_sessions(run, model::no_row, ""), (std::vector<model::TimeNs>{0, 2 * day_ns}));
  EXPECT_EQ(days_with_sessions(run, 0, "A"), (std::vector<model::TimeNs>{0}));
  EXPECT_EQ(days_with_sessions(run, 0, "nowhere"), std::vector<model::TimeNs>{});
}

TEST(Days, AStayOverMidnightIsOnBothDaysAndOneUntilMidnightOnOne) {
  model::Run run = small_site();
  run.sessions[0].departed_ns = day_ns;
  EXPECT_EQ(days_with_sessions(run, 0, "A"), (std::vector<model::TimeNs>{0}));
  run.sessions[0].departed_ns = day_ns + 1;
  EXPECT_EQ(days_with_sessions(run, 0, "A"), (std::vector<model::TimeNs>{0, day_ns}));
}

TEST(Stations, AreUsedWhereSomebodyCharged) {
  model::Run run = small_site();
  run.evses[2].sessions.clear();
  const std::vector<StationRow> stations = stations_of(run, {0, 1, 2});
  ASSERT_EQ(stations.size(), 2U);
  EXPECT_TRUE(stations[0].used);
  EXPECT_FALSE(stations[1].used);
  EXPECT_TRUE(stations[1].is_single(run));
}

}  // namespace
}  // namespace evtwin::viewer::ui
