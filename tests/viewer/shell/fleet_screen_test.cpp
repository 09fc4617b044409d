// The page of battery scores as a user works it: from a file of records, of scores, and of a run.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/paths.hpp"
#include "viewer/model/child_process.hpp"
#include "viewer/shell_headless/headless.hpp"

namespace evtwin::viewer::shell {
namespace {

namespace fs = std::filesystem;

const std::string cars = paths::source_dir + "/scenarios/made_cars.csv";
constexpr int until_answered = 60;  // frames: a still viewer waits for its answer after some of them

ui::Options showing(const std::string& file) {
  ui::Options out;
  out.files = {file};
  out.language = "en";
  out.evtwin = paths::program;
  return out;
}

bool there(Headless& viewer, const std::string& item) { return viewer.ui().items.find_rect(item) != nullptr; }

TEST(FleetScreen, AClassShowsItsCarsAndACarItsPage) {
  Headless viewer(showing(cars), 1280, 800);
  viewer.draw_frames(until_answered);
  EXPECT_EQ(viewer.app().trouble_text(), "");
  for (const char* item :
       {"fleet.summary", "fleet.box.corrected", "fleet.box.class mid", "fleet.car.C01", "fleet.car.C09"})
    EXPECT_TRUE(there(viewer, item)) << item;

  viewer.click_item("fleet.group.class small");
  viewer.draw_frames(3);
  EXPECT_TRUE(there(viewer, "fleet.car.C01"));
  EXPECT_FALSE(there(viewer, "fleet.car.C09"));
  EXPECT_FALSE(there(viewer, "fleet.box.class mid"));
  viewer.click_item("fleet.car.C01");
  viewer.draw_frames(3);
  EXPECT_TRUE(there(viewer, "fleet.shown"));

  // Nothing lies below it: Esc leaves the empty screen.
  viewer.play_script("key escape");
  viewer.draw_frames(3);
  EXPECT_FALSE(there(viewer, "fleet"));
}

TEST(FleetScreen, ARunsCarsAreScoredFromTheMenu) {
  setenv("EVTWIN_LIBRARY", (paths::source_dir + "/scenarios/lib").c_str(), 1);
  std::string pattern = ::testing::TempDir() + "evtwin-fleet-screen-XXXXXX";
  const std::string folder = mkdtemp(pattern.data()), file = folder + "/week.evtwin";
  model::ChildProcess child(
      {paths::program, "run", paths::source_dir + "/scenarios/workplace_week.lua", "--days", "1", "--out", file});
  child.wait_for_end();
  ASSERT_EQ(child.exit_status(), 0) << child.stderr_text();
  Headless viewer(showing(file), 1280, 800);
  viewer.draw_frames(5);
  viewer.click_item("menu.ask");
  viewer.draw_frames(2);
  viewer.click_item("menu.fleet");
  viewer.draw_frames(until_answered);
  EXPECT_TRUE(there(viewer, "fleet.summary"));
  EXPECT_EQ(viewer.app().trouble_text(), "");
  fs::remove_all(folder);
}

// No car, no file, no row: a line, and the viewer goes on.
TEST(FleetScreen, RecordsWithoutACarAreToldAndEndNothing) {
  const std::string folder = ::testing::TempDir(), header = folder + "evtwin-header.csv";
  std::ofstream(header) << "car_id,car_type,efficiency_score\n";
  for (const std::string& file : {header, folder + "evtwin-is-not-there.csv"}) {
    Headless viewer(showing(file), 1280, 800);
    viewer.draw_frames(until_answered);
    EXPECT_TRUE(there(viewer, "fleet.trouble")) << file;
    EXPECT_NE(viewer.app().trouble_text().find(file), std::string::npos) << viewer.app().trouble_text();
  }
  fs::remove(header);
}

TEST(FleetScreen, FilesOfRecordsAreShownTogetherWithWhatIsBroken) {
  const std::string broken = ::testing::TempDir() + "evtwin-broken.csv";
  std::ofstream(broken) << "nothing,of,use\n1,2,3\n";
  ui::Options both = showing(cars);
  both.files.push_back(broken);
  Headless viewer(both, 1280, 800);
  viewer.draw_frames(until_answered);
  EXPECT_EQ(viewer.app().trouble_text(), "");
  EXPECT_TRUE(there(viewer, "fleet.car.C01"));
  fs::remove(broken);
}

TEST(FleetScreen, WhatCanNotBeShownIsSaidInALine) {
  const std::string file = ::testing::TempDir() + "evtwin-no-scores.json";
  std::ofstream(file) << "{}";
  Headless wrong(showing(file), 1280, 800);
  wrong.draw_frames(3);
  EXPECT_TRUE(there(wrong, "fleet.trouble"));
  EXPECT_NE(wrong.app().trouble_text().find("no battery scores"), std::string::npos);
  fs::remove(file);

  ui::Options alone = showing(cars);
  alone.evtwin.clear();
  Headless without(alone, 1280, 800);
  without.draw_frames(3);
  EXPECT_NE(without.app().trouble_text().find("evtwin score FILES --json"), std::string::npos);
}

}  // namespace
}  // namespace evtwin::viewer::shell
