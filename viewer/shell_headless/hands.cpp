#include "viewer/shell_headless/hands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <stdexcept>
#include <utility>
#include <vector>

#include "kernel/nearest.hpp"
#include "viewer/ui/keys.hpp"

namespace evtwin::viewer::shell {
namespace {

const ImVec2 nowhere{-FLT_MAX, -FLT_MAX};

std::string nearest_names(const ui::Items& items, const std::string& wanted) {
  std::vector<std::pair<unsigned, std::string>> by_distance;
  for (const auto& [name, rect] : items.all_rects()) by_distance.emplace_back(kernel::half_slips(wanted, name), name);
  std::sort(by_distance.begin(), by_distance.end());
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, by_distance.size()); ++i)
    text += (i == 0 ? "" : ", ") + by_distance[i].second;
  return text.empty() ? "nothing has a name" : "near it: " + text;
}

}  // namespace

void map_keys(ImGuiIO& io) {
  using namespace ui;
  // Keys of ImGui's own widgets; panels ask for theirs by code.
  const std::pair<ImGuiKey_, int> map[] = {{ImGuiKey_Tab, key::tab},
                                           {ImGuiKey_LeftArrow, key::left},
                                           {ImGuiKey_RightArrow, key::right},
                                           {ImGuiKey_UpArrow, key::up},
                                           {ImGuiKey_DownArrow, key::down},
                                           {ImGuiKey_PageUp, key::page_up},
                                           {ImGuiKey_PageDown, key::page_down},
                                           {ImGuiKey_Home, key::home},
                                           {ImGuiKey_End, key::end},
                                           {ImGuiKey_Insert, key::insert},
                                           {ImGuiKey_Delete, key::del},
                                           {ImGuiKey_Backspace, key::backspace},
                                           {ImGuiKey_Space, key::space},
                                           {ImGuiKey_Enter, key::enter},
                                           {ImGuiKey_Escape, key::escape},
                                           {ImGuiKey_KeyPadEnter, key::keypad_enter},
                                           {ImGuiKey_A, 'A'},
                                           {ImGuiKey_C, 'C'},
                                           {ImGuiKey_V, 'V'},
                                           {ImGuiKey_X, 'X'},
                                           {ImGuiKey_Y, 'Y'},
                                           {ImGuiKey_Z, 'Z'}};
  for (const auto& [imgui, code] : map) io.KeyMap[imgui] = code;
}

Hands::Hands(std::function<void(double)> frame, std::function<const ui::Items&()> items)
    : frame_(std::move(frame)), items_(std::move(items)), mouse_(nowhere) {}

void Hands::apply_input(ImGuiIO& io) const {
  io.MousePos = mouse_;
  for (int i = 0; i < 3; ++i) io.MouseDown[i] = buttons_[i];
  io.MouseWheel = wheel_;
  io.MouseWheelH = 0.0F;
  // Two clicks on the same place are two clicks, however few frames lie between them.
  io.MouseDoubleClickTime = twice_ ? 0.3F : -1.0F;
  io.KeyCtrl = ctrl_;
  io.KeyShift = shift_;
  io.KeyAlt = io.KeySuper = false;
  for (int i = 0; i < IM_ARRAYSIZE(io.KeysDown); ++i) io.KeysDown[i] = keys_.contains(i);
  if (!typed_.empty()) io.AddInputCharactersUTF8(typed_.c_str());
}

const ui::Items::Rect& Hands::find_item(const std::string& item) const {
  const ui::Items& items = items_();
  if (const auto* rect = items.find_rect(item)) return *rect;
  throw std::runtime_error(fmt::format("'{}' is not on the screen ({})", item, nearest_names(items, item)));
}

void Hands::draw_frames(int count, double seconds) {
  for (int i = 0; i < count; ++i) frame_(seconds);
}

void Hands::move_to(const std::string& item) {
  mouse_ = find_item(item).centre();
  draw_frames(2);
}

void Hands::move_away() {
  mouse_ = nowhere;
  draw_frames(2);
}

void Hands::press_button(int button) {
  buttons_[button] = true;
  draw_frames(1);
  buttons_[button] = false;
  draw_frames(1);
}

void Hands::click_item(const std::string& item, int button, bool ctrl, bool shift) {
  move_to(item);
  ctrl_ = ctrl;
  shift_ = shift;
  press_button(button);
  ctrl_ = shift_ = false;
  draw_frames(1);
}

void Hands::double_click(const std::string& item) {
  move_to(item);
  twice_ = true;
  press_button(0);
  press_button(0);
  twice_ = false;
  draw_frames(1);
}

void Hands::drag_item(const std::string& item, float dx, float dy, int button) {
  move_to(item);
  const ImVec2 from = mouse_;
  buttons_[button] = true;
  draw_frames(1);
  constexpr int steps = 4;
  for (int i = 1; i <= steps; ++i) {
    const float part = static_cast<float>(i) / steps;
    mouse_ = {from.x + dx * part, from.y + dy * part};
    draw_frames(1);
  }
  buttons_[button] = false;
  draw_frames(2);
}

void Hands::turn_wheel(const std::string& item, float steps) {
  move_to(item);
  wheel_ = steps;
  draw_frames(1);
  wheel_ = 0.0F;
  draw_frames(1);
}

void Hands::press_key(int code, bool ctrl, bool shift) {
  ctrl_ = ctrl;
  shift_ = shift;
  draw_frames(1);
  keys_.insert(code);
  draw_frames(1);
  keys_.erase(code);
  ctrl_ = shift_ = false;
  draw_frames(1);
}

void Hands::type_text(const std::string& utf8) {
  typed_ = utf8;
  draw_frames(1);
  typed_.clear();
  draw_frames(1);
}

}  // namespace evtwin::viewer::shell
