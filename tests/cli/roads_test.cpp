// evtwin roads near, route and traffic on the corridor, against what can be counted by hand from its tables.
#include <algorithm>
#include <cmath>

#include "cli/command.hpp"
#include "record/sqlite.hpp"

namespace evtwin::testing {
namespace {

class Roads : public Command {
 protected:
  const std::string corridor = source_dir + "/scenarios/corridor.lua";
};

std::vector<std::string> names_of(const nlohmann::json& stations) {
  std::vector<std::string> names;
  for (const auto& station : stations) names.push_back(station["station"]);
  return names;
}

// Around the node market: Market itself, then Pass (0.22 degrees south and 0.37 east: 24.5 km south, 33.2 km east, 41
// km) and Ford (0.27 north, 0.08 west: 30.0 and 7.2, 31 km).
TEST_F(Roads, NearListsByDistancePriceAndSpeed) {
  const Said by_distance = run({"roads", "near", corridor, "--at", "market", "--km", "45", "--json"});
  ASSERT_EQ(by_distance.status, 0) << by_distance.err;
  const auto stations = by_distance.json()["stations"];
  EXPECT_EQ(names_of(stations), (std::vector<std::string>{"Market", "Ford", "Pass"}));
  EXPECT_NEAR(stations[0]["km"].get<double>(), 0.0, 1e-6);
  EXPECT_NEAR(stations[1]["km"].get<double>(), std::hypot(30.0, 7.2), 0.3);
  EXPECT_NEAR(stations[2]["km"].get<double>(), std::hypot(24.5, 33.2), 0.3);

  // At evening Ford costs 420, Market 350, Pass 380.
  const auto priced = run({"roads", "near", corridor, "--at", "market", "--km", "45", "--order", "price", "--json"});
  EXPECT_EQ(names_of(priced.json()["stations"]), (std::vector<std::string>{"Market", "Pass", "Ford"}));
  const auto cheap = run({"roads", "near", corridor, "--at", "market", "--km", "45", "--most-price", "400", "--json"});
  EXPECT_EQ(names_of(cheap.json()["stations"]), (std::vector<std::string>{"Market", "Pass"}));
  const auto own =
      run({"roads", "near", corridor, "--lat", "36.35", "--lon", "127.38", "--km", "45", "--own", "--json"});
  EXPECT_EQ(names_of(own.json()["stations"]), std::vector<std::string>{"Market"});
  const auto fast = run({"roads", "near", corridor, "--at", "market", "--km", "45", "--order", "speed", "--json"});
  EXPECT_EQ(fast.json()["stations"][0]["station"], "Ford");
  const auto chademo =
      run({"roads", "near", corridor, "--at", "market", "--km", "45", "--sockets", "CHAdeMO", "--json"});
  EXPECT_EQ(names_of(chademo.json()["stations"]), std::vector<std::string>{"Pass"});
}

// north to south by the main road is 395 km; its ten roads take 32/95 + 37/100 + ... = 4.13 h.
TEST_F(Roads, RouteChargesOnTheWayAndMoneyIsNoDearerThanTime) {
  const std::vector<std::string> trip{"roads", "route",     corridor, "--from", "north", "--to",
                                      "south", "--vehicle", "sedan",  "--soc",  "0.8",   "--json"};
  const Said fast = run(trip);
  ASSERT_EQ(fast.status, 0) << fast.err;
  const auto by_time = fast.json();
  const double drive_h = 32 / 95.0 + 37 / 100.0 + 42 / 100.0 + 34 / 100.0 + 46 / 95.0 + 36 / 95.0 + 54 / 100.0 +
                         35 / 100.0 + 60 / 100.0 + 19 / 80.0;
  EXPECT_NEAR(by_time["km"].get<double>(), 395.0, 1e-9);
  EXPECT_NEAR(by_time["drive_h"].get<double>(), drive_h, 1e-9);
  ASSERT_FALSE(by_time["stops"].empty());
  double stopped_h = 0.0, kwh = 0.0, money = 0.0;
  for (const auto& stop : by_time["stops"]) {
    stopped_h += stop["wait_h"].get<double>() + stop["charge_h"].get<double>() + 5.0 / 60.0;
    kwh += stop["kwh"].get<double>();
    money += stop["money"].get<double>();
    EXPECT_GE(stop["soc_in"].get<double>(), 0.1);
  }
  EXPECT_NEAR(by_time["hours"].get<double>(), drive_h + stopped_h, 1e-9);
  EXPECT_NEAR(by_time["charged_kwh"].get<double>(), kwh, 1e-9);
  EXPECT_NEAR(by_time["money"].get<double>(), money, 1e-6);

  std::vector<std::string> thrifty = trip;
  thrifty.insert(thrifty.end(), {"--least", "money"});
  const auto by_money = run(thrifty).json();
  EXPECT_LE(by_money["money"].get<double>(), money + 1e-6);
  EXPECT_GE(by_money["hours"].get<double>(), by_time["hours"].get<double>() - 1e-9);
}

// The claims of the scenario's own head: on the holiday Market is the bottleneck; out of service, its cars are
// elsewhere.
TEST_F(Roads, TrafficHasItsBottleneckAndMovesWhenItFails) {
  const Said said = run({"roads", "traffic", corridor, "--json"});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto whole = said.json();
  std::map<std::string, nlohmann::json> stations;
  double waited_h = 0.0;
  for (const auto& station : whole["stations"]) {
    stations[station["station"]] = station;
    waited_h += station["wait_h"].get<double>();
  }
  EXPECT_NEAR(whole["wait_h"].get<double>(), waited_h, 1e-6);
  const std::string bottleneck = whole["bottleneck"];
  for (const auto& [name, station] : stations)
    EXPECT_LE(station["wait_h"].get<double>(), stations[bottleneck]["wait_h"].get<double>()) << name;

  const auto failed = run({"roads", "traffic", corridor, "--set", "failed=Market", "--json"}).json();
  std::map<std::string, double> visits;
  for (const auto& station : failed["stations"]) visits[station["station"]] = station["visits"].get<double>();
  EXPECT_LT(visits["Market"], 0.8 * stations["Market"]["visits"].get<double>());
  EXPECT_GT(visits["Ford"], stations["Ford"]["visits"].get<double>());
}

// Of two sites on the roads one operator's alone is in the run: its station names the site by its number there, the
// other's none; and the roads' cars come as before.
TEST_F(Roads, StationsNameTheirSitesAlsoOfOneOperatorAlone) {
  const std::string scenario = write("two.lua", R"(
local function place(name, operator)
  return site { name = name, operator = operator, stations = { { name = name, evses = 2, kind = "dc", kw = 50 } } }
end
return scenario { name = "two", start = "2026-10-02", days = 1, timezone = "Asia/Seoul", seed = 3,
  vehicles = { { name = "car", battery_kwh = 60, dc_kw = 100 } },
  place("West", "Aral"), place("East", "Boan"),
  roads = { nodes = { { id = "a", lat = 37, lon = 127 }, { id = "b", lat = 37.4, lon = 127 }, { id = "c", lat = 37.8, lon = 127 } },
    edges = { { from = "a", to = "b", km = 50, speed_kmh = 100 }, { from = "b", to = "c", km = 50, speed_kmh = 100 } },
    stations = { { name = "W", node = "b", site = "West" }, { name = "E", node = "b", site = "East" } },
    trips = { { from = "a", to = "c", per_hour = 2, soc_low = 0.25, soc_high = 0.3 } } } })");
  const auto sites_of = [&](const std::vector<std::string>& more) {
    const std::string file = path("two.evtwin");
    std::vector<std::string> arguments{"run", scenario, "--out", file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Said said = run(arguments);
    EXPECT_EQ(said.status, 0) << said.err;
    const record::Database database(file, SQLITE_OPEN_READONLY);
    record::Statement rows(database,
                           "SELECT r.name || ' ' || coalesce(site.name, '-') FROM road_station r LEFT JOIN site ON "
                           "site.id = r.site ORDER BY r.id");
    std::vector<std::string> told;
    while (rows.next_row()) told.push_back(rows.column_text(0));
    return told;
  };
  EXPECT_EQ(sites_of({}), (std::vector<std::string>{"W West", "E East"}));
  EXPECT_EQ(sites_of({"--operator", "Boan"}), (std::vector<std::string>{"W -", "E East"}));
}

// A run that goes on from the evening of the first day has the roads of the straight one.
TEST_F(Roads, AreTheSameAfterACheckpoint) {
  const std::string straight = path("straight.evtwin"), evening = path("evening.evtwin"), rest = path("rest.evtwin");
  ASSERT_EQ(run({"run", corridor, "--out", straight}).status, 0);
  const Said stopped = run({"run", corridor, "--checkpoint-at", "2026-09-25T19:00", evening});
  ASSERT_EQ(stopped.status, 0) << stopped.err;
  const Said went_on = run({"run", "--from", evening, "--out", rest});
  ASSERT_EQ(went_on.status, 0) << went_on.err;
  const Said diff = run({"diff", straight, rest});
  EXPECT_EQ(diff.status, 0) << diff.out << diff.err;
  std::vector<std::string> rows;
  for (const std::string& file : {straight, rest}) {
    const record::Database database(file, SQLITE_OPEN_READONLY);
    record::Statement legs(
        database, "SELECT group_concat(driver || ' ' || way || ' ' || start_ns || ' ' || end_ns) FROM road_leg");
    ASSERT_TRUE(legs.next_row());
    rows.push_back(legs.column_text(0));
  }
  EXPECT_GT(rows[0].size(), 10'000U);
  EXPECT_EQ(rows[0], rows[1]);
}

TEST_F(Roads, SlipsAreOneLineEach) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"near", corridor}, "a place is due: --at NODE, or --lat and --lon"},
      {{"near", corridor, "--at", "markt"}, "--at: there is no node \"markt\"; did you mean market?"},
      {{"near", corridor, "--at", "market", "--sockets", "CCS9"}, "is no kind of socket"},
      {{"near", corridor, "--at", "market", "--vehicle", "van"}, "is no car on these roads"},
      {{"near", corridor, "--at", "market", "--when", "2027-01-01T12:00"}, "the scenario runs from"},
      {{"route", corridor, "--from", "north", "--to", "sout"}, "--to: there is no node"},
      {{"route", corridor, "--from", "north", "--to", "south", "--soc", "0.05"}, "below its reserve of 10 %"},
      {{"route", corridor, "--from", "north", "--to", "south", "--vehicle", "compact", "--soc", "0.12"},
       "the car can not reach south from north at 12 %, nor any station"},
      {{"route", corridor, "--from", "north", "--to", "south", "--least", "fuel"},
       "time, money or the worth of an hour"},
      {{"traffic", source_dir + "/scenarios/dc_v2g.lua"}, "the scenario has no roads"},
  };
  for (const auto& [arguments, message] : cases) {
    std::vector<std::string> all{"roads"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Said said = run(all);
    EXPECT_EQ(said.status, 1) << message;
    EXPECT_NE(said.err.find(message), std::string::npos) << said.err;
    EXPECT_EQ(std::count(said.err.begin(), said.err.end(), '\n'), 1) << said.err;
    EXPECT_TRUE(said.out.empty());
  }
}

}  // namespace
}  // namespace evtwin::testing
