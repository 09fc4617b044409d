// Input of the user, in the order in which it was done. ImGui before 1.87 looks at buttons and keys once per frame: a
// press and release between two frames is lost to it, and two presses are one. A shell puts every event in here, and
// each frame takes as many as it can tell apart.
#pragma once
#include <imgui.h>

#include <array>
#include <bitset>
#include <cstddef>
#include <deque>

#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::ui {

class InputQueue {
 public:
  void move_mouse(float x, float y);
  void leave_window();  ///< the pointer is outside the window
  void set_button(int button, bool down);
  void turn_wheel(float dx, float dy);
  void set_key(int code, bool down);   ///< numbered as in keys.hpp; others are ignored
  void type_character(unsigned code);  ///< as typed, or as an input method commits it
  void release_all();                  ///< the window has lost the keyboard

  /// Hands the next events to ImGui, before ImGui::NewFrame: each button and key changes at most once.
  void apply_events(ImGuiIO& io);
  bool empty() const { return events_.empty(); }

 private:
  enum class Kind : unsigned char { move, button, wheel, key, character };
  struct Event {
    Kind kind;
    int code = 0;
    bool down = false;
    float x = 0.0F, y = 0.0F;
  };
  struct Told;  // what this frame has been told already
  bool fits_frame(const Event& event, const Told& told) const;
  void tell_imgui(const Event& event, ImGuiIO& io, Told& told);

  static constexpr std::size_t buttons = 3, keys = 512;
  static_assert(keys > ui::key::first_modifier + 7, "the right modifiers are the highest codes");
  std::deque<Event> events_;
  std::array<bool, buttons> buttons_{};
  std::bitset<keys> keys_;
  ImVec2 mouse_{-3.4e38F, -3.4e38F};
};

}  // namespace evtwin::viewer::ui
