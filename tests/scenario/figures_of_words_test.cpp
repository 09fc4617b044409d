// Words that answer with figures: driving_kwh { ... } and parked { ... }.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scenario/keys.hpp"
#include "scenario/scenario_folder.hpp"

namespace evtwin::scenario::testing {
namespace {

using ::testing::HasSubstr;

/// What the script says by error().
std::string said_by(const std::string& script) { return load_error(script + "\n" + scenario_text()); }

// A car that is left alone for 60 days passes its limit and is flat: no field is nil.
TEST(FiguresOfWords, ParkedSaysWhatIsDocumented) {
  std::vector<std::string> documented;
  for (const FieldSection& section : field_sections()) {
    if (section.name != "stood") continue;
    for (const Field& field : section.fields) documented.emplace_back(field.name);
  }
  std::sort(documented.begin(), documented.end());
  std::string names;
  for (const std::string& name : documented) names += name + " ";
  EXPECT_THAT(
      said_by("local names = {} for name in pairs(parked { days = 60, care = false }) do names[#names + 1] = name "
              "end table.sort(names) error(table.concat(names, ' ') .. ' ')"),
      HasSubstr(names));
  // With care it never comes to that.
  EXPECT_THAT(said_by("local p = parked { days = 60 } error('limit ' .. tostring(p.hours_to_limit) .. ' flat ' .. "
                      "tostring(p.hours_to_flat))"),
              HasSubstr("limit nil flat nil"));
}

// 100 km at 100 km/h, 20 C, on the flat: 0.1478497 kWh/km, as tests/roads has it from the forces.
TEST(FiguresOfWords, DrivingTakesWhatItTakesOnRoads) {
  EXPECT_THAT(said_by("error(('%.4f kWh'):format(driving_kwh { km = 100, speed_kmh = 100 }))"),
              HasSubstr("14.7850 kWh"));
}

TEST(FiguresOfWords, SlipsAreToldWithTheirLine) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"driving_kwh { speed_kmh = 50 }", "km"},
      {"driving_kwh { km = 10, class = 'lorry' }", "driving_kwh.class = \"lorry\""},
      {"driving_kwh { km = -1 }", "driving_kwh.km = -1"},
      {"driving_kwh(10)", "one table is due"},
      {"parked { days = 30, from_soc = 0.9, to_soc = 0.8 }", "must be below to_soc = 0.8"},
      {"parked { days = 30, charge_w = 1, drain_w = 2 }", "nothing would be left for the battery"},
      {"parked { day = 30 }", "days"},
  };
  for (const auto& [call, message] : cases) {
    const std::string text = said_by("local x = " + call);
    EXPECT_THAT(text, HasSubstr(message)) << call;
    EXPECT_THAT(text, HasSubstr("test.lua:1")) << call;
  }
}

}  // namespace
}  // namespace evtwin::scenario::testing
