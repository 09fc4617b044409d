// Files as a person opens them, and Esc, which closes what lies on top and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "record/sqlite.hpp"
#include "viewer/model/run.hpp"
#include "viewer/shell_headless/headless.hpp"
#include "viewer/shell_headless/local_files.hpp"
#include "viewer/support/run_files.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Files : public testing::WithRuns {
 protected:
  ui::Options options(const std::string& file) const {
    ui::Options chosen;
    chosen.files = {file};
    chosen.language = "en";
    return chosen;
  }
};

TEST_F(Files, FoldersComeFirstAndWhatIsNoRunIsNotListed) {
  const std::string folder = path("listed");
  std::filesystem::create_directories(folder + "/zoo");
  for (const char* name : {"b.evtwin", "a.evtwin", "notes.txt", ".hidden.evtwin"})
    std::ofstream(folder + "/" + name) << name;
  shell::LocalFiles files;
  const ui::Folder listed = files.list_folder(folder);
  ASSERT_EQ(listed.entries.size(), 3U);
  EXPECT_TRUE(listed.entries[0].folder);
  EXPECT_EQ(listed.entries[0].name, "zoo");
  EXPECT_EQ(listed.entries[1].name, "a.evtwin");
  EXPECT_EQ(listed.entries[2].name, "b.evtwin");
  EXPECT_EQ(listed.entries[1].bytes, 8U);
  EXPECT_EQ(listed.parent, std::filesystem::path(folder).parent_path().string());
  EXPECT_NE(files.list_folder(folder + "/none").trouble, "");
}

TEST_F(Files, ThoseOpenedLatelyAreRememberedTheLastFirstAndGoneOnesForgotten) {
  shell::LocalFiles files(path("state/recent"));
  for (const char* name : {"a.evtwin", "b.evtwin"}) {
    std::ofstream(path(name)) << name;
    files.remember_file(path(name));
  }
  EXPECT_THAT(files.recent_files(), ElementsAre(path("b.evtwin"), path("a.evtwin")));
  files.remember_file(path("a.evtwin"));
  EXPECT_THAT(files.recent_files(), ElementsAre(path("a.evtwin"), path("b.evtwin")));
  std::filesystem::remove(path("a.evtwin"));
  EXPECT_THAT(files.recent_files(), ElementsAre(path("b.evtwin")));
  files.remember_file(path("none.evtwin"));
  EXPECT_THAT(files.recent_files(), ElementsAre(path("b.evtwin")));
}

TEST_F(Files, ARunIsChosenInTheWindowByTwoClicks) {
  ui::Options chosen = options(run_of("dc_v2g.lua"));
  run_of("dc_v2g.lua", {"--strategy", "asap"}, "b.evtwin");
  const auto files = std::make_shared<shell::LocalFiles>(path("recent"));
  chosen.machine = files;
  shell::Headless screen(chosen, 1000, 700);
  screen.draw_frames();
  screen.press_key('O');
  screen.draw_frames();
  ASSERT_NE(screen.ui().items.find_rect("picker.path"), nullptr);
  // By its path, as no test changes the folder it runs in.
  screen.click_item("picker.path");
  screen.type_text(path("b.evtwin"));
  screen.click_item("picker.open");
  screen.app().poll_runs(true);
  screen.draw_frames();
  EXPECT_EQ(screen.ui().items.find_rect("picker.path"), nullptr);
  ASSERT_EQ(screen.ui().runs.size(), 2U);
  ASSERT_NE(screen.ui().run_b(), nullptr);
  EXPECT_EQ(screen.ui().run_b()->strategy, "asap");
  EXPECT_THAT(files->recent_files(), ElementsAre(path("b.evtwin"), path("a.evtwin")));
}

TEST_F(Files, TheMenuOffersThoseOpenedLately) {
  const std::string before = run_of("dc_v2g.lua", {"--strategy", "asap"}, "before.evtwin");
  ui::Options chosen = options(run_of("dc_v2g.lua"));
  const auto files = std::make_shared<shell::LocalFiles>(path("recent_menu"));
  files->remember_file(before);
  chosen.machine = files;
  shell::Headless screen(chosen, 1000, 700);
  screen.draw_frames();
  screen.click_item("menu.file");
  screen.draw_frames();
  ASSERT_NE(screen.ui().items.find_rect("menu.recent.0"), nullptr);
  screen.click_item("menu.recent.1");  // 0 is the one that is open
  screen.app().poll_runs(true);
  screen.draw_frames();
  ASSERT_EQ(screen.ui().runs.size(), 2U);
  EXPECT_EQ(screen.ui().runs.back().file, before);
}

TEST_F(Files, AFileThatCanNotBeReadTakesNoRunsPlaceAndIsNotRemembered) {
  ui::Options chosen = options(run_of("dc_v2g.lua"));
  const std::string second = run_of("dc_v2g.lua", {"--strategy", "asap"}, "b.evtwin"), wrong = path("wrong.evtwin");
  std::ofstream(wrong) << "no run\n";
  const auto files = std::make_shared<shell::LocalFiles>(path("recent_wrong"));
  chosen.machine = files;
  shell::Headless screen(chosen, 1000, 700);
  const auto open = [&](const std::string& file) {
    screen.app().open_file(file);
    screen.app().poll_runs(true);
    screen.draw_frames();
  };
  open(wrong);
  EXPECT_EQ(screen.ui().run_b(), nullptr);
  EXPECT_EQ(screen.ui().compare, ui::Compare::a);
  EXPECT_THAT(screen.app().trouble_text(), HasSubstr("not an evtwin run file"));
  open(second);
  ASSERT_NE(screen.ui().run_b(), nullptr);
  open(wrong);
  ASSERT_NE(screen.ui().run_b(), nullptr);
  EXPECT_EQ(screen.ui().run_b()->strategy, "asap");
  EXPECT_THAT(files->recent_files(), ElementsAre(second, path("a.evtwin")));
}

TEST_F(Files, ARunStandsAloneWhereTheFileBeforeItCanNotBeRead) {
  ui::Options chosen = options(path("wrong_first.evtwin"));
  std::ofstream(path("wrong_first.evtwin")) << "no run\n";
  chosen.files.push_back(run_of("dc_v2g.lua"));
  shell::Headless screen(chosen, 1000, 700);
  screen.draw_frames();
  ASSERT_NE(screen.ui().run_a(), nullptr);
  EXPECT_EQ(screen.ui().run_b(), nullptr);
}

TEST_F(Files, ATimeOutsideTheRunIsToldWithWhatTheRunHas) {
  ui::Options chosen = options(run_of("dc_v2g.lua"));
  chosen.t = "2030-01-01T00:00";
  try {
    shell::Headless screen(chosen, 1000, 700);
    screen.draw_frames();
    FAIL() << "2030 is in no run of these tests";
  } catch (const std::invalid_argument& wrong) {
    EXPECT_THAT(wrong.what(), HasSubstr("--t 2030-01-01T00:00: the run is from "));
  }

  // A run that was cut is said to be: here a whole one that is marked so, and lacks its second half.
  chosen.files = {path("cut.evtwin")};
  std::filesystem::copy_file(run_of("dc_v2g.lua"), path("cut.evtwin"));
  {
    const record::Database database(path("cut.evtwin"), SQLITE_OPEN_READWRITE);
    record::Statement(database, "UPDATE run SET state = 'running', event_hash = NULL").next_row();
    record::Statement(database, "DELETE FROM meter WHERE start_ns > (SELECT (start_ns + end_ns) / 2 FROM run)")
        .next_row();
  }
  const model::RunPtr cut = model::read_run(path("cut.evtwin"));
  ASSERT_LT(cut->known_until_ns, cut->end_ns);
  chosen.t = cut->clock.iso_text(cut->end_ns - kernel::hour_ns);
  try {
    shell::Headless screen(chosen, 1000, 700);
    screen.draw_frames();
    FAIL() << "nothing is recorded there";
  } catch (const std::invalid_argument& wrong) {
    EXPECT_THAT(wrong.what(), HasSubstr("it is recorded until " + cut->clock.date_time_text(cut->known_until_ns)));
  }
}

TEST_F(Files, EscClosesWhatIsOnTopOneThingAPress) {
  ui::Options chosen = options(run_of("dc_v2g.lua"));
  chosen.machine = std::make_shared<shell::LocalFiles>();
  chosen.select = "DC-2";
  shell::Headless screen(chosen, 1000, 700);
  screen.draw_frames();
  const auto selected = [&] { return screen.ui().selection.evse != ui::no_row; };
  const auto there = [&](const char* item) { return screen.ui().items.find_rect(item) != nullptr; };
  ASSERT_TRUE(selected());

  // A menu over the screen.
  screen.click_item("menu.file");
  screen.draw_frames();
  ASSERT_TRUE(there("menu.quit"));
  screen.press_key(ui::key::escape);
  screen.draw_frames();
  EXPECT_FALSE(there("menu.quit"));
  EXPECT_TRUE(selected());

  // The picker over the help.
  screen.press_key(ui::key::f1);
  screen.draw_frames();
  ASSERT_TRUE(there("help.close"));
  screen.press_key('O');
  screen.draw_frames();
  ASSERT_TRUE(there("picker.open"));
  screen.press_key(ui::key::escape);
  screen.draw_frames();
  EXPECT_FALSE(there("picker.open"));
  EXPECT_TRUE(there("help.close"));
  screen.press_key(ui::key::escape);
  screen.draw_frames();
  EXPECT_FALSE(there("help.close"));
  EXPECT_TRUE(selected());
  screen.press_key(ui::key::escape);
  screen.draw_frames();
  EXPECT_FALSE(selected());
}

TEST_F(Files, TheStageOpensInTheFirstBusyHourAndPlaysThere) {
  ui::Options chosen = options(run_of("workplace_week.lua"));
  chosen.layout = "stakeholder";
  shell::Headless screen(chosen, 1440, 900);
  screen.draw_frames();
  const ui::Ui& ui = screen.ui();
  ASSERT_NE(ui.run_a(), nullptr);
  EXPECT_GT(ui.time.cursor_ns(), ui.run_a()->start_ns);
  EXPECT_FALSE(ui.time.playing) << "a picture holds still";
  EXPECT_DOUBLE_EQ(ui.time.speed, 86400.0 / 20.0);
  EXPECT_TRUE(ui.time.skip_idle);
  for (const char* item : {"verdict.sentence", "stage.picture", "stage.queue", "plot.power", "gauge.site", "story.0"})
    EXPECT_NE(ui.items.find_rect(item), nullptr) << item;
  // The other layout is a key away, and back.
  screen.press_key('V');
  screen.draw_frames();
  EXPECT_EQ(ui.items.find_rect("stage.picture"), nullptr);
  EXPECT_NE(ui.items.find_rect("kpi.total_cost"), nullptr);
  screen.press_key('V');
  screen.draw_frames();
  EXPECT_NE(ui.items.find_rect("stage.picture"), nullptr);
}

TEST_F(Files, TheStageAndItsTabsFitASmallWindow) {
  for (const char* language : {"en", "ko"}) {
    ui::Options chosen = options(run_of("workplace_week.lua"));
    chosen.layout = "stakeholder";
    chosen.language = language;
    shell::Headless screen(chosen, 640, 480);
    screen.draw_frames();
    for (const char* tab : {"tab.story_tab", "tab.power", "tab.money_tab", "tab.stage_tab"}) {
      screen.click_item(tab);
      screen.draw_frames();
    }
    const auto* picture = screen.ui().items.find_rect("stage.picture");
    ASSERT_NE(picture, nullptr);
    EXPECT_GT(picture->max.y - picture->min.y, 120.0F);
    EXPECT_LE(picture->max.x, 640.5F);
    EXPECT_LE(picture->max.y, 480.5F);
  }
}

}  // namespace
}  // namespace evtwin::viewer
