#include "viewer/ui/replay_badge.hpp"

#include <fmt/format.h>

#include <cmath>

#include "viewer/model/metered.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/what_if_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Of a line's gate or of a verdict.
Word word_of_gate(std::string_view gate) {
  if (gate == "good") return Word::gate_good;
  if (gate == "pass") return Word::gate_pass;
  if (gate == "fail") return Word::gate_fail;
  return gate == "indicative" ? Word::gate_indicative : Word::gate_not_scorable;
}

/// What is indicative or can not be told is neither good nor bad.
plot::Category colour_of_gate(std::string_view gate) {
  if (gate == "good") return plot::Category::green;
  if (gate == "pass") return plot::Category::blue;
  return gate == "fail" ? plot::Category::vermillion : plot::Category::black;
}

bool proves_nothing(const model::Score& score) { return score.told == "given" || score.gate == "not_scorable"; }

std::string score_value(const model::Score& score) {
  if (std::isnan(score.value)) return "-";
  return score.unit == "fraction" ? figure_text(score.value * 100.0, "%", 2) : figure_text(score.value, score.unit, 2);
}

/// A score: what it compares, by how much, on what, and the gate.
void draw_line(Ui& ui, const model::Score& score) {
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
  text_cut(ui, count_text(ui, score.n, score.n_of));
  ImGui::TableNextColumn();
  const ImU32 colour = proves_nothing(score) || score.indicative
                           ? ui.canvas.style.text_weak
                           : plot::colour_of(ui.canvas.style, colour_of_gate(score.gate));
  ImGui::PushStyleColor(ImGuiCol_Text, colour);
  text_cut(ui, gate_text(ui, score));
  ImGui::PopStyleColor();
}

}  // namespace

std::string gate_text(const Ui& ui, const model::Score& score) {
  if (std::isnan(score.value)) return ui.tr(Word::gate_not_scorable);
  if (score.told == "given") return ui.tr(Word::gate_given);
  if (score.gate == "not_scorable") return ui.tr(Word::gate_told_only);
  const std::string word = ui.tr(word_of_gate(score.gate));
  return score.indicative ? fmt::format("{} ({})", word, ui.tr(Word::gate_indicative)) : word;
}

std::string badge_text(const Ui& ui, const model::Run& run) {
  return fmt::format(fmt::runtime(ui.tr(Word::badge)), ui.tr(word_of_gate(run.certificate.verdict)),
                     run.certificate.sessions, model::count_left_out(run));
}

void draw_replay_badge(Ui& ui, const model::Run& run) {
  if (run.certificate.verdict.empty()) return;
  const std::string text = badge_text(ui, run);
  ui.fonts.need_characters(text);
  ImGui::PushStyleColor(ImGuiCol_Text, plot::colour_of(ui.canvas.style, colour_of_gate(run.certificate.verdict)));
  if (ImGui::SmallButton(fmt::format("{}###badge", text).c_str())) ImGui::OpenPopup("certificate");
  ImGui::PopStyleColor();
  ui.items.register_last("badge");

  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = std::min(ui.px(820.0F), screen.x * 0.94F);
  // Below the badge, which stays to be seen.
  const Items::Rect badge = *ui.items.find_rect("badge");
  const float top = badge.max.y + ui.px(6.0F);
  ImGui::SetNextWindowPos({std::max(0.0F, std::min(badge.min.x, screen.x - width)), top}, ImGuiCond_Appearing);
  ImGui::SetNextWindowSize({width, std::min(ui.px(620.0F), screen.y - top - ui.px(6.0F))});
  if (!ImGui::BeginPopup("certificate")) return;
  // The verdict in the replay's own words.
  draw_wrapped(ui, ui.is_korean() ? run.certificate.sentence_ko : run.certificate.sentence, ui.canvas.style.text);
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
      draw_wrapped(ui, fmt::format("{}: {}", ui.tr(Word::left_out), flag.reason), ui.canvas.style.text);
    }
    ImGui::EndTable();
  }
  ImGui::EndPopup();
}

}  // namespace evtwin::viewer::ui
