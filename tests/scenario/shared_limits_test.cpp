// Limits over several sites, limits that change over time, and the operator of a site, as scenarios write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/scenario_folder.hpp"
#include "twin/simulation.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Sites "north", "south" and "west"; the first two are run by Ours.
std::string three_sites(const std::string& in_scenario, const std::string& in_west = "operator = 'Theirs'") {
  const std::string body =
      "stations = { { name = 'A', evses = 2, kw = 7 } }, "
      "arrivals = arrivals.poisson { per_hour = 1, energy_kwh = 10, stay_h = 3 }, ";
  return "return scenario { start = '2025-06-02', days = 1, timezone = 'Asia/Seoul', " + in_scenario +
         "\n  site { name = 'north', operator = 'Ours', " + body + "},\n  site { name = 'south', operator = 'Ours', " +
         body + "},\n  site { name = 'west', " + body + in_west + " } }\n";
}

TEST(SharedLimitLanguage, NamesSitesOrAllOfThem) {
  const auto limits = [](const std::string& text) { return load_text(three_sites(text)).world.shared_limits; };
  EXPECT_TRUE(limits("").empty());
  EXPECT_THAT(limits("shared_limits = { { name = 'a', kw = 5 } },").at(0).sites, ElementsAre(0, 1, 2));
  const auto some = limits("shared_limits = { { name = 'a', kw = 5, sites = { 'west', 'north' }, share = 'price' } },");
  EXPECT_THAT(some.at(0).sites, ElementsAre(0, 2));
  EXPECT_EQ(some.at(0).share, twin::ShareRule::price);
  EXPECT_EQ(limits("shared_limits = { { name = 'a', kw = 5 } },").at(0).share, twin::ShareRule::proportional);
}

TEST(SharedLimitLanguage, SaysWhatIsWrong) {
  const auto error = [](const std::string& limit, const std::string& west = "") {
    return load_error(three_sites("shared_limits = { " + limit + " },", west));
  };
  EXPECT_THAT(error("{ name = 'a', kw = 5, sites = { 'nort' } }"), HasSubstr("no such site; did you mean 'north'"));
  EXPECT_THAT(error("{ name = 'a', kw = 5, sites = { 'west', 'west' } }"), HasSubstr("is named twice"));
  EXPECT_THAT(error("{ name = 'a', kw = 5, sites = 'some' }"), HasSubstr("must be \"all\" or a list of names"));
  EXPECT_THAT(error("{ name = 'a', kw = 5, sites = {} }"), HasSubstr("names no site"));
  EXPECT_THAT(error("{ name = 'a', kw = -5 }"), HasSubstr("kw"));
  EXPECT_THAT(error("{ name = 'a', kw = 5 }, { name = 'a', kw = 6 }"), HasSubstr("is used twice"));
  EXPECT_THAT(error("{ name = 'a', kw = 5 }", "limits = 'record'"), HasSubstr("a shared limit needs \"enforce\""));
}

TEST(Operator, KeepsItsSitesAndTheirPartOfSharedLimits) {
  LoadOptions options = options_with_library();
  options.operator_name = "Ours";
  const twin::World world =
      load_text(three_sites("shared_limits = { { name = 'a', kw = 5, sites = { 'south', 'west' } } },"), options).world;
  ASSERT_EQ(world.sites.size(), 2U);
  EXPECT_EQ(world.sites[1].name, "south");
  EXPECT_EQ(world.sites[1].operator_name, "Ours");
  EXPECT_THAT(world.shared_limits.at(0).sites, ElementsAre(1));
  EXPECT_EQ(world.flags.back().id, "a");
}

TEST(Operator, ThatThereIsNotIsAnsweredWithThoseThatThereAre) {
  LoadOptions options = options_with_library();
  options.operator_name = "Nobody";
  EXPECT_EQ(load_error(three_sites(""), options),
            "--operator Nobody: no site of the scenario is theirs; there are: Ours, Theirs");
  EXPECT_THAT(load_error(scenario_text(), options), HasSubstr("its sites name no operator"));
}

TEST(VaryingLimits, AreCurvesWhereNumbersMayStand) {
  const std::string day = "{ 3,3,3,3,3,3,3,3,3,3,3,3,9,9,9,9,9,9,9,9,9,9,9,9 }";
  const twin::Site site =
      load_text(scenario_text("feeders = { { name = 'F', max_kw = " + day + ", max_export_kw = 4 } }, rows = { { name = "
                              "'r', kind = 'current_a', upper = " +
                              day + ", members = { A = 1 } } }"))
          .world.sites[0];
  EXPECT_EQ(site.feeders[0].max_kw, 9.0) << "the loosest of the run";
  EXPECT_EQ(site.rows[0].upper, 9.0);
  ASSERT_EQ(site.limit_series.size(), 2U);
  EXPECT_EQ(site.limit_series[0].of, twin::LimitSeries::Of::feeder_kw);
  EXPECT_EQ(site.limit_series[1].of, twin::LimitSeries::Of::row_upper);
}

TEST(VaryingLimits, OfTheContractAreItsHighestAndCutsKnownFromTheStart) {
  const twin::World world =
      load_text(scenario_text("contract_kw = { 30,30,30,30,30,30,12,12,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30,30 }"))
          .world;
  const twin::Site& site = world.sites[0];
  EXPECT_EQ(site.contract_kw, 30.0);
  ASSERT_EQ(site.cuts.size(), 1U);
  EXPECT_EQ(site.cuts[0].from_ns, world.start_ns + 6 * kernel::hour_ns);
  EXPECT_EQ(site.cuts[0].to_ns, world.start_ns + 8 * kernel::hour_ns);
  EXPECT_EQ(site.cuts[0].limit_kw, 12.0);
  EXPECT_EQ(site.cuts[0].announced_ns, world.start_ns);
}

TEST(VaryingLimits, SayWhatIsWrong) {
  EXPECT_THAT(load_error(scenario_text("feeders = { { name = 'F', max_kw = { 1, 2 } } }")), HasSubstr("a day has 24"));
  EXPECT_THAT(load_error(scenario_text("feeders = { { name = 'F', max_kw = 'much' } }")), HasSubstr("max_kw"));
  EXPECT_THAT(load_error(scenario_text("contract_kw = { weekday = 0, weekend = 0 }")), HasSubstr("is 0 all the time"));
}

}  // namespace
}  // namespace evtwin::scenario::testing
