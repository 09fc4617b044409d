#include "viewer/ui/replay_badge.hpp"

#include <fmt/format.h>

#include <cmath>

#include "viewer/model/metered.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

Word word_of_gate(std::string_view gate) {
  if (gate == "good") return Word::gate_good;
  if (gate == "pass") return Word::gate_pass;
  if (gate == "fail") return Word::gate_fail;
  return Word::gate_not_judged;
}

plot::Category colour_of_gate(std::string_view gate) {
  if (gate == "good") return plot::Category::green;
  if (gate == "pass") return plot::Category::blue;
  return gate == "fail" ? plot::Category::vermillion : plot::Category::black;
}

std::string score_value(const model::Score& score) {
  if (std::isnan(score.value)) return "-";
  return score.unit == "fraction" ? figure_text(score.value * 100.0, "%", 2) : figure_text(score.value, score.unit, 2);
}

/// A score: what it compares, by how much, on what, and the gate.
void draw_line(Ui& ui, const model::Score& score) {
  const bool given = model::is_given(score);
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  const std::string& help = ui.is_korean() && !score.help_ko.empty() ? score.help_ko : score.help;
  ui.fonts.need_characters(help);
  ImGui::PushTextWrapPos(0.0F);
  ImGui::TextUnformatted(help.c_str());
  ImGui::PopTextWrapPos();
  ui.items.register_last("badge." + score.name);
  ImGui::TableNextColumn();
  text_cut(ui, score_value(score));
  ImGui::TableNextColumn();
  text_cut(ui, fmt::format("{} {}", score.n, score.n_of));
  ImGui::TableNextColumn();
  const ImU32 colour = given ? ui.canvas.style.text_weak : plot::colour_of(ui.canvas.style, colour_of_gate(score.gate));
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  text_cut(ui, ui.tr(given ? Word::gate_given : word_of_gate(score.gate)));
  ImGui::PopStyleColor();
}

}  // namespace

void draw_replay_badge(Ui& ui, const model::Run& run) {
  if (run.scores.empty()) return;
  const model::Judged sum = model::judge_run(run);
  const std::string text =
      fmt::format(fmt::runtime(ui.tr(Word::badge)), ui.tr(word_of_gate(sum.worst_word())), sum.sessions, sum.left_out);
  ui.fonts.need_characters(text);
  ImGui::PushStyleColor(ImGuiCol_Text, plot::colour_of(ui.canvas.style, colour_of_gate(sum.worst_word())));
  if (ImGui::SmallButton(fmt::format("{}###badge", text).c_str())) ImGui::OpenPopup("certificate");
  ImGui::PopStyleColor();
  ui.items.register_last("badge");

  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowSize({std::min(ui.px(820.0F), screen.x * 0.94F), std::min(ui.px(620.0F), screen.y * 0.86F)});
  if (!ImGui::BeginPopup("certificate")) return;
  text_cut(ui, text);
  if (ImGui::BeginTable("scores", 4,
                        ImGuiTableFlags_RowBg | ImGuiTableFlags_ScrollY | ImGuiTableFlags_NoSavedSettings)) {
    ImGui::TableSetupColumn("what", ImGuiTableColumnFlags_WidthStretch, 3.4F);
    ImGui::TableSetupColumn("value", ImGuiTableColumnFlags_WidthStretch, 0.8F);
    ImGui::TableSetupColumn("n", ImGuiTableColumnFlags_WidthStretch, 1.1F);
    ImGui::TableSetupColumn("gate", ImGuiTableColumnFlags_WidthStretch, 0.9F);
    for (const model::Score& score : run.scores) draw_line(ui, score);
    // Sessions that could not be replayed stand with their reason.
    for (const model::Flag& flag : run.flags) {
      if (!flag.left_out) continue;
      ImGui::TableNextRow();
      ImGui::TableNextColumn();
      text_cut(ui, fmt::format("{}: {}", ui.tr(Word::left_out), flag.reason));
    }
    ImGui::EndTable();
  }
  ImGui::EndPopup();
}

}  // namespace evtwin::viewer::ui
