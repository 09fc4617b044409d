#include "viewer/ui/story_screen.hpp"

#include <algorithm>
#include <cmath>

#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/road_map.hpp"
#include "viewer/ui/stage.hpp"
#include "viewer/ui/story_panel.hpp"
#include "viewer/ui/verdict_view.hpp"

namespace evtwin::viewer::ui {
namespace {

void framed(Ui& ui, const char* id, ImVec2 size, void (*draw)(Ui&, ImVec2)) {
  if (size.x < 16.0F || size.y < 16.0F) return;
  ImGui::BeginChild(id, size, true, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui.px(6.0F), ui.px(4.0F)});
  draw(ui, ImGui::GetContentRegionAvail());
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

/// The stage, or in its place the roads, where there are some.
void stage_or_roads(Ui& ui, ImVec2 size) {
  if (!has_roads(ui)) {
    draw_stage(ui, size);
    return;
  }
  const float top = ImGui::GetCursorPosY();
  if (draw_chip(ui, "face.stage", ui.tr(Word::tab_stage), !ui.show_roads)) ui.show_roads = false;
  ImGui::SameLine();
  if (draw_chip(ui, "face.roads", ui.tr(Word::road_map), ui.show_roads)) ui.show_roads = true;
  const ImVec2 rest{size.x, size.y - (ImGui::GetCursorPosY() - top)};
  if (ui.show_roads) {
    draw_road_map(ui, rest);
  } else {
    draw_stage(ui, rest);
  }
}

/// Stage, or one of its companions, behind tabs: for small windows.
void one_beside_another(Ui& ui, ImVec2 size) {
  struct StoryTab {
    const char* id;
    Word word;
    void (*draw)(Ui&, ImVec2);
  };
  constexpr StoryTab all[] = {{"stage_tab", Word::tab_stage, stage_or_roads},
                              {"story_tab", Word::tab_story, draw_story},
                              {"power", Word::power, draw_power_plot},
                              {"money_tab", Word::tab_money, draw_money_box}};
  ImGui::BeginChild("story_compact", size, true, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui.px(6.0F), ui.px(4.0F)});
  if (ImGui::BeginTabBar("story_tabs")) {
    for (const StoryTab& tab : all) {
      // The same tab stays open when the language changes.
      const bool open = ImGui::BeginTabItem((std::string(ui.tr(tab.word)) + "###" + tab.id).c_str());
      ui.items.register_last(std::string("tab.") + tab.id);
      if (!open) continue;
      tab.draw(ui, ImGui::GetContentRegionAvail());
      ImGui::EndTabItem();
    }
    ImGui::EndTabBar();
  }
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

}  // namespace

void draw_story_screen(Ui& ui, ImVec2 size, bool compact) {
  const float verdict = std::min(verdict_height(ui, size.x), size.y * 0.4F);
  draw_verdict(ui, {size.x, verdict});
  const float between = ui.px(5.0F);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + between);
  const float rest = size.y - verdict - between;
  if (compact) {
    one_beside_another(ui, {size.x, rest});
    return;
  }
  const float stage = std::floor(rest * 0.62F), below = rest - stage - between;
  framed(ui, "stage_frame", {size.x, stage}, stage_or_roads);
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + between);
  const float money = std::clamp(size.x * 0.22F, ui.px(220.0F), ui.px(340.0F));
  const float story = std::clamp(size.x * 0.32F, ui.px(260.0F), ui.px(520.0F));
  framed(ui, "power", {size.x - money - story - 2.0F * between, below}, draw_power_plot);
  ImGui::SameLine(0.0F, between);
  framed(ui, "money", {money, below}, draw_money_box);
  ImGui::SameLine(0.0F, between);
  framed(ui, "story_frame", {story, below}, draw_story);
}

}  // namespace evtwin::viewer::ui
