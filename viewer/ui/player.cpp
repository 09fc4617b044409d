// Play, step, seek: the bar at the bottom.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "viewer/ui/actions.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

enum class Icon : std::uint8_t { to_start, previous, play, pause, next, to_end };

void draw_icon(Icon icon, ImVec2 c, float r, ImU32 colour) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto triangle = [&](float x, bool right) {
    const float tip = right ? r : -r;
    list.AddTriangleFilled({x - tip * 0.6F, c.y - r}, {x + tip * 0.8F, c.y}, {x - tip * 0.6F, c.y + r}, colour);
  };
  const auto bar = [&](float x) { list.AddRectFilled({x - r * 0.18F, c.y - r}, {x + r * 0.18F, c.y + r}, colour); };

  switch (icon) {
    case Icon::play:
      triangle(c.x, true);
      break;
    case Icon::pause:
      bar(c.x - r * 0.45F);
      bar(c.x + r * 0.45F);
      break;

    case Icon::previous:
      triangle(c.x, false);
      list.AddCircleFilled({c.x + r * 0.9F, c.y}, r * 0.3F, colour, 8);
      break;
    case Icon::next:
      triangle(c.x, true);
      list.AddCircleFilled({c.x - r * 0.9F, c.y}, r * 0.3F, colour, 8);
      break;

    case Icon::to_start:
      triangle(c.x + r * 0.2F, false);
      bar(c.x - r * 0.8F);
      break;
    case Icon::to_end:
      triangle(c.x - r * 0.2F, true);
      bar(c.x + r * 0.8F);
      break;
  }
}

bool icon_button(Ui& ui, const char* id, Icon icon, Word help, float side) {
  const bool pressed = ImGui::Button(fmt::format("##{}", id).c_str(), {side, side});
  const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
  draw_icon(icon, {(min.x + max.x) / 2, (min.y + max.y) / 2}, side * 0.26F, ui.canvas.style.text);
  ui.items.register_last(id);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", ui.tr(help));
  ImGui::SameLine();
  return pressed;
}

std::string speed_text(const Ui& ui, double speed) {
  if (speed >= 86400) return fmt::format("{:g} {}/s", speed / 86400, ui.tr(Word::unit_day));
  if (speed >= 3600) return fmt::format("{:g} h/s", speed / 3600);
  if (speed >= 60) return fmt::format("{:g} min/s", speed / 60);
  return fmt::format("{:g} s/s", speed);
}

void speed_combo(Ui& ui) {
  ImGui::SetNextItemWidth(ui.px(84.0F));
  if (ImGui::BeginCombo("##speed", speed_text(ui, ui.time.speed).c_str())) {
    for (const double speed : model::speeds) {
      if (ImGui::Selectable(speed_text(ui, speed).c_str(), speed == ui.time.speed)) ui.time.speed = speed;
      ui.items.register_last(fmt::format("player.speed.{:g}", speed));
    }
    ImGui::EndCombo();
  }
  ui.items.register_last("player.speed");
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", ui.tr(Word::help_speed));
  ImGui::SameLine();
}

void toggle(Ui& ui, const char* id, Word word, bool& on) {
  ImGui::Checkbox(ui.tr(word), &on);
  ui.items.register_last(id);
  ImGui::SameLine();
}

/// Length, cost and energy between the markers, where both are set.
std::string marker_text(const Ui& ui, const model::Run& run) {
  const auto& time = ui.time;
  if (!time.marker_a || !time.marker_b) return {};
  const auto [from, to] = std::minmax(*time.marker_a, *time.marker_b);
  std::string text = fmt::format("A-B {}", model::duration_text(to - from));
  const std::uint32_t row = drawn_site(ui, run);
  if (row >= run.sites.size()) return text;
  const model::Site& site = run.sites[row];
  const double cost = site.cost.value_at(std::min(to, site.cost.end_ns() - 1)) -
                      site.cost.value_at(std::max(from, site.cost.start_ns()));
  if (!std::isnan(cost)) text += fmt::format("  {}", signed_money(ui, run, cost));
  if (!site.ev_kw.empty())
    text += fmt::format("  {}", plot::number_with_unit(site.ev_kw.extent_of(from, to).integral_h, "kWh"));
  return text;
}

}  // namespace

void draw_player(Ui& ui, ImVec2 size) {
  const model::Run* run = ui.shown_run();
  if (run == nullptr) return;
  model::TimeModel& time = ui.time;
  const float side = ImGui::GetFrameHeight();
  const float left = ImGui::GetCursorScreenPos().x;
  if (icon_button(ui, "player.start", Icon::to_start, Word::help_to_start, side)) time.seek_time(time.start_ns());
  if (icon_button(ui, "player.previous_event", Icon::previous, Word::help_previous_event, side))
    step_event(ui, -1, false);
  if (icon_button(ui, "player.play", time.playing ? Icon::pause : Icon::play, Word::help_play, side)) play_or_pause(ui);
  if (icon_button(ui, "player.next_event", Icon::next, Word::help_next_event, side)) step_event(ui, 1, false);
  if (icon_button(ui, "player.end", Icon::to_end, Word::help_to_end, side)) time.seek_time(time.end_ns());
  speed_combo(ui);

  const std::string now = fmt::format("{} {}", run->clock.date_time_text(time.cursor_ns()), run->timezone);
  ImGui::AlignTextToFramePadding();
  ImGui::TextUnformatted(now.c_str());
  ui.items.register_last("player.time");
  ImGui::SameLine();

  // From the left, as far as there is room.
  const auto room = [&] { return left + size.x - ImGui::GetCursorScreenPos().x; };
  const auto width_of = [&](Word word) { return ImGui::CalcTextSize(ui.tr(word)).x + side + ui.px(14.0F); };
  if (room() > width_of(Word::loop)) toggle(ui, "player.loop", Word::loop, time.loop);
  if (room() > width_of(Word::skip_idle)) toggle(ui, "player.skip_idle", Word::skip_idle, time.skip_idle);
  if (run->state == record::RunState::running && room() > width_of(Word::follow))
    toggle(ui, "player.follow", Word::follow, time.follow);

  if (time.has_jumped()) {
    ImGui::TextUnformatted("»");
    ImGui::SameLine();
  }

  // Markers say more than a notice, and stay.
  const std::string markers = marker_text(ui, *run);
  const std::string words = markers.empty() ? ui.notice : markers;
  if (!words.empty() && room() > ui.px(40.0F)) {
    ImGui::AlignTextToFramePadding();
    text_cut(ui, words, room() - ui.px(4.0F));
    ui.items.register_last("player.notice");
  } else {
    ImGui::NewLine();
  }
}

}  // namespace evtwin::viewer::ui
