#include "viewer/ui/theme.hpp"

namespace evtwin::viewer::ui {
namespace {

ImVec4 rgb(int r, int g, int b, float alpha = 1.0F) {
  return {static_cast<float>(r) / 255.0F, static_cast<float>(g) / 255.0F, static_cast<float>(b) / 255.0F, alpha};
}

void colour_light(ImVec4* colours) {
  colours[ImGuiCol_Text] = rgb(28, 32, 38);
  colours[ImGuiCol_TextDisabled] = rgb(92, 99, 108);
  colours[ImGuiCol_WindowBg] = rgb(242, 244, 247);
  colours[ImGuiCol_ChildBg] = rgb(255, 255, 255);
  colours[ImGuiCol_PopupBg] = rgb(255, 255, 255);
  colours[ImGuiCol_MenuBarBg] = rgb(232, 235, 240);
  colours[ImGuiCol_Border] = rgb(206, 211, 218);

  colours[ImGuiCol_FrameBg] = rgb(233, 236, 241);
  colours[ImGuiCol_FrameBgHovered] = rgb(215, 226, 238);
  colours[ImGuiCol_FrameBgActive] = rgb(198, 215, 234);
  colours[ImGuiCol_TitleBg] = colours[ImGuiCol_TitleBgActive] = rgb(224, 229, 236);
  colours[ImGuiCol_Button] = rgb(225, 230, 237);
  colours[ImGuiCol_ButtonHovered] = rgb(203, 219, 236);
  colours[ImGuiCol_ButtonActive] = rgb(178, 204, 230);

  colours[ImGuiCol_Header] = rgb(208, 224, 241);
  colours[ImGuiCol_HeaderHovered] = rgb(219, 231, 243);
  colours[ImGuiCol_HeaderActive] = rgb(190, 213, 236);
  colours[ImGuiCol_Tab] = rgb(228, 232, 238);
  colours[ImGuiCol_TabHovered] = rgb(203, 219, 236);
  colours[ImGuiCol_TabActive] = rgb(255, 255, 255);
  colours[ImGuiCol_TableHeaderBg] = rgb(233, 236, 241);

  colours[ImGuiCol_TableRowBgAlt] = rgb(0, 0, 0, 0.03F);
  colours[ImGuiCol_ScrollbarBg] = rgb(242, 244, 247);
  colours[ImGuiCol_ScrollbarGrab] = rgb(190, 196, 204);
  // Blue of the plots.
  colours[ImGuiCol_CheckMark] = colours[ImGuiCol_SliderGrab] = rgb(0, 114, 178);
  colours[ImGuiCol_PlotHistogram] = rgb(0, 114, 178);
}

void colour_dark(ImVec4* colours) {
  colours[ImGuiCol_Text] = rgb(228, 231, 235);
  colours[ImGuiCol_TextDisabled] = rgb(158, 165, 174);
  colours[ImGuiCol_WindowBg] = rgb(17, 19, 23);
  colours[ImGuiCol_ChildBg] = rgb(24, 27, 32);
  colours[ImGuiCol_PopupBg] = rgb(32, 36, 42);
  colours[ImGuiCol_MenuBarBg] = rgb(30, 34, 40);
  colours[ImGuiCol_Border] = rgb(56, 62, 70);

  colours[ImGuiCol_FrameBg] = rgb(40, 45, 52);
  colours[ImGuiCol_FrameBgHovered] = rgb(50, 60, 72);
  colours[ImGuiCol_FrameBgActive] = rgb(56, 72, 92);
  colours[ImGuiCol_TitleBg] = colours[ImGuiCol_TitleBgActive] = rgb(36, 41, 48);
  colours[ImGuiCol_Button] = rgb(48, 54, 63);
  colours[ImGuiCol_ButtonHovered] = rgb(58, 74, 94);
  colours[ImGuiCol_ButtonActive] = rgb(62, 92, 126);

  colours[ImGuiCol_Header] = rgb(44, 66, 92);
  colours[ImGuiCol_HeaderHovered] = rgb(48, 60, 74);
  colours[ImGuiCol_HeaderActive] = rgb(54, 82, 114);
  colours[ImGuiCol_Tab] = rgb(34, 38, 45);
  colours[ImGuiCol_TabHovered] = rgb(58, 74, 94);
  colours[ImGuiCol_TabActive] = rgb(52, 62, 76);
  colours[ImGuiCol_TableHeaderBg] = rgb(40, 45, 52);

  colours[ImGuiCol_TableRowBgAlt] = rgb(255, 255, 255, 0.03F);
  colours[ImGuiCol_ScrollbarBg] = rgb(24, 27, 32);
  colours[ImGuiCol_ScrollbarGrab] = rgb(74, 81, 91);
  // Sky blue of the plots, which is seen better on dark.
  colours[ImGuiCol_CheckMark] = colours[ImGuiCol_SliderGrab] = rgb(86, 180, 233);
  colours[ImGuiCol_PlotHistogram] = rgb(86, 180, 233);
}

}  // namespace

void apply_theme(Ui& ui) {
  const Settings& settings = ui.settings;
  ui.canvas.style = settings.dark ? plot::dark_style(settings.scale) : plot::light_style(settings.scale);
  ui.canvas.words = ui.is_korean() ? plot::Words::korean : plot::Words::english;

  ImGuiStyle style;
  settings.dark ? ImGui::StyleColorsDark(&style) : ImGui::StyleColorsLight(&style);
  settings.dark ? colour_dark(style.Colors) : colour_light(style.Colors);
  style.WindowRounding = style.ChildRounding = style.PopupRounding = 4.0F;
  style.FrameRounding = style.TabRounding = style.GrabRounding = 3.0F;
  style.WindowPadding = style.FramePadding = {6, 4};
  style.ItemSpacing = {6, 4};
  style.ItemInnerSpacing = {4, 4};
  style.ScrollbarSize = 12;
  style.WindowBorderSize = 0;
  style.ChildBorderSize = style.FrameBorderSize = 1;
  style.ScaleAllSizes(settings.scale);
  ImGui::GetStyle() = style;
}

ImU32 window_background(const Settings& settings) {
  return settings.dark ? IM_COL32(17, 19, 23, 255) : IM_COL32(242, 244, 247, 255);
}

}  // namespace evtwin::viewer::ui
