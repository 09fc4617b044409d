#include "roads/network.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "roads/energy.hpp"
#include "roads/station.hpp"
#include "roads/ways.hpp"

namespace evtwin::roads {
namespace {

// Five places on one spot, so that any length is possible.
std::vector<NodeRow> spot_nodes() {
  std::vector<NodeRow> rows;
  for (const char* id : {"a", "b", "c", "d", "e"}) rows.push_back({id, 37.0, 127.0, std::string("nodes.csv:") + id});
  return rows;
}

std::string refusal(const std::vector<NodeRow>& nodes, const std::vector<EdgeRow>& edges) {
  try {
    const Network network(nodes, edges);
  } catch (const RoadError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Network, RefusesEachBadRowInOneLine) {
  const std::vector<NodeRow> nodes = spot_nodes();
  EXPECT_EQ(refusal({}, {}), "there is no node; roads need places to lead to");
  EXPECT_EQ(refusal({{"a", 91.0, 0.0, "n.csv:2"}}, {}),
            "n.csv:2: node \"a\" has lat = 91, lon = 0; due is -90 to 90 and -180 to 180");
  EXPECT_EQ(refusal({{"a", 1.0, 2.0, "n.csv:2"}, {"b", 1.0, 2.0, "n.csv:3"}, {"a", 1.0, 3.0, "n.csv:4"}}, {}),
            "n.csv:4: node \"a\" is there twice, first at n.csv:2");
  EXPECT_EQ(refusal(nodes, {{"a", "b", -3.0, 50.0, 0.0, false, "e.csv:7"}}),
            "e.csv:7: the road from \"a\" to \"b\" has km = -3; a length is above 0");
  EXPECT_EQ(refusal({{"suwon", 37.0, 127.0, ""}, {"osan", 37.0, 127.0, ""}},
                    {{"suwon", "osaan", 3.0, 50.0, 0.0, false, "e.csv:7"}}),
            "e.csv:7: there is no node \"osaan\"; did you mean osan?");
  EXPECT_EQ(refusal(nodes, {{"a", "a", 3.0, 50.0, 0.0, false, "e.csv:7"}}), "e.csv:7: a road from \"a\" to itself");
  EXPECT_EQ(refusal(nodes, {{"a", "b", 3.0, 0.0, 0.0, false, "e.csv:7"}}),
            "e.csv:7: the road from \"a\" to \"b\" has speed_kmh = 0; due is above 0 to 200");
  EXPECT_EQ(refusal(nodes, {{"a", "b", 3.0, 50.0, 5.0, false, "e.csv:7"}}),
            "e.csv:7: the road from \"a\" to \"b\" has grade = 5; a grade is rise over run, -0.3 to 0.3: 5 % is 0.05");
  // One degree of latitude is 111.2 km.
  EXPECT_EQ(refusal({{"a", 37.0, 127.0, ""}, {"b", 38.0, 127.0, ""}}, {{"a", "b", 50.0, 50.0, 0.0, false, "e.csv:2"}}),
            "e.csv:2: the road from \"a\" to \"b\" has km = 50, but its ends lie 111.2 km apart in a straight line");
}

TEST(Network, ARoadWithoutALengthIsStraightAndLeadsBothWays) {
  const std::vector<NodeRow> nodes{{"a", 37.0, 127.0, ""}, {"b", 38.0, 127.0, ""}};
  const std::vector<EdgeRow> edges{{"a", "b", kernel::unknown, 100.0, 0.02, false, ""}};
  const Network network(nodes, edges);
  ASSERT_EQ(network.edges().size(), 2U);
  // 6371.0088 km x pi / 180
  EXPECT_NEAR(network.edges()[0].km, 111.19508, 1e-4);
  EXPECT_DOUBLE_EQ(network.edges()[1].grade, -0.02);
  EXPECT_EQ(network.edges()[1].to, 0U);
}

std::string station_refusal(const Network& network, const StationRow& row) {
  try {
    place_stations(network, std::vector<StationRow>{row});
  } catch (const RoadError& error) {
    return error.what();
  }
  return "accepted";
}

// a - b - c hang together; d -> a leads in alone; e has no road.
TEST(Stations, StandOnRoadsThatReachThemAndLeadOn) {
  const Network network(spot_nodes(), std::vector<EdgeRow>{{"a", "b", 3.0, 50.0, 0.0, false, ""},
                                                           {"b", "c", 3.0, 50.0, 0.0, false, ""},
                                                           {"d", "a", 3.0, 50.0, 0.0, true, ""}});
  StationRow row;
  row.station.name = "S";
  row.where = "s.csv:2";
  row.node = "b";
  EXPECT_EQ(station_refusal(network, row), "accepted");
  row.node = "d";
  EXPECT_EQ(
      station_refusal(network, row),
      "s.csv:2: station \"S\" stands at node d, which the rest of the roads can not reach and leave again: 1 of 5 "
      "nodes hang together with it");
  row.node = "e";
  EXPECT_EQ(station_refusal(network, row), "s.csv:2: station \"S\" is on no road: no road leads to its node e");
  row.node.clear();
  row.has_place = true;
  row.station.lat_deg = 37.1;
  row.station.lon_deg = 127.0;
  EXPECT_EQ(station_refusal(network, row),
            "s.csv:2: station \"S\" is on no road: the nearest node, a, is 11.1 km away (at most 3 km)");
  row.node = "b";
  row.station.kw = 7000.0;
  EXPECT_EQ(station_refusal(network, row), "s.csv:2: station \"S\" has kw = 7000; due is above 0 to 1500");
  row.station.kw = 50.0;
  row.station.chargers = 0;
  EXPECT_EQ(station_refusal(network, row), "s.csv:2: station \"S\" has no charger");
  EXPECT_THROW(socket_of("CCS3", "s.csv:2"), RoadError);
}

// By hand: 100 km/h on the flat at 20 C, class mid. rho = 101325 / (287.05 x 293.15) = 1.204118 kg/m3; v = 27.77778
// m/s. F = 1900 x 9.80665 x 0.009 + 0.5 x 1.204118 x 0.62 x 771.6049 = 167.6937 + 288.0221 = 455.7158 N / 3600 =
// 0.1265877 kWh/km at the wheel; / 0.88 = 0.1438497; + 0.4 kW / 100 km/h = 0.004: 0.1478497 kWh/km.
TEST(Energy, OnTheFlatIsTheSumOfForcesByHand) {
  EXPECT_NEAR(kwh_per_km(*find_class("mid"), 100.0, 0.0, 20.0), 0.1478497, 1e-7);
}

// 4 % down at 50 km/h: 1900 x 9.80665 x (0.009 - 0.04) / sqrt(1.0016) = -577.1501 N; air 0.5 x 1.204118 x 0.62 x
// 192.9012 = 72.0055 N: -505.1446 N, -0.1403179 kWh/km, x 0.65 = -0.0912067; + 0.4 / 50 = 0.008: -0.0832067.
TEST(Energy, DownhillComesBackInPart) {
  EXPECT_NEAR(kwh_per_km(*find_class("mid"), 50.0, -0.04, 20.0), -0.0832067, 1e-7);
}

TEST(Energy, ColdAndHeatSpeedAndLoadCost) {
  const DriveClass& car = *find_class("mid");
  EXPECT_GT(kwh_per_km(car, 80.0, 0.0, -10.0), kwh_per_km(car, 80.0, 0.0, 20.0));
  EXPECT_GT(kwh_per_km(car, 80.0, 0.0, 35.0), kwh_per_km(car, 80.0, 0.0, 24.0) * 0.98);
  EXPECT_GT(kwh_per_km(car, 120.0, 0.0, 20.0), kwh_per_km(car, 90.0, 0.0, 20.0));
  EXPECT_GT(kwh_per_km(*find_class("van"), 90.0, 0.0, 20.0), kwh_per_km(*find_class("small"), 90.0, 0.0, 20.0));
  // -10 C: 0.4 + 0.08 x 28 = 2.64 kW
  EXPECT_NEAR(auxiliary_kw(car, -10.0), 2.64, 1e-12);
  EXPECT_EQ(find_class("lorry"), nullptr);
}

// a -1h- b -1h- c, and a -3h-> c.
TEST(Ways, AreTheFastestAndKnowHowTheyCome) {
  const Network network(spot_nodes(), std::vector<EdgeRow>{{"a", "b", 50.0, 50.0, 0.0, false, ""},
                                                           {"b", "c", 50.0, 50.0, 0.0, true, ""},
                                                           {"a", "c", 150.0, 50.0, 0.0, true, ""},
                                                           {"d", "a", 25.0, 50.0, 0.0, true, ""}});
  WaySearch ways(network);
  ways.search_from(0, Toward::everywhere);
  EXPECT_DOUBLE_EQ(ways.hours()[2], 2.0);
  EXPECT_EQ(ways.hours()[3], infinite);
  EXPECT_EQ(ways.hours()[4], infinite);
  EXPECT_EQ(network.edges()[ways.edge_of(2)].from, 1U);

  ways.search_from(2, Toward::here);
  EXPECT_DOUBLE_EQ(ways.hours()[3], 2.5);
  EXPECT_EQ(network.edges()[ways.edge_of(0)].to, 1U);

  const std::uint32_t until[] = {1};
  ways.search_from(0, Toward::everywhere, until);
  EXPECT_DOUBLE_EQ(ways.hours()[1], 1.0);
  EXPECT_EQ(ways.hours()[2], infinite) << "not known when the search stopped";
  ways.search_from(3, Toward::everywhere);
  EXPECT_DOUBLE_EQ(ways.hours()[2], 2.5);

  const Parts parts = strong_parts(network);
  EXPECT_EQ(parts.size[parts.largest_part()], 2U);
  EXPECT_EQ(parts.part_of[0], parts.part_of[1]);
  EXPECT_NE(parts.part_of[0], parts.part_of[2]);
}

}  // namespace
}  // namespace evtwin::roads
