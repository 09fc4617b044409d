#include <imgui_internal.h>

#include <utility>

#include "viewer/shell_web/page.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {

void Input::move_mouse(float x, float y) { queue_.move_mouse(x, y); }
void Input::mouse_away() { queue_.leave_window(); }
void Input::set_button(int which, bool down) { queue_.set_button(which, down); }
void Input::turn_wheel(float x, float y) { queue_.turn_wheel(x, y); }

void Input::type_text(const std::string& utf8) {
  for (const char* at = utf8.c_str(); *at != '\0';) {
    unsigned code = 0;
    at += ImTextCharFromUtf8(&code, at, utf8.c_str() + utf8.size());
    if (code == 0) return;
    queue_.type_character(code);
  }
}

void Input::set_key(int code, bool down) {
  // Modifiers come with every event.
  if (code < 0 || code >= ui::key::first_modifier) return;
  // A Mac tells of no letter that was let go while Cmd was held: it is when it goes down again.
  const bool was_down = keys_.test(static_cast<std::size_t>(code));
  if (!down && !was_down) return;
  if (down && was_down) queue_.set_key(code, false);
  keys_.set(static_cast<std::size_t>(code), down);
  queue_.set_key(code, down);
}

void Input::set_modifiers(bool ctrl, bool shift, bool alt, bool meta) {
  // Of a Mac, Cmd is what Ctrl is elsewhere.
  const std::array<bool, 3> now{shift, ctrl || meta, alt};
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (std::exchange(modifiers_.at(i), now.at(i)) != now.at(i))
      queue_.set_key(ui::key::first_modifier + static_cast<int>(i), now.at(i));
  }
}

void Input::let_go() {
  queue_.release_all();
  keys_.reset();
  modifiers_ = {};
}

bool Input::apply_input(ImGuiIO& io) {
  const bool fresh = !queue_.empty();
  io.MouseWheel = io.MouseWheelH = 0.0F;
  queue_.apply_events(io);
  return fresh;
}

}  // namespace evtwin::viewer::shell
