#include <cfloat>
#include <utility>

#include "viewer/shell_web/page.hpp"

namespace evtwin::viewer::shell {

Input::Input() { mouse_away(); }

void Input::move_mouse(float x, float y) {
  x_ = x;
  y_ = y;
  fresh_ = true;
}

void Input::type_text(const std::string& utf8) {
  typed_ += utf8;
  fresh_ = true;
}

void Input::mouse_away() { move_mouse(-FLT_MAX, -FLT_MAX); }

void Input::set_button(int which, bool down) {
  if (which < 0 || which >= 3) return;
  buttons_[which].down = down;
  buttons_[which].pressed |= down;
  fresh_ = true;
}

void Input::turn_wheel(float x, float y) {
  wheel_x_ += x;
  wheel_y_ += y;
  fresh_ = true;
}

void Input::set_key(int code, bool down) {
  if (code < 0 || code >= 512) return;
  keys_[code].down = down;
  keys_[code].pressed |= down;
  fresh_ = true;
}

void Input::set_modifiers(bool ctrl, bool shift, bool alt, bool meta) {
  ctrl_.set(ctrl);
  shift_.set(shift);
  alt_.set(alt);
  meta_.set(meta);
  fresh_ = true;
}

void Input::let_go() {
  for (Held& key : keys_) key = {};
  for (Held& button : buttons_) button = {};
  for (Held* modifier : {&ctrl_, &shift_, &alt_, &meta_}) *modifier = {};
  fresh_ = true;
}

bool Input::apply_input(ImGuiIO& io) {
  io.MousePos = {x_, y_};
  for (int i = 0; i < 3; ++i) io.MouseDown[i] = buttons_[i].take_state();
  io.MouseWheel = wheel_y_;
  io.MouseWheelH = wheel_x_;
  wheel_x_ = wheel_y_ = 0.0F;
  for (int i = 0; i < 512; ++i) io.KeysDown[i] = keys_[i].take_state();
  const bool ctrl = ctrl_.take_state(), meta = meta_.take_state();
  io.KeyCtrl = ctrl || meta;  // of a Mac, Cmd is what Ctrl is elsewhere
  io.KeyShift = shift_.take_state();
  io.KeyAlt = alt_.take_state();
  io.KeySuper = false;
  if (!typed_.empty()) io.AddInputCharactersUTF8(typed_.c_str());
  typed_.clear();
  return std::exchange(fresh_, false);
}

}  // namespace evtwin::viewer::shell
