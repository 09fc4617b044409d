// evtwin calibrate, as its users type it.
#include <gmock/gmock.h>

#include "command.hpp"

namespace evtwin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Calibrate : public Command {
 protected:
  const std::string records = source_dir + "/scenarios/made_sessions.csv";
};

TEST_F(Calibrate, TheScenarioThatStandsInTheLibraryIsWhatItWrites) {
  const std::string twin = path("calibrated.lua"), shown = source_dir + "/scenarios/calibrated.lua";
  const Said said = run({"calibrate", records, "--timezone", "Asia/Seoul", "--tariff", "kepco_ev.self_use_low_voltage",
                         "--contract-kw", "60", "--out", twin});
  ASSERT_EQ(said.status, 0) << said.err;
  EXPECT_THAT(said.out,
              HasSubstr("Fitted on 109 sessions (2026-06-01 - 2026-06-15), judged on 33 (2026-06-16 - 2026-06-19)"));
  EXPECT_THAT(said.out, HasSubstr("Verdict: indicative"));
  if (std::getenv("EVTWIN_WRITE_DOCS") != nullptr) std::ofstream(shown, std::ios::binary) << read_all(twin);
  EXPECT_TRUE(read_all(twin) == read_all(shown))
      << shown
      << " is not what evtwin calibrate writes; EVTWIN_WRITE_DOCS=1 test_cli "
         "--gtest_filter='Calibrate.*' writes it";
  // It runs alone, on other days as well.
  const Said played = run({"run", twin, "--set", "start=2030-01-07", "--set", "days=7"});
  EXPECT_EQ(played.status, 0) << played.err;
}

TEST_F(Calibrate, ALogIsJudgedByWhatItsVehiclesDidLater) {
  const std::string page = path("fits.html");
  const Said said = run({"calibrate", source_dir + "/scenarios/made_site.log", "--json", "--page", page});
  ASSERT_EQ(said.status, 0) << said.err;
  const auto json = said.json();
  EXPECT_EQ(json["fitted"]["sessions"].get<int>() + json["judged"]["sessions"].get<int>(), 35);
  EXPECT_EQ(json["indicative"], true);
  EXPECT_EQ(json["vehicle_kinds"], 2);  // 7 kW and 50 kW
  EXPECT_EQ(json["power"]["judged"], 11);
  ASSERT_EQ(json["odd_evses"].size(), 1U);
  EXPECT_EQ(json["odd_evses"][0]["evse"], "F1-1");
  EXPECT_NEAR(json["odd_evses"][0]["needs_kw"].get<double>(), 50.0, 0.5);
  EXPECT_THAT(read_all(page), HasSubstr("<svg"));
  EXPECT_THAT(read_all(page), Not(HasSubstr("<script")));
}

TEST_F(Calibrate, WhatCanNotBeCalibratedSaysWhy) {
  const std::string few = source_dir + "/scenarios/example_sessions.csv";
  const Said said = run({"calibrate", few});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.err, HasSubstr("sessions; a calibration takes 20"));
  const Said columns = run({"calibrate", records, "--column", "arival=arrival"});
  EXPECT_EQ(columns.status, 1);
  EXPECT_THAT(columns.err, HasSubstr("no such key of columns: arival; known: arrival"));
}

}  // namespace
}  // namespace evtwin::testing
