#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/map_parts.hpp"
#include "viewer/ui/panel_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

using Kind = FeederRow::Kind;

/// Power through a node of the tree at the cursor.
struct Flowing {
  std::string name;
  double kw = model::none;      ///< > 0: away from the grid
  double cap_kw = model::none;  ///< NaN: no cap
};

Flowing flowing(const Ui& ui, const model::Run& run, const FeederTree& tree, const FeederRow& row,
                const std::vector<double>& feeder_kw) {
  const TimeNs t = ui.time.cursor_ns();
  switch (row.kind) {
    case Kind::connection: {
      const model::Site& site = run.sites[row.row];
      return {fmt::format("{} ({})", ui.tr(Word::grid_connection), site.name), site.grid_kw.value_at(t),
              site.contract_kw.value_at(t)};
    }
    // Power into a node counts positive, and the sun gives.
    case Kind::pv:
      return {ui.tr(Word::pv), -run.sites[row.row].pv_kw.value_at(t), model::none};
    case Kind::load:
      return {ui.tr(Word::base_load), run.sites[row.row].load_kw.value_at(t), model::none};
    case Kind::storage: {
      const model::Storage& storage = run.storages[row.row];
      const double kw = storage.kw.value_at(t);
      return {fmt::format("{} {}", storage.name, percent_text(storage.soc.value_at(t))), kw,
              kw < 0.0 ? storage.max_discharge_kw : storage.max_charge_kw};
    }

    case Kind::feeder: {
      const model::Feeder& feeder = run.feeders[row.row];
      return {feeder.name, row.row < feeder_kw.size() ? feeder_kw[row.row] : model::none, feeder.max_kw};
    }
    case Kind::station:
      break;
  }

  const StationRow& station = tree.stations[row.row];
  Flowing out{station.name, 0.0, 0.0};
  for (const std::uint32_t evse : station.evses) {
    out.kw += state_of(ui, run, evse, t).kw;
    out.cap_kw += run.evses[evse].max_kw;
  }
  return out;
}

void select(Ui& ui, const model::Run& run, const FeederTree& tree, const FeederRow& row) {
  if (row.kind == Kind::storage) {
    select_storage_of(ui, run, row.row);
  } else if (row.kind == Kind::station) {
    const StationRow& station = tree.stations[row.row];
    if (station.is_single(run)) {
      select_evse_of(ui, run, station.evses.front());
    } else {
      ui.selection.clear();
      ui.selection.station = station.name;
    }
  } else if (row.kind == Kind::connection) {
    ui.selection.clear();
    ui.selection.station.clear();
  }
}

/// The line from what it hangs on: as wide as the power in proportion to `full_kw`, its arrow where the power goes.
void draw_branch(Ui& ui, ImVec2 from, ImVec2 to, double kw, double full_kw) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  const bool flows = !std::isnan(kw) && std::abs(kw) >= 0.05;
  const double share = flows && full_kw > 0.0 ? std::min(1.0, std::abs(kw) / full_kw) : 0.0;
  const float width = ui.px(1.0F) + ui.px(5.0F) * static_cast<float>(share);
  const ImU32 colour =
      !flows ? style.frame : plot::colour_of(style, kw < 0.0 ? plot::Category::orange : plot::Category::blue);
  list.AddLine(from, {from.x, to.y}, colour, width);
  list.AddLine({from.x, to.y}, to, colour, width);
  if (flows) draw_arrow(list, {(from.x + to.x) * 0.5F, to.y}, std::max(width, ui.px(4.0F)), kw > 0.0, colour);
}

/// Places of the tree's rows, pixels, and the power of the widest line.
struct TreeLayout {
  ImVec2 origin;
  float width = 0.0F, height = 0.0F, indent = 0.0F;  ///< of all rows, of a row, per level
  float figures = 0.0F;                              ///< room that figures have at least
  double full_kw = 1.0;

  float row_y(std::uint32_t row) const { return origin.y + static_cast<float>(row) * height; }
};

/// Name at the left, figures at the right, the bar where both leave room.
/// @param at  left upper corner of the row, behind its indent
void draw_node_texts(Ui& ui, const TreeLayout& layout, const Flowing& now, const std::string& kw, ImVec2 at) {
  const plot::Style& style = ui.canvas.style;
  const float em = ImGui::GetFontSize();
  const float text_y = at.y + (layout.height - em) * 0.5F;
  const float right = layout.origin.x + layout.width - ui.px(4.0F);
  const float used = text_right(ui, {right, text_y}, kw, layout.width * 0.6F, style.text);
  const float bar_width = std::min(em * 6.0F, layout.width * 0.22F);
  const float bar_right = right - std::max(used, layout.figures) - em * 0.5F;
  const bool with_bar = !std::isnan(now.cap_kw) && bar_right - bar_width > at.x + em * 5.0F;
  const float name_end = with_bar ? bar_right - bar_width - em * 0.5F : right - used - em * 0.5F;
  text_at(ui, {at.x + ui.px(4.0F), text_y}, now.name, name_end - at.x - ui.px(4.0F), style.text);
  if (std::isnan(now.cap_kw)) return;

  // Beside the figures, or where there is no room for it, as a line below them.
  const double load = now.cap_kw > 0.0 ? std::abs(now.kw) / now.cap_kw : model::none;
  const ImU32 colour = plot::colour_of(style, load > 1.0 ? plot::Category::vermillion : plot::Category::blue);
  const ImVec2 bar_min = with_bar ? ImVec2(bar_right - bar_width, at.y + layout.height * 0.3F)
                                  : ImVec2(right - used, text_y + em + ui.px(1.0F));
  const ImVec2 bar_max =
      with_bar ? ImVec2(bar_right, at.y + layout.height * 0.7F) : ImVec2(right, text_y + em + ui.px(4.0F));
  draw_bar(*ImGui::GetWindowDrawList(), style, bar_min, bar_max, load, colour);
}

}  // namespace

void draw_feeder_tree(Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  PanelState& state = panel_state(ui);
  const TimeNs t = ui.time.cursor_ns();
  const FeederTree& tree = state.feeder_tree.get_or_make(run, site, [&] { return feeder_tree(run, site); });
  const std::vector<double>& feeder_kw = state.feeder_kw.get_or_make(run, t, [&] { return model::feeder_kw(run, t); });
  const Selection selection = selection_in(ui, run);

  TreeLayout layout;
  const float em = ImGui::GetFontSize();
  layout.height = em * 1.7F;
  layout.indent = em * 1.6F;
  layout.origin = ImGui::GetCursorScreenPos();
  layout.width = ImGui::GetContentRegionAvail().x;
  layout.figures = ImGui::CalcTextSize("-0,000.0 / 0,000.0 kW").x;
  layout.full_kw = full_power_kw(run, site);

  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0.0F, 0.0F});
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(tree.rows.size()), layout.height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const FeederRow& row = tree.rows[static_cast<std::size_t>(i)];
      const Flowing now = flowing(ui, run, tree, row, feeder_kw);
      const float y = layout.row_y(static_cast<std::uint32_t>(i));
      const float x = layout.origin.x + static_cast<float>(row.depth) * layout.indent;
      const bool chosen = (row.kind == Kind::storage && selection.storage == row.row) ||
                          (row.kind == Kind::station && selection.station == now.name);

      ImGui::PushID(i);
      if (ImGui::Selectable("##node", chosen, ImGuiSelectableFlags_None, {0.0F, layout.height}))
        select(ui, run, tree, row);
      ImGui::PopID();
      ui.items.register_last("tree." + now.name);
      const std::string kw = std::isnan(now.cap_kw)
                                 ? kw_text(now.kw)
                                 : fmt::format("{} / {}", figure_text(now.kw, "", 1), kw_text(now.cap_kw));
      draw_tooltip(ui, now.name + ": " + kw);
      if (row.parent != no_row) {
        const float parent_y = layout.row_y(row.parent) + layout.height * 0.85F;
        draw_branch(ui, {x - layout.indent * 0.6F, parent_y}, {x, y + layout.height * 0.5F}, now.kw, layout.full_kw);
      }
      draw_node_texts(ui, layout, now, kw, {x, y});
    }
  }
  ImGui::PopStyleVar();
}

}  // namespace evtwin::viewer::ui
