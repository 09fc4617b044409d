// Where messages point, and what they say: the line of the key itself, and a hint at the likely slip.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scenario/scenario_folder.hpp"
#include "scenario/source_lines.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(LanguageMessages, NameTheLineOfTheKey) {
  // scenario_text puts what is given for the site on line 5, and what is given for the scenario after it.
  EXPECT_THAT(load_error(scenario_text("\n\ncontract_mw = 5")),
              StartsWith("test.lua:7: unknown key 'contract_mw' in site; did you mean 'contract_kw'?"));
  EXPECT_THAT(load_error(scenario_text("stations = {\n{ name = 'A', evses = 1,\nkw = 7000 },\n}")),
              StartsWith("test.lua:7: site.stations[1].kw = 7000 must be"));
  EXPECT_THAT(load_error(scenario_text(
                  "", "\nvehicles = {\n{ name = 'v', battery_kwh = 50 },\n{ name = 'w', battery_kwh = 5e4 } }")),
              StartsWith("test.lua:10: scenario.vehicles[2].battery_kwh"));
  EXPECT_THAT(load_error(scenario_text("", "\n\narrivals = arrivals.poisson {\nper_hour = -3 }")),
              StartsWith("test.lua:10: arrivals.poisson.per_hour = -3 must be"));
}

TEST(LanguageMessages, FallBackToTheLineOfTheCallForTablesMadeElsewhere) {
  EXPECT_THAT(load_error("local t = { { name = 'A', evses = 1, kw = -7 } }\n" + scenario_text("stations = t")),
              StartsWith("test.lua:6: site.stations[1].kw = -7 must be"));
}

TEST(LanguageMessages, EvsesAreACountOrTheirIds) {
  const auto stations = [](const std::string& evses) {
    return scenario_text("stations = { { name = 'A', evses = " + evses + ", kw = 7 } }");
  };
  const twin::World world = load_text(stations("{ 'P-7', 'Q' }")).world;
  ASSERT_EQ(world.sites[0].evses.size(), 2U);
  EXPECT_EQ(world.sites[0].evses[0].id, "P-7");
  EXPECT_EQ(world.sites[0].evses[1].id, "Q");
  EXPECT_THAT(load_error(stations("{}")), HasSubstr("site.stations[1].evses is empty"));
  EXPECT_THAT(load_error(stations("{ 'P', 'P' }")), HasSubstr("makes a second EVSE with the id \"P\""));
  EXPECT_THAT(load_error(stations("{ 1, 2 }")), HasSubstr("site.stations[1].evses[1] must be text in quotes"));
  EXPECT_THAT(load_error(stations("0")), HasSubstr("site.stations[1].evses = 0 must be"));
  EXPECT_THAT(load_error(stations("'two'")), HasSubstr("site.stations[1].evses must be"));
}

TEST(LanguageMessages, HintAtTheLikelySlip) {
  EXPECT_THAT(load_error(scenario_text("contract_kw = '100 kW'")),
              HasSubstr("site.contract_kw must be a number in kW, 24 numbers, curves by type of day, or csv "
                        "\"file.csv\", got the string \"100 kW\""));
  EXPECT_THAT(load_error(scenario_text("stations = { { name = 'A', evses = 1, kw = 7000 } }")),
              HasSubstr("did you write W for kW?"));
  EXPECT_THAT(load_error(scenario_text("stations = { { name = 'A', evses = 1, kw = 50 } }")),
              HasSubstr("kind = \"dc\""));
  EXPECT_THAT(load_error(scenario_text("storage = { kwh = 10, kw = 5, soc_start = 80 }")),
              AllOf(HasSubstr("0..1"), HasSubstr("write 0.8 for 80 %")));
  EXPECT_THAT(load_error(scenario_text("", "site = site { stations = {} }")),
              HasSubstr("a site stands there without a key"));
  EXPECT_THAT(load_error(scenario_text("stations = { name = 'A', evses = 1, kw = 7 }")),
              HasSubstr("{ { ... }, { ... } }"));
  EXPECT_THAT(load_error(scenario_text(
                  "stations = { { name = 'A', evses = 1, kw = 7 }, nil, { name = 'B', evses = 1, kw = 7 } }")),
              HasSubstr("entry 2 is nil"));
  EXPECT_THAT(load_error("local t = {}\nt[1] = t\n" + scenario_text("stations = t")), HasSubstr("contains itself"));
  EXPECT_THAT(load_error(scenario_text("stations = setmetatable({}, {})")), HasSubstr("metatable"));
}

TEST(LanguageMessages, RefuseMoreEvsesThanAWorldHolds) {
  EXPECT_THAT(load_error(scenario_text(
                  "stations = { { name = 'A', evses = 600000, kw = 7 }, { name = 'B', evses = 400001, kw = 7 } }")),
              HasSubstr("1,000,000 EVSEs"));
}

TEST(LanguageMessages, SeedsThatLoseDigitsAreRefused) {
  for (const char* seed : {"1.5", "-1", "18446744073709551616", "1e300", "0/0", "true", "'7'"}) {
    EXPECT_THAT(load_error(scenario_text("", std::string("seed = ") + seed)), HasSubstr("seed")) << seed;
  }
  EXPECT_EQ(load_text(scenario_text("", "seed = 9223372036854775807")).world.seed, 9223372036854775807U);
}

TEST(LanguageMessages, WindowsStayInsideTheClock) {
  EXPECT_THAT(load_error(scenario_text("", "start = '2262-04-01', days = 30")),
              AllOf(HasSubstr("days"), HasSubstr("2262")));
  EXPECT_THAT(load_error(scenario_text("", "days = 36501")), HasSubstr("days"));
  EXPECT_THAT(load_error(scenario_text("", "start = 20250602")), HasSubstr("scenario.start must be text"));
}

TEST(LanguageMessages, AWindowIsDaysOrHours) {
  const auto window = [](const std::string& text) {
    const twin::World world = load_text(scenario_text("", text)).world;
    return world.end_ns - world.start_ns;
  };
  const std::int64_t quarter_ns = 15 * kernel::minute_ns;
  EXPECT_EQ(window("days = nil, hours = 21.25"), 85 * quarter_ns);
  EXPECT_EQ(window("start = '2025-06-02T05:00', days = nil, hours = 0.25"), quarter_ns);
  // Hours are time that passes, days follow the clock: 25 hours on the day the clock goes back.
  const std::string autumn = "start = '2025-10-26', timezone = 'Europe/Amsterdam', ";
  EXPECT_EQ(window(autumn + "days = nil, hours = 24"), 96 * quarter_ns);
  EXPECT_EQ(window(autumn + "days = 1"), 100 * quarter_ns);
  LoadOptions two_days = options_with_library();
  two_days.days = 2;
  const twin::World world = load_text(scenario_text("", "days = nil, hours = 5"), two_days).world;
  EXPECT_EQ(world.end_ns - world.start_ns, 192 * quarter_ns);

  EXPECT_THAT(load_error(scenario_text("", "hours = 5")), HasSubstr("needs days or hours, one of them"));
  EXPECT_THAT(load_error(scenario_text("", "days = nil")), HasSubstr("needs days or hours, one of them"));
  EXPECT_THAT(load_error(scenario_text("", "days = nil, hours = 0")), HasSubstr("hours"));
  EXPECT_THAT(load_error(scenario_text("", "start = '2262-04-01', days = nil, hours = 900")), HasSubstr("2262"));
}

TEST(LanguageMessages, RatesOfAFunctionAreCheckedHourByHour) {
  EXPECT_THAT(load_error(scenario_text(
                  "", "arrivals = arrivals.poisson { per_hour = function(t) return t.hour == 5 and -1 or 1 end }")),
              HasSubstr("2025-06-02 05:00"));
  EXPECT_THAT(load_error(scenario_text("", "arrivals = arrivals.poisson { per_hour = function(t) return nil end }")),
              HasSubstr("per_hour returned nothing"));
  EXPECT_THAT(
      load_error(scenario_text("", "arrivals = arrivals.poisson { per_hour = function(t) while true do end end }")),
      HasSubstr("limit"));
}

TEST(LanguageMessages, PluginsOfAFileAreForTheCommandLineOnly) {
  EXPECT_THAT(load_error(scenario_text("", "strategy = './mine.so#edf'")), HasSubstr("command line"));
  EXPECT_THAT(load_error(scenario_text("", "strategy = plugin '/tmp/mine.so' {}")), HasSubstr("command line"));
}

TEST(SourceLines, FindKeysThroughNestedBraces) {
  const std::string text =
      "-- site { kw = 1 }\n"
      "local s = site {\n"
      "  load = f(function() return { kw = 1 } end),  -- kw = 2\n"
      "  stations = {\n"
      "    { name = 'A }', kw = 7 },\n"
      "    { name = [[B\n"
      "    {]],\n"
      "      ['kw'] = 8 },\n"
      "  },\n"
      "  kw = 3 }\n";
  const auto line = [&](std::vector<std::string> path) { return line_of(text, "site", 2, path); };
  EXPECT_EQ(line({"stations"}), 4);
  EXPECT_EQ(line({"stations", "[1]", "kw"}), 5);
  EXPECT_EQ(line({"stations", "[2]", "kw"}), 8);
  EXPECT_EQ(line({"kw"}), 10);
  EXPECT_EQ(line({"none"}), 2);
  EXPECT_EQ(line({"stations", "[3]", "kw"}), 4);
}

TEST(SourceLines, SurviveBrokenText) {
  for (const std::string text :
       {"", "site {", "site { [[", "site { 'x", "site { a = ", "site { --[[", "site { [=", "site { \\"}) {
    EXPECT_GE(line_of(text, "site", 1, std::vector<std::string>{"a", "[1]", "b"}), 1) << text;
  }
}

}  // namespace
}  // namespace evtwin::scenario::testing
