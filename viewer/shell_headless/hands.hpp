// The user's hands, played: pointer, buttons, wheel and keys for ImGui's input, by the names of what is on the screen.
#pragma once
#include <imgui.h>

#include <functional>
#include <set>
#include <string>

#include "viewer/ui/items.hpp"

namespace evtwin::viewer::shell {

/// Key codes of ui/keys.hpp for ImGui's own widgets (text fields, menus).
void map_keys(ImGuiIO& io);

class Hands {
 public:
  /// @param frame draws one frame of so many seconds; it calls apply_input() before ImGui::NewFrame
  /// @param items of the frame drawn last
  Hands(std::function<void(double)> frame, std::function<const ui::Items&()> items);

  void apply_input(ImGuiIO& io) const;

  // Items by the names of ui::Items; @throws std::runtime_error naming what is not on the screen and the nearest names
  // that are.
  void move_to(const std::string& item);
  void move_away();
  void click_item(const std::string& item, int button = 0, bool ctrl = false, bool shift = false);
  void double_click(const std::string& item);
  void drag_item(const std::string& item, float dx, float dy, int button = 0);
  void turn_wheel(const std::string& item, float steps);
  void press_key(int code, bool ctrl = false, bool shift = false);
  void type_text(const std::string& utf8);
  void draw_frames(int count, double seconds = 1.0 / 60.0);
  /// @throws std::runtime_error as above
  const ui::Items::Rect& find_item(const std::string& item) const;
  bool on_screen(const std::string& item) const { return items_().find_rect(item) != nullptr; }

 private:
  void press_button(int button);

  std::function<void(double)> frame_;
  std::function<const ui::Items&()> items_;
  ImVec2 mouse_;
  bool buttons_[3] = {false, false, false};
  float wheel_ = 0.0F;
  bool ctrl_ = false, shift_ = false, twice_ = false;
  std::set<int> keys_;
  std::string typed_;
};

/// "click player.play; wheel plot.power 2; key ctrl+F; type edf; frames 5; expect NAME": a step per ';' or line; a line
/// that starts with '#' is a comment. Steps: click, right_click, ctrl_click, shift_click, double_click, move NAME;
/// away; drag NAME DX DY; right_drag NAME DX DY; wheel NAME STEPS; key KEY; type TEXT; frames COUNT [SECONDS]; expect
/// [no] NAME.
/// @throws std::runtime_error "step N 'TEXT': what is wrong".
void play_steps(Hands& hands, const std::string& steps);

}  // namespace evtwin::viewer::shell
