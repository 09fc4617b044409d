#include "viewer/ui/verdict_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/replay_badge.hpp"
#include "viewer/ui/strategy_names.hpp"

namespace evtwin::viewer::ui {
namespace {

using analysis::PartyVerdict;
using analysis::VerdictPart;

/// Names by which the sentences speak of two runs: their strategies, with the letters where these are the same.
std::vector<std::string> names_of(const Ui& ui) {
  const model::Run *a = ui.run_a(), *b = ui.run_b();
  if (b == nullptr) return {a->strategy};
  if (a->strategy != b->strategy) return {a->strategy, b->strategy};
  return {"A (" + a->strategy + ")", "B (" + b->strategy + ")"};
}

analysis::Verdict made(const Ui& ui) {
  analysis::Verdict verdict = analysis::give_verdict(
      verdict_runs(ui), ui.is_korean() ? analysis::Language::korean : analysis::Language::english);
  for (PartyVerdict& party : verdict.parties) {
    for (VerdictPart& part : party.parts) part.text = in_won(ui, std::move(part.text));
  }
  return verdict;
}

/// A word of a sentence, and the part it belongs to.
struct SentenceWord {
  std::string text;
  std::size_t part = 0;
  bool space_before = false;
};

std::vector<SentenceWord> pieces_of(const PartyVerdict& verdict) {
  std::vector<SentenceWord> pieces;
  bool space = false;
  for (std::size_t part = 0; part < verdict.parts.size(); ++part) {
    bool goes_on = !pieces.empty() && !space;  // "(" + "bill" stand together
    for (const char c : verdict.parts[part].text) {
      if (c == ' ') {
        space = true;
        goes_on = false;
        continue;
      }
      if (!goes_on || pieces.empty() || space || pieces.back().part != part) pieces.push_back({{}, part, space});
      pieces.back().text += c;
      space = false;
      goes_on = true;
    }
  }
  return pieces;
}

/// Lays a sentence into lines of `width`; draws it where `draw` is set. Lines break only where a space is.
class Sentence {
 public:
  Sentence(Ui& ui, const PartyVerdict& verdict, std::string item)
      : ui_(ui), verdict_(verdict), item_(std::move(item)) {}

  float height(float width) { return lay({0.0F, 0.0F}, width, false); }
  float draw(ImVec2 at, float width) { return lay(at, width, true); }

 private:
  float lay(ImVec2 at, float width, bool draw) {
    const std::vector<SentenceWord> pieces = pieces_of(verdict_);
    const float space = ImGui::CalcTextSize(" ").x, line = ImGui::GetFontSize() * 1.25F;
    float x = 0.0F, y = 0.0F;
    for (std::size_t i = 0; i < pieces.size();) {
      // Pieces that no space parts break together.
      std::size_t end = i + 1;
      while (end < pieces.size() && !pieces[end].space_before) ++end;
      float wide = 0.0F;
      for (std::size_t k = i; k < end; ++k) wide += ImGui::CalcTextSize(pieces[k].text.c_str()).x;
      if (pieces[i].space_before && x > 0.0F) x += space;
      if (x > 0.0F && x + wide > width) {
        x = 0.0F;
        y += line;
      }
      for (; i < end; ++i) {
        const float w = ImGui::CalcTextSize(pieces[i].text.c_str()).x;
        if (draw) draw_piece(pieces[i], {at.x + x, at.y + y}, w, line);
        x += w;
      }
    }
    return y + line;
  }

  void draw_piece(const SentenceWord& piece, ImVec2 at, float width, float line) {
    ui_.fonts.need_characters(piece.text);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const VerdictPart& part = verdict_.parts[piece.part];
    list.AddText(at, ui_.canvas.style.text, piece.text.c_str());
    if (part.kpis.empty()) return;
    const ImVec2 max{at.x + width, at.y + line};
    const float y = at.y + ImGui::GetFontSize() + 1.0F;
    const bool hovered = ImGui::IsMouseHoveringRect(at, max) && ImGui::IsWindowHovered();
    list.AddLine({at.x, y}, {max.x, y}, hovered ? ui_.canvas.style.marker_a : ui_.canvas.style.frame,
                 hovered ? 2.0F : 1.0F);
    ui_.items.register_rect(fmt::format("{}.{}", item_, piece.part), at, max);
    if (!hovered) return;
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (!ImGui::IsMouseClicked(ImGuiMouseButton_Left)) return;
    panel_state(ui_).verdict_why = part.kpis;
    ImGui::OpenPopup("verdict.why");
  }

  Ui& ui_;
  const PartyVerdict& verdict_;
  std::string item_;
};

std::string kpi_text(const Ui& ui, const model::Run& run, const record::Kpi& kpi) {
  if (std::isnan(kpi.value)) return "-";
  const std::string_view unit = kpi.unit;
  if (!run.currency.empty() && unit == run.currency) return money_text(ui, run, kpi.value);
  if (kpi.name.ends_with("_fraction")) return figure_text(kpi.value * 100.0, "%", 1);
  return figure_text(kpi.value, unit, kpi.value == std::floor(kpi.value) && std::abs(kpi.value) < 1e6 ? 0 : 2);
}

/// @param site row, -1: of all sites
const record::Kpi* kpi_of(const model::Run& run, std::string_view name, std::int32_t site = -1) {
  const auto found = std::find_if(run.kpis.begin(), run.kpis.end(),
                                  [&](const record::Kpi& kpi) { return kpi.site == site && kpi.name == name; });
  return found == run.kpis.end() ? nullptr : &*found;
}

/// The figures behind a part, as the run files have them, with what each means.
void draw_why_of_part(Ui& ui) {
  const PanelState& state = panel_state(ui);
  // Below the sentence, which stays readable beside its reasons.
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const Items::Rect* sentence = ui.items.find_rect("verdict.sentence");
  const float top = sentence == nullptr ? screen.y * 0.2F : sentence->max.y + ui.px(6.0F);
  const float widest = std::min(ui.px(560.0F), screen.x);
  ImGui::SetNextWindowPos({std::clamp(ImGui::GetMousePos().x, 0.0F, screen.x - widest), top}, ImGuiCond_Appearing);
  ImGui::SetNextWindowSizeConstraints({std::min(ui.px(260.0F), widest), 0.0F},
                                      {widest, std::max(ui.px(80.0F), screen.y - top)});
  if (!ImGui::BeginPopup("verdict.why")) return;
  for (const std::string_view name : state.verdict_why) {
    for (const model::Run* run : {ui.run_a(), ui.run_b()}) {
      if (run == nullptr) continue;
      const record::Kpi* kpi = kpi_of(*run, name);
      const std::string letter = ui.run_b() == nullptr ? "" : run == ui.run_a() ? "A  " : "B  ";
      const std::string text = fmt::format("{}{}: {}", letter, name, kpi == nullptr ? "-" : kpi_text(ui, *run, *kpi));
      ui.fonts.need_characters(text);
      ImGui::TextUnformatted(text.c_str());
      ui.items.register_last(fmt::format("verdict.why.{}{}", name,
                                         letter.empty()     ? ""
                                         : letter[0] == 'A' ? ".a"
                                                            : ".b"));
    }
    // Both runs have the same key figures: they are explained once.
    if (const record::Kpi* kpi = kpi_of(*ui.run_a(), name); kpi != nullptr) {
      const std::string& help = ui.is_korean() ? kpi->help_ko : kpi->help;
      ui.fonts.need_characters(help);
      ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.text_weak);
      ImGui::PushTextWrapPos(ui.px(540.0F));
      ImGui::TextUnformatted(help.c_str());
      ImGui::PopTextWrapPos();
      ImGui::PopStyleColor();
    }
  }

  if (ImGui::SmallButton(ui.tr(Word::close))) ImGui::CloseCurrentPopup();
  ui.items.register_last("verdict.close");
  ImGui::EndPopup();
}

const char* party_title(const Ui& ui, analysis::Party party) {
  const analysis::Language language = ui.is_korean() ? analysis::Language::korean : analysis::Language::english;
  return analysis::title_of(party, language).data();
}

const PartyVerdict* chosen_party(const Ui& ui, const analysis::Verdict& verdict) {
  const std::size_t at = std::min<std::size_t>(panel_state(ui).verdict_party, analysis::party_count - 1);
  return at < verdict.parties.size() ? &verdict.parties[at] : nullptr;
}

float chips_height() { return ImGui::GetFrameHeight(); }

/// Words where there is no verdict: the runs are not over, or not of one world.
std::string instead(const Ui& ui, const analysis::Verdict& verdict) {
  if (!verdict.trouble.empty()) return verdict.trouble;
  if (!verdict.note.empty()) return verdict.note;
  return verdict.parties.empty() ? ui.tr(Word::verdict_not_yet) : std::string();
}

}  // namespace

std::vector<analysis::VerdictRun> verdict_runs(const Ui& ui) {
  const std::vector<std::string> spoken = names_of(ui);
  std::vector<analysis::VerdictRun> runs;
  for (const model::Run* run : {ui.run_a(), ui.run_b()}) {
    if (run == nullptr) continue;
    analysis::VerdictRun& one = runs.emplace_back();
    one.name = spoken.at(runs.size() - 1);
    one.kpis = run->kpis;
    one.start_ns = run->start_ns;
    one.end_ns = run->end_ns;
    one.currency = run->currency;
    one.parameters = run->parameters;
    one.is_replay = !run->certificate.verdict.empty();
    one.tariff_given =
        std::any_of(run->sites.begin(), run->sites.end(), [](const model::Site& site) { return site.tariff_given; });
  }
  return runs;
}

const analysis::Verdict& verdict_of(const Ui& ui) {
  const model::Run* a = ui.run_a();
  const model::Run* b = ui.run_b();
  const std::pair question{b == nullptr ? std::uint64_t{0} : b->serial, ui.settings.language};
  return panel_state(ui).verdict.get_or_make(*a, question, [&] { return made(ui); });
}

float verdict_height(Ui& ui, float width) {
  if (ui.run_a() == nullptr) return 0.0F;
  const analysis::Verdict& verdict = verdict_of(ui);
  float height = chips_height() + ui.px(6.0F);
  if (const PartyVerdict* party = chosen_party(ui, verdict); party != nullptr)
    height += Sentence(ui, *party, "verdict.part").height(width - ui.px(16.0F));
  if (!instead(ui, verdict).empty()) height += ImGui::GetTextLineHeightWithSpacing();
  return height + ui.px(8.0F);
}

void draw_verdict(Ui& ui, ImVec2 size) {
  if (ui.run_a() == nullptr) return;
  ImGui::BeginChild("verdict", size, true, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {ui.px(6.0F), ui.px(4.0F)});
  const analysis::Verdict& verdict = verdict_of(ui);
  PanelState& state = panel_state(ui);

  for (std::size_t i = 0; i < verdict.parties.size(); ++i) {
    if (i > 0) ImGui::SameLine();
    const std::string_view title = party_title(ui, verdict.parties[i].party);
    if (draw_chip(ui, fmt::format("verdict.party.{}", i), title, state.verdict_party == i)) state.verdict_party = i;
  }

  // The stage has one site of several, the verdict all.
  if (const std::size_t sites = ui.run_a()->sites.size(); sites > 1 && !verdict.parties.empty()) {
    ImGui::SameLine(0.0F, ui.px(12.0F));
    ImGui::AlignTextToFramePadding();
    text_cut(ui, fmt::format(fmt::runtime(ui.tr(Word::scope_verdict)), sites));
    ui.items.register_last("verdict.scope");
  }

  // Beside a replay's verdict stands how close the twin came to the log.
  if (ui.shown_run() != nullptr && !ui.shown_run()->scores.empty()) {
    if (!verdict.parties.empty()) ImGui::SameLine(0.0F, ui.px(16.0F));
    draw_replay_badge(ui, *ui.shown_run());
  }

  if (const PartyVerdict* party = chosen_party(ui, verdict); party != nullptr) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    Sentence sentence(ui, *party, "verdict.part");
    const float height = sentence.draw(at, ImGui::GetContentRegionAvail().x);
    ui.items.register_rect("verdict.sentence", at, {at.x + ImGui::GetContentRegionAvail().x, at.y + height});
    ImGui::Dummy({1.0F, height - ImGui::GetStyle().ItemSpacing.y});
  }

  if (const std::string text = instead(ui, verdict); !text.empty()) {
    ImGui::PushStyleColor(ImGuiCol_Text, plot::colour_of(ui.canvas.style, plot::Category::vermillion));
    text_cut(ui, text);
    ImGui::PopStyleColor();
    ui.items.register_last("verdict.note");
  }
  draw_why_of_part(ui);
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

std::vector<std::string> ending_lines(const Ui& ui, const model::Run& run) {
  std::vector<std::string> lines{fmt::format(fmt::runtime(ui.tr(Word::ending_title)), run.name)};
  if (const std::string scope = scope_text(ui, run); !scope.empty()) lines.push_back(scope);
  const auto add = [&](Word word, std::string_view name) {
    const record::Kpi* kpi = kpi_of(run, name, kpi_site(ui, run));
    if (kpi != nullptr && !std::isnan(kpi->value))
      lines.push_back(fmt::format("{}: {}", ui.tr(word), kpi_text(ui, run, *kpi)));
  };
  add(Word::kpi_cost, "total_cost");
  add(Word::kpi_delivered, "energy_delivered_kwh");
  add(Word::kpi_unmet, "unmet_kwh");
  add(Word::ending_owed, "open_kwh");
  add(Word::kpi_turned_away, "turned_away");
  return lines;
}

}  // namespace evtwin::viewer::ui
