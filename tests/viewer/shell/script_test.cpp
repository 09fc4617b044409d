// Scripts: what a step does to ImGui's input, and what is said of one that can not be done.
#include <gtest/gtest.h>

#include "viewer/shell_headless/hands.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {
namespace {

/// A small screen of two named buttons, a text field and a square that hears wheel and drag.
class Script : public ::testing::Test {
 protected:
  Script()
      : context_(ImGui::CreateContext()), hands([this](double s) { frame(s); }, [this]() -> auto& { return items; }) {
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {400, 300};
    map_keys(io);
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
    frame(1.0 / 60.0);
  }
  ~Script() override { ImGui::DestroyContext(context_); }

  void frame(double seconds) {
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = static_cast<float>(seconds);
    hands.apply_input(io);
    ImGui::NewFrame();
    items.begin_frame();
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize({400, 300});
    ImGui::Begin("screen", nullptr, ImGuiWindowFlags_NoDecoration);
    if (ImGui::Button("Play")) ++played;
    items.register_last("player.play");
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(0)) ++twice;
    if (ImGui::IsItemHovered() && ImGui::IsMouseClicked(1)) ++right_clicks;
    ImGui::Button("Stop");
    items.register_last("player.stop");
    if (ImGui::IsItemClicked() && io.KeyCtrl) ++with_ctrl;
    ImGui::InputText("text", text, sizeof text);
    items.register_last("entity.search");
    ImGui::InvisibleButton("square", {100, 100});
    items.register_last("plot.power");
    if (ImGui::IsItemActive()) dragged += io.MouseDelta.x;
    if (ImGui::IsItemHovered()) wheeled += io.MouseWheel;
    if (ImGui::IsKeyPressed('K', false)) ++k_pressed;
    if (ImGui::IsKeyPressed('F', false) && io.KeyCtrl) ++ctrl_f;
    elapsed += static_cast<double>(io.DeltaTime);
    ++frames;
    ImGui::End();
    ImGui::Render();
  }
  std::string said_of(const std::string& steps) {
    try {
      play_steps(hands, steps);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  ImGuiContext* context_;
  ui::Items items;
  Hands hands;
  int played = 0, twice = 0, right_clicks = 0, with_ctrl = 0, k_pressed = 0, ctrl_f = 0, frames = 0;
  float dragged = 0.0F, wheeled = 0.0F;
  double elapsed = 0.0;
  char text[32] = "";
};

TEST_F(Script, ClicksWhatItNames) {
  play_steps(hands, "click player.play; click player.play\nright_click player.play; ctrl_click player.stop");
  EXPECT_EQ(played, 2);
  EXPECT_EQ(right_clicks, 1);
  EXPECT_EQ(with_ctrl, 1);
}

TEST_F(Script, TwoClicksAreNoDoubleClick) {
  play_steps(hands, "click player.play; click player.play");
  EXPECT_EQ(twice, 0);
  play_steps(hands, "double_click player.play");
  EXPECT_EQ(twice, 1);
}

TEST_F(Script, TurnsTheWheelAndDrags) {
  play_steps(hands, "wheel plot.power +2; drag plot.power -30 5");
  EXPECT_EQ(wheeled, 2.0F);
  EXPECT_EQ(dragged, -30.0F);
}

TEST_F(Script, PressesKeysAndTypes) {
  play_steps(hands, "key K; key ctrl+F; click entity.search; type EVSE 7; key backspace; type 한");
  EXPECT_EQ(k_pressed, 1);
  EXPECT_EQ(ctrl_f, 1);
  EXPECT_STREQ(text, "EVSE 한");
}

TEST_F(Script, LetsTimeGoByInFrames) {
  elapsed = frames = 0;
  play_steps(hands, "frames 4 0.5");
  EXPECT_EQ(frames, 4);
  EXPECT_DOUBLE_EQ(elapsed, 2.0);
}

TEST_F(Script, LooksWhatIsOnTheScreen) {
  play_steps(hands, "# a comment; click nothing\n expect player.play ;; expect no plan.run");
  EXPECT_EQ(
      said_of("expect plan.run"),
      "step 1 'expect plan.run': 'plan.run' is not on the screen (near it: player.play, player.stop, plot.power)");
  EXPECT_EQ(said_of("expect no player.stop"), "step 1 'expect no player.stop': 'player.stop' is on the screen");
}

TEST_F(Script, SaysWhichStepIsWrongAndWhy) {
  const auto expect_said = [&](const std::string& steps, const std::string& part) {
    const std::string said = said_of(steps);
    EXPECT_NE(said.find(part), std::string::npos) << said;
  };
  expect_said("key K; clack player.play", "step 2 'clack player.play': no step 'clack' (there are: away click");
  expect_said("click player.plya", "(near it: player.play,");
  expect_said("click", "something is missing after it");
  expect_said("wheel plot.power much", "'much' is no number");
  expect_said("wheel plot.power", "a number is missing at its end");
  expect_said("drag plot.power 3", "a number is missing at its end");
  expect_said("key Q1", "no key 'Q1' (A..Z, 0..9, , - . / =");
  expect_said("frames 0", "from 1 to 1000000 frames");
  expect_said("frames 1 -2", "a frame lasts up to 3600 s");
}

}  // namespace
}  // namespace evtwin::viewer::shell
