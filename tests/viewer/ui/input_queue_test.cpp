// Clicks and keys as fast as events can come, however slow the frames: each acts once.
#include "viewer/ui/input_queue.hpp"

#include <gtest/gtest.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>

#include <cmath>
#include <random>
#include <string>

#include "viewer/shell_headless/hands.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::ui {
namespace {

/// A button, a text field and a count of what reached them.
class Pad {
 public:
  Pad() : context_(ImGui::CreateContext()) {
    ImGui::SetCurrentContext(context_);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;
    io.DisplaySize = {400.0F, 300.0F};
    io.MouseDoubleClickTime = 0.5F;
    shell::map_keys(io);
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
  }
  ~Pad() { ImGui::DestroyContext(context_); }
  Pad(const Pad&) = delete;
  Pad& operator=(const Pad&) = delete;

  void frame(double seconds = 1.0 / 60.0) {
    ImGuiIO& io = ImGui::GetIO();
    io.DeltaTime = static_cast<float>(seconds);
    queue.apply_events(io);
    ImGui::NewFrame();
    ImGui::SetNextWindowPos({0.0F, 0.0F});
    ImGui::SetNextWindowSize(io.DisplaySize);
    ImGui::Begin("pad", nullptr, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove);
    clicks += ImGui::Button("button", {200.0F, 100.0F}) ? 1 : 0;
    if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) ++doubles;
    if (typing) ImGui::SetKeyboardFocusHere();
    typing = false;
    ImGui::InputText("text", &text);
    if (ImGui::IsKeyPressed(key::space, false)) ++spaces;
    wheel += io.MouseWheel;
    ImGui::End();
    ImGui::Render();
  }
  void drain() {
    for (int i = 0; i < 2000 && !queue.empty(); ++i) frame();
    frame();
    frame();
  }

  InputQueue queue;
  int clicks = 0, doubles = 0, spaces = 0;
  float wheel = 0.0F;
  std::string text;
  bool typing = false;

 private:
  ImGuiContext* context_;
};

TEST(InputQueue, AHundredClicksAtRandomTimesActOnceEach) {
  std::mt19937 random(7);
  Pad pad;
  pad.frame();
  int expected = 0;
  for (int click = 0; click < 100; ++click) {
    const bool hits = random() % 4 != 0;
    expected += hits ? 1 : 0;
    // Pressed and released between two frames, or with frames of any length between.
    const auto frames = [&] {
      for (auto n = random() % 3; n > 0; --n) pad.frame(0.001 + static_cast<double>(random() % 300) * 1e-3);
    };
    pad.queue.move_mouse(hits ? 50.0F : 390.0F, hits ? 50.0F : 290.0F);
    frames();
    pad.queue.set_button(0, true);
    frames();
    pad.queue.set_button(0, false);
    frames();
    if (random() % 2 == 0) pad.drain();
  }
  pad.drain();
  EXPECT_EQ(pad.clicks, expected);
  Pad fast;
  fast.frame();
  fast.queue.move_mouse(50.0F, 50.0F);
  for (int click = 0; click < 100; ++click) {
    fast.queue.set_button(0, true);
    fast.queue.set_button(0, false);
  }
  fast.drain();
  EXPECT_EQ(fast.clicks, 100);
}

TEST(InputQueue, AClickIsWhereItWas) {
  Pad pad;
  pad.frame();
  // Pressed on the button, and the pointer has gone on before the next frame; and the other way round.
  pad.queue.move_mouse(50.0F, 50.0F);
  pad.queue.set_button(0, true);
  pad.queue.set_button(0, false);
  pad.queue.move_mouse(390.0F, 290.0F);
  pad.drain();
  EXPECT_EQ(pad.clicks, 1);
  pad.queue.move_mouse(390.0F, 290.0F);
  pad.queue.set_button(0, true);
  pad.queue.set_button(0, false);
  pad.queue.move_mouse(50.0F, 50.0F);
  pad.drain();
  EXPECT_EQ(pad.clicks, 1);
}

TEST(InputQueue, ADragIsSeenBeforeTheButtonIsLetGo) {
  Pad pad;
  pad.queue.move_mouse(50.0F, 50.0F);
  pad.queue.set_button(0, true);
  pad.queue.move_mouse(110.0F, 50.0F);
  pad.queue.set_button(0, false);
  std::string seen;
  for (int i = 0; i < 4; ++i) {
    pad.frame();
    const ImGuiIO& io = ImGui::GetIO();
    seen += (io.MouseDown[0] ? "down " : "up ") + std::to_string(std::lround(io.MousePos.x)) + ";";
  }
  EXPECT_EQ(seen, "down 50;down 110;up 110;up 110;");
}

TEST(InputQueue, TwoClicksWithinHalfASecondAreADoubleClick) {
  Pad pad;
  pad.frame();
  pad.queue.move_mouse(50.0F, 50.0F);
  for (const bool down : {true, false, true, false}) pad.queue.set_button(0, down);
  pad.drain();
  EXPECT_EQ(pad.doubles, 1);
  pad.frame(1.0);
  for (const bool down : {true, false}) pad.queue.set_button(0, down);
  pad.drain();
  pad.frame(0.6);
  for (const bool down : {true, false}) pad.queue.set_button(0, down);
  pad.drain();
  EXPECT_EQ(pad.doubles, 1);
}

TEST(InputQueue, AKeyTappedBetweenTwoFramesIsPressedOnce) {
  Pad pad;
  pad.frame();
  for (int i = 0; i < 5; ++i) {
    pad.queue.set_key(key::space, true);
    pad.queue.set_key(key::space, false);
  }
  pad.drain();
  EXPECT_EQ(pad.spaces, 5);
}

TEST(InputQueue, TextAndCommandsKeepTheirOrder) {
  Pad pad;
  pad.typing = true;
  pad.frame();
  pad.frame();
  const auto tap = [&](int code) {
    pad.queue.set_key(code, true);
    pad.queue.set_key(code, false);
  };
  pad.queue.type_character('a');
  pad.queue.type_character('b');
  tap(key::backspace);
  pad.queue.type_character('c');
  pad.queue.type_character(0xD55C);  // committed by an input method, without a key
  tap(key::left);
  pad.queue.type_character('d');
  pad.drain();
  EXPECT_EQ(pad.text, "acd\xED\x95\x9C");
}

TEST(InputQueue, WhatWasDownIsReleasedWhenTheWindowLosesTheKeyboard) {
  Pad pad;
  pad.queue.set_key(key::first_modifier + 1, true);
  pad.queue.set_button(0, true);
  pad.frame();
  EXPECT_TRUE(ImGui::GetIO().KeyCtrl);
  pad.queue.release_all();
  pad.drain();
  EXPECT_FALSE(ImGui::GetIO().KeyCtrl);
  EXPECT_FALSE(ImGui::GetIO().MouseDown[0]);
}

TEST(InputQueue, TheWheelIsSummedUp) {
  Pad pad;
  pad.frame();
  pad.queue.move_mouse(50.0F, 50.0F);
  for (int i = 0; i < 7; ++i) pad.queue.turn_wheel(0.0F, 1.0F);
  pad.drain();
  EXPECT_FLOAT_EQ(pad.wheel, 7.0F);
}

}  // namespace
}  // namespace evtwin::viewer::ui
