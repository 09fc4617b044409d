#include <algorithm>
#include <array>

#include "viewer/ui/screen.hpp"

namespace evtwin::viewer::ui {
namespace {

struct Line {
  const char* keys;
  Word does;
};

constexpr std::array lines{
    Line{"Space", Word::help_play},
    Line{"← →", Word::help_step},
    Line{"Shift ← →", Word::help_step_10},
    Line{", .", Word::help_events},
    Line{"Ctrl ← →", Word::help_events_selected},
    Line{"Home End", Word::help_ends},
    Line{"↑ ↓  [ ]  1-8", Word::help_speed},
    Line{"L", Word::help_loop},
    Line{"I", Word::help_skip_idle},
    Line{"A B", Word::help_markers},
    Line{"Shift A B", Word::help_to_markers},
    Line{"Z", Word::zoom_to_markers},
    Line{"F", Word::fit},
    Line{"+ -", Word::help_zoom},
    Line{"Tab", Word::help_compare},
    Line{"Ctrl F", Word::help_search},
    Line{"J K", Word::help_entities},
    Line{"H", Word::help_heat},
    Line{"M", Word::help_map},
    Line{"E", Word::help_event_list},
    Line{"C", Word::csv_of_plot},
    Line{"P", Word::picture_of_window},
    Line{"V", Word::help_layout},
    Line{"G", Word::help_language},
    Line{"T", Word::help_theme},
    Line{"Ctrl + -", Word::help_scale},
    Line{"F11", Word::help_full_screen},
    Line{"Esc", Word::help_escape},
    Line{"F1 ?", Word::help_help},
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
    ui.items.last("help.close");
    ImGui::Separator();
    // In two columns where one would not fit.
    const float height = static_cast<float>(lines.size() + 6) * ImGui::GetTextLineHeightWithSpacing();
    const int columns = height > screen.y * 0.9F ? 4 : 2;
    if (ImGui::BeginTable("keys", columns, ImGuiTableFlags_SizingFixedFit)) {
      for (const Line& line : lines) {
        ImGui::TableNextColumn();
        ui.fonts.need(line.keys);
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
