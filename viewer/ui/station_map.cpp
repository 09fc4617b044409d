#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "viewer/ui/figures.hpp"
#include "viewer/ui/map_parts.hpp"
#include "viewer/ui/panel_parts.hpp"

namespace evtwin::viewer::ui {
namespace {

/// Above so many cells their rectangles are not registered one by one.
constexpr std::size_t most_items = 400;

/// A box on the map: a station, or the storages of the site.
struct Group {
  const StationRow* station = nullptr;  ///< null: storages
  std::vector<std::uint32_t> storages;
  std::string name;
  bool headed = true;
  std::uint32_t size() const {
    return static_cast<std::uint32_t>(station != nullptr ? station->evses.size() : storages.size());
  }
};

std::vector<Group> groups_of(const Ui& ui, const model::Run& run) {
  std::vector<Group> groups;
  Group storages;
  storages.name = ui.tr(Word::storage);
  for (std::uint32_t i = 0; i < run.storages.size(); ++i) {
    if (selected_site(ui, run) == no_row || selected_site(ui, run) == run.storages[i].site)
      storages.storages.push_back(i);
  }
  for (const StationRow& station : shown_stations(ui, run)) {
    groups.push_back({&station, {}, station.name, !station.is_single(run)});
  }
  if (!storages.storages.empty()) groups.push_back(std::move(storages));
  return groups;
}

void draw_car(ImDrawList& list, ImVec2 min, float em, ImU32 colour) {
  const float w = em * 1.1F;
  const float h = em * 0.62F;
  list.AddRectFilled({min.x, min.y + h * 0.40F}, {min.x + w, min.y + h * 0.85F}, colour, em * 0.1F);
  list.AddQuadFilled({min.x + w * 0.30F, min.y}, {min.x + w * 0.70F, min.y}, {min.x + w * 0.88F, min.y + h * 0.45F},
                     {min.x + w * 0.14F, min.y + h * 0.45F}, colour);
  list.AddCircleFilled({min.x + w * 0.25F, min.y + h * 0.88F}, h * 0.2F, colour, 12);
  list.AddCircleFilled({min.x + w * 0.75F, min.y + h * 0.88F}, h * 0.2F, colour, 12);
}

std::string short_name(const std::string& name) {
  const std::size_t dash = name.rfind('-');
  return dash == std::string::npos || dash + 1 == name.size() ? name : name.substr(dash + 1);
}

/// Contents of a cell, whether it is an EVSE or a storage.
struct Cell {
  std::string name;
  const Look* look = nullptr;  ///< null: a storage
  double kw = 0.0, soc = model::none;
  bool vehicle = false;
  bool selected = false;
};

void draw_full_cell(Ui& ui, const Cell& cell, ImVec2 min, ImVec2 max, ImU32 colour) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  const float em = ImGui::GetFontSize();
  const float inner = em * 0.25F;
  float x = min.x + inner;
  if (cell.look != nullptr) {
    plot::draw_shape(list, cell.look->shape, {x + em * 0.4F, min.y + inner + em * 0.5F}, em * 0.32F, colour);
    x += em;
  }
  text_at(ui, {x, min.y + inner}, cell.name, max.x - inner - x, style.text);

  const float middle = min.y + inner + em * 1.15F;
  float left = min.x + inner;
  if (cell.vehicle) {
    draw_car(list, {left, middle + em * 0.15F}, em, colour);
    left += em * 1.4F;
  }
  if (cell.vehicle || cell.look == nullptr) {
    const std::string text = percent_text(cell.soc);
    const float text_width = ImGui::CalcTextSize("100 %").x;
    draw_bar(list, style, {left, middle + em * 0.2F}, {max.x - inner * 2.0F - text_width, middle + em * 0.8F}, cell.soc,
             colour);
    text_right(ui, {max.x - inner, middle}, text, text_width, style.text);
  }

  // A free EVSE has its word in the place of 0 kW.
  const bool quiet = cell.look != nullptr && !cell.vehicle && cell.kw == 0.0;
  if (quiet) {
    text_at(ui, {min.x + inner, min.y + inner + em * 2.25F}, ui.tr(cell.look->word), max.x - min.x - inner * 2.0F,
            style.text_weak);
  } else {
    text_right(ui, {max.x - inner, min.y + inner + em * 2.25F}, kw_text(cell.kw), max.x - min.x - inner * 2.0F,
               style.text);
  }
}

void draw_short_cell(Ui& ui, const Cell& cell, ImVec2 min, ImVec2 max, ImU32 colour) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  const float em = ImGui::GetFontSize();
  const float inner = em * 0.2F;
  float x = min.x + inner;
  if (cell.look != nullptr) {
    plot::draw_shape(list, cell.look->shape, {x + em * 0.4F, min.y + inner + em * 0.5F}, em * 0.3F, colour);
    x += em * 0.9F;
  }
  text_at(ui, {x, min.y + inner}, short_name(cell.name), max.x - inner - x, style.text);
  if (!cell.vehicle && cell.look != nullptr) return;
  if (std::isnan(cell.soc)) {
    draw_car(list, {min.x + inner, max.y - inner - em * 0.65F}, em, colour);
  } else {
    draw_bar(list, style, {min.x + inner, max.y - inner - em * 0.5F}, {max.x - inner, max.y - inner}, cell.soc, colour);
  }
}

void draw_cell(Ui& ui, const Cell& cell, CellDetail detail, ImVec2 min, ImVec2 max) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  const ImU32 colour =
      cell.look != nullptr ? colour_of(style, *cell.look) : plot::colour_of(style, plot::Category::purple);
  if (detail == CellDetail::mark) {
    const ImVec2 centre{(min.x + max.x) * 0.5F, (min.y + max.y) * 0.5F};
    plot::draw_shape(list, cell.look != nullptr ? cell.look->shape : plot::Shape::square, centre,
                     (max.x - min.x) * 0.36F, colour);
    if (cell.selected) list.AddRect(min, max, style.text, 0.0F, 0, ui.px(2.0F));
    return;
  }
  const float gap = ui.px(1.5F);
  min = {min.x + gap, min.y + gap};
  max = {max.x - gap, max.y - gap};
  const float round = ui.px(3.0F);
  list.AddRectFilled(min, max, plot::with_alpha(colour, cell.vehicle || cell.look == nullptr ? 0.16 : 0.05), round);
  list.AddRect(min, max, cell.selected ? style.text : style.frame, round, 0, cell.selected ? ui.px(2.5F) : ui.px(1.0F));
  if (detail == CellDetail::full) {
    draw_full_cell(ui, cell, min, max, colour);
  } else {
    draw_short_cell(ui, cell, min, max, colour);
  }
}

Cell cell_of(const Ui& ui, const model::Run& run, const Group& group, std::uint32_t index, const Selection& selection) {
  const TimeNs t = ui.time.cursor_ns();
  if (group.station == nullptr) {
    const std::uint32_t row = group.storages[index];
    const model::Storage& storage = run.storages[row];
    return {storage.name, nullptr, storage.kw.value_at(t), storage.soc.value_at(t), false, selection.storage == row};
  }
  const std::uint32_t row = group.station->evses[index];
  const model::EvseState& now = state_of(ui, run, row, t);
  return {run.evses[row].name, &look_of(now.status), now.kw, now.soc, now.session != no_row, selection.evse == row};
}

void tell(Ui& ui, const model::Run& run, const Group& group, std::uint32_t index) {
  const TimeNs t = ui.time.cursor_ns();
  std::string text;
  if (group.station == nullptr) {
    const model::Storage& storage = run.storages[group.storages[index]];
    text = fmt::format("{}\n{}\n{} {}", storage.name, kw_text(storage.kw.value_at(t)), ui.tr(Word::soc),
                       percent_text(storage.soc.value_at(t)));
  } else {
    const std::uint32_t row = group.station->evses[index];
    const model::EvseState& now = state_of(ui, run, row, t);
    text = fmt::format("{}: {}\n{}", run.evses[row].name, ui.tr(look_of(now.status).word), kw_text(now.kw));
    if (now.session != no_row) {
      const model::Session& session = run.sessions[now.session];
      text += fmt::format("\n{} ({})\n{}\n{} {}", session.vehicle, session.name, kwh_text(now.session_kwh),
                          ui.tr(Word::soc), percent_text(now.soc));
    }
  }
  ui.fonts.need_characters(text);
  ImGui::BeginTooltip();
  ImGui::TextUnformatted(text.c_str());
  ImGui::EndTooltip();
}

void act_on_evse(Ui& ui, const model::Run& run, const Group& group, std::uint32_t index) {
  if (group.station == nullptr) {
    select_storage_of(ui, run, group.storages[index]);
  } else {
    select_evse_of(ui, run, group.station->evses[index]);
  }
}

void draw_header(Ui& ui, const model::Run& run, const Group& group, const MapLayout& layout, const MapBox& box,
                 ImVec2 min) {
  const plot::Style& style = ui.canvas.style;
  const float left = min.x + box.x + layout.padding;
  const float top = min.y + box.y + layout.padding * 0.5F;
  const float width = box.width - layout.padding * 2.0F;
  float used = 0.0F;
  if (group.station != nullptr && layout.detail != CellDetail::mark) {
    double kw = 0.0;
    for (const std::uint32_t evse : group.station->evses) kw += state_of(ui, run, evse, ui.time.cursor_ns()).kw;
    const std::string text = kw_text(kw);
    if (ImGui::CalcTextSize(text.c_str()).x < width * 0.6F)
      used = text_right(ui, {left + width, top}, text, width, style.text_weak) + ui.px(4.0F);
  }
  text_at(ui, {left, top}, group.name, width - used, style.text);
}

}  // namespace

void draw_station_map(Ui& ui, const model::Run& run) {
  const std::vector<Group> groups = groups_of(ui, run);
  if (groups.empty()) {
    say_nothing_there(ui, Word::no_evses);
    return;
  }
  std::vector<MapGroup> sizes;
  std::size_t cells = 0;
  for (const Group& group : groups) {
    sizes.push_back({group.size(), group.headed});
    cells += group.size();
  }
  // The layout is kept as long as site, room and font are the same.
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float em = ImGui::GetFontSize();
  const MapLayout& layout = panel_state(ui).map.get_or_make(run, {selected_site(ui, run), room.x, room.y, em},
                                                            [&] { return map_layout(sizes, room.x, room.y, em); });
  ImGui::InvisibleButton("##map", {std::max(room.x, 1.0F), std::max(layout.height, 1.0F)});
  ui.items.register_last("map.body");
  const bool hovered = ImGui::IsItemHovered();
  const bool clicked = ImGui::IsItemClicked();
  const ImVec2 origin = ImGui::GetItemRectMin();
  const ImVec2 mouse = ImGui::GetIO().MousePos;

  const Selection selection = selection_in(ui, run);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Group& group = groups[g];
    const MapBox& box = layout.boxes[g];
    const ImVec2 min{origin.x + box.x, origin.y + box.y};
    const ImVec2 max{min.x + box.width, min.y + box.height};
    if (!ImGui::IsRectVisible(min, max)) continue;
    if (group.headed) {
      const bool chosen = group.station != nullptr && ui.selection.station == group.name;
      list.AddRect(min, max, chosen ? style.text : style.frame, ui.px(4.0F), 0, ui.px(chosen ? 2.0F : 1.0F));
      draw_header(ui, run, group, layout, box, origin);
      const ImVec2 head{max.x, min.y + layout.padding + layout.header};
      if (cells <= most_items) ui.items.register_rect("map.station." + group.name, min, head);
      if (clicked && group.station != nullptr && mouse.x >= min.x && mouse.x < head.x && mouse.y >= min.y &&
          mouse.y < head.y) {
        ui.selection.clear();
        ui.selection.station = chosen ? std::string() : group.name;
      }
    }
    for (std::uint32_t i = 0; i < group.size(); ++i) {
      const MapLayout::Rect at = layout.cell_rect(g, i, group.headed);
      const ImVec2 from{origin.x + at.x, origin.y + at.y};
      const ImVec2 to{from.x + layout.cell_width, from.y + layout.cell_height};
      if (!ImGui::IsRectVisible(from, to)) continue;
      const Cell cell = cell_of(ui, run, group, i, selection);
      draw_cell(ui, cell, layout.detail, from, to);
      if (cells <= most_items) ui.items.register_rect("map." + cell.name, from, to);
      if (hovered && mouse.x >= from.x && mouse.x < to.x && mouse.y >= from.y && mouse.y < to.y) {
        tell(ui, run, group, i);
        if (clicked) act_on_evse(ui, run, group, i);
      }
    }
  }
}

}  // namespace evtwin::viewer::ui
