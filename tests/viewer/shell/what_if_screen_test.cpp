// The what-if pages as a user works them, without a display: clicked by name, answered by evtwin itself.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/paths.hpp"
#include "viewer/model/child_process.hpp"
#include "viewer/shell_headless/headless.hpp"

namespace evtwin::viewer::shell {
namespace {

namespace fs = std::filesystem;

/// A run of a day with bookings, made once.
class WhatIfScreen : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("EVTWIN_LIBRARY", (paths::source_dir + "/scenarios/lib").c_str(), 1);
    std::string pattern = ::testing::TempDir() + "evtwin-screen-XXXXXX";
    folder = mkdtemp(pattern.data());
    evtwin({"run", paths::source_dir + "/scenarios/manager_day.lua", "--out", run_file()});
  }
  static void TearDownTestSuite() { fs::remove_all(folder); }

  static void evtwin(std::vector<std::string> words) {
    words.insert(words.begin(), paths::program);
    model::ChildProcess child(std::move(words));
    child.wait_for_end();
    ASSERT_EQ(child.exit_status(), 0) << child.stderr_text();
  }
  static std::string run_file() { return folder + "/day.evtwin"; }
  static ui::Options options(const std::string& page, const std::string& file = run_file()) {
    ui::Options out;
    out.files = {file};
    out.language = "en";
    out.open = page;
    out.evtwin = paths::program;
    out.t = "2026-06-10T10:30";
    return out;
  }
  static bool there(Headless& viewer, const std::string& item) { return viewer.ui().items.find_rect(item) != nullptr; }

  static std::string folder;
};
std::string WhatIfScreen::folder;

constexpr int until_answered = 60;  // frames: a still viewer waits for its answer after some of them

TEST_F(WhatIfScreen, AChargeIsPlannedAndBothWaysAreShown) {
  Headless viewer(options("plan"), 1024, 700);
  viewer.draw_frames(5);
  EXPECT_FALSE(there(viewer, "plan.cost"));
  viewer.click_item("plan.run");
  viewer.draw_frames(until_answered);
  for (const char* item : {"plan.why", "plan.cost", "plan.cost.existing", "plan.ready", "plan.schedule", "plan.run"})
    EXPECT_TRUE(there(viewer, item)) << item;
}

TEST_F(WhatIfScreen, StrategiesStandInWordsWhereOneIsChosen) {
  Headless viewer(options("plan"), 1024, 700);
  viewer.draw_frames(until_answered);
  EXPECT_EQ(viewer.ui().items.find_text("plan.baseline"), "charge at once (asap)");
  viewer.play_script("click plan.strategy; frames 3");
  EXPECT_EQ(viewer.ui().items.find_text("plan.strategy.edf"), "who leaves first charges first (edf)");
  Headless site(options("site"), 1024, 700);
  site.draw_frames(until_answered);
  site.play_script("click change.strategy; frames 3");
  EXPECT_EQ(site.ui().items.find_text("change.strategy.asap"), "charge at once (asap)");
}

TEST_F(WhatIfScreen, AQuestionCanBeCancelled) {
  // An evtwin whose advice never comes.
  const std::string slow = folder + "/slow-evtwin";
  std::ofstream(slow) << "#!/bin/sh\n[ \"$1\" = advise ] && exec sleep 100000\nexec " << paths::quoted(paths::program)
                      << " \"$@\"\n";
  fs::permissions(slow, fs::perms::owner_all);
  ui::Options asking = options("plan");
  asking.evtwin = slow;
  Headless viewer(asking, 1024, 700);
  viewer.draw_frames(5);
  viewer.click_item("plan.run");
  ASSERT_TRUE(there(viewer, "plan.cancel"));
  viewer.click_item("plan.cancel");
  viewer.draw_frames(until_answered);
  EXPECT_TRUE(there(viewer, "plan.run"));
  EXPECT_FALSE(there(viewer, "plan.cost"));
  EXPECT_FALSE(there(viewer, "plan.trouble"));  // who cancels needs no explanation
}

TEST_F(WhatIfScreen, AWishThatMakesNoSenseGetsTheReason) {
  Headless viewer(options("plan"), 1024, 700);
  viewer.draw_frames(5);
  viewer.play_script("click plan.leave; key ctrl+A; type 2026-06-10 09:00; key enter; click plan.run; frames 60");
  EXPECT_TRUE(there(viewer, "plan.trouble"));
  EXPECT_FALSE(there(viewer, "plan.cost"));
}

TEST_F(WhatIfScreen, AChangedSiteOpensAsRunBWithItsFigures) {
  Headless viewer(options("site"), 1024, 700);
  viewer.draw_frames(5);
  viewer.play_script("double_click change.contract_kw; key ctrl+A; type 20; key enter; click change.run; frames 60");
  const ui::Ui& ui = viewer.ui();
  ASSERT_EQ(ui.runs.size(), 2U);
  ASSERT_NE(ui.run_b(), nullptr);
  EXPECT_EQ(ui.compare, ui::Compare::overlay);
  EXPECT_EQ(ui.run_b()->parameters.at("change contract_kw"), "20");
  EXPECT_EQ(ui.run_b()->seed, ui.run_a()->seed);
  EXPECT_LE(model::kpi_value(*ui.run_b(), "peak_kw"), 20.0 + 1e-9);
  EXPECT_GT(model::kpi_value(*ui.run_a(), "peak_kw"), 20.0);
  for (const char* item :
       {"change.sentence", "change.total_cost.a", "change.total_cost.b", "change.overlay", "change.save"})
    EXPECT_TRUE(there(viewer, item)) << item;
}

TEST_F(WhatIfScreen, TheSliderRunsAgainWhenItIsReleasedAndReplacesTheAnswer) {
  Headless viewer(options("site"), 1024, 700);
  viewer.draw_frames(5);
  viewer.drag_item("change.contract_slider", 40.0F, 0.0F);
  viewer.draw_frames(until_answered);
  const ui::Ui& ui = viewer.ui();
  ASSERT_EQ(ui.runs.size(), 2U);
  ASSERT_NE(ui.run_b(), nullptr);
  const std::string first = ui.run_b()->parameters.at("change contract_kw");
  viewer.drag_item("change.contract_slider", 80.0F, 0.0F);
  viewer.draw_frames(until_answered);
  ASSERT_EQ(ui.runs.size(), 2U);  // the answer before is not kept
  ASSERT_NE(ui.run_b(), nullptr);
  EXPECT_NE(ui.run_b()->parameters.at("change contract_kw"), first);
}

TEST_F(WhatIfScreen, AnAnswerIsSavedUnderANameAndNeverOverAFile) {
  Headless viewer(options("site"), 1024, 700);
  viewer.draw_frames(5);
  const std::string file = folder + "/kept.evtwin";
  viewer.play_script("click change.run; frames 60; click change.save_path; type " + file + "; click change.save");
  EXPECT_TRUE(fs::exists(file));
  EXPECT_NE(viewer.ui().notice.find("Written"), std::string::npos) << viewer.ui().notice;
  viewer.click_item("change.save");
  EXPECT_NE(viewer.ui().notice.find("Can not be written"), std::string::npos) << viewer.ui().notice;
}

std::string text_in(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Saved, read again by evtwin, and the same run: no booking lost its vehicle, energy, EVSE, priority or window.
TEST_F(WhatIfScreen, BookingsThatNobodyTouchedAreSavedWithTheirVehiclesAndMakeTheSameRun) {
  Headless viewer(options("site"), 1024, 700);
  viewer.draw_frames(5);
  const std::string file = folder + "/bookings.csv";
  viewer.play_script("click change.tab_bookings; frames 3");
  EXPECT_FALSE(there(viewer, "change.bookings_fixed"));
  viewer.play_script("click change.bookings_path; type " + file + "; click change.bookings_save");
  const std::string text = text_in(file);
  EXPECT_NE(text.find("van-1,Porter,2026-06-10T13:00:00+09:00,2026-06-10T18:00:00+09:00,0.2,0.7,,A-1,2,false,,,\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("T23:30:00+09:00,0.25,0.65,,any,0,false,,,\n"), std::string::npos) << text;
  EXPECT_NE(text.find("0.3,0.6,,D-1,0,false,,2026-06-10T07:00:00+09:00,2026-06-10T22:00:00+09:00\n"), std::string::npos)
      << text;
  const std::string again = folder + "/again.evtwin";
  evtwin({"run", paths::source_dir + "/scenarios/manager_day.lua", "--change", "bookings=" + file, "--out", again});
  const model::RunPtr run = model::read_run(again);
  EXPECT_EQ(run->event_hash, viewer.ui().run_a()->event_hash);
  EXPECT_EQ(model::kpi_value(*run, "total_cost"), model::kpi_value(*viewer.ui().run_a(), "total_cost"));
}

// night-shift takes A-1 when van-1 has left, since the scenario leaves its EVSE free: so it may take another.
TEST_F(WhatIfScreen, WhatTheScenarioLeavesFreeStaysFreeWhenBookingsAreEdited) {
  Headless viewer(options("site"), 1024, 700);
  viewer.play_script(
      "frames 5; click change.tab_bookings; frames 40; double_click change.booking.van-1.leave; key ctrl+A; "
      "type 2026-06-10 21:00; key enter; click change.bookings.run; frames 60; expect no change.bookings.trouble");
  const model::Run* b = viewer.ui().run_b();
  ASSERT_NE(b, nullptr);
  const auto night =
      std::ranges::find_if(b->sessions, [](const auto& session) { return session.name == "night-shift"; });
  ASSERT_NE(night, b->sessions.end());
  ASSERT_LT(night->evse, b->evses.size());
  EXPECT_NE(b->evses[night->evse].name, "A-1");
}

// A scenario that reads the saved table has as many bookings to move as the one that they came from.
TEST_F(WhatIfScreen, ASavedTableKeepsPrioritiesAndWindowsForAnotherScenario) {
  Headless viewer(options("site"), 1024, 700);
  const std::string file = folder + "/windows.csv", scenario = folder + "/from_table.lua";
  viewer.play_script("frames 5; click change.tab_bookings; frames 3; click change.bookings_path; type " + file +
                     "; click change.bookings_save");
  std::string text = text_in(paths::source_dir + "/scenarios/manager_day.lua");
  const std::size_t from = text.find("bookings {"), to = text.find("\n  },\n  strategy", from);
  ASSERT_NE(to, std::string::npos);
  text.replace(from, to + 4 - from, "bookings \"windows.csv\"");
  std::ofstream(scenario) << text;
  const auto listed = [](const std::string& asked) {
    model::ChildProcess child({paths::program, "advise", asked, "--bookings", "--list", "--json"});
    child.wait_for_end();
    EXPECT_EQ(child.exit_status(), 0) << child.stderr_text();
    const std::string json = child.stdout_text();
    return json.substr(std::min(json.size(), json.find("\"bookings\"")));
  };
  EXPECT_EQ(listed(scenario), listed(paths::source_dir + "/scenarios/manager_day.lua"));
}

TEST_F(WhatIfScreen, AnEvseThatTwoBookingsWantIsToldWithoutAFileThatNobodyKnows) {
  Headless viewer(options("site"), 1024, 700);
  viewer.play_script(
      "frames 5; click change.tab_bookings; frames 40; click change.booking.commuter.evse; frames 2; "
      "click change.booking.commuter.evse.A-1; frames 2; click change.bookings.run; frames 60");
  ASSERT_TRUE(there(viewer, "change.bookings.trouble"));
  const std::string text = viewer.ui().items.find_text("change.bookings.trouble");
  EXPECT_NE(text.find("overlaps"), std::string::npos) << text;
  EXPECT_EQ(text.find(".csv"), std::string::npos) << text;
}

TEST_F(WhatIfScreen, BookingsAreEditedWithTheirVehiclesRunAgainAndTheDifferenceIsShown) {
  Headless viewer(options("site"), 1024, 700);
  viewer.play_script(
      "frames 5; click change.tab_bookings; frames 3; click change.booking.van-1.vehicle; frames 2; "
      "click change.booking.van-1.vehicle.Kona; frames 2; double_click change.booking.commuter.target; key ctrl+A; "
      "type 95; key enter; click change.booking.night-shift.drop; frames 2; click change.bookings_add; frames 2; "
      "click change.bookings.run; frames 60");
  const model::Run* b = viewer.ui().run_b();
  ASSERT_NE(b, nullptr);
  const auto session = [&](const std::string& name) {
    const auto found = std::ranges::find_if(b->sessions, [&](const model::Session& each) { return each.name == name; });
    return found == b->sessions.end() ? nullptr : &*found;
  };
  ASSERT_NE(session("van-1"), nullptr);
  EXPECT_EQ(session("van-1")->vehicle, "Kona");
  EXPECT_NEAR(session("van-1")->wanted_kwh, 0.5 * 64.0 / 0.93, 1e-9);
  ASSERT_NE(session("commuter"), nullptr);
  EXPECT_NEAR(session("commuter")->wanted_kwh, 0.45 * 64.8 / 0.93, 1e-9);
  EXPECT_EQ(session("night-shift"), nullptr);
  EXPECT_NE(session("new-1"), nullptr);
  EXPECT_TRUE(there(viewer, "change.sentence"));
  EXPECT_TRUE(there(viewer, "change.booking.van-1.got"));
}

TEST_F(WhatIfScreen, BookingsAreLoadedFromACsvAndOneThatIsWrongSaysItsLine) {
  const std::string good = folder + "/good.csv", bad = folder + "/bad.csv";
  std::ofstream(good) << "id,vehicle,arrive,leave,soc,target\nvan-1,,2026-06-10T09:30,2026-06-10T12:00,,\n"
                         "taxi,Niro,2026-06-10T12:00,2026-06-10T14:00,0.4,0.6\n";
  std::ofstream(bad) << "id,vehicle\nvan-1,Tesla\n";
  Headless viewer(options("site"), 1024, 700);
  viewer.play_script("frames 5; click change.tab_bookings; frames 3; click change.bookings_path; type " + bad +
                     "; click change.bookings_load; frames 2");
  EXPECT_TRUE(there(viewer, "change.bookings_trouble"));
  viewer.play_script(
      "click change.bookings_path; key ctrl+A; type " + good +
      "; click change.bookings_load; frames 2; expect no change.bookings_trouble; "
      "expect change.booking.taxi; expect no change.booking.commuter; click change.bookings.run; frames 60");
  ASSERT_NE(viewer.ui().run_b(), nullptr);
  EXPECT_EQ(viewer.ui().run_b()->sessions.size(), 2U);
}

TEST_F(WhatIfScreen, AdviceOnBookingsIsGivenInTheWindowAndTakenOver) {
  Headless viewer(options("site"), 1024, 700);
  viewer.play_script("frames 5; click change.tab_bookings; frames 3; click bookings.advise.run; frames 60");
  // What is saved is of the objective, which stands beside the bill: the differences of both can be checked.
  const std::string saves = viewer.ui().items.find_text("bookings.saves");
  const auto figure_behind = [&](const std::string& words) {
    const std::size_t at = saves.find(words);
    EXPECT_NE(at, std::string::npos) << words << ": " << saves;
    std::string digits;
    for (std::size_t i = at + words.size(); at != std::string::npos && i < saves.size(); ++i) {
      if (saves[i] != ',' && (saves[i] < '0' || saves[i] > '9')) break;
      if (saves[i] != ',') digits += saves[i];
    }
    return digits.empty() ? model::none : std::stod(digits);
  };
  const double before = figure_behind("Cost (bill, wear, unmet, storage): ");
  const std::string after_words = saves.substr(saves.find("Cost ("));
  const double after = std::stod([&] {
    std::string digits;
    for (std::size_t i = after_words.find("> ") + 2; after_words[i] == ',' || std::isdigit(after_words[i]) != 0; ++i)
      if (after_words[i] != ',') digits += after_words[i];
    return digits;
  }());
  EXPECT_GT(figure_behind("saves "), 100.0);
  EXPECT_NEAR(before - after, figure_behind("saves "), 1.0) << saves;
  EXPECT_GT(figure_behind("of this the bill: "), 100.0);
  ASSERT_TRUE(there(viewer, "bookings.take"));
  viewer.play_script("click bookings.take; frames 2; click change.bookings.run; frames 60");
  ASSERT_NE(viewer.ui().run_b(), nullptr);
  EXPECT_LT(model::kpi_value(*viewer.ui().run_b(), "total_cost"), model::kpi_value(*viewer.ui().run_a(), "total_cost"));
}

TEST_F(WhatIfScreen, BookingsAreChangedAndRunWhereTheScenarioTakesASessionFile) {
  const std::string sessions = paths::source_dir + "/scenarios/example_sessions.csv", file = folder + "/real.evtwin";
  evtwin({"run", paths::source_dir + "/scenarios/real_sessions.lua", "--set", "sessions=" + sessions, "--out", file});
  ui::Options of_real = options("site", file);
  of_real.t.clear();
  Headless viewer(of_real, 1024, 700);
  viewer.play_script("frames 5; click change.tab_bookings; frames 3");
  ASSERT_FALSE(there(viewer, "change.bookings_fixed"));
  viewer.play_script("click change.bookings.run; frames 60");
  ASSERT_NE(viewer.ui().run_b(), nullptr);
  EXPECT_EQ(viewer.ui().run_b()->sessions.size(), viewer.ui().run_a()->sessions.size());
}

TEST_F(WhatIfScreen, StrategiesBecomePointsAndOpenAsRuns) {
  Headless viewer(options("quadrant"), 1024, 700);
  viewer.draw_frames(until_answered);
  viewer.click_item("quadrant.strategy.lp");  // chosen at first: off
  viewer.play_script("click quadrant.run; frames 60");
  EXPECT_TRUE(there(viewer, "quadrant.point.asap"));
  EXPECT_FALSE(there(viewer, "quadrant.point.lp"));
  EXPECT_TRUE(there(viewer, "quadrant.best.A"));
  viewer.play_script("click quadrant.open; frames 5");
  ASSERT_EQ(viewer.ui().runs.size(), 3U);
  EXPECT_EQ(viewer.ui().runs[1].run->strategy, "asap");
  EXPECT_EQ(viewer.ui().runs[2].run->strategy, "edf");
}

TEST_F(WhatIfScreen, ARunOfALogSaysWhatToDoInstead) {
  const std::string file = folder + "/log.evtwin";
  evtwin({"replay", paths::source_dir + "/scenarios/made_site.log", "--out", file});
  ui::Options of_log = options("plan", file);
  of_log.t.clear();
  Headless viewer(of_log, 1024, 700);
  viewer.draw_frames(5);
  EXPECT_TRUE(there(viewer, "what_if.trouble"));
  viewer.click_item("plan.run");
  viewer.draw_frames(3);
  EXPECT_FALSE(there(viewer, "plan.cancel"));  // nothing was asked
}

TEST_F(WhatIfScreen, WithoutEvtwinItIsSaidAndNothingBreaks) {
  ui::Options lost = options("plan");
  lost.evtwin = "/nowhere/evtwin";
  Headless viewer(lost, 1024, 700);
  viewer.draw_frames(5);
  viewer.click_item("plan.run");
  viewer.draw_frames(5);
  EXPECT_TRUE(there(viewer, "plan.trouble"));
}

}  // namespace
}  // namespace evtwin::viewer::shell
