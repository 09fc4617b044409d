// Roads of a run file: who is where at an instant, by hand.
#include "viewer/model/roads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "run_files.hpp"

namespace evtwin::viewer::model {
namespace {

using kernel::hour_ns;
using kernel::minute_ns;
using test::Folder;
using ::testing::HasSubstr;

/// north --100 km at 100 km/h-- spa --30 km at 60 km/h-- south, and back. Spa has one charger, Depot two.
twin::RoadRecord corridor() {
  twin::RoadRecord roads;
  roads.nodes = {{"north", 37.0, 127.0}, {"spa", 36.5, 127.5}, {"south", 36.0, 128.0}};
  roads.roads = {
      {0, 1, 100.0, 100.0, 0.0}, {1, 0, 100.0, 100.0, 0.0}, {1, 2, 30.0, 60.0, 0.0}, {2, 1, 30.0, 60.0, 0.0}};
  roads.stations = {{"Depot", 2, 36.0, 128.0, 0, "ours", true, 100.0, 2},
                    {"Spa", 1, 36.5, 127.5, -1, "", false, 50.0, 1}};
  roads.ways = {{0, 2}, {3}};
  // From the start of the sample run, 2025-10-25.
  const kernel::TimeNs t0 = record::test::sample_world().start_ns;
  roads.prices = {{0, t0, 350.0}, {1, t0, 250.0}, {1, t0 + 3 * hour_ns, 300.0}};
  roads.closures = {{1, t0 + 6 * hour_ns, t0 + 7 * hour_ns}};
  roads.visits = {{1, 0, t0 + hour_ns, t0 + hour_ns, t0 + 3 * hour_ns, 20.0, 5000.0},
                  {1, 1, t0 + 2 * hour_ns, t0 + 3 * hour_ns, t0 + 5 * hour_ns, kernel::unknown, kernel::unknown},
                  {1, 2, t0 + 4 * hour_ns, kernel::time_never, t0 + 6 * hour_ns, kernel::unknown, kernel::unknown},
                  {0, 3, t0 + hour_ns, t0 + hour_ns + 30 * minute_ns, t0 + 2 * hour_ns, 10.0, 3500.0}};
  roads.legs = {{0, 0, t0, t0 + 90 * minute_ns}, {1, 1, t0 + hour_ns, t0 + 90 * minute_ns}};
  return roads;
}

std::string written(const Folder& folder, const twin::RoadRecord& roads) {
  record::Origin origin;
  origin.roads = std::make_shared<twin::RoadRecord>(roads);
  const twin::World world = record::test::sample_world();
  const std::string file = folder / "roads.evtwin";
  record::RunWriter writer(file, world, record::test::sample_strategy(), origin);
  record::test::feed(writer, world);
  writer.finish(record::test::sample_result(), record::test::sample_kpis(), 0.125);
  return file;
}

TEST(Roads, TellWhoIsAtAStationAtAnInstant) {
  const Folder folder;
  const RunPtr run = read_run(written(folder, corridor()));
  const Roads& roads = run->roads;
  ASSERT_EQ(roads.stations.size(), 2U);
  const RoadStation& spa = roads.stations[1];
  const auto at = [&](double hours) {
    return road_station_state(spa, run->start_ns + static_cast<TimeNs>(hours * static_cast<double>(hour_ns)));
  };
  EXPECT_EQ(at(0.5).charging, 0U);
  EXPECT_EQ(at(0.5).free, 1U);
  EXPECT_EQ(at(1.0).charging, 1U);
  EXPECT_EQ(at(1.0).free, 0U);
  EXPECT_EQ(at(2.5).waiting, 1U);
  EXPECT_EQ(at(2.5).price_per_kwh, 250.0);
  EXPECT_EQ(at(3.0).charging, 1U) << "one goes as the next begins";
  EXPECT_EQ(at(3.0).waiting, 0U);
  EXPECT_EQ(at(3.0).price_per_kwh, 300.0);
  EXPECT_EQ(at(5.5).charging, 0U);
  EXPECT_EQ(at(5.5).waiting, 1U);
  EXPECT_TRUE(at(5.9).open);
  EXPECT_FALSE(at(6.0).open);
  EXPECT_TRUE(at(7.0).open);
  EXPECT_TRUE(std::isnan(road_station_state(spa, run->start_ns - 1).price_per_kwh));

  EXPECT_EQ(spa.visits, 2U);
  EXPECT_EQ(spa.in_vain, 1U);
  EXPECT_EQ(spa.waited, 2U);
  EXPECT_NEAR(spa.wait_h, 3.0, 1e-12);
  EXPECT_NEAR(spa.mean_wait_h(), 1.0, 1e-12);
  EXPECT_NEAR(spa.longest_wait_h, 2.0, 1e-12);
  EXPECT_EQ(spa.kwh, 20.0);
  EXPECT_EQ(spa.money, 5000.0);
  EXPECT_EQ(roads.stations[0].site, 0U);
  EXPECT_EQ(spa.site, no_row);
  EXPECT_EQ(roads.bottleneck, 1U);
}

// The first car has an hour to spa and half an hour on: its place is by the hours of the roads, not by their km.
TEST(Roads, TellWhereCarsAreOnTheirWay) {
  const Folder folder;
  const RunPtr run = read_run(written(folder, corridor()));
  const auto at = [&](int minutes) { return road_cars_at(run->roads, run->start_ns + minutes * minute_ns); };
  ASSERT_EQ(at(0).size(), 1U);
  EXPECT_EQ(at(0)[0].road, 0U);
  EXPECT_NEAR(at(0)[0].share, 0.0, 1e-12);
  EXPECT_NEAR(at(45)[0].share, 0.75, 1e-9);
  ASSERT_EQ(at(75).size(), 2U);
  EXPECT_EQ(at(75)[0].road, 2U);
  EXPECT_NEAR(at(75)[0].share, 0.5, 1e-9);
  EXPECT_EQ(at(75)[1].road, 3U);
  EXPECT_NEAR(at(75)[1].share, 0.5, 1e-9);
  EXPECT_TRUE(at(90).empty());
  EXPECT_TRUE(road_cars_at(run->roads, run->start_ns - 1).empty());
}

TEST(Roads, AreNoneInARunWithout) {
  const Folder folder;
  record::test::write_sample(folder / "a.evtwin");
  const RunPtr run = read_run(folder / "a.evtwin");
  EXPECT_TRUE(run->roads.empty());
  EXPECT_EQ(run->roads.bottleneck, no_row);
  EXPECT_TRUE(road_cars_at(run->roads, run->start_ns).empty());
}

TEST(Roads, OfABadFileAreToldWithTheRow) {
  const Folder folder;
  const std::string whole = written(folder, corridor());
  const std::pair<const char*, const char*> cases[] = {
      {"UPDATE road SET to_node = 9 WHERE id = 2", "table road, row 2: points at a row that is not there"},
      {"UPDATE road SET speed_kmh = 0 WHERE id = 2", "table road, row 2: a road that takes no time, or for ever"},
      {"UPDATE road_node SET lat_deg = 91 WHERE id = 1", "table road_node, row 1: a place that is not on earth"},
      {"UPDATE road_station SET site = 7 WHERE id = 1", "table road_station, row 1"},
      {"UPDATE road_visit SET end_ns = arrive_ns - 1 WHERE id = 3", "row 3: a visit that ends before it begins"},
      {"UPDATE road_way_part SET way = 5 WHERE id = 3", "table road_way_part, row 3: a way out of order"},
      {"UPDATE road_leg SET way = 3 WHERE id = 2", "table road_leg, row 2"},
      {"UPDATE road_leg SET end_ns = start_ns WHERE id = 1", "row 1: a drive that takes no time"},
      {"UPDATE road_leg SET start_ns = start_ns - 1 WHERE id = 2", ""},
      {"UPDATE road_price SET start_ns = 0 WHERE id = 3", "row 3: a price out of order"},
  };
  for (const auto& [sql, what] : cases) {
    const std::string file = folder / "bad.run";
    std::filesystem::copy_file(whole, file, std::filesystem::copy_options::overwrite_existing);
    test::change(file, sql);
    std::string trouble;
    try {
      read_run(file);
    } catch (const record::RunFileError& error) {
      trouble = error.what();
    }
    if (*what == '\0') {
      EXPECT_EQ(trouble, "") << sql;
    } else {
      EXPECT_THAT(trouble, HasSubstr(what)) << sql;
    }
  }
}

}  // namespace
}  // namespace evtwin::viewer::model
