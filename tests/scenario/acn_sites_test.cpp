// The scenario modules of ACN's sites against the networks of ACN-Sim's golden cases, where that folder is there.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "scenario/loader.hpp"

namespace evtwin::scenario {
namespace {

using nlohmann::json;

/// A row as limit and coefficients by EVSE, rounded to what is written in the case: names differ, figures may not.
using Row = std::pair<double, std::map<std::string, double>>;

double to_nano(double value) { return std::round(value * 1e9) / 1e9; }

void expect_same_site(const std::string& scenario, const std::map<std::string, std::string>& set,
                      const std::string& golden) {
  const std::filesystem::path file = std::filesystem::path(EVTWIN_SHARED_DIR) / "golden/acn" / golden;
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no golden case at " << file;
  const json network = json::parse(std::ifstream(file)).at("network");
  LoadOptions options;
  options.set = set;
  const LoadedScenario loaded = load_scenario(std::string(EVTWIN_SOURCE_DIR) + "/scenarios/" + scenario, options);
  const twin::Site& site = loaded.world.sites.at(0);

  const json& stations = network.at("stations");
  ASSERT_EQ(site.evses.size(), stations.size());
  for (std::size_t i = 0; i < stations.size(); ++i) {
    const physics::Evse& evse = site.evses[i];
    const json& station = stations[i];
    EXPECT_EQ(evse.id, station.at("id").get<std::string>());  // the order too: it decides ties
    EXPECT_EQ(evse.voltage_v, station.at("voltage").get<double>());
    EXPECT_EQ(evse.phase_angle_deg, station.at("phase_deg").get<double>());
    std::vector<double> rates_a{0.0};
    rates_a.insert(rates_a.end(), evse.rates_a.begin(), evse.rates_a.end());
    EXPECT_EQ(rates_a, station.at("allowable_A").get<std::vector<double>>()) << evse.id;
  }

  std::multiset<Row> ours, theirs;
  for (const physics::LimitRow& row : site.rows) {
    EXPECT_EQ(row.kind, physics::LimitKind::magnitude_a);
    std::map<std::string, double> coefficients;
    for (const physics::LimitMember& member : row.members) {
      const physics::Evse& evse = site.evses[member.evse];
      EXPECT_EQ(member.angle_deg, evse.phase_angle_deg);
      coefficients[evse.id] = member.coefficient;
    }
    ours.emplace(to_nano(row.upper), std::move(coefficients));
  }
  for (const json& row : network.at("constraints"))
    theirs.emplace(to_nano(row.at("limit_A")), row.at("coef").get<std::map<std::string, double>>());
  EXPECT_EQ(ours, theirs);
}

TEST(AcnSites, CaltechHasTheEvsesAndRowsOfAcnSim) {
  expect_same_site("acn_caltech.lua", {}, "c01_uncontrolled_linear.json");
}

TEST(AcnSites, CaltechUnderASmallerTransformerToo) {
  expect_same_site("acn_caltech.lua", {{"transformer_kva", "50"}}, "c03_edf_linear_cap50.json");
}

TEST(AcnSites, JplHasTheEvsesAndRowsOfAcnSim) {
  expect_same_site("acn_jpl.lua", {}, "c10_edf_uninterrupted_rampdown_jpl.json");
}

}  // namespace
}  // namespace evtwin::scenario
