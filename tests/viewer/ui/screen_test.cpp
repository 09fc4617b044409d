// The whole screen, played by a script and without a display.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "viewer/shell_headless/headless.hpp"
#include "viewer/support/made_runs.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer {
namespace {

using shell::Headless;

ui::Options options_of(std::vector<std::string> files) {
  ui::Options options;
  options.files = std::move(files);
  options.language = "en";
  options.still = true;
  return options;
}

std::string week_of(const std::string& strategy) { return testing::scenario_run("workplace_week", strategy); }

TEST(Screen, PlayerKeysMoveTheCursor) {
  Headless viewer(options_of({week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  const model::TimeModel& time = viewer.ui().time;
  const auto start = time.cursor_ns();
  viewer.press_key(ui::key::right);
  EXPECT_EQ(time.cursor_ns(), start + 15 * kernel::minute_ns);
  viewer.press_key(ui::key::right, false, true);
  EXPECT_EQ(time.cursor_ns(), start + 11 * 15 * kernel::minute_ns);
  viewer.press_key(ui::key::end);
  EXPECT_EQ(time.cursor_ns(), time.end_ns());
  viewer.press_key(ui::key::home);
  EXPECT_EQ(time.cursor_ns(), start);
  viewer.press_key(ui::key::period);
  EXPECT_GT(time.cursor_ns(), start);
}

TEST(Screen, EveryPanelOfALargeScreenIsThereInBothLanguagesAndLayouts) {
  Headless viewer(options_of({week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  for (const char* item : {"menu.file", "kpi.total_cost", "plot.power", "plot.price", "plot.soc", "heat", "tab.events",
                           "player.play", "overview", "language"})
    EXPECT_NE(viewer.ui().items.find_rect(item), nullptr) << item;
  viewer.click_item("language");
  EXPECT_TRUE(viewer.ui().is_korean());
  EXPECT_NE(viewer.ui().items.find_rect("plot.power"), nullptr);
  viewer.press_key('V');
  viewer.draw_frames();
  EXPECT_EQ(viewer.ui().items.find_rect("plot.price"), nullptr);
  EXPECT_NE(viewer.ui().items.find_rect("plot.power"), nullptr);
  for (const char* item : {"stage.picture", "verdict.sentence", "gauge.site", "story.0"})
    EXPECT_NE(viewer.ui().items.find_rect(item), nullptr) << item;
}

TEST(Screen, NoPanelReachesBeyondTheSmallestScreen) {
  Headless viewer(options_of({week_of("edf")}), 1024, 700);
  viewer.draw_frames();
  for (const char* name : {"plot.power", "plot.price", "plot.soc", "heat", "overview", "player.time", "theme"}) {
    const auto* rect = viewer.ui().items.find_rect(name);
    ASSERT_NE(rect, nullptr) << name;
    EXPECT_GE(rect->min.x, 0.0F) << name;
    EXPECT_LE(rect->max.x, 1024.0F) << name;
    EXPECT_LE(rect->max.y, 700.0F) << name;
  }
}

TEST(Screen, AtTwiceTheSizeASmallScreenShowsOnePanelAtATimeAndAllCanBeReached) {
  ui::Options options = options_of({week_of("edf")});
  options.scale = 2.0F;
  Headless viewer(options, 1024, 700);
  viewer.draw_frames();
  const auto* power = viewer.ui().items.find_rect("plot.power");
  ASSERT_NE(power, nullptr);
  EXPECT_GT(power->max.y - power->min.y, 120.0F);
  EXPECT_EQ(viewer.ui().items.find_rect("plot.price"), nullptr);
  viewer.click_item("tab.price");
  viewer.draw_frames();
  EXPECT_NE(viewer.ui().items.find_rect("plot.price"), nullptr);
  for (const char* name : {"player.time", "overview", "theme"}) {
    const auto* rect = viewer.ui().items.find_rect(name);
    ASSERT_NE(rect, nullptr) << name;
    EXPECT_LE(rect->max.x, 1024.0F) << name;
    EXPECT_LE(rect->max.y, 700.0F) << name;
  }
  viewer.press_key('E');
  viewer.draw_frames();
  EXPECT_EQ(viewer.ui().items.find_rect("plot.price"), nullptr);
}

TEST(Screen, WheelZoomsEveryPlotAtOnceAndADoubleClickFits) {
  Headless viewer(options_of({week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  const model::TimeModel& time = viewer.ui().time;
  const auto whole = time.to_ns() - time.from_ns();
  viewer.turn_wheel("plot.power", 3.0F);
  EXPECT_LT(time.to_ns() - time.from_ns(), whole);
  viewer.double_click("plot.price");
  EXPECT_EQ(time.to_ns() - time.from_ns(), whole);
}

TEST(Screen, ClickInAPlotSeeks) {
  Headless viewer(options_of({week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  viewer.click_item("plot.power");
  const model::TimeModel& time = viewer.ui().time;
  const auto middle = time.start_ns() + (time.end_ns() - time.start_ns()) / 2;
  EXPECT_LT(std::abs(time.cursor_ns() - middle), kernel::hour_ns);
}

TEST(Screen, TabGoesThroughAllWaysToCompareTwoRuns) {
  Headless viewer(options_of({week_of("asap"), week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  EXPECT_EQ(viewer.ui().compare, ui::Compare::overlay);
  for (const ui::Compare expected :
       {ui::Compare::split, ui::Compare::difference, ui::Compare::a, ui::Compare::b, ui::Compare::overlay}) {
    viewer.press_key(ui::key::tab);
    viewer.draw_frames(1);
    EXPECT_EQ(viewer.ui().compare, expected);
  }
}

TEST(Screen, KeysTypedIntoTheSearchAreNoCommands) {
  Headless viewer(options_of({week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  viewer.press_key('F', true);
  viewer.draw_frames();
  viewer.type_text("t");
  EXPECT_FALSE(viewer.ui().settings.dark);
  EXPECT_EQ(viewer.ui().search, "t");
}

TEST(Screen, DeepLinkShowsInstantWindowAndSelection) {
  ui::Options options = options_of({week_of("edf")});
  options.t = "2026-06-03T18:45";
  options.window = "6h";
  options.select = "A-3";
  Headless viewer(options, 1440, 900);
  viewer.draw_frames();
  const ui::Ui& ui = viewer.ui();
  EXPECT_EQ(ui.run_a()->clock.date_time_text(ui.time.cursor_ns()), "2026-06-03 18:45");
  EXPECT_EQ(ui.time.to_ns() - ui.time.from_ns(), 6 * kernel::hour_ns);
  EXPECT_EQ(ui.run_a()->evses[ui.selection.evse].name, "A-3");
}

TEST(Screen, ALinkThatSaysNothingSensibleIsRefusedInWords) {
  const auto refused = [](auto change) {
    ui::Options options = options_of({week_of("edf")});
    change(options);
    try {
      Headless viewer(options, 640, 480);
      viewer.draw_frames();
    } catch (const std::invalid_argument& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_NE(refused([](ui::Options& o) { o.layout = "both"; }).find("stakeholder"), std::string::npos);
  EXPECT_NE(refused([](ui::Options& o) { o.compare = "split"; }).find("two run files"), std::string::npos);
  EXPECT_NE(refused([](ui::Options& o) { o.select = "Z-9"; }).find("Z-9"), std::string::npos);
  EXPECT_NE(refused([](ui::Options& o) { o.scale = 9; }).find("1 to 2"), std::string::npos);
}

TEST(Screen, VisibleRangeIsWrittenAsCsv) {
  Headless viewer(options_of({week_of("edf")}), 1440, 900);
  viewer.draw_frames();
  const std::string file = (testing::made_folder() / "power.csv").string();
  viewer.app().request_csv("plot.power", file);
  viewer.draw_frames(1);
  std::ifstream in(file);
  std::string head, row;
  ASSERT_TRUE(std::getline(in, head));
  EXPECT_NE(head.find("kW"), std::string::npos) << head;
  EXPECT_TRUE(std::getline(in, row));
}

TEST(Screen, AFileThatIsNoRunIsToldAndNothingBreaks) {
  const std::string file = (testing::made_folder() / "no.evtwin").string();
  std::ofstream(file) << "not a run";
  Headless viewer(options_of({file}), 1024, 700);
  viewer.draw_frames();
  EXPECT_NE(viewer.app().trouble_text().find("no.evtwin: not an evtwin run file"), std::string::npos)
      << viewer.app().trouble_text();
}

TEST(Screen, EveryWordHasBothLanguages) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(ui::Word::count); ++i) {
    const auto word = static_cast<ui::Word>(i);
    EXPECT_STRNE(ui::text_of(word, ui::Language::english), "") << ui::id_of(word);
    EXPECT_STRNE(ui::text_of(word, ui::Language::korean), "") << ui::id_of(word);
  }
}

}  // namespace
}  // namespace evtwin::viewer
