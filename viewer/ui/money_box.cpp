// Figures of the site, and each party's money up to the cursor.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/story_screen.hpp"
#include "viewer/ui/usable_list.hpp"

namespace evtwin::viewer::ui {
namespace {

/// The runs on the screen: one, or A and B.
std::vector<const model::Run*> runs_shown(const Ui& ui) {
  if (ui.run_b() == nullptr || ui.compare == Compare::a || ui.compare == Compare::b) return {ui.shown_run()};
  return {ui.run_a(), ui.run_b()};
}

/// Energy that the plans in force meant to charge, kWh; of a run without plans what the drivers asked for.
/// A run that was cut before anybody left: nothing is known of its cars, and 0 would be a figure.
bool is_blank(const model::Run& run) { return run.sessions.empty() && run.is_cut(); }

/// Of a site, or of all (no_row).
struct Planned {
  bool by_plan = false;
  double kwh = 0.0;
};
Planned planned_of(const model::Run& run, std::uint32_t site) {
  Planned planned;
  planned.by_plan = !run.plans.empty();
  if (planned.by_plan) {
    for (std::uint32_t row = 0; row < run.evses.size(); ++row) {
      if (site != no_row && run.evses[row].site != site) continue;
      const model::Series plan = standing_plan(run, row);
      planned.kwh += plan.extent_of(run.start_ns, run.end_ns).integral_h;
    }
  } else {
    for (const model::Session& session : run.sessions) {
      if (site == no_row || session.site == site) planned.kwh += session.requested_kwh;
    }
  }
  return planned;
}

/// A figure on a tile of its own: what it is above, how much below, of one run or of two.
void draw_tile(Ui& ui, const char* item, ImVec2 min, ImVec2 size, const std::string& title, const std::string& value) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  const float em = ImGui::GetFontSize();
  list.AddRectFilled(min, {min.x + size.x, min.y + size.y}, ImGui::GetColorU32(ImGuiCol_FrameBg), ui.px(4.0F));
  ImGui::PushFont(ui.fonts.small);
  text_at(ui, {min.x + em * 0.4F, min.y + em * 0.15F}, title, size.x - em * 0.6F, style.text_weak);
  ImGui::PopFont();
  figure_at(ui, {min.x + em * 0.4F, min.y + em * 1.05F}, value, size.x - em * 0.6F, style.text);
  ui.items.register_text(item, value);
  ui.items.register_rect(item, min, {min.x + size.x, min.y + size.y});
}

void draw_tiles(Ui& ui, const std::vector<const model::Run*>& runs) {
  const model::Run& run = *runs.front();
  const float em = ImGui::GetFontSize();
  const float gap = ui.px(4.0F), width = ImGui::GetContentRegionAvail().x;
  const std::size_t columns = width > em * 26.0F ? 3 : 2;
  const ImVec2 size{(width - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns), em * 2.3F};
  const auto of_each = [&](auto text) {
    std::string all;
    for (const model::Run* each : runs) all += (all.empty() ? "" : " / ") + text(*each);
    return all;
  };
  const auto once_if_equal = [&](auto text) {
    const bool equal = text(run) == text(*runs.back());
    return equal ? text(run) : of_each(text);
  };
  const auto planned = [&](const model::Run& each) {
    const std::uint32_t site = site_in_view(ui, each);
    return panel_state(ui).planned_kwh.at(kept_of(ui, each)).get_or_make(each, site, [&] {
      if (site == model::no_such_site || is_blank(each)) return std::pair(false, model::none);
      const Planned made = planned_of(each, site);
      return std::pair(made.by_plan, made.kwh);
    });
  };

  // Figures of the run file: of the site on the stage, else of all.
  const auto kpi = [&](const model::Run& each, std::string_view name) {
    return model::kpi_value(each, name, kpi_site(ui, each));
  };
  const auto terminals = [&](const model::Run& each) {
    const std::uint32_t site = site_in_view(ui, each);
    if (site == model::no_such_site) return std::string("-");
    return figure_text(static_cast<double>(site == no_row ? each.evses.size() : each.sites[site].evses.size()), "", 0);
  };

  struct Tile {
    const char* item;
    std::string title, value;
  };
  // Of a run without plans what was asked for; both names where the two runs differ in that.
  const bool by_plan = planned(run).first, mixed = planned(*runs.back()).first != by_plan;
  const std::string planned_title =
      mixed ? fmt::format("{} (A) / {} (B)", ui.tr(by_plan ? Word::tile_planned : Word::tile_requested),
                          ui.tr(by_plan ? Word::tile_requested : Word::tile_planned))
            : std::string(ui.tr(by_plan ? Word::tile_planned : Word::tile_requested));

  const auto ready = [&](const model::Run& each) {
    const std::uint32_t site = site_in_view(ui, each);
    return panel_state(ui).hours_to_ready.at(kept_of(ui, each)).get_or_make(each, site, [&] {
      return model::hours_to_ready(each, site);
    });
  };
  const auto count_of = [&](const model::Run& each, std::size_t count) {
    return lacks_site(ui, each) || is_blank(each) ? std::string("-") : fmt::format("{}", count);
  };
  // A mean without those it is of would hide who never got what they came for.
  const std::string ready_title =
      runs.size() == 1 ? fmt::format(fmt::runtime(ui.tr(Word::tile_ready_of)), count_of(run, ready(run).ready),
                                     count_of(run, ready(run).charged))
                       : fmt::format(fmt::runtime(ui.tr(Word::tile_ready_of_two)), count_of(run, ready(run).ready),
                                     count_of(*runs.back(), ready(*runs.back()).ready));
  const std::array<Tile, 6> tiles{{
      {"tile.terminals", ui.tr(Word::tile_terminals), once_if_equal(terminals)},
      {"tile.vehicles", ui.tr(Word::kpi_vehicles),
       once_if_equal([&](const model::Run& each) { return figure_text(kpi(each, "sessions"), "", 0); })},
      {"tile.planned", planned_title,
       of_each([&](const model::Run& each) { return figure_text(planned(each).second, "", 0); }) + " kWh"},
      {"tile.peak", metered_text(ui, Word::kpi_peak, run),
       of_each([&](const model::Run& each) { return figure_text(kpi(each, "peak_kw"), "", 1); }) + " kW"},
      {"tile.ready", ready_title,
       of_each([&](const model::Run& each) { return figure_text(ready(each).mean_h, "", 1); }) + " h"},
      {"tile.usable", ui.tr(Word::tile_usable), of_each([&](const model::Run& each) { return usable_text(ui, each); })},
  }};

  const ImVec2 origin = ImGui::GetCursorScreenPos();
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const auto column = static_cast<float>(i % columns), row = static_cast<float>(i / columns);
    draw_tile(ui, tiles.at(i).item, {origin.x + column * (size.x + gap), origin.y + row * (size.y + gap)}, size,
              tiles.at(i).title, tiles.at(i).value);
  }
  ImGui::Dummy({width, static_cast<float>(tiles.size() / columns) * (size.y + gap)});
}

/// A bar from the middle: to the right what is earned, to the left what is paid.
void draw_money_bar(Ui& ui, ImVec2 min, float width, double value, double scale, ImU32 colour) {
  const float height = ui.px(5.0F);
  const float middle = min.x + width / 2.0F;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddLine({middle, min.y - 1.0F}, {middle, min.y + height + 1.0F}, ui.canvas.style.frame);
  if (!(scale > 0.0) || std::isnan(value)) return;
  const float end = middle + static_cast<float>(value / scale) * width / 2.0F;
  list.AddRectFilled({std::min(middle, end), min.y}, {std::max(middle, end), min.y + height}, colour);
}

struct Gauge {
  const char* item;
  Word word;
  double model::PartyMoney::*value;
};
constexpr std::array<Gauge, 3> gauges{{{"gauge.site", Word::party_site, &model::PartyMoney::site},
                                       {"gauge.drivers", Word::party_drivers, &model::PartyMoney::drivers},
                                       {"gauge.grid", Word::party_grid, &model::PartyMoney::grid}}};

}  // namespace

void draw_money_box(Ui& ui, ImVec2 size) {
  if (ui.shown_run() == nullptr) return;
  ImGui::BeginChild("money_box", size);
  const std::vector<const model::Run*> runs = runs_shown(ui);
  if (const std::string scope = scope_text(ui, *runs.front()); !scope.empty()) {
    text_cut(ui, scope);
    ui.items.register_last("money.scope");
  }
  draw_tiles(ui, runs);

  // One scale for all gauges and both runs: what flows over the whole run.
  double scale = 0.0;
  for (const model::Run* run : runs) {
    const std::uint32_t site = selected_site(ui, *run);
    const model::PartyMoney& whole = panel_state(ui).money_of_all.at(kept_of(ui, *run)).get_or_make(*run, site, [&] {
      return site == no_row ? model::party_money(*run, run->start_ns, run->end_ns)
                            : model::party_money(*run, site, run->start_ns, run->end_ns);
    });
    for (const Gauge& row : gauges) scale = std::max(scale, std::abs(whole.*row.value));
  }

  ImGui::PushFont(ui.fonts.small);
  ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.text_weak);
  ImGui::TextUnformatted(ui.tr(Word::money_so_far));
  draw_tooltip(ui, ui.tr(Word::money_in_window));
  ImGui::PopStyleColor();
  ImGui::PopFont();
  const float width = ImGui::GetContentRegionAvail().x;
  for (const Gauge& row : gauges) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    text_at(ui, at, ui.tr(row.word), width * 0.4F, ui.canvas.style.text);
    // Figures beside each other, B at the right end; a bar each below.
    float x = at.x + width, y = at.y + ImGui::GetFontSize() * 1.15F;
    if (runs.size() > 1) ImGui::PushFont(ui.fonts.small);
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      const model::PartyMoney& now = money_so_far(ui, **run, selected_site(ui, **run), ui.time.cursor_ns());
      const bool is_b = runs.size() > 1 && run == runs.rbegin();
      const ImU32 colour = is_b ? ui.canvas.style.marker_b : ui.canvas.style.marker_a;
      const std::string money = money_text(ui, **run, now.*row.value);
      x -= text_right(ui, {x, at.y}, money, width * 0.58F, runs.size() > 1 ? colour : ui.canvas.style.text);
      ui.items.register_text(std::string(row.item) + (is_b ? ".b" : ""), money);
      x -= ImGui::GetFontSize() * 0.8F;
    }

    if (runs.size() > 1) ImGui::PopFont();
    for (const model::Run* run : runs) {
      const model::PartyMoney& now = money_so_far(ui, *run, selected_site(ui, *run), ui.time.cursor_ns());
      const bool is_b = runs.size() > 1 && run == runs.back();
      draw_money_bar(ui, {at.x, y}, width, now.*row.value, scale,
                     is_b ? ui.canvas.style.marker_b : ui.canvas.style.marker_a);
      y += ui.px(7.0F);
    }
    ImGui::Dummy({width, y - at.y});
    ui.items.register_last(row.item);
  }
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
