// The page without a browser: its frames are drawn in memory.
#include "viewer/shell_web/page.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "viewer/model/run_files.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {
namespace {

using model::test::Folder;

struct Pages : ::testing::Test {
  static void SetUpTestSuite() {
    folder = new Folder;
    model::test::record_scenario(*folder / "edf.evtwin", "workplace_week", "edf", 2);
    model::test::record_scenario(*folder / "asap.evtwin", "workplace_week", "asap", 2);
  }
  static void TearDownTestSuite() { delete folder; }

  static std::unique_ptr<Page> page(const std::string& fragment, const std::vector<std::string>& names) {
    std::vector<std::string> files;
    for (const std::string& name : names) files.push_back(*folder / name);
    auto made = std::make_unique<Page>(make_cpu_surface(), read_link(fragment), files, "en-GB", false);
    made->resize_to(1200, 800, 1.0F);
    settle(*made);
    return made;
  }
  /// Until everything is read and no frame comes by itself.
  static Wishes settle(Page& page) {
    for (int i = 0; i < 20000; ++i) {
      const Wishes wishes = page.draw_frame(1.0 / 60.0);
      if (!wishes.again && page.app().ui().run_a() != nullptr) return wishes;
    }
    throw std::runtime_error("the page never settles");
  }

  static inline Folder* folder = nullptr;
};

// A year takes seconds to read: the page is there before.
TEST_F(Pages, TheFirstFrameWaitsForNoRun) {
  Page made(make_cpu_surface(), read_link(""), {*folder / "edf.evtwin"}, "en-GB", false);
  made.resize_to(600, 400, 1.0F);
  EXPECT_TRUE(made.draw_frame(1.0 / 60.0).again);
  EXPECT_EQ(made.app().ui().run_a(), nullptr);
  settle(made);
  EXPECT_NE(made.app().ui().run_a(), nullptr);
}

// The page brings another font where this is said: of the whole one nothing is lacking, in no frame of a Korean stage.
TEST_F(Pages, LacksNoCharacterThatTheFontHas) {
  Page made(make_cpu_surface(), read_link("#lang=ko&layout=stakeholder&compare=split&still"),
            {*folder / "edf.evtwin", *folder / "asap.evtwin"}, "ko", false);
  made.resize_to(1200, 800, 1.0F);
  int lacking = 0;
  for (int i = 0; i < 200 && (made.draw_frame(1.0 / 60.0).again || i < 3); ++i) lacking += made.lacks_characters();
  EXPECT_EQ(lacking, 0);
  EXPECT_NE(made.app().ui().run_b(), nullptr);
}

TEST_F(Pages, AnAddressShowsAgainWhatWasShown) {
  const auto first =
      page("#t=2026-06-01T11:30&window=3h&select=A-3&lang=ko&theme=dark&layout=stakeholder&compare=split",
           {"edf.evtwin", "asap.evtwin"});
  ui::Ui& shown = first->app().ui();
  shown.time.pan_by(kernel::hour_ns);  // the cursor is no longer in the middle of the window
  const Wishes wishes = settle(*first);
  const auto second = page(wishes.link, {"edf.evtwin", "asap.evtwin"});
  const ui::Ui& again = second->app().ui();
  EXPECT_EQ(again.time.cursor_ns(), shown.time.cursor_ns());
  EXPECT_EQ(again.time.from_ns(), shown.time.from_ns());
  EXPECT_EQ(again.time.to_ns(), shown.time.to_ns());
  EXPECT_EQ(again.selection.evse, shown.selection.evse);
  EXPECT_EQ(again.compare, ui::Compare::split);
  EXPECT_EQ(again.settings.layout, ui::Layout::stakeholder);
  EXPECT_TRUE(again.is_korean());
  EXPECT_TRUE(again.settings.dark);
  EXPECT_EQ(settle(*second).link, wishes.link);
}

TEST_F(Pages, ALinkThatMakesNoSenseIsToldBesideTheRun) {
  const std::pair<const char*, const char*> links[] = {{"#lang=xx", "--lang xx"},
                                                       {"#t=noon", "noon"},
                                                       {"#window=long", "long"},
                                                       {"#select=Z-9", "Z-9"},
                                                       {"#compare=split", "two run files"},
                                                       {"#open=plan", "evtwin view"}};
  for (const auto& [fragment, word] : links) {
    const auto made = page(fragment, {"edf.evtwin"});
    EXPECT_NE(made->app().ui().notice.find(word), std::string::npos) << fragment << ": " << made->app().ui().notice;
    EXPECT_NE(made->app().ui().run_a(), nullptr);
  }
}

TEST_F(Pages, AChangedAddressIsFollowed) {
  const auto made = page("", {"edf.evtwin"});
  const model::Run& run = *made->app().ui().run_a();
  made->follow_link("#t=2026-06-02T08:00&window=2h&select=A-2&lang=ko");
  settle(*made);
  const ui::Ui& ui = made->app().ui();
  EXPECT_EQ(ui.time.cursor_ns(), run.clock.parse_instant("2026-06-02T08:00"));
  EXPECT_EQ(ui.time.to_ns() - ui.time.from_ns(), 2 * kernel::hour_ns);
  EXPECT_EQ(run.evses[ui.selection.evse].name, "A-2");
  EXPECT_TRUE(ui.is_korean());
  made->follow_link("#select=A-3");
  settle(*made);
  EXPECT_EQ(ui.time.cursor_ns(), run.clock.parse_instant("2026-06-02T08:00")) << "what a link does not say stays";
  made->follow_link("#nonsense");
  EXPECT_NE(ui.notice.find("nonsense"), std::string::npos);
}

TEST_F(Pages, OffersNoQuestionsToEvtwinAndTheBrowsersChoiceOfFiles) {
  const auto made = page("", {"edf.evtwin"});
  const ui::Items& items = made->app().ui().items;
  EXPECT_EQ(items.find_rect("menu.ask"), nullptr);
  const auto click = [&](const char* name) {
    const ui::Items::Rect* rect = items.find_rect(name);
    ASSERT_NE(rect, nullptr) << name;
    made->input.move_mouse(rect->centre().x, rect->centre().y);
    made->draw_frame(1.0 / 60.0);
    made->input.set_button(0, true);
    made->input.set_button(0, false);  // both before the next frame comes
  };
  click("menu.file");
  settle(*made);
  EXPECT_EQ(items.find_rect("menu.path"), nullptr);
  click("menu.choose");
  bool asked = false;
  for (int i = 0; i < 5; ++i) asked = made->draw_frame(1.0 / 60.0).choose_file || asked;
  EXPECT_TRUE(asked);
}

// A page draws a frame when the browser has time: what went by in between was there.
TEST_F(Pages, APressBetweenTwoFramesIsOneFrameLong) {
  const auto made = page("", {"edf.evtwin"});
  ImGuiIO& io = ImGui::GetIO();
  made->input.set_key(ui::key::space, true);
  made->input.set_key(ui::key::space, false);
  EXPECT_TRUE(made->input.apply_input(io));
  EXPECT_TRUE(io.KeysDown[ui::key::space]);
  made->input.apply_input(io);
  EXPECT_FALSE(io.KeysDown[ui::key::space]);

  // Ctrl+F, both let go before the frame, is no F.
  made->input.set_modifiers(true, false, false, false);
  made->input.set_key('F', true);
  made->input.set_key('F', false);
  made->input.set_modifiers(false, false, false, false);
  made->input.apply_input(io);
  EXPECT_TRUE(io.KeysDown['F'] && io.KeyCtrl);
  made->input.apply_input(io);
  EXPECT_FALSE(io.KeyCtrl);

  made->input.set_button(1, true);
  made->input.apply_input(io);
  made->input.apply_input(io);
  EXPECT_TRUE(io.MouseDown[1]) << "held";
  made->input.let_go();
  made->input.apply_input(io);
  EXPECT_FALSE(io.MouseDown[1]);

  made->input.turn_wheel(0.0F, 1.0F);
  made->input.turn_wheel(0.0F, 1.0F);
  made->input.apply_input(io);
  EXPECT_EQ(io.MouseWheel, 2.0F);
  made->input.apply_input(io);
  EXPECT_EQ(io.MouseWheel, 0.0F);
  made->input.set_key(-1, true);  // keys and buttons that there are none of
  made->input.set_key(512, true);
  made->input.set_button(3, true);
}

// As fast as a hand and slower than a frame: the plot is held where the button went down, and let go where it went up.
TEST_F(Pages, ADragBetweenTwoFramesGoesAllTheWay) {
  const auto dragged_from = [](bool with_frames) {
    const auto made = page("#t=2026-06-01T11:30&window=3h", {"edf.evtwin"});
    const ui::Items::Rect* rect = made->app().ui().items.find_rect("plot.power");
    const ImVec2 at = rect->centre();
    const auto next = [&] {
      if (with_frames) made->draw_frame(1.0 / 60.0);
    };
    made->input.move_mouse(at.x, at.y);
    made->draw_frame(1.0 / 60.0);
    made->input.set_button(0, true);
    next();
    made->input.move_mouse(at.x + 20.0F, at.y);
    next();
    made->input.move_mouse(at.x + 60.0F, at.y);
    next();
    made->input.set_button(0, false);
    settle(*made);
    return made->app().ui().time.from_ns();
  };
  EXPECT_EQ(dragged_from(false), dragged_from(true));
  const auto still = page("#t=2026-06-01T11:30&window=3h", {"edf.evtwin"});
  EXPECT_LT(dragged_from(true), still->app().ui().time.from_ns());
}

TEST_F(Pages, WithoutARunAsksForOne) {
  Page made(make_cpu_surface(), read_link(""), {}, "ko", true);
  made.resize_to(600, 400, 1.0F);
  Wishes wishes;
  for (int i = 0; i < 5; ++i) wishes = made.draw_frame(1.0 / 60.0);
  EXPECT_NE(made.app().ui().items.find_rect("choose"), nullptr);
  EXPECT_TRUE(made.app().ui().is_korean());
  EXPECT_TRUE(made.app().ui().settings.dark);
  EXPECT_EQ(wishes.link, "");
  made.open_file(*folder / "asap.evtwin");
  settle(made);
  EXPECT_NE(made.app().ui().run_a(), nullptr);
}

}  // namespace
}  // namespace evtwin::viewer::shell
