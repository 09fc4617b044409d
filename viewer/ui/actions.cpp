#include "viewer/ui/actions.hpp"

#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_internal.h>

#include <algorithm>
#include <iterator>

#include "viewer/ui/keys.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/road_map.hpp"

namespace evtwin::viewer::ui {

void play_or_pause(Ui& ui) {
  model::TimeModel& time = ui.time;
  if (!time.playing && time.cursor_ns() >= time.end_ns()) time.seek_time(time.start_ns());
  time.playing = !time.playing;
}

void step_time(Ui& ui, int steps) {
  const model::Run* run = ui.shown_run();
  const TimeNs tick = run != nullptr && run->tick_ns > 0 ? run->tick_ns : 15 * kernel::minute_ns;
  ui.time.seek_time(ui.time.cursor_ns() + steps * tick);
}

void step_event(Ui& ui, int direction, bool of_selected) {
  const TimeNs now = ui.time.cursor_ns();
  const TimeNs t = direction > 0 ? next_event(ui, now, of_selected) : previous_event(ui, now, of_selected);
  if (t != kernel::time_never && t != -kernel::time_never) ui.time.seek_time(t);
}

void set_compare(Ui& ui, Compare compare) { ui.compare = ui.run_b() == nullptr ? Compare::a : compare; }

void cycle_compare(Ui& ui) {
  constexpr Compare order[] = {Compare::a, Compare::b, Compare::overlay, Compare::split, Compare::difference};
  const auto* here = std::find(std::begin(order), std::end(order), ui.compare);
  const auto next = static_cast<std::size_t>(here - std::begin(order) + 1) % std::size(order);
  set_compare(ui, order[next]);
}

void cycle_heat_metric(Ui& ui) {
  const auto next = (static_cast<std::size_t>(ui.heat_metric) + 1) % model::heat_metrics;
  ui.heat_metric = static_cast<model::HeatMetric>(next);
}

void toggle_language(Ui& ui) { ui.settings.language = ui.is_korean() ? Language::english : Language::korean; }

void toggle_theme(Ui& ui) { ui.settings.dark = !ui.settings.dark; }

void toggle_layout(Ui& ui) {
  ui.settings.layout = ui.settings.layout == Layout::stakeholder ? Layout::researcher : Layout::stakeholder;
}

void change_scale(Ui& ui, int steps) {
  ui.settings.scale = std::clamp(ui.settings.scale + 0.25F * static_cast<float>(steps), 1.0F, 2.0F);
}

namespace {

bool pressed(int code) { return ImGui::IsKeyPressed(code); }

void player_keys(Ui& ui, bool ctrl, bool shift) {
  model::TimeModel& time = ui.time;
  if (pressed(key::space)) play_or_pause(ui);
  // Ctrl: to the events of what is selected; shift: ten ticks at once.
  for (const int direction : {-1, 1}) {
    if (!pressed(direction < 0 ? key::left : key::right)) continue;
    if (ctrl) {
      step_event(ui, direction, true);
    } else {
      step_time(ui, shift ? 10 * direction : direction);
    }
  }

  if (pressed(key::comma)) step_event(ui, -1, false);
  if (pressed(key::period)) step_event(ui, 1, false);
  if (pressed(key::home)) time.seek_time(time.start_ns());
  if (pressed(key::end)) time.seek_time(time.end_ns());
  if (pressed(key::up) || pressed(key::right_bracket)) time.play_faster();
  if (pressed(key::down) || pressed(key::left_bracket)) time.play_slower();
  for (int digit = 0; digit < static_cast<int>(std::size(model::speeds)) && digit < 9; ++digit) {
    if (pressed('1' + digit)) time.speed = model::speeds[digit];
  }

  if (pressed('L')) time.loop = !time.loop;
  if (pressed('I')) time.skip_idle = !time.skip_idle;

  // Shift goes to the marker that is set without it.
  if (pressed('A')) {
    if (!shift) {
      time.marker_a = time.cursor_ns();
    } else if (time.marker_a) {
      time.seek_time(*time.marker_a);
    }
  }
  if (pressed('B')) {
    if (!shift) {
      time.marker_b = time.cursor_ns();
    } else if (time.marker_b) {
      time.seek_time(*time.marker_b);
    }
  }
}

void view_keys(Ui& ui) {
  model::TimeModel& time = ui.time;
  if (pressed('Z')) time.zoom_to_markers();
  if (pressed('F')) time.show_whole_run();
  if (pressed(key::equal) || pressed(key::keypad_add)) time.zoom_at(1.5, time.cursor_ns());
  if (pressed(key::minus) || pressed(key::keypad_subtract)) time.zoom_at(1.0 / 1.5, time.cursor_ns());
  if (pressed(key::tab)) cycle_compare(ui);
  if (pressed('J')) step_entity(ui, 1);
  if (pressed('K')) step_entity(ui, -1);
  if (pressed('H')) cycle_heat_metric(ui);
  if (pressed('G')) toggle_language(ui);
  if (pressed('T')) toggle_theme(ui);
  if (pressed('V')) toggle_layout(ui);
  if (pressed('M')) ui.show_feeders = !ui.show_feeders;
  if (pressed('R') && has_roads(ui)) ui.show_roads = !ui.show_roads;
  if (pressed('E')) ui.lower_tab = LowerTab::events;
}

/// A field that is typed into takes Esc itself: it gets back what it had.
void escape(Ui& ui, const std::function<bool()>& close_top) {
  const int open = ImGui::GetCurrentContext()->OpenPopupStack.Size;
  if (open > 0) {
    ImGui::ClosePopupToLevel(open - 1, true);
  } else if (!ImGui::GetIO().WantTextInput && !close_top()) {
    ui.selection.clear();
    ui.time.marker_a.reset();
    ui.time.marker_b.reset();
    ui.notice.clear();
  }
}

}  // namespace

AppKey handle_keys(Ui& ui, const std::function<bool()>& close_top) {
  const ImGuiIO& io = ImGui::GetIO();
  if (pressed(key::f1)) ui.help = !ui.help;
  if (ImGui::IsKeyPressed(key::escape, false)) escape(ui, close_top);
  // Letters belong to the text field or popup.
  if (io.WantTextInput || ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel))
    return AppKey::none;

  if (io.KeyCtrl && pressed('F')) {
    ui.focus_search = true;
    ui.keyboard_due = 3;  // one to ask for it, one to get it, one in which ImGui says so
    return AppKey::none;
  }
  if (io.KeyCtrl && (pressed(key::equal) || pressed(key::keypad_add))) {
    change_scale(ui, 1);
    return AppKey::none;
  }
  if (io.KeyCtrl && (pressed(key::minus) || pressed(key::keypad_subtract))) {
    change_scale(ui, -1);
    return AppKey::none;
  }

  player_keys(ui, io.KeyCtrl, io.KeyShift);
  // Keys below go without Ctrl.
  if (io.KeyCtrl) return AppKey::none;
  if (io.KeyShift && pressed(key::slash)) ui.help = true;
  view_keys(ui);

  if (pressed('P')) return AppKey::picture;
  if (pressed('C')) return AppKey::csv;
  if (pressed('O')) return AppKey::open;
  return AppKey::none;
}

Word name_of(Compare compare) {
  switch (compare) {
    case Compare::a:
      return Word::compare_a;
    case Compare::b:
      return Word::compare_b;
    case Compare::overlay:
      return Word::compare_overlay;
    case Compare::split:
      return Word::compare_split;
    case Compare::difference:
      return Word::compare_difference;
  }
  return Word::compare_a;
}

Word name_of(model::HeatMetric metric) {
  switch (metric) {
    case model::HeatMetric::power_share:
      return Word::heat_share;
    case model::HeatMetric::power_kw:
      return Word::heat_power;
    case model::HeatMetric::occupied:
      return Word::heat_occupied;
    case model::HeatMetric::soc:
      return Word::heat_soc;
    case model::HeatMetric::soc_gap:
      return Word::heat_gap;
  }
  return Word::heat_power;
}

}  // namespace evtwin::viewer::ui
