// Sites, stations, EVSEs, storages and feeders with their state at the cursor; search, order, station and date.
#include <fmt/format.h>
#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>

#include "kernel/static_checks.hpp"
#include "viewer/model/flows.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"
#include "viewer/ui/usable_list.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::EvseOrder;
using EntityKind = EntityRow::Kind;

constexpr std::array<Word, 5> order_words{Word::order_file, Word::order_name, Word::order_energy, Word::order_fastest,
                                          Word::order_slowest};
constexpr std::array<const char*, 5> order_items{"order.file", "order.name", "order.energy", "order.fastest",
                                                 "order.slowest"};
static_assert(std::size(order_words) == kernel::enum_count<model::EvseOrder>() &&
              std::size(order_items) == kernel::enum_count<model::EvseOrder>());

const EntityRows& listed(const Ui& ui, const model::Run& run) {
  PanelState& state = panel_state(ui);
  EntityQuery query;
  query.station = ui.selection.station;
  query.search = ui.search;
  query.order = ui.order;
  query.closed = state.closed_stations;
  return state.entities.get_or_make(run, query, [&] { return entity_rows(run, query); });
}

void draw_search(Ui& ui, float width) {
  if (ui.focus_search) {
    ImGui::SetKeyboardFocusHere();
    ui.focus_search = false;
  }
  ImGui::SetNextItemWidth(width);
  ImGui::InputTextWithHint("##search", ui.tr(Word::search), &ui.search);
  ui.items.register_last("entities.search");
  ui.fonts.need_characters(ui.search);
}

void draw_order(Ui& ui, float width) {
  const auto now = static_cast<std::size_t>(ui.order);
  if (!begin_combo(ui, "entities.order", ui.tr(order_words.at(now)), width)) return;
  for (std::size_t i = 0; i < order_words.size(); ++i) {
    if (draw_choice(ui, order_items.at(i), ui.tr(order_words.at(i)), i == now)) ui.order = static_cast<EvseOrder>(i);
  }
  ImGui::EndCombo();
}

/// Only stations at which somebody charged are offered.
void draw_station_choice(Ui& ui, const model::Run& run, float width) {
  const std::string& chosen = ui.selection.station;
  const std::string preview = chosen.empty() ? ui.tr(Word::all_stations) : chosen;
  if (!begin_combo(ui, "entities.station", preview, width)) return;
  if (draw_choice(ui, "station.all", ui.tr(Word::all_stations), chosen.empty())) ui.selection.station.clear();
  std::vector<const StationRow*> used;
  for (const StationRow& station : shown_stations(ui, run)) {
    if (station.used) used.push_back(&station);
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(used.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const StationRow& station = *used[static_cast<std::size_t>(i)];
      if (!draw_choice(ui, "station." + station.name, station.name, chosen == station.name)) continue;
      ui.selection.clear();
      ui.selection.station = station.name;
    }
  }
  ImGui::EndCombo();
}

/// Only days on which a vehicle was there are offered; the one chosen is shown whole.
void draw_date_choice(Ui& ui, const model::Run& run, float width) {
  const model::Clock& clock = run.clock;
  const TimeNs from = ui.time.from_ns();
  const bool one_day = std::max(clock.day_start(from), ui.time.start_ns()) == from &&
                       std::min(clock.next_day(from), ui.time.end_ns()) == ui.time.to_ns();
  const std::string preview = one_day ? clock.date_text(from) : ui.tr(Word::all_dates);
  if (!begin_combo(ui, "entities.date", preview, width)) return;
  if (draw_choice(ui, "date.all", ui.tr(Word::all_dates), !one_day)) ui.time.show_whole_run();

  const std::pair<std::uint32_t, std::string> question{ui.selection.site, ui.selection.station};
  const std::vector<TimeNs>& days = panel_state(ui).days.get_or_make(
      run, question, [&] { return days_with_sessions(run, question.first, question.second); });

  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(days.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const TimeNs day = days[static_cast<std::size_t>(i)];
      const std::string text = clock.date_text(day);
      if (!draw_choice(ui, "date." + text, text, one_day && clock.day_start(from) == day)) continue;
      const TimeNs next = clock.next_day(day);
      // The cursor stays where it is, if it is within the day.
      if (ui.time.cursor_ns() < day || ui.time.cursor_ns() >= next) ui.time.seek_time(day);
      ui.time.show_window(day, next);
    }
  }
  ImGui::EndCombo();
}

/// Texts of a row, before it is drawn.
struct ListLine {
  std::string item, name, right, middle;  ///< middle: where there is room
  const Look* look = nullptr;
  bool selected = false;
};

ListLine line_of(Ui& ui, const model::Run& run, const EntityRows& rows, const EntityRow& row,
                 const Selection& selection) {
  PanelState& state = panel_state(ui);
  const TimeNs t = ui.time.cursor_ns();
  // A site or station is marked only where nothing within it is selected.
  const bool nothing = selection.evse == no_row && selection.storage == no_row && selection.session == no_row;

  switch (row.kind) {
    case EntityKind::site: {
      const model::Site& site = run.sites[row.row];
      const bool all = selection.site == row.row || run.sites.size() == 1;
      return {"entity." + site.name,
              site.name,
              kw_text(model::flows_at(run, row.row, t).grid),
              "",
              nullptr,
              nothing && all && selection.station.empty()};
    }

    case EntityKind::station: {
      const StationRow& station = rows.stations[row.row];
      std::size_t free = 0, unknown = 0;
      for (const std::uint32_t evse : station.evses) {
        const model::EvseStatus status = state_of(ui, run, evse, t).status;
        free += status == model::EvseStatus::available ? 1U : 0U;
        unknown += status == model::EvseStatus::unknown ? 1U : 0U;
      }
      // Of those that a run which was cut says nothing of, none is free for certain.
      const std::string free_text = unknown == station.evses.size() ? "-" : fmt::format("{}", free);
      return {"entity." + station.name, station.name, fmt::format("{}/{}", free_text, station.evses.size()),
              ui.tr(Word::free_of_all), nullptr,      nothing && selection.station == station.name};
    }
    case EntityKind::evse: {
      const model::EvseState& now = state_of(ui, run, row.row, t);
      const Look& look = look_of(now.status);
      const model::Evse& evse = run.evses[row.row];
      return {"entity." + evse.name, evse.name, kw_text(now.kw), ui.tr(look.word), &look, selection.evse == row.row};
    }

    case EntityKind::storage: {
      const model::Storage& storage = run.storages[row.row];
      return {"entity." + storage.name,
              storage.name,
              kw_text(storage.kw.value_at(t)),
              percent_text(storage.soc.value_at(t)),
              nullptr,
              selection.storage == row.row};
    }
    case EntityKind::feeder: {
      const std::vector<double>& kw = state.feeder_kw.get_or_make(run, t, [&] { return model::feeder_kw(run, t); });
      const model::Feeder& feeder = run.feeders[row.row];
      return {"entity." + feeder.name, feeder.name, row.row < kw.size() ? kw_text(kw[row.row]) : "-",
              ui.tr(Word::feeder),     nullptr,     false};
    }

    case EntityKind::session: {
      const model::Session& session = run.sessions[row.row];
      return {"entity." + session.name,
              session.vehicle + " " + session.name,
              run.clock.date_time_text(session.arrived_ns),
              "",
              nullptr,
              selection.session == row.row};
    }
    case EntityKind::more:
      break;
  }
  return {"entity.more", fmt::format(fmt::runtime(ui.tr(Word::n_more)), row.row), "", "", nullptr, false};
}

void act_on_row(Ui& ui, const model::Run& run, const EntityRows& rows, const EntityRow& row) {
  switch (row.kind) {
    case EntityKind::site:
      ui.selection.clear();
      ui.selection.station.clear();
      if (run.sites.size() > 1) ui.selection.site = row.row;
      break;
    case EntityKind::station:
      ui.selection.clear();
      ui.selection.station = rows.stations[row.row].name;
      break;

    case EntityKind::evse:
      select_evse_of(ui, run, row.row);
      break;
    case EntityKind::storage:
      select_storage_of(ui, run, row.row);
      break;

    case EntityKind::session:
      select_session_of(ui, run, row.row);
      // Its EVSE has had other vehicles: it is seen at its own time.
      ui.time.seek_time(run.sessions[row.row].arrived_ns);
      break;
    case EntityKind::feeder:
    case EntityKind::more:
      break;
  }
}

/// Opens and closes the EVSEs of a station.
void draw_station_handle(Ui& ui, const StationRow& station, ImVec2 min, float height) {
  PanelState& state = panel_state(ui);
  const bool closed = state.closed_stations.contains(station.name);
  const ImVec2 centre{min.x + height * 0.5F, min.y + height * 0.5F};
  const float r = height * 0.22F;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImU32 colour = ui.canvas.style.text_weak;
  if (closed) {
    list.AddTriangleFilled({centre.x - r, centre.y - r}, {centre.x + r, centre.y}, {centre.x - r, centre.y + r},
                           colour);
  } else {
    list.AddTriangleFilled({centre.x - r, centre.y - r}, {centre.x + r, centre.y - r}, {centre.x, centre.y + r},
                           colour);
  }
}

void draw_row(Ui& ui, const model::Run& run, const EntityRows& rows, const EntityRow& row, const Selection& selection) {
  const ListLine line = line_of(ui, run, rows, row, selection);
  const float height = ImGui::GetTextLineHeight() + ui.px(4.0F);
  const ImVec2 min = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float indent = static_cast<float>(row.depth) * ui.px(12.0F);

  ImGui::PushID(static_cast<int>(row.kind));
  ImGui::PushID(static_cast<int>(row.row));
  if (ImGui::Selectable("##row", line.selected, ImGuiSelectableFlags_None, {0.0F, height})) {
    const float mouse = ImGui::GetIO().MousePos.x - min.x;
    // The handle opens and closes the station, the rest of the row selects it.
    if (row.kind == EntityKind::station && mouse >= indent && mouse < indent + height) {
      std::set<std::string>& closed = panel_state(ui).closed_stations;
      const std::string& name = rows.stations[row.row].name;
      if (closed.erase(name) == 0) closed.insert(name);
    } else {
      act_on_row(ui, run, rows, row);
    }
  }
  ImGui::PopID();
  ImGui::PopID();
  ui.items.register_last(line.item);

  ImDrawList& list = *ImGui::GetWindowDrawList();
  const plot::Style& style = ui.canvas.style;
  float x = min.x + indent;
  if (row.kind == EntityKind::station) {
    ui.items.register_rect("entities.open." + rows.stations[row.row].name, {x, min.y}, {x + height, min.y + height});
    draw_station_handle(ui, rows.stations[row.row], {x, min.y}, height);
    x += height;
  } else if (line.look != nullptr) {
    plot::draw_shape(list, line.look->shape, {x + height * 0.5F, min.y + height * 0.5F}, height * 0.28F,
                     colour_of(style, *line.look));
    x += height;
  }

  // The figure has its place at the right, the name what is left of the line, the word what the name leaves.
  const float y = min.y + ui.px(2.0F);
  const float gap = ui.px(8.0F);
  const float right = min.x + width - ui.px(4.0F);
  const float figure_width = text_right(ui, {right, y}, line.right, width * 0.6F, style.text);
  const float name_width = text_at(ui, {x, y}, line.name, right - figure_width - gap - x, style.text);
  const float word_width = ImGui::CalcTextSize(line.middle.c_str()).x;
  const float word_end = right - std::max(figure_width, ui.px(62.0F)) - gap;
  if (!line.middle.empty() && word_end - word_width > x + name_width + gap)
    text_right(ui, {word_end, y}, line.middle, word_width + 1.0F, style.text_weak);
  if (row.kind == EntityKind::evse) draw_tooltip(ui, fmt::format("{}: {}, {}", line.name, line.middle, line.right));
  if (row.kind == EntityKind::station)
    draw_tooltip(ui, fmt::format("{}: {} {}", line.name, ui.tr(Word::free_of_all), line.right));
  if (row.kind == EntityKind::feeder)
    draw_tooltip(ui, fmt::format("{}: {} / {}", line.name, line.right, kw_text(run.feeders[row.row].max_kw)));
}

}  // namespace

void draw_entity_list(Ui& ui, ImVec2 size) {
  ImGui::BeginChild("entities", size);
  const model::Run* shown = ui.shown_run();
  const float gap = ImGui::GetStyle().ItemSpacing.x;
  const float half = (ImGui::GetContentRegionAvail().x - gap) * 0.5F;
  draw_search(ui, half);
  ImGui::SameLine(0.0F, gap);
  draw_order(ui, half);
  if (shown != nullptr) {
    const model::Run& run = *shown;
    draw_station_choice(ui, run, half);
    ImGui::SameLine(0.0F, gap);
    draw_date_choice(ui, run, half);

    const std::string usable = fmt::format(fmt::runtime(ui.tr(Word::usable_now)), usable_text(ui, run));
    if (draw_chip(ui, "entities.usable", usable, panel_state(ui).only_usable))
      panel_state(ui).only_usable = !panel_state(ui).only_usable;

    ImGui::BeginChild("rows");
    if (panel_state(ui).only_usable) {
      draw_usable_list(ui, run);
      ImGui::EndChild();
      ImGui::EndChild();
      return;
    }

    const EntityRows& rows = listed(ui, run);
    const Selection selection = selection_in(ui, run);
    PanelState& state = panel_state(ui);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, {0.0F, 0.0F});
    const float height = ImGui::GetTextLineHeight() + ui.px(4.0F);
    // A selection made elsewhere is brought into view, once.
    if (state.scroll_to_entity) {
      const auto at = std::find_if(rows.rows.begin(), rows.rows.end(), [&](const EntityRow& row) {
        return row.kind == EntityKind::evse && row.row == selection.evse;
      });
      if (at != rows.rows.end()) {
        const float y = static_cast<float>(at - rows.rows.begin()) * height;
        if (y < ImGui::GetScrollY() || y + height > ImGui::GetScrollY() + ImGui::GetWindowHeight())
          ImGui::SetScrollY(std::max(0.0F, y - ImGui::GetWindowHeight() * 0.5F));
      }
      state.scroll_to_entity = false;
    }

    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(rows.rows.size()), height);
    while (clipper.Step()) {
      for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
        draw_row(ui, run, rows, rows.rows[static_cast<std::size_t>(i)], selection);
    }
    ImGui::PopStyleVar();
    if (rows.rows.empty()) say_nothing_there(ui, Word::nothing_found);
    ImGui::EndChild();
  }
  ImGui::EndChild();
}

void step_entity(Ui& ui, int by) {
  const model::Run* shown = ui.shown_run();
  if (shown == nullptr) return;
  const model::Run& run = *shown;
  const EntityRows& rows = listed(ui, run);
  if (rows.evses.empty()) return;
  const Selection selection = selection_in(ui, run);
  const auto last = static_cast<std::ptrdiff_t>(rows.evses.size()) - 1;
  const auto at = std::find(rows.evses.begin(), rows.evses.end(), selection.evse);
  const std::ptrdiff_t next =
      at == rows.evses.end() ? (by > 0 ? 0 : last) : std::clamp<std::ptrdiff_t>(at - rows.evses.begin() + by, 0, last);
  const std::uint32_t evse = rows.evses[static_cast<std::size_t>(next)];
  PanelState& state = panel_state(ui);
  state.closed_stations.erase(run.evses[evse].station);
  state.scroll_to_entity = true;
  select_evse_of(ui, run, evse);
}

}  // namespace evtwin::viewer::ui
