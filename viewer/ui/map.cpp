// The site at the cursor at a glance: a line of powers, stations or feeders, and what the marks mean.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/map_parts.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/road_map.hpp"

namespace evtwin::viewer::ui {
namespace {

void add(double& sum, double value) {
  if (std::isnan(value)) return;
  sum = std::isnan(sum) ? value : sum + value;
}

model::SiteState sum_of_sites(const model::Run& run, TimeNs t) {
  model::SiteState sum;
  for (std::uint32_t site = 0; site < run.sites.size(); ++site) {
    const model::SiteState one = model::site_state(run, site, t);
    add(sum.grid_kw, one.grid_kw);
    add(sum.ev_kw, one.ev_kw);
    add(sum.pv_kw, one.pv_kw);
    add(sum.load_kw, one.load_kw);
    add(sum.storage_kw, one.storage_kw);
    add(sum.contract_kw, one.contract_kw);
    sum.cost += one.cost;
    sum.vehicles += one.vehicles;
    sum.charging += one.charging;
    sum.discharging += one.discharging;
    sum.waiting += one.waiting;
    sum.finished += one.finished;
    sum.fault += one.fault;
  }
  return sum;
}

/// Grid, PV, load, storage, EVs and the cost so far, as far as the site has them.
/// Instants, so that they balance: the mean of the metering window stands beside them by name.
void draw_powers(Ui& ui, const model::Run& run, const model::SiteState& now, Flow& flow) {
  const model::SiteFlows& flows = flows_shown(ui, run);
  const bool small = ui.fonts.small != nullptr;
  if (small) ImGui::PushFont(ui.fonts.small);
  const auto show = [&](const char* item, Word word, const std::string& text) {
    const std::string line = fmt::format("{} {}", ui.tr(word), text);
    ui.fonts.need_characters(line);
    flow.place_next(ImGui::CalcTextSize(line.c_str()).x);
    text_cut(ui, line);
    ui.items.register_last(item);
  };
  const auto power = [&](const char* item, Word word, double kw) {
    if (!std::isnan(kw)) show(item, word, kw_text(kw));
  };

  power("map.grid", Word::grid, flows.grid);
  // Powers that are not recorded yet: the mean of the metering window.
  power("map.evs", Word::vehicles, std::isnan(flows.vehicles) ? now.ev_kw : flows.vehicles);
  power("map.pv", Word::pv, now.pv_kw);
  power("map.load", Word::base_load, now.load_kw);
  power("map.storage", Word::storage, now.storage_kw);

  if (!std::isnan(now.grid_kw)) {
    const std::string line = fmt::format("{} {}", metered_text(ui, Word::grid_mean, run), kw_text(now.grid_kw));
    ui.fonts.need_characters(line);
    flow.place_next(ImGui::CalcTextSize(line.c_str()).x);
    text_cut(ui, line);
    ui.items.register_last("map.grid_mean");
  }
  show("map.cost", Word::cost_so_far, money_text(ui, run, now.cost));
  if (small) ImGui::PopFont();
}

struct Counted {
  model::EvseStatus status;
  std::uint32_t count;
};

void draw_legend(Ui& ui, const model::Run& run, const model::SiteState& now) {
  std::size_t evses = run.evses.size();
  const std::uint32_t site = selected_site(ui, run);
  if (site != no_row) evses = site < run.sites.size() ? run.sites[site].evses.size() : 0;
  // An EVSE in no other state is free.
  const std::uint32_t busy =
      now.charging + now.discharging + now.waiting + now.finished + now.fault + now.left_out + now.unknown;
  const std::array<Counted, model::evse_statuses> counts{{
      {model::EvseStatus::charging, now.charging},
      {model::EvseStatus::discharging, now.discharging},
      {model::EvseStatus::waiting, now.waiting},
      {model::EvseStatus::finished, now.finished},
      {model::EvseStatus::fault, now.fault},
      {model::EvseStatus::left_out, now.left_out},
      {model::EvseStatus::unknown, now.unknown},
      {model::EvseStatus::available,
       static_cast<std::uint32_t>(evses) - std::min<std::uint32_t>(busy, static_cast<std::uint32_t>(evses))},
  }};

  Flow flow(ui.px(10.0F));
  const float line = ImGui::GetTextLineHeight();
  for (const Counted& counted : counts) {
    if (counted.status == model::EvseStatus::left_out && run.certificate.verdict.empty()) continue;  // of replays alone
    if (counted.status == model::EvseStatus::unknown && !run.is_cut()) continue;                     // of cut runs
    const Look& look = look_of(counted.status);
    const std::string text = fmt::format("{} {}", ui.tr(look.word), counted.count);
    const ImVec2 size{line * 1.2F + ImGui::CalcTextSize(text.c_str()).x, line};
    flow.place_next(size.x);
    ImGui::Dummy(size);
    ui.items.register_last(std::string("map.legend.") + look.id);

    const ImVec2 at = ImGui::GetItemRectMin();
    plot::draw_shape(*ImGui::GetWindowDrawList(), look.shape, {at.x + line * 0.5F, at.y + line * 0.5F}, line * 0.32F,
                     colour_of(ui.canvas.style, look));
    text_at(ui, {at.x + line * 1.2F, at.y}, text, size.x, ui.canvas.style.text);
  }
}

/// Lines that the legend needs in this width.
float legend_height(const Ui& ui) {
  float width = 0.0F;
  const float line = ImGui::GetTextLineHeight();
  for (std::size_t i = 0; i < model::evse_statuses; ++i) {
    const char* word = ui.tr(look_of(static_cast<model::EvseStatus>(i)).word);
    width += line * 1.2F + ImGui::CalcTextSize(word).x + ImGui::CalcTextSize(" 0000").x + ui.px(10.0F);
  }
  const float lines = std::ceil(width * 1.1F / std::max(1.0F, ImGui::GetContentRegionAvail().x));
  return lines * (line + ImGui::GetStyle().ItemSpacing.y);
}

}  // namespace

const model::SiteState& site_state_shown(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  const TimeNs t = ui.time.cursor_ns();
  return panel_state(ui).site_state.at(kept_of(ui, run)).get_or_make(run, {site, t}, [&] {
    if (site == model::no_such_site) return model::SiteState();
    return site == no_row ? sum_of_sites(run, t) : model::site_state(run, site, t);
  });
}

const model::SiteFlows& flows_shown(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  const TimeNs t = std::clamp(ui.time.cursor_ns(), run.start_ns, std::max(run.start_ns, run.known_until_ns - 1));
  return panel_state(ui).flows.at(kept_of(ui, run)).get_or_make(run, {site, t}, [&] {
    return model::flows_at(run, site, t);
  });
}

void draw_map(Ui& ui, ImVec2 size) {
  ImGui::BeginChild("map", size, false, ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
  const model::Run* shown = ui.shown_run();
  if (shown != nullptr) {
    const model::SiteState& now = site_state_shown(ui, *shown);
    Flow flow(ui.px(10.0F));
    flow.place_next(chip_width(ui, ui.tr(Word::stations)));
    const bool roads = ui.show_roads && has_roads(ui);
    if (draw_chip(ui, "map.stations", ui.tr(Word::stations), !ui.show_feeders && !roads))
      ui.show_feeders = ui.show_roads = false;
    flow.place_next(chip_width(ui, ui.tr(Word::feeders)));
    if (draw_chip(ui, "map.feeders", ui.tr(Word::feeders), ui.show_feeders && !roads)) {
      ui.show_feeders = true;
      ui.show_roads = false;
    }
    if (has_roads(ui)) {
      flow.place_next(chip_width(ui, ui.tr(Word::road_map)));
      if (draw_chip(ui, "map.roads", ui.tr(Word::road_map), roads)) ui.show_roads = true;
    }
    if (roads) {
      draw_road_map(ui, ImGui::GetContentRegionAvail());
      ImGui::EndChild();
      return;
    }
    draw_powers(ui, *shown, now, flow);

    // The map keeps at least four lines.
    const float below = ui.show_feeders ? 0.0F : legend_height(ui);
    const float room = ImGui::GetContentRegionAvail().y - below;
    const bool with_legend = !ui.show_feeders && room > ImGui::GetTextLineHeight() * 4.0F;
    ImGui::BeginChild("body", {0.0F, with_legend ? room : 0.0F});
    if (ui.show_feeders) {
      draw_feeder_tree(ui, *shown);
    } else {
      draw_station_map(ui, *shown);
    }
    ImGui::EndChild();
    if (with_legend) draw_legend(ui, *shown, now);
  }
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
