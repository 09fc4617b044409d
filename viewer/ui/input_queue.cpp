#include "viewer/ui/input_queue.hpp"

#include <algorithm>
#include <cfloat>

#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::ui {

struct InputQueue::Told {
  std::bitset<buttons> pressed;
  std::bitset<keys> struck;
  bool any_button = false, wheel = false, text = false;
  bool dragged = false;  ///< the pointer moved with a button held: letting go comes in a frame after it
  bool command = false;  ///< a key went down that types nothing: it acts after the text of its frame
};

void InputQueue::move_mouse(float x, float y) {
  // Between two clicks only where the pointer came to matters.
  if (!events_.empty() && events_.back().kind == Kind::move) events_.pop_back();
  events_.push_back({Kind::move, 0, false, x, y});
}

void InputQueue::leave_window() { move_mouse(-FLT_MAX, -FLT_MAX); }

void InputQueue::set_button(int button, bool down) {
  if (button < 0 || button >= static_cast<int>(buttons)) return;
  events_.push_back({Kind::button, button, down});
}

void InputQueue::turn_wheel(float dx, float dy) { events_.push_back({Kind::wheel, 0, false, dx, dy}); }

void InputQueue::set_key(int code, bool down) {
  if (code < 0 || code >= static_cast<int>(keys)) return;
  events_.push_back({Kind::key, code, down});
}

void InputQueue::type_character(unsigned code) { events_.push_back({Kind::character, static_cast<int>(code)}); }

void InputQueue::release_all() {
  // Keys and buttons that are down once all that waits has been told.
  std::bitset<keys> down = keys_;
  std::array<bool, buttons> pressed = buttons_;
  for (const Event& event : events_) {
    if (event.kind == Kind::key) down.set(static_cast<std::size_t>(event.code), event.down);
    if (event.kind == Kind::button) pressed.at(static_cast<std::size_t>(event.code)) = event.down;
  }
  for (std::size_t code = 0; code < keys; ++code) {
    if (down.test(code)) set_key(static_cast<int>(code), false);
  }
  for (std::size_t i = 0; i < buttons; ++i) {
    if (pressed.at(i)) set_button(static_cast<int>(i), false);
  }
}

bool InputQueue::fits_frame(const Event& event, const Told& told) const {
  const auto code = static_cast<std::size_t>(event.code);
  switch (event.kind) {
    case Kind::move:
      return !told.any_button;  // a click is where it was
    case Kind::button:
      return !told.pressed.test(code) && !told.wheel && !(told.dragged && !event.down);
    case Kind::wheel:
      return !told.any_button;
    case Kind::key:
      // Modifiers in force at a click, and text before a command, stay before it.
      return !told.struck.test(code) && !told.any_button && !(told.text && event.down && event.code >= key::escape);
    case Kind::character:
      return !told.command;
  }
  return true;
}

void InputQueue::tell_imgui(const Event& event, ImGuiIO& io, Told& told) {
  const auto code = static_cast<std::size_t>(event.code);
  switch (event.kind) {
    case Kind::move:
      mouse_ = {event.x, event.y};
      told.dragged = told.dragged || std::any_of(buttons_.begin(), buttons_.end(), [](bool down) { return down; });
      break;
    case Kind::button:
      buttons_.at(code) = event.down;
      told.pressed.set(code);
      told.any_button = true;
      break;

    case Kind::wheel:
      io.MouseWheelH += event.x;
      io.MouseWheel += event.y;
      told.wheel = true;
      break;
    case Kind::key:
      keys_.set(code, event.down);
      told.struck.set(code);
      // Modifiers go with other keys, and characters come as text: neither acts by itself.
      told.command = told.command || (event.down && event.code >= key::escape && event.code < key::first_modifier);
      break;

    case Kind::character:
      io.AddInputCharacter(static_cast<unsigned>(event.code));
      told.text = true;
      break;
  }
}

void InputQueue::apply_events(ImGuiIO& io) {
  Told told;
  while (!events_.empty() && fits_frame(events_.front(), told)) {
    tell_imgui(events_.front(), io, told);
    events_.pop_front();
  }
  io.MousePos = mouse_;
  for (std::size_t i = 0; i < buttons; ++i) io.MouseDown[i] = buttons_.at(i);
  for (std::size_t i = 0; i < keys; ++i) io.KeysDown[i] = keys_.test(i);
  const auto either = [&](int code) {
    return keys_.test(static_cast<std::size_t>(code)) || keys_.test(static_cast<std::size_t>(code) + 4);
  };
  io.KeyShift = either(key::first_modifier);
  io.KeyCtrl = either(key::first_modifier + 1);
  io.KeyAlt = either(key::first_modifier + 2);
  io.KeySuper = either(key::first_modifier + 3);
}

}  // namespace evtwin::viewer::ui
