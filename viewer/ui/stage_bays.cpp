// The bays: an EVSE at the head of each, the car below, how full it is and what flows into it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/model/waiting.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/stage_parts.hpp"
#include "viewer/ui/why_sentence.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Above so many bays their rectangles are not registered one by one.
constexpr std::size_t most_bays = 400;

/// How full a car is drawn: its SoC, else how much it has got of what it came for.
struct Fullness {
  double fraction = model::none;
  std::string text;
};

Fullness fullness_of(const model::Run& run, const model::EvseState& state) {
  if (state.session == no_row) return {};
  if (!std::isnan(state.soc)) return {state.soc, percent_text(state.soc)};
  const model::Session& session = run.sessions[state.session];
  const double share = session.wanted_kwh > 0.0 ? state.session_kwh / session.wanted_kwh : model::none;
  return {share, figure_text(state.session_kwh, "kWh", state.session_kwh < 9.95 ? 1 : 0)};
}

/// A bay, and where its car stands in it.
struct Place {
  ImVec2 min, max;
  ImVec2 car_min, car_max;
  ImVec2 post;
  float size = 0.0F;  ///< of the post's mark
};

Place place_of(const Scene& scene, std::uint32_t index) {
  const StageRect bay = scene.layout.bay_rect(index);
  const float gap = bay.width * 0.05F;
  Place place;
  place.min = scene.at(bay.x + gap, bay.y);
  place.max = scene.at(bay.right() - gap, bay.bottom());
  const bool words = scene.has_names();
  const float em = scene.bay_font()->FontSize;
  const float head = words ? em * 1.35F : bay.height * 0.2F;
  const float height = place.max.y - place.min.y - head - bay.height * 0.03F;
  const float width = std::min((place.max.x - place.min.x) * 0.72F, height * 0.62F);
  const float middle = (place.min.x + place.max.x) / 2.0F;
  place.car_min = {middle - width / 2.0F, place.max.y - height};
  place.car_max = {middle + width / 2.0F, place.max.y - bay.height * 0.03F};
  place.size = words ? em * 0.34F : std::max(1.5F, head * 0.36F);
  place.post = {words ? place.min.x + em * 0.55F : middle, place.min.y + head * 0.5F};
  return place;
}

Place moved(Place place, float down) {
  place.car_min.y += down;
  place.car_max.y += down;
  return place;
}

void draw_lines(Scene& scene, const Place& place, bool selected, bool fault) {
  const plot::Style& style = scene.ui.canvas.style;
  const ImU32 paint = style.dark ? IM_COL32(92, 100, 110, 255) : IM_COL32(176, 184, 194, 255);
  const float width = scene.layout.detail == BayDetail::car ? 1.0F : scene.ui.px(1.5F);
  scene.list.AddLine({place.min.x, place.max.y}, place.min, paint, width);
  scene.list.AddLine({place.max.x, place.max.y}, {place.max.x, place.min.y}, paint, width);
  scene.list.AddLine(place.min, {place.max.x, place.min.y}, paint, width);
  if (fault)
    scene.list.AddRectFilled(place.min, place.max,
                             plot::with_alpha(plot::colour_of(style, plot::Category::vermillion), 0.16));
  if (selected) scene.list.AddRect(place.min, place.max, style.marker_a, scene.ui.px(3.0F), 0, scene.ui.px(2.5F));
}

/// From the post to the nose of the car; marks run along it while power flows.
void draw_cable(Scene& scene, const Place& place, double kw, double max_kw, ImU32 colour) {
  if (!(std::abs(kw) > 0.0)) return;
  const ImVec2 from = place.post;
  const ImVec2 to{(place.car_min.x + place.car_max.x) / 2.0F,
                  place.car_min.y + (place.car_max.y - place.car_min.y) * 0.06F};
  const auto share = static_cast<float>(std::clamp(std::abs(kw) / std::max(max_kw, 1e-9), 0.0, 1.0));
  const float width = std::max(1.0F, (0.08F + 0.22F * share) * place.size * 2.0F);
  scene.list.AddLine(from, to, colour, width);
  if (scene.layout.detail == BayDetail::car) return;
  const auto along = static_cast<float>(kw > 0.0 ? scene.beat : 1.0 - scene.beat);
  scene.list.AddCircleFilled({from.x + (to.x - from.x) * along, from.y + (to.y - from.y) * along},
                             width * 0.5F + place.size * 0.25F, colour, 10);
}

/// In small letters where two lines would not fit else.
void draw_words(Scene& scene, const Place& place, const std::string& name, const Fullness& full, double kw,
                double alpha) {
  const float room = place.max.x - place.min.x;
  const float middle = (place.car_min.x + place.car_max.x) / 2.0F;
  const float height = place.car_max.y - place.car_min.y;
  if (scene.has_names()) {
    ImGui::PushFont(scene.bay_font());
    const float em = ImGui::GetFontSize();
    const float wide = text_at(scene.ui, {place.min.x + em * 1.15F, place.min.y + em * 0.15F}, name, room - em * 1.2F,
                               scene.ui.canvas.style.text);
    if (wide > 0.0F) scene.ui.items.register_text(scene.prefix + name + ".name", name);
    ImGui::PopFont();
  }
  if (full.text.empty()) return;
  const bool few = scene.layout.detail == BayDetail::few;
  const bool small = scene.layout.detail != BayDetail::words || height < ImGui::GetFontSize() * 4.0F;
  if (small) ImGui::PushFont(scene.small);
  const float line = ImGui::GetFontSize() * 1.25F;
  const bool both = std::abs(kw) > 0.0 && height > line * 3.2F && !few;
  draw_pill(scene, {middle, place.car_min.y + height * 0.55F - (both ? line * 0.52F : 0.0F)}, full.text, room, alpha);
  if (both) {
    // "11.0 kW", else "11.0".
    const ImVec2 below{middle, place.car_min.y + height * 0.55F + line * 0.52F};
    const std::string text = kw_text(kw), figure = text.substr(0, text.rfind(' '));
    if (draw_pill(scene, below, text, room, alpha) || draw_pill(scene, below, figure, room, alpha))
      scene.ui.items.register_text(scene.prefix + name + ".kw", text);
  }
  if (small) ImGui::PopFont();
}

/// Of who has just left: 0 now, 1 gone; no session: nobody.
struct Leaving {
  std::uint32_t session = no_row;
  float gone = 1.0F;
};
Leaving leaving_from(const Scene& scene, std::uint32_t evse) {
  if (scene.moves <= 0) return {};
  const auto& sessions = scene.run.evses[evse].sessions;
  const auto after = std::upper_bound(sessions.begin(), sessions.end(), scene.t, [&](TimeNs t, std::uint32_t row) {
    return t < scene.run.sessions[row].plugged_in_ns;
  });
  if (after == sessions.begin()) return {};
  const std::uint32_t row = *(after - 1);
  const TimeNs since = scene.t - scene.run.sessions[row].departed_ns;
  if (since < 0 || since >= scene.moves) return {};
  return {row, static_cast<float>(since) / static_cast<float>(scene.moves)};
}

/// How much of its way into the bay a car still has to go; 0: it stands.
float still_to_go(const Scene& scene, std::uint32_t session) {
  if (session == no_row || scene.moves <= 0) return 0.0F;
  const model::Session& s = scene.run.sessions[session];
  const TimeNs moves = std::min(scene.moves, (s.departed_ns - s.plugged_in_ns) / 3);
  const TimeNs since = scene.t - s.plugged_in_ns;
  if (moves <= 0 || since >= moves) return 0.0F;
  const float rest = 1.0F - static_cast<float>(since) / static_cast<float>(moves);
  return rest * rest;
}

void draw_bay(Scene& scene, std::uint32_t index, std::uint32_t evse, bool selected) {
  const Ui& ui = scene.ui;
  const plot::Style& style = ui.canvas.style;
  const model::EvseState& state = state_of(ui, scene.run, evse, scene.t);
  const Look& look = look_of(state.status);
  const ImU32 colour = colour_of(style, look);
  const Place place = place_of(scene, index);
  const float height = place.max.y - place.min.y;
  draw_lines(scene, place, selected, state.status == model::EvseStatus::fault);

  // A car that has just left is on the way out, with a word of how it ended.
  const Leaving leaving = leaving_from(scene, evse);
  if (leaving.session != no_row && state.session == no_row) {
    const model::Session& gone = scene.run.sessions[leaving.session];
    const bool missed = misses_energy(gone);
    const Place out = moved(place, height * leaving.gone * 0.6F);
    draw_car_from_above(scene.list, style, out.car_min, out.car_max, gone.soc_end,
                        plot::colour_of(style, missed ? plot::Category::vermillion : plot::Category::green),
                        1.0 - static_cast<double>(leaving.gone));
  }

  const Fullness full = fullness_of(scene.run, state);
  if (state.session != no_row) {
    const float to_go = still_to_go(scene, state.session);
    const Place in = moved(place, height * to_go * 0.6F);
    const double alpha = 1.0 - static_cast<double>(to_go);
    draw_car_from_above(scene.list, style, in.car_min, in.car_max, full.fraction, colour, alpha);
    if (to_go == 0.0F) draw_cable(scene, in, state.kw, scene.run.evses[evse].max_kw, colour);
    draw_words(scene, in, scene.run.evses[evse].name, full, state.kw, alpha);
  } else {
    draw_words(scene, place, scene.run.evses[evse].name, {}, 0.0, 1.0);
  }
  plot::draw_shape(scene.list, look.shape, place.post, place.size, colour);
}

void explain_bay(Scene& scene, std::uint32_t evse) {
  Ui& ui = scene.ui;
  const model::EvseState& state = state_of(ui, scene.run, evse, scene.t);
  const auto line = [&](const std::string& text) {
    ui.fonts.need_characters(text);
    ImGui::TextUnformatted(text.c_str());
  };
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(ui.px(340.0F));
  line(fmt::format("{}  {}", scene.run.evses[evse].name, ui.tr(look_of(state.status).word)));
  if (state.session != no_row) {
    const model::Session& session = scene.run.sessions[state.session];
    line(fmt::format("{}  {}  {}", session.vehicle, kw_text(state.kw), percent_text(state.soc)));
    line(fmt::format("{}: {} / {}", ui.tr(Word::got_of_wanted), kwh_text(state.session_kwh),
                     kwh_text(session.wanted_kwh)));
    line(fmt::format("{}: {}", ui.tr(Word::leaves), scene.run.clock.date_time_text(session.departed_ns)));
  }
  line(why_sentence(ui, scene.run, evse, scene.t));
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

}  // namespace

const std::vector<std::uint32_t>& staged_evses(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  return panel_state(ui).staged.at(kept_of(ui, run)).get_or_make(run, site, [&] {
    return model::ordered_evses(run, site, "", model::EvseOrder::file);
  });
}

void draw_car_from_above(ImDrawList& list, const plot::Style& style, ImVec2 min, ImVec2 max, double fraction,
                         ImU32 colour, double alpha) {
  const float w = max.x - min.x, h = max.y - min.y;
  const float round = std::min(w, h) * 0.28F;
  const ImU32 body = plot::with_alpha(style.dark ? IM_COL32(66, 73, 82, 255) : IM_COL32(216, 222, 229, 255), alpha);
  list.AddRectFilled(min, max, body, round);
  if (!std::isnan(fraction) && fraction > 0.0) {
    const float top = max.y - h * static_cast<float>(std::clamp(fraction, 0.0, 1.0));
    // The body's own outline, cut at the level.
    list.PushClipRect({min.x, std::min(top, max.y - 1.0F)}, {max.x, max.y + 1.0F}, true);
    list.AddRectFilled(min, max, plot::with_alpha(colour, 0.75 * alpha), round);
    list.PopClipRect();
  }
  if (h > 14.0F) {
    const ImU32 glass =
        plot::with_alpha(style.dark ? IM_COL32(20, 24, 30, 255) : IM_COL32(70, 80, 94, 255), 0.7 * alpha);
    list.AddQuadFilled({min.x + w * 0.16F, min.y + h * 0.26F}, {min.x + w * 0.24F, min.y + h * 0.17F},
                       {max.x - w * 0.24F, min.y + h * 0.17F}, {max.x - w * 0.16F, min.y + h * 0.26F}, glass);
    list.AddQuadFilled({min.x + w * 0.24F, max.y - h * 0.08F}, {min.x + w * 0.18F, max.y - h * 0.14F},
                       {max.x - w * 0.18F, max.y - h * 0.14F}, {max.x - w * 0.24F, max.y - h * 0.08F}, glass);
  }
  list.AddRect(min, max, plot::with_alpha(colour, alpha), round, 0, std::max(1.0F, w * 0.03F));
}

bool draw_pill(Scene& scene, ImVec2 centre, const std::string& text, float room, double alpha) {
  const plot::Style& style = scene.ui.canvas.style;
  scene.ui.fonts.need_characters(text);
  const ImVec2 size = ImGui::CalcTextSize(text.c_str());
  if (size.x > room) return false;
  const float pad = ImGui::GetFontSize() * 0.25F;
  const ImVec2 min{std::floor(centre.x - size.x / 2.0F), std::floor(centre.y - size.y / 2.0F)};
  scene.list.AddRectFilled({min.x - pad, min.y - 1.0F}, {min.x + size.x + pad, min.y + size.y + 1.0F},
                           plot::with_alpha(style.background, 0.86 * alpha), pad * 1.4F);
  scene.list.AddText(min, plot::with_alpha(style.text, alpha), text.c_str());
  return true;
}

void draw_bays(Scene& scene) {
  Ui& ui = scene.ui;
  const std::vector<std::uint32_t>& evses = staged_evses(ui, scene.run);
  const Selection selection = selection_in(ui, scene.run);
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const bool hovered = ImGui::IsWindowHovered() && !scene.covered.contains(mouse.x, mouse.y);
  const bool clicked = hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Left);
  for (std::uint32_t i = 0; i < evses.size(); ++i) {
    draw_bay(scene, i, evses[i], selection.evse == evses[i]);
    const StageRect bay = scene.layout.bay_rect(i);
    const ImVec2 min = scene.at(bay.x, bay.y), max = scene.at(bay.right(), bay.bottom());
    if (evses.size() <= most_bays) ui.items.register_rect(scene.prefix + scene.run.evses[evses[i]].name, min, max);
    if (!hovered || mouse.x < min.x || mouse.x >= max.x || mouse.y < min.y || mouse.y >= max.y) continue;
    explain_bay(scene, evses[i]);
    if (clicked) select_evse_of(ui, scene.run, evses[i]);
  }
}

void draw_lane(Scene& scene) {
  Ui& ui = scene.ui;
  const plot::Style& style = ui.canvas.style;
  const StageRect& lane = scene.layout.lane;
  const float em = scene.em();
  const std::uint32_t site = selected_site(ui, scene.run);
  const model::Waiting& waiting = panel_state(ui).waiting.at(kept_of(ui, scene.run)).get_or_make(scene.run, 0, [&] {
    return model::Waiting(scene.run);
  });
  const std::vector<std::uint32_t> queue = waiting.waiting_at(scene.run, site, scene.t);
  const std::uint32_t gone = waiting.gone_by(scene.run, site, scene.t);

  // The road, with what is said of it at its left end and of who left at its right.
  const ImU32 asphalt = style.dark ? IM_COL32(34, 38, 44, 255) : IM_COL32(229, 232, 237, 255);
  scene.list.AddRectFilled(scene.at(lane.x, lane.y), scene.at(lane.right(), lane.bottom()), asphalt, ui.px(3.0F));
  const float middle = lane.y + lane.height / 2.0F;
  // Who waits is recorded when he leaves: of a run that was cut nobody in the list says nothing.
  const std::string text = queue.empty() ? ui.tr(scene.run.is_cut() ? Word::status_unknown : Word::stage_no_queue)
                                         : fmt::format(fmt::runtime(ui.tr(Word::stage_queue)), queue.size());
  const float y = middle - em * 0.5F;
  const float left = text_at(ui, scene.at(lane.x + em * 0.4F, y), text, lane.width * 0.5F,
                             queue.empty() ? style.text_weak : style.text);
  ui.items.register_rect(scene.prefix + "queue", scene.at(lane.x, lane.y), scene.at(lane.x + left + em, lane.bottom()));
  float right = lane.right() - em * 0.4F;
  if (gone > 0) {
    // How many counts more than the words.
    std::string away = fmt::format(fmt::runtime(ui.tr(Word::stage_gone)), gone);
    ui.fonts.need_characters(away);
    if (ImGui::CalcTextSize(away.c_str()).x > lane.width * 0.4F)
      away = fmt::format(fmt::runtime(ui.tr(Word::stage_gone_short)), gone);
    right -=
        text_right(ui, scene.at(right, y), away, lane.width * 0.4F, plot::colour_of(style, plot::Category::vermillion));
    ui.items.register_rect(scene.prefix + "gone", scene.at(right, lane.y), scene.at(lane.right(), lane.bottom()));
  }

  // Cars lie in the lane one behind the other, first come first; those for whom no room is left are in the number.
  const float height = lane.height * 0.62F, width = height * 1.5F;
  float x = lane.x + left + em * 1.2F;
  const auto car = [&](ImU32 colour, const std::string& words, plot::Shape shape) {
    if (x + width > right - em) return false;
    const ImVec2 min = scene.at(x, middle - height / 2.0F), max = scene.at(x + width, middle + height / 2.0F);
    scene.list.AddRectFilled(min, max, plot::with_alpha(colour, 0.45), height * 0.3F);
    scene.list.AddRect(min, max, colour, height * 0.3F);
    ImGui::PushFont(scene.small);
    const float words_width = ImGui::CalcTextSize(words.c_str()).x;
    if (words_width <= width - em * 0.2F && !words.empty()) {
      draw_pill(scene, {(min.x + max.x) / 2.0F, (min.y + max.y) / 2.0F}, words, width);
    } else {
      plot::draw_shape(scene.list, shape, {(min.x + max.x) / 2.0F, (min.y + max.y) / 2.0F}, height * 0.24F, colour);
    }
    ImGui::PopFont();
    x += width + em * 0.3F;
    return true;
  };
  for (const std::uint32_t row : queue) {
    const TimeNs waits = scene.t - scene.run.sessions[row].arrived_ns;
    const std::string minutes = fmt::format("{}'", waits / kernel::minute_ns);
    if (!car(plot::colour_of(style, plot::Category::purple), minutes, plot::Shape::hourglass)) break;
  }
  for (const std::uint32_t row : waiting.gone_in(scene.run, site, scene.t - scene.moves, scene.t)) {
    (void)row;
    if (!car(plot::colour_of(style, plot::Category::vermillion), {}, plot::Shape::cross)) break;
  }
}

}  // namespace evtwin::viewer::ui
