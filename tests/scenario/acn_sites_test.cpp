// The scenario modules of ACN's sites against the networks of ACN-Sim's golden cases, where that folder is there.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "scenario/scenario_folder.hpp"
#include "support/paths.hpp"

namespace evtwin::scenario::testing {
namespace {

using nlohmann::json;

/// A row as limit and coefficients by EVSE, rounded to what is written in the case: names differ, figures may not.
using CoefficientRow = std::pair<double, std::map<std::string, double>>;

double to_nano(double value) { return std::round(value * 1e9) / 1e9; }

LoadedScenario load_shipped(const std::string& scenario, const std::map<std::string, std::string>& set) {
  LoadOptions options = options_with_library();
  options.set = set;
  return load_scenario(paths::source_dir + "/scenarios/" + scenario, options);
}

void expect_same_site(const std::string& scenario, const std::map<std::string, std::string>& set,
                      const std::string& golden) {
  const std::filesystem::path file = std::filesystem::path(paths::shared_dir) / "golden/acn" / golden;
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no golden case at " << file;
  const json network = json::parse(std::ifstream(file)).at("network");
  const LoadedScenario loaded = load_shipped(scenario, set);
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

  std::multiset<CoefficientRow> ours, theirs;
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

double upper_of(const twin::Site& site, std::string_view name) {
  for (const physics::LimitRow& row : site.rows) {
    if (row.name == name) return row.upper;
  }
  return std::nan("");
}

// kVA x 1000 / 3 phases / 120 V, line to neutral.
TEST(AcnSites, JplsTransformersAreTwoParameters) {
  const LoadedScenario loaded = load_shipped("acn_jpl.lua", {{"first_floor_kva", "36"}, {"upper_floors_kva", "72"}});
  const twin::Site& site = loaded.world.sites.at(0);
  EXPECT_NEAR(upper_of(site, "First Floor Transformer Secondary A"), 100.0, 1e-12);
  EXPECT_NEAR(upper_of(site, "Third/Fourth Floor Transformer Secondary C"), 200.0, 1e-12);
  EXPECT_NEAR(upper_of(site, "Third/Fourth Floor Transformer Primary B"), 200.0 * std::sqrt(3.0), 1e-12);
}

// Times, EVSEs and cars of the files as they stand: every session finds the EVSE it names.
TEST(AcnSites, RealSessionsFindTheirEvses) {
  for (const std::string site : {"caltech", "jpl"}) {
    for (const std::string month : {"2019-05", "2019-09"}) {
      const std::string file = paths::shared_dir + "/data/sessions/acn_" + site + "_" + month + ".csv.gz";
      if (!std::filesystem::exists(file)) GTEST_SKIP() << "no ACN-Data at " << file;
      const LoadedScenario loaded = load_shipped("acn_" + site + ".lua", {{"sessions", file}});
      for (const twin::Flag& flag : loaded.world.flags) EXPECT_FALSE(flag.left_out) << flag.reason;
      EXPECT_EQ(loaded.world.calendar.format_local(loaded.world.start_ns).substr(0, 7), month);
    }
  }
}

}  // namespace
}  // namespace evtwin::scenario::testing
