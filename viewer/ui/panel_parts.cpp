#include "viewer/ui/panel_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include "viewer/ui/figures.hpp"

namespace evtwin::viewer::ui {

float text_at(Ui& ui, ImVec2 place, std::string_view text, float width, ImU32 colour) {
  ui.fonts.need_characters(text);
  const std::string fitting = cut_to_width(text, width);
  const char* end = fitting.data() + fitting.size();
  ImGui::GetWindowDrawList()->AddText(place, colour, fitting.data(), end);
  return ImGui::CalcTextSize(fitting.data(), end).x;
}

float text_right(Ui& ui, ImVec2 place, std::string_view text, float width, ImU32 colour) {
  ui.fonts.need_characters(text);
  const std::string fitting = cut_to_width(text, width);
  const char* end = fitting.data() + fitting.size();
  const float wide = ImGui::CalcTextSize(fitting.data(), end).x;
  ImGui::GetWindowDrawList()->AddText({place.x - wide, place.y}, colour, fitting.data(), end);
  return wide;
}

float figure_at(Ui& ui, ImVec2 place, std::string_view text, float width, ImU32 colour) {
  ui.fonts.need_characters(text);
  const auto wide = [](std::string_view part) { return ImGui::CalcTextSize(part.data(), part.data() + part.size()).x; };
  if (wide(text) <= width) return text_at(ui, place, text, width, colour);
  // Smaller letters stand on the same line.
  const float line = ImGui::GetFontSize();
  ImGui::PushFont(ui.fonts.small);
  place.y += (line - ImGui::GetFontSize()) * 0.6F;
  if (wide(text) > width) text = text.substr(0, text.rfind(' '));
  const float drawn = text_at(ui, place, text, width, colour);
  ImGui::PopFont();
  return drawn;
}

std::string count_text(const Ui& ui, std::int64_t count, std::string_view of) {
  constexpr std::array words{Word::count_sessions,     Word::count_hours, Word::count_minutes, Word::count_months,
                             Word::count_transactions, Word::count_runs,  Word::count_samples, Word::count_frames};
  const auto word =
      std::find_if(words.begin(), words.end(), [&](Word each) { return of == text_of(each, Language::english); });
  const std::string figure = figure_text(static_cast<double>(count), "", 0);
  if (word == words.end()) return fmt::format("{} {}", figure, of);
  if (ui.is_korean()) return figure + ui.tr(*word);
  return fmt::format("{} {}", figure, count == 1 ? of.substr(0, of.size() - 1) : of);
}

std::vector<std::string> lines_of(std::string_view text, float width) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    std::size_t to = std::min(text.find(' ', from), text.size());
    for (std::size_t next = to; next < text.size();) {
      next = std::min(text.find(' ', next + 1), text.size());
      if (ImGui::CalcTextSize(text.data() + from, text.data() + next).x > width) break;
      to = next;
    }
    lines.emplace_back(text.substr(from, to - from));
    from = to + 1;
  }
  return lines;
}

void draw_tooltip(Ui& ui, std::string_view text) {
  if (!ImGui::IsItemHovered()) return;
  ui.fonts.need_characters(text);
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ImGui::GetFontSize() * 30.0F);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

bool begin_combo(Ui& ui, const char* id, std::string_view preview, float width) {
  ui.fonts.need_characters(preview);
  ImGui::SetNextItemWidth(width);
  const ImGuiStyle& style = ImGui::GetStyle();
  const float room = width - ImGui::GetFrameHeight() - style.FramePadding.x * 2.0F;  // the arrow takes a square
  const std::string fitting = cut_to_width(preview, room);
  const bool open = ImGui::BeginCombo((std::string("##") + id).c_str(), fitting.c_str(), ImGuiComboFlags_HeightLarge);
  if (!open) {
    ui.items.register_last(id);
    if (fitting.size() != preview.size()) draw_tooltip(ui, preview);
  }
  return open;
}

bool draw_choice(Ui& ui, std::string_view item, std::string_view text, bool chosen) {
  ui.fonts.need_characters(text);
  ImGui::PushID(item.data(), item.data() + item.size());
  const bool clicked = ImGui::Selectable("##choice", chosen);
  ImGui::PopID();
  ui.items.register_last(item);
  const ImVec2 min = ImGui::GetItemRectMin();
  const float padding = ImGui::GetStyle().FramePadding.x;
  text_at(ui, {min.x + padding, min.y + ImGui::GetStyle().ItemSpacing.y * 0.5F}, text,
          ImGui::GetItemRectSize().x - padding, ImGui::GetColorU32(ImGuiCol_Text));
  return clicked;
}

float chip_width(const Ui& ui, std::string_view text) {
  return ImGui::CalcTextSize(text.data(), text.data() + text.size()).x + ImGui::GetFontSize() + ui.px(12.0F);
}

bool draw_chip(Ui& ui, std::string_view item, std::string_view text, bool on, const Look* look) {
  ui.fonts.need_characters(text);
  const ImVec2 size{chip_width(ui, text), ImGui::GetFontSize() + ui.px(6.0F)};
  ImGui::PushID(item.data(), item.data() + item.size());
  const bool clicked = ImGui::InvisibleButton("##chip", size);
  ImGui::PopID();
  ui.items.register_last(item);

  const ImVec2 min = ImGui::GetItemRectMin();
  const ImVec2 max = ImGui::GetItemRectMax();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  const float round = ui.px(4.0F);
  if (on) list.AddRectFilled(min, max, plot::with_alpha(style.selection, 0.30), round);
  const bool hovered = ImGui::IsItemHovered();
  list.AddRect(min, max, hovered ? style.text : style.frame, round, 0, hovered ? ui.px(1.5F) : ui.px(1.0F));

  const float radius = ImGui::GetFontSize() * 0.32F;
  const ImVec2 mark{min.x + ui.px(4.0F) + ImGui::GetFontSize() * 0.5F, (min.y + max.y) * 0.5F};
  const ImU32 colour = look != nullptr ? colour_of(style, *look) : style.text;

  if (look != nullptr) {
    plot::draw_shape(list, look->shape, mark, radius, on ? colour : plot::with_alpha(colour, 0.45));
  } else if (on) {  // a tick
    const ImVec2 points[3] = {{mark.x - radius, mark.y},
                              {mark.x - radius * 0.2F, mark.y + radius * 0.8F},
                              {mark.x + radius, mark.y - radius * 0.8F}};
    list.AddPolyline(points, 3, colour, ImDrawFlags_None, ui.px(2.0F));
  } else {
    list.AddRect({mark.x - radius, mark.y - radius}, {mark.x + radius, mark.y + radius}, style.text_weak);
  }

  list.AddText({min.x + ImGui::GetFontSize() + ui.px(7.0F), min.y + ui.px(3.0F)}, on ? style.text : style.text_weak,
               text.data(), text.data() + text.size());
  return clicked;
}

void say_nothing_there(Ui& ui, Word word) {
  const char* text = ui.tr(word);
  ui.fonts.need_characters(text);
  const ImVec2 room = ImGui::GetContentRegionAvail();
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + std::max(room.x, 1.0F));
  ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.text_weak);
  ImGui::TextUnformatted(text);
  ImGui::PopStyleColor();
  ImGui::PopTextWrapPos();
}

void draw_bar(ImDrawList& list, const plot::Style& style, ImVec2 min, ImVec2 max, double fraction, ImU32 colour) {
  if (!std::isnan(fraction)) {
    const float part = static_cast<float>(std::clamp(fraction, 0.0, 1.0));
    list.AddRectFilled(min, {min.x + (max.x - min.x) * part, max.y}, colour);
  }
  list.AddRect(min, max, style.text_weak);
}

void draw_arrow(ImDrawList& list, ImVec2 centre, float size, bool to_right, ImU32 colour) {
  const float to = to_right ? size : -size;
  list.AddTriangleFilled({centre.x + to, centre.y}, {centre.x - to * 0.6F, centre.y - size * 0.8F},
                         {centre.x - to * 0.6F, centre.y + size * 0.8F}, colour);
}

void finish_plot(Ui& ui, plot::TimePlot& plot, const char* id) {
  if (ui.csv.panel == id) {
    std::ofstream out(ui.csv.file);
    plot.write_csv(out);
    out.close();
    ui.notice = fmt::format("{} {}", ui.tr(out ? Word::written : Word::not_written), ui.csv.file);
    ui.csv = {};
  }
  for (const auto& [label, colour] : plot.line_colours())
    ui.items.register_text(fmt::format("{}.line.{}", id, label), fmt::format("{:08X}", colour));
  const plot::PlotReply reply = plot.draw_plot();
  if (reply.hovered) ui.hovered_panel = id;
  ui.items.register_rect(id, reply.min, reply.max);
}

}  // namespace evtwin::viewer::ui
