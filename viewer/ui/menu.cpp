#include <fmt/format.h>
#include <imgui.h>
// After imgui.h, which it needs.
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>

#include "viewer/ui/actions.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/road_map.hpp"
#include "viewer/ui/screen.hpp"

namespace evtwin::viewer::ui {
namespace {

bool entry(Ui& ui, const char* id, Word word, const char* shortcut, bool on = false, bool possible = true) {
  const bool pressed = ImGui::MenuItem(ui.tr(word), shortcut, on, possible);
  ui.items.register_last(id);
  return pressed;
}

bool begin_menu(Ui& ui, const char* id, Word word) {
  const bool open = ImGui::BeginMenu(fmt::format("{}###{}", ui.tr(word), id).c_str());
  ui.items.register_last(id);
  return open;
}

void path_of_run(Ui& ui, const ScreenActions& actions) {
  if (entry(ui, "menu.open", Word::open_run, "O")) actions.choose_file();
  std::string& path = panel_state(ui).typed_path;
  ImGui::SetNextItemWidth(ui.px(280.0F));
  const bool entered =
      ImGui::InputTextWithHint("##path", ui.tr(Word::path_hint), &path, ImGuiInputTextFlags_EnterReturnsTrue);
  ui.items.register_last("menu.path");
  ui.fonts.need_characters(path);
  ImGui::SameLine();
  const bool pressed = ImGui::Button(ui.tr(Word::open));
  ui.items.register_last("menu.path.open");
  if ((pressed || entered) && !path.empty()) {
    actions.open(path);
    path.clear();
    ImGui::CloseCurrentPopup();
  }
}

/// Files opened lately; looked up when the menu opens.
void recent_runs(Ui& ui, const ScreenActions& actions) {
  constexpr std::size_t most_shown = 5;
  std::vector<std::string>& recent = panel_state(ui).recent;
  if (ImGui::IsWindowAppearing()) recent = actions.recent();
  if (recent.empty()) return;
  ImGui::Separator();
  ImGui::TextDisabled("%s", ui.tr(Word::recent_files));
  for (std::size_t i = 0; i < std::min(recent.size(), most_shown); ++i) {
    const std::string file = recent[i];
    const std::string name = cut_to_width(file.substr(file.rfind('/') + 1), ui.px(360.0F));
    ui.fonts.need_characters(file);
    if (ImGui::MenuItem(fmt::format("{}##recent{}", name, i).c_str())) actions.open(file);
    ui.items.register_last(fmt::format("menu.recent.{}", i));
    draw_tooltip(ui, file);
  }
}

void file_menu(Ui& ui, const ScreenActions& actions) {
  if (!begin_menu(ui, "menu.file", Word::menu_file)) return;
  if (ui.in_page) {
    if (entry(ui, "menu.choose", Word::choose_runs, nullptr)) ui.choose_file = true;
  } else {
    path_of_run(ui, actions);
    recent_runs(ui, actions);
  }
  ImGui::Separator();
  if (entry(ui, "menu.picture", Word::picture_of_window, "P")) actions.picture();
  if (entry(ui, "menu.picture_of_plot", Word::picture_of_plot, nullptr)) actions.picture_of_plot();
  if (entry(ui, "menu.csv", Word::csv_of_plot, "C")) actions.csv();
  if (!ui.in_page) {
    ImGui::Separator();
    if (entry(ui, "menu.quit", Word::quit, nullptr)) actions.quit();
  }
  ImGui::EndMenu();
}

void view_menu(Ui& ui) {
  if (!begin_menu(ui, "menu.view", Word::menu_view)) return;
  if (entry(ui, "menu.researcher", Word::layout_researcher, "V", ui.settings.layout == Layout::researcher))
    ui.settings.layout = Layout::researcher;
  if (entry(ui, "menu.stakeholder", Word::layout_stakeholder, "V", ui.settings.layout == Layout::stakeholder))
    ui.settings.layout = Layout::stakeholder;
  ImGui::Separator();
  if (entry(ui, "menu.roads", Word::road_map, "R", ui.show_roads, has_roads(ui))) ui.show_roads = !ui.show_roads;
  if (entry(ui, "menu.dark", Word::dark, "T", ui.settings.dark)) toggle_theme(ui);
  if (entry(ui, "menu.larger", Word::larger, "Ctrl +", false, ui.settings.scale < 2.0F)) change_scale(ui, 1);
  if (entry(ui, "menu.smaller", Word::smaller, "Ctrl -", false, ui.settings.scale > 1.0F)) change_scale(ui, -1);
  ImGui::Separator();
  if (entry(ui, "menu.fit", Word::fit, "F")) ui.time.show_whole_run();
  if (entry(ui, "menu.zoom_to_markers", Word::zoom_to_markers, "Z", false, ui.time.marker_a && ui.time.marker_b))
    ui.time.zoom_to_markers();
  ImGui::EndMenu();
}

void ask_menu(Ui& ui, const ScreenActions& actions) {
  if (!begin_menu(ui, "menu.ask", Word::menu_what_if)) return;
  if (entry(ui, "menu.plan_charge", Word::menu_plan_charge, nullptr)) actions.plan_charge();
  if (entry(ui, "menu.change_site", Word::menu_change_site, nullptr)) actions.change_site();
  if (entry(ui, "menu.quadrant", Word::menu_quadrant, nullptr)) actions.quadrant();
  if (entry(ui, "menu.fleet", Word::menu_fleet, nullptr, false, !ui.runs.empty())) actions.fleet();
  ImGui::EndMenu();
}

void run_combo(Ui& ui, const char* id, std::size_t& which, float width) {
  ImGui::SetNextItemWidth(width);
  ui.fonts.need_characters(ui.runs[which].label);
  if (ImGui::BeginCombo(fmt::format("##{}", id).c_str(),
                        cut_to_width(ui.runs[which].label, width - ui.px(28.0F)).c_str())) {
    for (std::size_t i = 0; i < ui.runs.size(); ++i) {
      ui.fonts.need_characters(ui.runs[i].label);
      if (ImGui::Selectable(fmt::format("{}##{}", ui.runs[i].label, i).c_str(), i == which)) which = i;
    }
    ImGui::EndCombo();
  }
  ui.items.register_last(id);
  if (ImGui::IsItemHovered()) ImGui::SetTooltip("%s", ui.runs[which].file.c_str());
}

void compare_choice(Ui& ui) {
  constexpr std::array modes{Compare::a, Compare::b, Compare::overlay, Compare::split, Compare::difference};
  for (const Compare mode : modes) {
    const bool on = ui.compare == mode;
    if (on) ImGui::PushStyleColor(ImGuiCol_Button, ImGui::GetStyleColorVec4(ImGuiCol_ButtonActive));
    const char* word = ui.tr(name_of(mode));
    if (ImGui::SmallButton(word)) set_compare(ui, mode);
    if (on) ImGui::PopStyleColor();
    ui.items.register_last(fmt::format("compare.{}", id_of(name_of(mode)) + std::string_view("compare_").size()));
    ImGui::SameLine(0.0F, ui.px(3.0F));
  }
}

}  // namespace

void draw_menu(Ui& ui, const ScreenActions& actions) {
  if (!ImGui::BeginMenuBar()) return;
  file_menu(ui, actions);
  view_menu(ui);
  if (!ui.in_page) ask_menu(ui, actions);
  if (entry(ui, "menu.help", Word::menu_help, nullptr)) ui.help = !ui.help;

  // Runs and how they are compared; language and theme always at the right end.
  const float spacing = ImGui::GetStyle().ItemSpacing.x;
  const char* language = ui.is_korean() ? "EN" : "한국어";
  const char* theme = ui.tr(ui.settings.dark ? Word::light : Word::dark);
  const float end = ImGui::CalcTextSize(language).x + ImGui::CalcTextSize(theme).x + 6.0F * spacing;

  if (!ui.runs.empty()) {
    const float room = ImGui::GetContentRegionAvail().x - end;
    const bool two = ui.runs.size() > 1;
    float modes = 0.0F;
    if (ui.run_b() != nullptr) {
      for (const Compare mode : {Compare::a, Compare::b, Compare::overlay, Compare::split, Compare::difference})
        modes += ImGui::CalcTextSize(ui.tr(name_of(mode))).x + 3.0F * spacing;
    }
    const float each = std::min(ui.px(240.0F), (room - modes - 4.0F * spacing) / (two ? 2.0F : 1.0F));
    if (each > ui.px(48.0F)) {
      run_combo(ui, "run.a", ui.a, each);
      if (two) run_combo(ui, "run.b", ui.b, each);
    }
    if (ui.run_b() != nullptr) compare_choice(ui);
  }

  ImGui::SetCursorPosX(ImGui::GetWindowContentRegionMax().x - end + 2.0F * spacing);
  if (ImGui::SmallButton(language)) toggle_language(ui);
  ui.items.register_last("language");
  if (ImGui::SmallButton(theme)) toggle_theme(ui);
  ui.items.register_last("theme");
  ImGui::EndMenuBar();
}

}  // namespace evtwin::viewer::ui
