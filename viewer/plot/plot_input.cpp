// The mouse on a plot: click seeks, wheel zooms, left drag pans, right drag zooms to the box, double click fits.
#include <algorithm>
#include <cmath>

#include "viewer/plot/draw.hpp"
#include "viewer/plot/time_plot.hpp"

namespace evtwin::viewer::plot {
namespace {

constexpr float click_moves_at_most = 4.0F;  // pixels at 100 %
constexpr double zoom_per_wheel_step = 1.25;

}  // namespace

void TimeFrame::handle_input(PlotReply& reply) {
  Canvas& canvas = *canvas_;
  model::TimeModel& time = *canvas.time;
  Canvas::Drag& drag = canvas.drag;
  const ImGuiIO& io = ImGui::GetIO();

  ImGui::SetCursorScreenPos(min_);
  ImGui::InvisibleButton(id_.c_str(), {width(), height()},
                         ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight);
  const ImGuiID item = ImGui::GetID(id_.c_str());
  const float mouse_x = std::clamp(io.MousePos.x, min_.x, max_.x);
  reply.hovered = ImGui::IsItemHovered();
  reply.time_ns = time_of(mouse_x);
  if (reply.hovered) canvas.next_hover_ns = reply.time_ns;

  if (reply.hovered && io.MouseWheel != 0.0F && !io.KeyShift && !canvas.is_dragging()) {
    time.zoom_at(std::pow(zoom_per_wheel_step, static_cast<double>(std::clamp(io.MouseWheel, -20.0F, 20.0F))),
                 reply.time_ns);
  }

  if (ImGui::IsItemActivated()) {
    drag = {item, ImGui::IsMouseClicked(1) ? 1 : 0, false, time.from_ns(), time.to_ns(), reply.time_ns};
    if (drag.button == 0 && ImGui::IsMouseDoubleClicked(0)) {
      time.show_whole_run();
      drag = {};
    }
  }
  if (drag.plot != item || item == 0) return;

  const ImVec2 moved = ImGui::GetMouseDragDelta(drag.button, 0.0F);
  const float far = click_moves_at_most * canvas.style.scale;
  if (std::abs(moved.x) > far || std::abs(moved.y) > far) drag.moved = true;
  if (ImGui::IsItemActive()) {
    drag_on(moved.x, mouse_x);
  } else {
    release(far, reply);
  }
}

/// While a button is held: the left one pans, the right one draws its box.
void TimeFrame::drag_on(float moved_x, float mouse_x) {
  Canvas& canvas = *canvas_;
  const Canvas::Drag& drag = canvas.drag;
  if (drag.moved && drag.button == 0) {
    const double ns_per_pixel = static_cast<double>(to_ - from_) / static_cast<double>(width());
    const TimeNs by = std::llround(static_cast<double>(moved_x) * ns_per_pixel);
    canvas.time->show_window(drag.from_ns - by, drag.to_ns - by);
  }
  if (drag.moved && drag.button == 1) {
    const auto [left, right] = std::minmax({x_of(drag.press_ns), mouse_x});
    list_->AddRectFilled({left, min_.y}, {right, max_.y}, canvas.style.selection);
    draw_vertical(*list_, canvas.style, left, min_.y, max_.y, canvas.style.marker_a);
    draw_vertical(*list_, canvas.style, right, min_.y, max_.y, canvas.style.marker_a);
  }
}

/// When the button is let go: a box zooms where it is wider than `far`, a click seeks or asks for the menu.
void TimeFrame::release(float far, PlotReply& reply) {
  Canvas::Drag& drag = canvas_->drag;
  model::TimeModel& time = *canvas_->time;
  if (drag.button == 1 && drag.moved) {
    const auto [from, to] = std::minmax({drag.press_ns, reply.time_ns});
    if (std::abs(x_of(to) - x_of(from)) > far) time.show_window(from, to);
  } else if (!drag.moved && reply.hovered) {
    reply.menu = drag.button == 1;
    if (drag.button == 0) {
      time.seek_time(reply.time_ns);
      reply.clicked = true;
    }
  }
  drag = {};
}

}  // namespace evtwin::viewer::plot
