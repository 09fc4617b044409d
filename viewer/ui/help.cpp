#include <algorithm>
#include <array>

#include "viewer/ui/screen.hpp"

namespace evtwin::viewer::ui {
namespace {

struct HelpLine {
  const char* keys;
  Word does;
};

constexpr std::array help_lines{
    HelpLine{"Space", Word::help_play},
    HelpLine{"← →", Word::help_step},
    HelpLine{"Shift ← →", Word::help_step_10},
    HelpLine{", .", Word::help_events},
    HelpLine{"Ctrl ← →", Word::help_events_selected},
    HelpLine{"Home End", Word::help_ends},
    HelpLine{"↑ ↓  [ ]  1-8", Word::help_speed},
    HelpLine{"L", Word::help_loop},
    HelpLine{"I", Word::help_skip_idle},
    HelpLine{"A B", Word::help_markers},
    HelpLine{"Shift A B", Word::help_to_markers},
    HelpLine{"Z", Word::zoom_to_markers},
    HelpLine{"F", Word::fit},
    HelpLine{"+ -", Word::help_zoom},
    HelpLine{"Tab", Word::help_compare},
    HelpLine{"Ctrl F", Word::help_search},
    HelpLine{"J K", Word::help_entities},
    HelpLine{"H", Word::help_heat},
    HelpLine{"M", Word::help_map},
    HelpLine{"R", Word::help_roads},
    HelpLine{"E", Word::help_event_list},
    HelpLine{"O", Word::help_open},
    HelpLine{"C", Word::csv_of_plot},
    HelpLine{"P", Word::picture_of_window},
    HelpLine{"V", Word::help_layout},
    HelpLine{"G", Word::help_language},
    HelpLine{"T", Word::help_theme},
    HelpLine{"Ctrl + -", Word::help_scale},
    HelpLine{"F11", Word::help_full_screen},
    HelpLine{"Esc", Word::help_escape},
    HelpLine{"F1 ?", Word::help_help},
};

}  // namespace

void draw_help(Ui& ui) {
  if (!ui.help) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos({screen.x / 2, screen.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
  ImGui::SetNextWindowSizeConstraints({0, 0}, {screen.x * 0.96F, screen.y * 0.96F});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0F);
  if (ImGui::Begin("###help", &ui.help,
                   ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoTitleBar)) {
    ImGui::TextUnformatted(ui.tr(Word::help_title));
    ImGui::SameLine();
    if (ImGui::SmallButton(ui.tr(Word::close))) ui.help = false;
    ui.items.register_last("help.close");
    ImGui::Separator();
    // In two columns where one would not fit.
    const float height = static_cast<float>(help_lines.size() + 6) * ImGui::GetTextLineHeightWithSpacing();
    const int columns = height > screen.y * 0.9F ? 4 : 2;
    if (ImGui::BeginTable("keys", columns, ImGuiTableFlags_SizingFixedFit)) {
      for (const HelpLine& line : help_lines) {
        ImGui::TableNextColumn();
        ui.fonts.need_characters(line.keys);
        ImGui::TextUnformatted(line.keys);
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(ui.tr(line.does));
      }
      ImGui::EndTable();
    }

    ImGui::Separator();
    ImGui::PushTextWrapPos(std::min(screen.x * 0.9F, ui.px(620.0F)));
    ImGui::TextUnformatted(ui.tr(Word::help_mouse));
    ImGui::PopTextWrapPos();
  }
  ImGui::End();
  ImGui::PopStyleVar();
}

}  // namespace evtwin::viewer::ui
