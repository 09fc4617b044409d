// The selection at the cursor; two runs beside each other where two are shown.
#include <fmt/format.h>

#include <algorithm>

#include "viewer/ui/facts.hpp"
#include "viewer/ui/metered_plot.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Of what is selected, in a run that may be another than A. Empty: this run has no such thing.
Facts facts_of(const Ui& ui, const model::Run& run) {
  const Selection& chosen = ui.selection;
  const Selection here = selection_in(ui, run);
  const TimeNs t = ui.time.cursor_ns();
  if (chosen.session != no_row)
    return here.session < run.sessions.size() ? session_facts(ui, run, here.session, t) : Facts();
  if (chosen.evse != no_row) return here.evse < run.evses.size() ? evse_facts(ui, run, here.evse, t) : Facts();
  if (chosen.storage != no_row)
    return here.storage < run.storages.size() ? storage_facts(ui, run, here.storage, t) : Facts();
  if (!here.station.empty()) return station_facts(ui, run, here.station, t);
  return site_facts(ui, run, here.site, t);
}

void heading(Ui& ui, Word title) {
  const plot::Style& style = ui.canvas.style;
  ImGui::Dummy({0.0F, ui.px(2.0F)});
  text_cut(ui, ui.tr(title));
  ui.items.register_last(std::string("inspector.") + id_of(title));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y - ImGui::GetStyle().ItemSpacing.y * 0.5F;
  ImGui::GetWindowDrawList()->AddLine({at.x, y}, {at.x + ImGui::GetContentRegionAvail().x, y}, style.frame);
}

void sentence(Ui& ui, const std::string& text, const char* before) {
  if (text.empty()) return;
  ui.fonts.need_characters(text);
  const float width = ImGui::GetContentRegionAvail().x;
  for (const std::string& line : lines_of(before + text, width)) text_cut(ui, line, width);
}

/// A line of figures. Where the panel is narrow the label stands above them.
void draw_fact(Ui& ui, const std::string& label, const std::string& a, const std::string* b, const std::string& diff) {
  const plot::Style& style = ui.canvas.style;
  const float width = ImGui::GetContentRegionAvail().x;
  const float em = ImGui::GetFontSize();
  const float gap = em * 0.5F;
  const float label_width = ImGui::CalcTextSize(label.c_str()).x;
  const float a_width = ImGui::CalcTextSize(a.c_str()).x;
  const float line = ImGui::GetTextLineHeight() + ui.px(2.0F);
  const ImVec2 min = ImGui::GetCursorScreenPos();

  if (b == nullptr) {
    const float column = width * 0.45F;
    const bool one_line = std::max(column, label_width + gap) + a_width <= width;
    const float value_x = one_line ? std::max(column, label_width + gap) : std::min(em, width * 0.1F);
    ImGui::Dummy({width, one_line ? line : line * 2.0F});
    text_at(ui, min, label, width, style.text_weak);
    text_at(ui, {min.x + value_x, min.y + (one_line ? 0.0F : line)}, a, width - value_x, style.text);
    if (!one_line && a_width > width - value_x) draw_tooltip(ui, a);
    return;
  }

  const bool one_line = width > em * 30.0F;
  const float start = one_line ? width * 0.34F : std::min(em, width * 0.1F);
  const float each = (width - start) / (diff.empty() ? 2.0F : 3.0F);  // words have no difference, and need the room
  const float y = min.y + (one_line ? 0.0F : line);
  ImGui::Dummy({width, one_line ? line : line * 2.0F});
  draw_tooltip(ui, fmt::format("{}\nA: {}\nB: {}{}{}", label, a, *b, diff.empty() ? "" : "\nB - A: ", diff));
  text_at(ui, min, label, one_line ? start - gap : width, style.text_weak);
  text_at(ui, {min.x + start, y}, a, each - gap, style.text);
  text_at(ui, {min.x + start + each, y}, *b, each - gap, style.text);
  text_at(ui, {min.x + start + each * 2.0F, y}, diff, each, style.text_weak);
}

const FactGroup* group_of(const Facts& facts, Word title) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const FactGroup& g) { return g.title == title; });
  return found == facts.end() ? nullptr : &*found;
}

const Fact* fact_of(const FactGroup* group, const std::string& label) {
  if (group == nullptr) return nullptr;
  const auto found =
      std::find_if(group->facts.begin(), group->facts.end(), [&](const Fact& f) { return f.label == label; });
  return found == group->facts.end() ? nullptr : &*found;
}

/// Facts of A in their order; of B what it has beside, then what only B has.
void draw_both(Ui& ui, const model::Run& run, const FactGroup* a, const FactGroup* b) {
  heading(ui, (a != nullptr ? a : b)->title);
  if (a != nullptr) sentence(ui, a->sentence, "A: ");
  if (b != nullptr) sentence(ui, b->sentence, "B: ");
  const std::string nothing = "-";
  if (a != nullptr) {
    for (const Fact& fact : a->facts) {
      const Fact* other = fact_of(b, fact.label);
      draw_fact(ui, fact.label, fact.text, other != nullptr ? &other->text : &nothing,
                other != nullptr ? difference_text(ui, run, fact, *other) : std::string());
    }
  }
  if (b == nullptr) return;
  for (const Fact& fact : b->facts) {
    if (fact_of(a, fact.label) == nullptr) draw_fact(ui, fact.label, nothing, &fact.text, {});
  }
}

void draw_beside(Ui& ui, const model::Run& run_a, const Facts& a, const Facts& b) {
  draw_fact(ui, ui.tr(Word::run), ui.runs[ui.a].label, &ui.runs[ui.b].label, {});
  if (a.empty() || b.empty()) sentence(ui, ui.tr(Word::not_in_both), "");
  for (const FactGroup& group : a) draw_both(ui, run_a, &group, group_of(b, group.title));
  for (const FactGroup& group : b) {
    if (group_of(a, group.title) == nullptr) draw_both(ui, run_a, nullptr, &group);
  }
}

/// Plan and power of the selected EVSE over the window that all plots show.
void draw_plan(Ui& ui, const model::Run& run, std::uint32_t evse) {
  const float em = ImGui::GetFontSize();
  if (evse >= run.evses.size() || ImGui::GetContentRegionAvail().x < em * 14.0F) return;
  const model::Series& plan = plan_of(ui, run, evse);
  if (plan.empty()) return;
  const plot::Style& style = ui.canvas.style;
  heading(ui, Word::plan_and_power);
  plot::TimePlot plot("inspector.plan", ui.canvas, {ImGui::GetContentRegionAvail().x, em * 9.0F}, {"kW"});
  plot.add_line(ui.tr(Word::flows), run.evses[evse].kw,
                {plot::colour_of(style, plot::Category::blue), 1.5F, false, 0.2});
  plot.add_line(ui.tr(Word::plan), plan, {plot::colour_of(style, plot::Category::vermillion), 1.5F, true});
  const plot::PlotReply reply = plot.draw_plot();
  ui.items.register_rect("inspector.plan", reply.min, reply.max);
}

/// A replay: what was metered at the selected EVSE, and what the twin has.
void draw_metered(Ui& ui, const model::Run& run, std::uint32_t evse) {
  const float em = ImGui::GetFontSize();
  if (evse >= run.evses.size() || run.metered.empty() || ImGui::GetContentRegionAvail().x < em * 14.0F) return;
  heading(ui, Word::metered_and_twin);
  sentence(ui, metered_sentence(ui, run, evse, ui.time.cursor_ns()), "");
  draw_metered_plot(ui, run, evse, "inspector.metered", em * 9.0F);
}

}  // namespace

void draw_inspector(Ui& ui, ImVec2 size) {
  ImGui::BeginChild("inspector", size);
  const model::Run* a = ui.run_a();
  const model::Run* b = ui.run_b();
  const model::Run* one = ui.shown_run();
  const bool both = a != nullptr && b != nullptr && ui.compare != Compare::a && ui.compare != Compare::b;
  if (both) {
    draw_beside(ui, *a, facts_of(ui, *a), facts_of(ui, *b));
  } else if (one != nullptr) {
    const Facts facts = facts_of(ui, *one);
    if (facts.empty()) say_nothing_there(ui, Word::not_in_this_run);
    for (const FactGroup& group : facts) {
      heading(ui, group.title);
      sentence(ui, group.sentence, "");
      for (const Fact& fact : group.facts) draw_fact(ui, fact.label, fact.text, nullptr, {});
      if (group.title != Word::why) continue;
      draw_plan(ui, *one, selection_in(ui, *one).evse);
      draw_metered(ui, *one, selection_in(ui, *one).evse);
    }
  }
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
