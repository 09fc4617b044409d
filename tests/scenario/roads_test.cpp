// roads = { ... }: read from Lua and from tables, its trips as arrivals at sites, and each slip said in one line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/road_region.hpp"
#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// a --60 km-- b (S, the site) --60 km-- c, and d on an island. The straight lines are 44 km long.
const std::string road_places =
    "nodes = { { id = 'a', lat = 37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 }, { id = 'c', lat = 37, lon = 128 "
    "}, { id = 'd', lat = 38, lon = 129 } }";
const std::string road_ways =
    "edges = { { from = 'a', to = 'b', km = 60, speed_kmh = 60, grade = 0.01 }, { from = 'b', to = 'c', km = 60, "
    "speed_kmh = 100, one_way = false } }";
const std::string road_stops = "stations = { { name = 'S', node = 'b', site = 'Inn', sockets = 'CCS1+CHAdeMO' } }";
const std::string road_trips = "trips = { { from = 'a', to = 'c', per_hour = 2, soc_low = 0.3, soc_high = 0.5 } }";

std::string text_with(const std::string& roads) {
  return scenario_text(
      "name = 'Inn', driver_price_per_kwh = 300, stations = { { name = 'A', evses = 2, kind = 'dc', kw = "
      "50 } }",
      "vehicles = { { name = 'v', battery_kwh = 40, dc_kw = 100, ac_kw = 7 } }, arrivals = nil, roads = { " + roads +
          " }");
}
std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

TEST(RoadsOfAScenario, AreTheSameFromLuaAndFromTables) {
  const LoadedScenario written = load_text(text_with(joined({road_places, road_ways, road_stops, road_trips})));
  const TemporaryFolder folder;
  folder.write("n.csv", "id,lat,lon\na,37,127\nb,37,127.5\nc,37,128\nd,38,129\n");
  folder.write("e.csv", "from,to,km,speed_kmh,grade,one_way\na,b,60,60,0.01,\nb,c,60,100,,false\n");
  folder.write("s.csv", "name,node,sockets,kw,chargers,price_per_kwh\nS,b,CCS1+CHAdeMO,50,2,300\n");
  const LoadedScenario tables =
      load_scenario(folder.write("test.lua", text_with(joined({"nodes = csv 'n.csv'", "edges = csv 'e.csv'",
                                                               "stations = csv 's.csv'", road_trips}))),
                    options_with_library());

  const RoadRegion &a = *written.roads, &b = *tables.roads;
  ASSERT_EQ(a.network.edges().size(), 4U);
  ASSERT_EQ(b.network.edges().size(), 4U);
  for (std::size_t e = 0; e < 4; ++e) {
    EXPECT_EQ(a.network.edges()[e].km, b.network.edges()[e].km);
    EXPECT_EQ(a.network.edges()[e].speed_kmh, b.network.edges()[e].speed_kmh);
    EXPECT_EQ(a.network.edges()[e].grade, b.network.edges()[e].grade);
  }
  for (const RoadRegion* region : {&a, &b}) {
    ASSERT_EQ(region->stations.size(), 1U);
    EXPECT_EQ(region->stations[0].kw, 50.0);
    EXPECT_EQ(region->stations[0].chargers, 2U);
    EXPECT_EQ(region->stations[0].price_per_kwh, 300.0);
    EXPECT_EQ(region->stations[0].node, 1U);
    EXPECT_EQ(roads::socket_names(region->stations[0].sockets), "CCS1+CHAdeMO");
  }
  EXPECT_EQ(a.traffic.visits.size(), b.traffic.visits.size());
  EXPECT_EQ(a.traffic.wait_h, b.traffic.wait_h);
  EXPECT_EQ(a.sites, std::vector<std::int32_t>{0});
  EXPECT_EQ(b.sites, std::vector<std::int32_t>{-1});
}

// All who charge at S within the day come to the site, with what they charged on the roads.
TEST(RoadsOfAScenario, SendTheirVisitsToTheSite) {
  const LoadedScenario loaded = load_text(text_with(joined({road_places, road_ways, road_stops, road_trips})));
  const roads::TrafficFigures& traffic = loaded.roads->traffic;
  ASSERT_EQ(loaded.world.sites[0].arrivals.size(), 1U);
  const auto& recorded = std::get<demand::Recorded>(*loaded.world.sites[0].arrivals[0]);
  ASSERT_GT(recorded.visits.size(), 20U);
  ASSERT_EQ(recorded.visits.size(), traffic.stops);
  double kwh = 0.0;
  for (std::size_t i = 0; i < recorded.visits.size(); ++i) {
    const demand::Visit& visit = recorded.visits[i];
    kwh += visit.requested_kwh;
    EXPECT_EQ(visit.vehicle, 0U);
    EXPECT_GE(visit.soc_start, 0.1 - 1e-6);
    EXPECT_GE(visit.arrival_ns, recorded.visits[i == 0 ? 0 : i - 1].arrival_ns);
  }
  EXPECT_NEAR(kwh, traffic.road_kwh, 1e-9 * kwh);
}

// A station that fails has no visits from then on, and another one has them.
TEST(RoadsOfAScenario, MoveTheirVisitsWhenAStationFails) {
  const std::string two =
      "stations = { { name = 'S', node = 'b', site = 'Inn' }, { name = 'T', node = 'b', kw = 50, chargers = 2, "
      "price_per_kwh = 300 } }";
  const LoadedScenario both = load_text(text_with(joined({road_places, road_ways, two, road_trips})));
  const LoadedScenario one =
      load_text(text_with(joined({road_places, road_ways, two, road_trips,
                                  "failures = { { station = 'S', from = '2025-06-02', to = '2025-06-03' } }"})));
  EXPECT_GT(both.roads->traffic.stations[0].visits, 0U);
  EXPECT_EQ(one.roads->traffic.stations[0].visits, 0U);
  EXPECT_GT(one.roads->traffic.stations[1].visits, both.roads->traffic.stations[1].visits);
  EXPECT_TRUE(one.world.sites[0].arrivals.empty());
}

TEST(RoadsOfAScenario, SlipsAreSaidInOneLine) {
  const auto edge = [](const std::string& rest) { return "edges = { { from = 'a', to = 'b', " + rest + " } }"; };
  const auto station = [](const std::string& rest) { return "stations = { { name = 'S', " + rest + " } }"; };
  const std::vector<std::pair<std::string, std::string>> cases{
      {joined({road_places, edge("km = -3, speed_kmh = 60")}), "has km = -3; a length is above 0"},
      {joined({road_places, edge("km = 3, speed_kmh = 60")}), "its ends lie 44.4 km apart"},
      {joined({road_places, edge("speed_kmh = 0")}), "has speed_kmh = 0; due is above 0 to 200"},
      {joined({road_places, edge("speed_kmh = 60, grade = 5")}), "5 % is 0.05"},
      {joined({road_places, "edges = { { from = 'a', to = 'bb', speed_kmh = 60 } }"}), "there is no node \"bb\""},
      {"nodes = { }, edges = { }", "there is no node"},
      {joined({road_places, road_ways, station("node = 'd'")}), "is on no road: no road leads to its node d"},
      {joined({road_places, road_ways, station("lat = 37.3, lon = 127.5")}),
       "is on no road: the nearest node, b, is 33.4 km away"},
      {joined({road_places, road_ways, station("lat = 37")}), "needs its place: node, or lat and lon"},
      {joined({road_places, road_ways, station("node = 'b', site = 'In'")}),
       "the scenario has no such site; did you mean Inn?"},
      {joined({road_places, road_ways, station("node = 'b', sockets = 'CCS3'")}), "is no kind of socket"},
      {joined({road_places, road_ways, station("node = 'b', price_per_kwh = { 1, 2 }")}),
       "has 2 prices; due is one, or 24"},
      {joined({road_places, road_ways, road_stops, "trips = { { from = 'a', to = 'd', per_hour = 1 } }"}),
       "can not be reached by road from a"},
      {joined(
           {road_places, road_ways, road_stops, "trips = { { from = 'a', to = 'c', per_hour = 1, vehicle = 'w' } }"}),
       "is no car on these roads"},
      {joined({road_places, road_ways, road_stops,
               "trips = { { from = 'a', to = 'c', per_hour = 1, soc_low = 0.9, soc_high = 0.2 } }"}),
       "is above soc_high"},
      {joined({road_places, road_ways, road_stops, "cars = { { vehicle = 'v', class = 'mit' } }"}), "mid"},
      {joined({road_places, road_ways, road_stops, "cars = { { vehicle = 'v', share = 0 } }"}),
       "a car whose share is above 0"},
      {joined({road_places, road_ways, road_stops,
               "failures = { { station = 'T', from = '2025-06-02', to = '2025-06-03' } }"}),
       "there is no such station"},
      {joined({road_places, road_ways, road_stops,
               "failures = { { station = 'S', from = '2025-06-03', to = '2025-06-02' } }"}),
       "must be later than from"},
      {joined({road_places, road_ways, road_stops, "most_soc = 0.5"}), "is not above reserve_soc and usual_soc"},
  };
  for (const auto& [roads, message] : cases) {
    const std::string said = load_error(text_with(roads));
    EXPECT_THAT(said, HasSubstr(message)) << roads;
    EXPECT_THAT(said, HasSubstr("test.lua:")) << said;
    EXPECT_THAT(said, Not(HasSubstr("\n"))) << said;
  }
}

TEST(RoadsOfAScenario, SlipsOfTablesAreSaidWithTheirLine) {
  const std::vector<std::array<std::string, 4>> cases{
      {"id,lat,lon\na,37,127\nb,north,127.5\n", "from,to,speed_kmh\n", "name,node\n", "n.csv:3"},
      {"id,lat,lon\na,37,127\na,37,127.5\n", "from,to,speed_kmh\n", "name,node\n",
       "n.csv:3: node \"a\" is there twice"},
      {"id,lat\na,37\n", "from,to,speed_kmh\n", "name,node\n", "lon"},
      {"id,lat,lon\na,37,127\nb,37,127.5\n", "from,to,km,speed_kmh\na,b,-60,60\n", "name,node\n", "e.csv:2: "},
      {"id,lat,lon\na,37,127\nb,37,127.5\n", "from,to,speed_kmh,one_way\na,b,60,perhaps\n", "name,node\n", "e.csv:2"},
      {"id,lat,lon\na,37,127\nb,37,127.5\n", "from,to,speed_kmh\na,b,60\n", "name,node,chargers\nS,b,2.5\n",
       "a whole number from 1 to 10000 is due"},
      {"id,lat,lon\na,37,127\nb,37,127.5\n", "from,to,speed_kmh\na,b,60\n", "name,lat,lon\nS,10,10\n",
       "s.csv:2: station \"S\" is on no road"},
  };
  for (const auto& [nodes, edges, stations, message] : cases) {
    const TemporaryFolder folder;
    folder.write("n.csv", nodes);
    folder.write("e.csv", edges);
    folder.write("s.csv", stations);
    const std::string said =
        load_error(folder, text_with("nodes = csv 'n.csv', edges = csv 'e.csv', stations = csv 's.csv'"));
    EXPECT_THAT(said, HasSubstr(message));
    EXPECT_THAT(said, Not(HasSubstr("\n"))) << said;
  }
  EXPECT_THAT(load_error(text_with("nodes = csv 'none.csv', edges = { }")), HasSubstr("none.csv"));
}

// Nobody who drives off with 30 % gets 300 km far, and there is no station: said as a flag, and the run goes on.
TEST(RoadsOfAScenario, DriversWhoReachNothingAreFlagged) {
  const LoadedScenario loaded = load_text(
      text_with(joined({road_places, "edges = { { from = 'a', to = 'c', km = 300, speed_kmh = 60 } }",
                        "trips = { { from = 'a', to = 'c', per_hour = 1, soc_low = 0.3, soc_high = 0.3 } }"})));
  EXPECT_EQ(loaded.roads->traffic.stranded.size(), loaded.roads->traffic.trips);
  bool told = false;
  for (const auto& flag : loaded.world.flags)
    told = told || flag.reason.find("neither their destination") != std::string::npos;
  EXPECT_TRUE(told);
}

}  // namespace
}  // namespace evtwin::scenario::testing
