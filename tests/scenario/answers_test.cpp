// Offers and what drivers answer; stations of a directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "scenario/road_region.hpp"
#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

/// `n` offers a day apart but for an hour, each with a window of 4 h around it.
std::string offers_table(int n) {
  std::string text = "session_id,driver,arrival,departure,energy_kwh,evse,reserved_at,window_from,window_to\n";
  for (int i = 0; i < n; ++i) {
    const std::string day = std::string("2025-06-") + (i % 20 < 7 ? "0" : "") + std::to_string(3 + i % 20);
    text += "d" + std::to_string(i) + "#next,d" + std::to_string(i) + "," + day + "T12:00," + day + "T14:00,8,A-" +
            std::to_string(1 + i / 20) + ",2025-06-02T00:00," + day + "T10:00," + day + "T16:00\n";
  }
  return text;
}

LoadedScenario answered(const std::string& answers, int n = 400) {
  const TemporaryFolder folder;
  folder.write("offers.csv", offers_table(n));
  return load_scenario(
      folder.write("test.lua",
                   scenario_text("stations = { { name = 'A', evses = 20, kw = 7 } }",
                                 "days = 25, seed = 5, arrivals = sessions { file = 'offers.csv', answers = { " +
                                     answers + " } }")),
      options_with_library());
}
const demand::Recorded& visits_of(const LoadedScenario& loaded) {
  return std::get<demand::Recorded>(*loaded.world.sites[0].arrivals[0]);
}

TEST(Answers, WhoTakesEveryOfferAsItIsChangesNothing) {
  const LoadedScenario all = answered("accept = 1, other_time = 0, other_place = 0, keep = 1");
  EXPECT_EQ(all.world.sites[0].offers.made, 400U);
  EXPECT_EQ(all.world.sites[0].offers.accepted, 400U);
  EXPECT_EQ(all.world.sites[0].offers.kept, 400U);
  ASSERT_EQ(visits_of(all).visits.size(), 400U);
  for (const demand::Visit& visit : visits_of(all).visits) {
    EXPECT_TRUE(demand::is_announced(visit));
    EXPECT_EQ(visit.arrival_ns, visit.reserved_from_ns);
    EXPECT_GE(visit.evse, 0);
  }
  EXPECT_TRUE(visits_of(answered("accept = 0, other_time = 0, other_place = 0")).visits.empty());
}

// Shares within four standard errors; who moves stays within his window of +- 2 h, who overrides within +- 3 h.
TEST(Answers, ComeAsOftenAsTheirChances) {
  const LoadedScenario loaded = answered("accept = 0.5, other_time = 0.2, other_place = 0.2, keep = 0.75, move_h = 3");
  const twin::OfferAnswers& o = loaded.world.sites[0].offers;
  const auto near = [](std::uint64_t got, double chance, std::uint64_t of) {
    const double n = static_cast<double>(of);
    EXPECT_NEAR(static_cast<double>(got), chance * n, 4.0 * std::sqrt(chance * (1 - chance) * n));
  };
  near(o.accepted, 0.5, o.made);
  near(o.moved, 0.2, o.made);
  near(o.elsewhere, 0.2, o.made);
  near(o.none, 0.1, o.made);
  near(o.kept, 0.75, o.accepted + o.moved);
  EXPECT_EQ(o.made, o.accepted + o.moved + o.elsewhere + o.none);
  EXPECT_EQ(o.kept + o.overridden, o.accepted + o.moved);
  EXPECT_EQ(visits_of(loaded).visits.size(), o.accepted + o.moved - o.outside);

  std::uint64_t as_proposed = 0, off_reservation = 0;
  kernel::TimeNs last = 0;
  for (const demand::Visit& visit : visits_of(loaded).visits) {
    EXPECT_GE(visit.arrival_ns, last);
    last = visit.arrival_ns;
    EXPECT_EQ(visit.departure_ns - visit.arrival_ns, 2 * kernel::hour_ns);
    const kernel::TimeNs off = visit.arrival_ns - visit.reserved_from_ns;
    EXPECT_LE(std::abs(off), 3 * kernel::hour_ns);
    off_reservation += off != 0 ? 1 : 0;
    as_proposed += off == 0 && visit.evse >= 0 ? 1 : 0;
  }
  EXPECT_EQ(off_reservation, o.overridden);
  EXPECT_LE(as_proposed, o.accepted);
  // The same seed, the same answers; another, others.
  EXPECT_EQ(answered("accept = 0.5, other_time = 0.2, other_place = 0.2, keep = 0.75").world.sites[0].offers.accepted,
            o.accepted);
}

TEST(Answers, SlipsAreToldInAWord) {
  const auto said = [](const std::string& answers) {
    const TemporaryFolder folder;
    folder.write("offers.csv", offers_table(20));
    return load_error(
        folder, scenario_text("stations = { { name = 'A', evses = 20, kw = 7 } }",
                              "days = 25, arrivals = sessions { file = 'offers.csv', answers = { " + answers + " } }"));
  };
  EXPECT_THAT(said("accept = 0.9, other_time = 0.2"), HasSubstr("chances are 1 at most together"));
  EXPECT_THAT(said("accept = 0, other_time = 0, other_place = 1, elsewhere = 'Sitte'"),
              HasSubstr("the scenario has no such site"));
  EXPECT_THAT(said("acept = 1"), HasSubstr("accept"));
}

// ---- Directories

std::string region_with(const std::string& stations) {
  return scenario_text(
      "",
      "vehicles = { { name = 'v', battery_kwh = 50, dc_kw = 100, ac_kw = 7 } }, roads = { nodes = { { "
      "id = 'a', lat = 37, lon = 127 }, { id = 'b', lat = 37, lon = 127.5 } }, edges = { { from = 'a', "
      "to = 'b', speed_kmh = 60 } }, stations = " +
          stations + " }");
}
constexpr const char* place = R"("coordinates": { "latitude": "37.000100", "longitude": "127.500" })";

// Two 100 kW CCS1 posts, one of them planned, and an AC post of 32 A at 220 V on three phases.
TEST(Directory, StationsComeFromALocationsFile) {
  const TemporaryFolder folder;
  const std::string fast = R"("connectors": [{ "standard": "IEC_62196_T1_COMBO", "power_type": "DC", "max_voltage": 500,
                              "max_amperage": 200, "max_electric_power": 100000 }])";
  folder.write("l.json", std::string(R"({ "data": [{ "id": "L1", "name": "Mart", "operator": { "name": "Ours" }, )") +
                             place + R"(, "evses": [{ "uid": "1", "status": "AVAILABLE", )" + fast +
                             R"( }, { "uid": "2", )" + fast + R"( }, { "uid": "3", "status": "PLANNED", )" + fast +
                             R"( }, { "uid": "4", "connectors": [
                             { "standard": "IEC_62196_T2", "power_type": "AC_3_PHASE", "max_voltage": 220, "max_amperage": 32 },
                             { "standard": "DOMESTIC_F", "power_type": "AC_1_PHASE", "max_voltage": 220, "max_amperage": 10 }] }] }] })");
  const LoadedScenario loaded =
      load_scenario(folder.write("test.lua", region_with("directory { file = 'l.json', own_operator = 'Theirs' }")),
                    options_with_library());
  const auto& stations = loaded.roads->stations;
  ASSERT_EQ(stations.size(), 2U);
  EXPECT_EQ(stations[0].name, "Mart 21.12 kW AC3");
  EXPECT_NEAR(stations[0].kw, 3 * 220 * 32 / 1000.0, 1e-12);
  EXPECT_EQ(stations[0].chargers, 1U);
  EXPECT_EQ(stations[1].name, "Mart 100 kW CCS1");
  EXPECT_EQ(stations[1].chargers, 2U);
  EXPECT_EQ(stations[1].operator_name, "Ours");
  EXPECT_FALSE(stations[1].own);
  EXPECT_EQ(stations[1].node, 1U);
}

TEST(Directory, WhatIsWrongIsToldWithItsLocation) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{", "l.json: is no JSON"},
      {"{}", "is no list of OCPI Locations"},
      {"[{}]", "location 1: has no id"},
      {R"([{ "id": "x", "coordinates": { "latitude": "91", "longitude": "0" } }])", "latitude = \"91\""},
      {std::string(R"([{ "id": "x", )") + place + " }]", "location 1: has no evses"},
      {std::string(R"([{ "id": "x", )") + place + R"(, "evses": [{ "connectors": [{ "standard": "CHADEMO",
        "power_type": "DC", "max_voltage": 0, "max_amperage": 1 }] }] }])",
       "due is above 0 to 1500 kW"},
      {R"([{ "id": "far", "coordinates": { "latitude": "10", "longitude": "10" }, "evses": [{ "connectors": [{ "standard":
        "CHADEMO", "power_type": "DC", "max_voltage": 500, "max_amperage": 100 }] }] }])",
       "is on no road"},
  };
  for (const auto& [text, message] : cases) {
    const TemporaryFolder folder;
    folder.write("l.json", text);
    EXPECT_THAT(load_error(folder, region_with("directory 'l.json'")), HasSubstr(message)) << text;
  }
  EXPECT_THAT(load_error(region_with("directory 'none.json'")), HasSubstr("none.json"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
