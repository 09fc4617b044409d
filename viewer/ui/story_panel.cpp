#include "viewer/ui/story_panel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/metered_plot.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/why_sentence.hpp"

namespace evtwin::viewer::ui {
namespace {

template <class... Args>
std::string told(const Ui& ui, Word word, const Args&... args) {
  return fmt::format(fmt::runtime(ui.tr(word)), args...);
}

/// The run the moments begin with, and the other where both are on the screen.
const model::Run* first_of(const Ui& ui) { return ui.shown_run(); }
const model::Run* second_of(const Ui& ui) {
  const model::Run* b = ui.run_b();
  return b != nullptr && ui.compare != Compare::a && ui.compare != Compare::b ? b : nullptr;
}

/// Of the run that the moments begin with.
std::uint32_t site_of_story(const Ui& ui) {
  const model::Run* run = first_of(ui);
  return run == nullptr ? model::no_such_site : drawn_site(ui, *run);
}

std::string scope_of_story(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = site_of_story(ui);
  return site < run.sites.size() ? run.sites[site].name : scope_text(ui, run);
}

std::string short_time(const model::Run& run, TimeNs t) { return run.clock.time_text(t).substr(0, 5); }

struct MomentLook {
  plot::Shape shape;
  plot::Category category;
};
MomentLook look_of_moment(model::MomentKind kind) {
  using model::MomentKind;
  switch (kind) {
    case MomentKind::first_arrival:
      return {plot::Shape::circle, plot::Category::sky_blue};
    case MomentKind::most_vehicles:
      return {plot::Shape::square, plot::Category::sky_blue};
    case MomentKind::queue:
      return {plot::Shape::hourglass, plot::Category::purple};

    case MomentKind::unserved:
      return {plot::Shape::cross, plot::Category::vermillion};
    case MomentKind::missed:
      return {plot::Shape::triangle, plot::Category::vermillion};
    case MomentKind::peak:
      return {plot::Shape::triangle, plot::Category::blue};

    case MomentKind::dearer:
    case MomentKind::cheaper:
      return {plot::Shape::diamond, plot::Category::orange};
    case MomentKind::cut:
      return {plot::Shape::square, plot::Category::purple};
    case MomentKind::call:
    case MomentKind::call_end:
      return {plot::Shape::diamond, plot::Category::purple};
    case MomentKind::limit:
      return {plot::Shape::square, plot::Category::orange};
    case MomentKind::outage:
      return {plot::Shape::triangle, plot::Category::orange};
    case MomentKind::part:
      return {plot::Shape::diamond, plot::Category::blue};
  }
  return {plot::Shape::circle, plot::Category::black};
}

/// Prices in won have one decimal, those in euro three.
std::string price_text(double price) { return figure_text(price, "", std::abs(price) < 10.0 ? 3 : 1); }

/// Seeks it, and selects what it is about.
void go_to(Ui& ui, const model::Run& run, const model::Moment& moment) {
  ui.time.seek_time(moment.time_ns);
  if (moment.session != no_row && moment.session < run.sessions.size() && run.sessions[moment.session].evse != no_row)
    select_session_of(ui, run, moment.session);
  else if (moment.evse != no_row && moment.evse < run.evses.size())
    select_evse_of(ui, run, moment.evse);
}

void draw_moment(Ui& ui, const model::Moment& moment, const std::string& item, bool with_day, bool now) {
  const model::Run* run = moment.of == 1 ? ui.run_b() : first_of(ui);
  if (run == nullptr) return;
  const plot::Style& style = ui.canvas.style;
  const float em = ImGui::GetFontSize();
  const std::string text = moment_text(ui, moment);
  ui.fonts.need_characters(text);
  const std::string time =
      with_day ? run->clock.date_time_text(moment.time_ns).substr(5, 11) : short_time(*run, moment.time_ns);
  const float start = em * (with_day ? 7.4F : 4.6F);
  const float room = std::max(em * 4.0F, ImGui::GetContentRegionAvail().x - start - em * 0.3F);
  const std::vector<std::string> lines = lines_of(text, room);
  const float line_height = ImGui::GetTextLineHeight();
  const float height = static_cast<float>(lines.size()) * line_height + ui.px(3.0F);

  // The moment as a whole can be clicked; its texts lie over it.
  const ImVec2 min = ImGui::GetCursorScreenPos();
  ImGui::PushID(item.c_str());
  if (ImGui::Selectable("##moment", now, ImGuiSelectableFlags_None, {0.0F, height})) go_to(ui, *run, moment);
  ImGui::PopID();
  ui.items.register_last(item);

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const MomentLook look = look_of_moment(moment.kind);
  plot::draw_shape(list, look.shape, {min.x + em * 0.6F, min.y + em * 0.55F}, em * 0.32F,
                   plot::colour_of(style, look.category));
  list.AddText({min.x + em * 1.3F, min.y}, style.text_weak, time.c_str());
  for (std::size_t i = 0; i < lines.size(); ++i)
    text_at(ui, {min.x + start, min.y + static_cast<float>(i) * line_height}, lines[i], room, style.text);
}

void draw_title(Ui& ui, const std::string& text) {
  ui.fonts.need_characters(text);
  ImGui::PushFont(ui.fonts.small);
  ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.text_weak);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

/// @param height of the panel: a list of moments stays below
void draw_why(Ui& ui, const model::Run& run, float height) {
  const Selection selection = selection_in(ui, run);
  if (selection.evse >= run.evses.size()) return;
  const std::string& name = run.evses[selection.evse].name;
  const TimeNs t = ui.time.cursor_ns();
  const std::string why = why_sentence(ui, run, selection.evse, t);
  std::string text = fmt::format("{}: {}", name, why);
  // Of two runs both answers: the EVSE may have been chosen in either.
  if (const model::Run* b = second_of(ui); b != nullptr && b != &run) {
    if (const std::uint32_t evse = find_evse(*b, name); evse != no_row)
      text = fmt::format("{}\nA: {}\nB: {}", name, why, why_sentence(ui, *b, evse, t));
  }
  ui.fonts.need_characters(text);
  ImGui::PushTextWrapPos(0.0F);
  ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.marker_a);
  ImGui::TextUnformatted(text.c_str());
  ImGui::PopStyleColor();
  ImGui::PopTextWrapPos();
  ui.items.register_last("story.why");

  // Of a replay the session is shown as it was metered and as the twin has it.
  if (const std::string metered = metered_sentence(ui, run, selection.evse, ui.time.cursor_ns()); !metered.empty()) {
    draw_title(ui, metered);
    ui.items.register_last("story.metered");
    const float plot = std::min(ImGui::GetFontSize() * 8.0F, height * 0.45F);
    if (plot > ImGui::GetFontSize() * 5.0F) draw_metered_plot(ui, run, selection.evse, "plot.metered", plot);
  }
  ImGui::Separator();
}

}  // namespace

const std::vector<model::Moment>& moments_at(const Ui& ui, TimeNs t) {
  static const std::vector<model::Moment> nothing;
  const model::Run* run = first_of(ui);
  if (run == nullptr) return nothing;
  const model::Run* other = second_of(ui);
  t = std::clamp(t, run->start_ns, std::max(run->start_ns, run->end_ns - 1));
  const std::uint32_t site = site_of_story(ui);
  const StoryQuestion question{other == nullptr ? 0 : other->serial, site, run->clock.day_start(t)};
  return panel_state(ui).moments.get_or_make(*run, question,
                                             [&] { return model::moments_of_day(*run, other, site, t); });
}

const std::vector<model::Moment>& find_partings(const Ui& ui) {
  static const std::vector<model::Moment> nothing;
  const model::Run* run = first_of(ui);
  const model::Run* other = second_of(ui);
  if (run == nullptr || other == nullptr) return nothing;
  constexpr std::size_t most = 3;
  return panel_state(ui).partings.get_or_make(*run, {other->serial, site_of_story(ui), 0}, [&] {
    return model::where_runs_part(*run, *other, site_of_story(ui), run->start_ns, run->end_ns, most);
  });
}

std::string moment_text(const Ui& ui, const model::Moment& moment) {
  using model::MomentKind;
  const model::Run* run = moment.of == 1 ? ui.run_b() : first_of(ui);
  if (run == nullptr) return {};
  const std::string unit = run->currency.empty() ? "/kWh" : currency_name(ui, *run) + "/kWh";
  std::string text;
  switch (moment.kind) {
    case MomentKind::first_arrival:
      text = told(ui, Word::story_first, run->sessions[moment.session].vehicle);
      break;
    case MomentKind::most_vehicles: {
      const std::uint32_t site = drawn_site(ui, *run);
      if (site >= run->sites.size()) return {};
      text = told(ui, run->is_cut() ? Word::story_most_left : Word::story_most, figure_text(moment.a, "", 0),
                  run->sites[site].evses.size());
      break;
    }

    case MomentKind::queue:
      text = told(ui, Word::story_queue, figure_text(moment.a, "", 0));
      break;
    case MomentKind::unserved:
      text = told(ui, Word::story_unserved, figure_text(moment.a, "", 0));
      break;
    case MomentKind::missed:
      text = told(ui, Word::story_missed, figure_text(moment.a, "", 0), figure_text(moment.b, "kWh", 1));
      break;
    case MomentKind::peak:
      text = told(ui, Word::story_peak, kw_text(moment.a));
      break;

    case MomentKind::dearer:
    case MomentKind::cheaper:
      text = told(ui, moment.kind == MomentKind::dearer ? Word::story_dearer : Word::story_cheaper,
                  price_text(moment.a), price_text(moment.b) + " " + unit);
      break;

    case MomentKind::limit: {
      const std::string& name = run->corrections[moment.correction].limit_name;
      text = told(ui, Word::story_limit, name.empty() ? ui.tr(Word::reason_limit) : name.c_str());
      break;
    }
    case MomentKind::cut:
      text = told(ui, Word::story_cut, kw_text(moment.a), kw_text(moment.b), short_time(*run, moment.to_ns));
      break;
    case MomentKind::call:
      text = told(ui, Word::story_call, kw_text(moment.a), kw_text(moment.b));
      break;
    case MomentKind::call_end:
      text = told(ui, Word::story_call_end, kw_text(moment.b), kw_text(moment.a));
      break;
    case MomentKind::outage:
      text = told(ui, Word::story_outage, run->evses[moment.evse].name);
      break;
    case MomentKind::part: {
      text = told(ui, moment.a < 0.0 ? Word::story_part_less : Word::story_part_more, kw_text(std::abs(moment.a)),
                  run->clock.time_text(moment.to_ns).substr(0, 5));
      if (moment.price > moment.mean_price * 1.02) text += std::string(", ") + ui.tr(Word::story_while_dear);
      if (moment.price < moment.mean_price * 0.98) text += std::string(", ") + ui.tr(Word::story_while_cheap);
      if (!std::isnan(moment.b) && !run->currency.empty()) text += ": " + signed_money(ui, *run, moment.b);
      // It speaks of both runs, and needs no letter.
      return text;
    }
  }
  if (second_of(ui) != nullptr && !moment.of_both) text = (moment.of == 1 ? "B: " : "A: ") + text;
  return text;
}

void draw_story(Ui& ui, ImVec2 size) {
  const model::Run* run = first_of(ui);
  if (run == nullptr) return;
  ImGui::BeginChild("story", size);
  draw_why(ui, *run, size.y);
  // The list goes on with the player; why stays where it is.
  ImGui::BeginChild("story_list");
  const TimeNs t = std::clamp(ui.time.cursor_ns(), run->start_ns, std::max(run->start_ns, run->end_ns - 1));
  // First of all where two runs part: the most there are in the whole run.
  if (const std::vector<model::Moment>& parts = find_partings(ui); !parts.empty()) {
    draw_title(ui, ui.tr(Word::story_partings));
    for (std::size_t i = 0; i < parts.size(); ++i)
      draw_moment(ui, parts[i], fmt::format("story.part.{}", i), true, false);
    ImGui::Dummy({0.0F, ui.px(2.0F)});
  }
  const std::vector<model::Moment>& moments = moments_at(ui, t);
  // One site's day: of several by its name.
  const std::string site = run->sites.size() > 1 ? "  " + scope_of_story(ui, *run) : std::string();
  draw_title(ui, fmt::format("{}  {}{}", ui.tr(Word::story_of_day), run->clock.date_text(t), site));
  // The last one that has come is marked.
  std::size_t now = moments.size();
  for (std::size_t i = 0; i < moments.size() && moments[i].time_ns <= t; ++i) now = i;
  // While it plays, the list goes on with it.
  PanelState& state = panel_state(ui);
  const bool moved = std::exchange(state.story_at, now) != now;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    draw_moment(ui, moments[i], fmt::format("story.{}", i), false, i == now);
    if (i == now && moved && (ui.time.playing || ui.still)) ImGui::SetScrollHereY(0.6F);
  }
  if (moments.empty())
    say_nothing_there(ui, model::is_unrecorded(*run, t) ? Word::story_unrecorded : Word::story_quiet);
  ImGui::EndChild();
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
