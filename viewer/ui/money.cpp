// Money of each party and of each vehicle. Of the window, or from the start up to the cursor.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernel/static_checks.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

using model::PartyMoney;

struct Part {
  const char* item;
  Word word;
  double PartyMoney::*value;
  bool of_which = false;  ///< a part of the figures above it
};
// Each party's view: what it earns is positive.
constexpr std::array<Part, 9> parts{{
    {"money.drivers", Word::party_drivers, &PartyMoney::drivers},
    {"money.site", Word::party_site, &PartyMoney::site},
    {"money.grid", Word::party_grid, &PartyMoney::grid},
    {"money.from_drivers", Word::from_drivers, &PartyMoney::driver_revenue, true},
    {"money.v2g", Word::v2g_payment, &PartyMoney::v2g_payment, true},
    {"money.energy", Word::energy_cost, &PartyMoney::energy_cost, true},
    {"money.demand", Word::demand_charge, &PartyMoney::demand_charge, true},
    {"money.wear_vehicles", Word::wear_of_vehicles, &PartyMoney::wear_vehicles, true},
    {"money.wear_storage", Word::wear_of_storage, &PartyMoney::wear_storage, true},
}};
static_assert(kernel::has_unique_keys(parts, &Part::word));

struct Range {
  TimeNs from = 0, to = 0;
};

Range range_of(const Ui& ui, const model::Run& run) {
  if (panel_state(ui).money_until_cursor) return {run.start_ns, ui.time.cursor_ns()};
  return {ui.time.from_ns(), ui.time.to_ns()};
}

const PartyMoney& party_money_of(const Ui& ui, const model::Run& run) {
  const std::uint32_t site = selected_site(ui, run);
  const Range range = range_of(ui, run);
  PanelState& state = panel_state(ui);
  return state.party_money.at(kept_of(ui, run)).get_or_make(run, {site, {range.from, range.to}}, [&] {
    return site == no_row ? model::party_money(run, range.from, range.to)
                          : model::party_money(run, site, range.from, range.to);
  });
}

void figure_cell(Ui& ui, const std::string& text) {
  ImGui::TableNextColumn();
  ui.fonts.need_characters(text);
  const float room = ImGui::GetContentRegionAvail().x;
  const float wide = ImGui::CalcTextSize(text.c_str()).x;
  if (wide < room) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room - wide);
  text_cut(ui, text, room);
}

void draw_parties(Ui& ui, const model::Run& one, const model::Run* other) {
  constexpr ImGuiTableFlags flags =
      ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_BordersInnerH;
  if (!ImGui::BeginTable("parties", other != nullptr ? 4 : 2, flags)) return;
  ImGui::TableSetupColumn(ui.tr(Word::money_earned), ImGuiTableColumnFlags_WidthStretch, 1.6F);
  ImGui::TableSetupColumn(other != nullptr ? "A" : "##figure", ImGuiTableColumnFlags_WidthStretch, 1.0F);
  if (other != nullptr) {
    ImGui::TableSetupColumn("B", ImGuiTableColumnFlags_WidthStretch, 1.0F);
    ImGui::TableSetupColumn("B - A", ImGuiTableColumnFlags_WidthStretch, 1.0F);
    ImGui::TableHeadersRow();
  }

  const PartyMoney& a = party_money_of(ui, one);
  for (const Part& part : parts) {
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    // A part of the line above is written weaker.
    if (part.of_which) ImGui::PushStyleColor(ImGuiCol_Text, ui.canvas.style.text_weak);
    text_cut(ui, ui.tr(part.word));
    ui.items.register_last(part.item);
    figure_cell(ui, money_text(ui, one, a.*part.value));
    if (other != nullptr) {
      const PartyMoney& b = party_money_of(ui, *other);
      figure_cell(ui, money_text(ui, *other, b.*part.value));
      figure_cell(ui, signed_money(ui, *other, b.*part.value - a.*part.value));
    }
    if (part.of_which) ImGui::PopStyleColor();
  }
  ImGui::EndTable();
}

constexpr std::array<Word, money_columns> column_words{Word::vehicle,     Word::evse,        Word::plugged_in,
                                                       Word::got,         Word::missed,      Word::cost,
                                                       Word::driver_paid, Word::v2g_payment, Word::battery_wear};
static_assert(kernel::has_unique_keys(column_words), "each column has a word of its own");

/// Columns of the table: those it can be sorted by, and what the first plan expected.
constexpr int table_columns = static_cast<int>(money_columns) + 2;

/// Cost of the energy that the first plan after plug-in expected, and how far it was off. @param cost NaN: not yet
/// known
void draw_expected(Ui& ui, const model::Run& run, std::uint32_t row, double cost) {
  const FirstPlan& first = first_plan_of(ui, run, row);
  const bool planned = first.decision != no_row;
  figure_cell(ui, planned ? money_text(ui, run, first.cost) : "-");
  figure_cell(ui, planned ? signed_figure(plan_error(first, cost) * 100.0, "%", 1) : "-");
}

void draw_session(Ui& ui, const model::Run& run, std::uint32_t row, bool so_far, bool selected) {
  const model::Session& session = run.sessions[row];
  const TimeNs t = ui.time.cursor_ns();
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushID(static_cast<int>(row));
  if (ImGui::Selectable("##session", selected, ImGuiSelectableFlags_SpanAllColumns)) {
    select_session_of(ui, run, row);
    if (t < session.plugged_in_ns || t >= session.departed_ns) ui.time.seek_time(session.plugged_in_ns);
  }
  ImGui::PopID();
  ui.items.register_last("money.session." + session.name);
  ImGui::SameLine(0.0F, 0.0F);
  text_cut(ui, session.vehicle.empty() ? session.name : session.vehicle);

  ImGui::TableNextColumn();
  text_cut(ui, run.evses[session.evse].name);
  ImGui::TableNextColumn();
  text_cut(ui, run.clock.date_time_text(session.plugged_in_ns));
  if (so_far) {  // what is known of it at the cursor
    const model::EvseState now = model::evse_state(run, session.evse, t);
    figure_cell(ui, figure_text(now.session_kwh, "kWh", 2));
    figure_cell(ui, ui.tr(Word::charging_now));
    figure_cell(ui, money_text(ui, run, now.session_cost));
    figure_cell(ui, money_text(ui, run, now.driver_pays));
    figure_cell(ui, "-");
    figure_cell(ui, "-");
    draw_expected(ui, run, row, model::none);
    return;
  }

  figure_cell(ui, figure_text(session.got_kwh, "kWh", 2));
  figure_cell(ui, figure_text(session.unmet_kwh, "kWh", 2));
  figure_cell(ui, money_text(ui, run, session.cost));
  figure_cell(ui, money_text(ui, run, session.paid));
  figure_cell(ui, money_text(ui, run, session.v2g_payment));
  figure_cell(ui, money_text(ui, run, session.wear_cost));
  draw_expected(ui, run, row, session.cost);
}

void draw_sessions(Ui& ui, const model::Run& run) {
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollX | ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg |
                                    ImGuiTableFlags_Resizable | ImGuiTableFlags_Sortable |
                                    ImGuiTableFlags_NoSavedSettings;
  if (!ImGui::BeginTable("sessions", table_columns, flags, ImGui::GetContentRegionAvail())) return;

  const float letter = ImGui::CalcTextSize("0").x;
  constexpr std::array<float, money_columns> letters{16.0F, 9.0F, 17.0F, 12.0F, 12.0F, 14.0F, 14.0F, 14.0F, 14.0F};
  ImGui::TableSetupScrollFreeze(1, 1);
  for (std::size_t i = 0; i < money_columns; ++i) {
    const bool first = i == static_cast<std::size_t>(MoneyColumn::plugged_in);
    const ImGuiTableColumnFlags sort = first ? ImGuiTableColumnFlags_DefaultSort : ImGuiTableColumnFlags_None;
    const float words = ImGui::CalcTextSize(ui.tr(column_words.at(i))).x + letter * 3.0F;  // and the sort arrow
    ImGui::TableSetupColumn(ui.tr(column_words.at(i)), ImGuiTableColumnFlags_WidthFixed | sort,
                            std::max(words, letters.at(i) * letter));
  }

  for (const Word word : {Word::expected_cost, Word::plan_error}) {
    ImGui::TableSetupColumn(ui.tr(word), ImGuiTableColumnFlags_WidthFixed | ImGuiTableColumnFlags_NoSort,
                            std::max(ImGui::CalcTextSize(ui.tr(word)).x + letter, 12.0F * letter));
  }
  ImGui::TableHeadersRow();

  MoneyQuery query;
  query.site = selected_site(ui, run);
  query.station = ui.selection.station;
  const ImGuiTableSortSpecs* sort = ImGui::TableGetSortSpecs();
  if (sort != nullptr && sort->SpecsCount > 0) {
    query.by = static_cast<MoneyColumn>(sort->Specs->ColumnIndex);
    query.descending = sort->Specs->SortDirection == ImGuiSortDirection_Descending;
  }

  PanelState& state = panel_state(ui);
  const MoneyOrder& order = state.money_order.get_or_make(run, query, [&] { return money_order(run, query); });
  const Range range = range_of(ui, run);
  const bool until = state.money_until_cursor;
  const std::vector<std::uint32_t>& rows = state.money_rows.get_or_make(
      run, {query, {until ? -kernel::time_never : range.from, range.to}},
      [&] { return until ? sessions_until(order, range.to) : sessions_within(order, range.from, range.to); });
  const Selection selection = selection_in(ui, run);

  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(rows.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const std::uint32_t row = rows[static_cast<std::size_t>(i)];
      const bool so_far = until && run.sessions[row].departed_ns > range.to;
      draw_session(ui, run, row, so_far, selection.session == row);
    }
  }
  ImGui::EndTable();
}

}  // namespace

void draw_money(Ui& ui, ImVec2 size) {
  ImGui::BeginChild("money", size);
  const model::Run* a = ui.run_a();
  const model::Run* b = ui.run_b();
  const model::Run* one = ui.shown_run();
  if (one != nullptr) {
    PanelState& state = panel_state(ui);
    if (draw_chip(ui, "money.window", ui.tr(Word::of_window), !state.money_until_cursor))
      state.money_until_cursor = false;
    ImGui::SameLine(0.0F, ui.px(4.0F));
    if (draw_chip(ui, "money.cursor", ui.tr(Word::until_cursor), state.money_until_cursor))
      state.money_until_cursor = true;
    const bool both = a != nullptr && b != nullptr && ui.compare != Compare::a && ui.compare != Compare::b;

    // Beside each other where there is room, else one of the two.
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float em = ImGui::GetFontSize();
    const float least = em * (both ? 30.0F : 20.0F);
    const bool beside = room.x > least + em * 30.0F;
    if (!beside) {
      ImGui::SameLine(0.0F, ui.px(16.0F));
      if (draw_chip(ui, "money.parties", ui.tr(Word::parties), !state.money_vehicles)) state.money_vehicles = false;
      ImGui::SameLine(0.0F, ui.px(4.0F));
      if (draw_chip(ui, "money.vehicles", ui.tr(Word::vehicles), state.money_vehicles)) state.money_vehicles = true;
    }

    if (beside || !state.money_vehicles) {
      ImGui::BeginChild("parties", {beside ? least : 0.0F, 0.0F});
      draw_parties(ui, both ? *a : *one, both ? b : nullptr);
      ImGui::EndChild();
    }
    if (beside) ImGui::SameLine();
    if (beside || state.money_vehicles) {
      ImGui::BeginChild("vehicles");
      draw_sessions(ui, *one);
      ImGui::EndChild();
    }
  }
  ImGui::EndChild();
}

}  // namespace evtwin::viewer::ui
