// Events: filter, list, previous and next. The row at the cursor is marked.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "kernel/static_checks.hpp"
#include "viewer/ui/figures.hpp"
#include "viewer/ui/panel_parts.hpp"
#include "viewer/ui/panel_state.hpp"
#include "viewer/ui/panels.hpp"

namespace evtwin::viewer::ui {
namespace {

EventQuery query_of(const Ui& ui, const model::Run& run, bool of_selected) {
  const Selection selection = selection_in(ui, run);
  EventQuery query;
  query.show = ui.events.show;
  query.alerts_only = ui.events.alerts_only;
  query.site = selected_site(ui, run);
  query.station = selection.station;
  if (of_selected) {
    query.session = selection.session;
    query.evse = selection.session == no_row ? selection.evse : no_row;
  }
  return query;
}

const EventIndex& filtered(const Ui& ui, const model::Run& run, bool of_selected) {
  const EventQuery query = query_of(ui, run, of_selected);
  PanelState& state = panel_state(ui);
  auto& kept = of_selected ? state.selected_events : state.events;
  return kept.get_or_make(run, query, [&] { return event_index(run, query); });
}

std::string chip_text(const Ui& ui, model::EventKind kind, const EventIndex& index) {
  return fmt::format("{} {}", ui.tr(look_of(kind).word), index.count.at(static_cast<std::size_t>(kind)));
}

/// Kinds that occur, shown or not: these have a chip.
std::vector<model::EventKind> kinds_there(const EventIndex& index) {
  std::vector<model::EventKind> kinds;
  for (std::size_t i = 0; i < model::event_kinds; ++i) {
    if (index.count.at(i) > 0) kinds.push_back(static_cast<model::EventKind>(i));
  }
  return kinds;
}

void flip(Ui& ui, model::EventKind kind) {
  auto& show = ui.events.show;
  const auto at = static_cast<std::size_t>(kind);
  if (!ImGui::GetIO().KeyCtrl) {
    show.at(at) = !show.at(at);
    return;
  }
  const bool alone = show.at(at) && std::count(show.begin(), show.end(), true) == 1;
  show.fill(alone);  // with ctrl: this one alone, and all again
  show.at(at) = true;
}

bool kind_chip(Ui& ui, model::EventKind kind, const EventIndex& index) {
  const Look& look = look_of(kind);
  return draw_chip(ui, std::string("filter.") + look.id, chip_text(ui, kind, index),
                   ui.events.show.at(static_cast<std::size_t>(kind)), &look);
}

void draw_filter(Ui& ui, const model::Run& run, const EventIndex& index) {
  const float gap = ui.px(4.0F);
  Flow flow(gap);
  const auto button = [&](const char* item, Word word) {
    flow.place_next(ImGui::CalcTextSize(ui.tr(word)).x + ImGui::GetStyle().FramePadding.x * 2.0F);
    const bool clicked = ImGui::SmallButton(ui.tr(word));
    ui.items.register_last(item);
    return clicked;
  };

  const auto seek = [&](TimeNs t) {
    if (t != kernel::time_never && t != -kernel::time_never) ui.time.seek_time(t);
  };
  if (button("events.previous", Word::previous)) seek(previous_time(run, index, ui.time.cursor_ns()));
  if (button("events.next", Word::next)) seek(next_time(run, index, ui.time.cursor_ns()));

  const std::string alerts = fmt::format("{} {}", ui.tr(Word::alerts_only), index.alerts);
  flow.place_next(chip_width(ui, alerts));
  if (draw_chip(ui, "filter.alerts", alerts, ui.events.alerts_only)) ui.events.alerts_only = !ui.events.alerts_only;
  flow.place_next(chip_width(ui, ui.tr(Word::selected_only)));
  if (draw_chip(ui, "filter.selected", ui.tr(Word::selected_only), ui.events.selected_only))
    ui.events.selected_only = !ui.events.selected_only;

  // Chips of all kinds where they need no more than two lines, else behind a button.
  const std::vector<model::EventKind> kinds = kinds_there(index);
  float width = 0.0F;
  for (const model::EventKind kind : kinds) width += chip_width(ui, chip_text(ui, kind, index)) + gap;
  const float left = ImGui::GetWindowContentRegionMax().x - (ImGui::GetItemRectMax().x - ImGui::GetWindowPos().x);
  const float room = left + ImGui::GetContentRegionAvail().x * 0.9F;
  if (width <= room && ImGui::GetContentRegionAvail().y > ImGui::GetTextLineHeight() * 7.0F) {
    for (const model::EventKind kind : kinds) {
      flow.place_next(chip_width(ui, chip_text(ui, kind, index)));
      if (kind_chip(ui, kind, index)) flip(ui, kind);
      draw_tooltip(ui, ui.tr(Word::filter_hint));
    }
    return;
  }

  const auto on = static_cast<std::size_t>(std::count_if(
      kinds.begin(), kinds.end(), [&](auto k) { return ui.events.show.at(static_cast<std::size_t>(k)); }));
  const std::string text = fmt::format("{} {}/{}", ui.tr(Word::event_kinds), on, kinds.size());
  flow.place_next(ImGui::CalcTextSize(text.c_str()).x + ImGui::GetStyle().FramePadding.x * 2.0F);
  ui.fonts.need_characters(text);
  if (ImGui::SmallButton((text + "###kinds").c_str())) ImGui::OpenPopup("kinds");
  ui.items.register_last("filter.kinds");
  if (ImGui::BeginPopup("kinds")) {
    for (const model::EventKind kind : kinds) {
      if (kind_chip(ui, kind, index)) flip(ui, kind);
    }
    ImGui::EndPopup();
  }
}

std::string where_text(const model::Run& run, const model::Event& event) {
  std::string text = event.evse == no_row ? std::string() : run.evses[event.evse].name;
  if (event.session == no_row) return text;
  if (!text.empty()) text += "  ";
  return text + run.sessions[event.session].vehicle;
}

/// Words of the charging protocol (OCPP 1.6, sections 7.7 and 7.37) that end a text or stand before its comma.
std::string ocpp_translated(const Ui& ui, std::string text) {
  constexpr std::array words{Word::detail_accepted,      Word::detail_rejected,   Word::ocpp_available,
                             Word::ocpp_occupied,        Word::ocpp_preparing,    Word::ocpp_charging,
                             Word::ocpp_suspended_evse,  Word::ocpp_suspended_ev, Word::ocpp_finishing,
                             Word::ocpp_reserved,        Word::ocpp_unavailable,  Word::ocpp_faulted,
                             Word::ocpp_ev_disconnected, Word::ocpp_local,        Word::ocpp_remote,
                             Word::ocpp_power_loss,      Word::ocpp_other,        Word::ocpp_online};
  for (const Word word : words) {
    const std::string name = text_of(word, Language::english);
    const std::size_t at = text.rfind(name);
    if (at == std::string::npos) continue;
    const std::size_t end = at + name.size();
    if ((at == 0 || text[at - 1] == ' ') && (end == text.size() || text[end] == ','))
      text.replace(at, name.size(), ui.tr(word));
  }
  return text;
}

/// English texts of the run file in words of this language: signals, messages of a log, reservations.
std::string translated(const Ui& ui, const model::Run& run, std::string text) {
  constexpr std::array<std::pair<std::string_view, Word>, 16> phrases{{{"contract_kw:", Word::detail_contract},
                                                                       {"export_limit_kw:", Word::detail_export},
                                                                       {"power_setpoint_kw:", Word::detail_setpoint},
                                                                       {"buy_price:", Word::detail_price},
                                                                       {" status: ", Word::detail_status},
                                                                       {" start: ", Word::detail_start},
                                                                       {" stop: ", Word::detail_stop},
                                                                       {" command: ", Word::detail_command},
                                                                       {" boot: ", Word::detail_boot},
                                                                       {" firmware: ", Word::detail_firmware},
                                                                       {" diagnostics: ", Word::detail_diagnostics},
                                                                       {"transaction ", Word::detail_transaction},
                                                                       {" register ", Word::detail_register},
                                                                       {"no EVSE:", Word::ended_no_compatible_evse},
                                                                       {" from ", Word::detail_from},
                                                                       {" to ", Word::detail_to}}};
  static_assert(kernel::has_unique_keys(phrases, [](const auto& row) { return row.first; }));
  for (const auto& [phrase, word] : phrases) {
    const std::size_t at = text.find(phrase);
    if (at != std::string::npos) text.replace(at, phrase.size(), ui.tr(word));
  }
  if (!run.currency.empty() && text.ends_with(run.currency + "/kWh"))
    text.replace(text.size() - run.currency.size() - 4, run.currency.size(), currency_name(ui, run));
  return ocpp_translated(ui, std::move(text));
}

std::string detail_text(const Ui& ui, const model::Run& run, const model::Event& event) {
  if (event.kind == model::EventKind::turned_away && event.session != no_row) {
    const Word* why = ended_word(run.sessions[event.session].ended);
    if (why != nullptr) return ui.tr(*why);
  }
  if (event.kind == model::EventKind::missed_target && event.session != no_row)
    return fmt::format("{} {}", ui.tr(Word::missed), kwh_text(run.sessions[event.session].unmet_kwh));
  const bool of_ours = event.kind == model::EventKind::limit_change || event.kind == model::EventKind::price_change ||
                       event.kind == model::EventKind::message || event.kind == model::EventKind::reservation;
  if (event.correction == no_row)
    return of_ours ? translated(ui, run, model::event_text(run, event)) : model::event_text(run, event);
  const model::Correction& correction = run.corrections[event.correction];
  const Word* reason = reason_word(correction.reason);
  std::string text = reason != nullptr ? ui.tr(*reason) : correction.reason;
  if (!correction.limit_name.empty()) text += ": " + correction.limit_name;
  return fmt::format("{}  {} > {}", text, figure_text(correction.asked_kw, "", 1), kw_text(correction.given_kw));
}

void draw_event(Ui& ui, const model::Run& run, const model::Event& event, std::size_t place, bool at_cursor) {
  const plot::Style& style = ui.canvas.style;
  const Look& look = look_of(event.kind);
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  ImGui::PushID(static_cast<int>(place));
  if (ImGui::Selectable("##event", at_cursor, ImGuiSelectableFlags_SpanAllColumns)) {
    ui.time.seek_time(event.time_ns);
    // Its session where there is one, else its EVSE.
    if (event.session != no_row) {
      select_session_of(ui, run, event.session);
    } else if (event.evse != no_row) {
      select_evse_of(ui, run, event.evse);
    }
  }
  ImGui::PopID();
  ui.items.register_last(fmt::format("event.{}", place));
  ImGui::SameLine(0.0F, 0.0F);
  text_cut(ui, run.clock.date_time_text(event.time_ns));

  ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float line = ImGui::GetTextLineHeight();
  plot::draw_shape(*ImGui::GetWindowDrawList(), look.shape, {at.x + line * 0.5F, at.y + line * 0.5F}, line * 0.3F,
                   colour_of(style, look));
  ImGui::SetCursorScreenPos({at.x + line * 1.2F, at.y});
  text_cut(ui, event.alert ? std::string(ui.tr(look.word)) + " !" : std::string(ui.tr(look.word)));

  ImGui::TableNextColumn();
  text_cut(ui, where_text(run, event));
  ImGui::TableNextColumn();
  const std::string detail = detail_text(ui, run, event);
  text_cut(ui, detail);
  ui.items.register_text(fmt::format("event.{}.detail", place), detail);
}

/// The row at the cursor comes into the middle where the cursor comes to a row that is not seen, and where rows or the
/// list's height are others than before: a run that is read by and by ends at the place of one that was there at once.
/// Where the user scrolled, only the cursor moves the list.
void follow_cursor(PanelState::EventsShown& shown, std::size_t at_cursor, std::size_t rows, float row_height) {
  if (std::exchange(shown.moving, false)) shown.scroll = ImGui::GetScrollY();
  const bool by_hand = ImGui::GetScrollY() != shown.scroll;
  const float y = static_cast<float>(at_cursor) * row_height;
  const float view = ImGui::GetWindowHeight() - row_height * 2.0F;
  const bool seen = y >= ImGui::GetScrollY() && y <= ImGui::GetScrollY() + view;
  const bool other_list = !by_hand && (rows != shown.rows || view != shown.view);
  const bool moved = at_cursor != shown.at_cursor && !seen;
  if (at_cursor < rows && (moved || other_list)) {
    ImGui::SetScrollY(std::max(0.0F, y - view * 0.5F));
    shown.moving = true;
  }
  shown.at_cursor = at_cursor;
  shown.rows = rows;
  shown.view = view;
}

void draw_rows(Ui& ui, const model::Run& run, const EventIndex& index) {
  if (index.rows.empty()) {
    say_nothing_there(ui, Word::no_events);
    return;
  }

  const float letter = ImGui::CalcTextSize("0").x;
  constexpr ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable |
                                    ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_PadOuterX;
  if (!ImGui::BeginTable("list", 4, flags, ImGui::GetContentRegionAvail())) return;
  ImGui::TableSetupScrollFreeze(0, 1);
  ImGui::TableSetupColumn(ui.tr(Word::time), ImGuiTableColumnFlags_WidthFixed, letter * 19.5F);
  ImGui::TableSetupColumn(ui.tr(Word::what), ImGuiTableColumnFlags_WidthFixed, letter * 14.0F);
  ImGui::TableSetupColumn(ui.tr(Word::where), ImGuiTableColumnFlags_WidthStretch, 1.0F);
  ImGui::TableSetupColumn(ui.tr(Word::details), ImGuiTableColumnFlags_WidthStretch, 1.3F);
  ImGui::TableHeadersRow();

  PanelState& state = panel_state(ui);
  const std::size_t at_cursor = place_at(run, index, ui.time.cursor_ns());
  const float row_height = ImGui::GetTextLineHeight() + ImGui::GetStyle().CellPadding.y * 2.0F;
  follow_cursor(state.events_shown, at_cursor, index.rows.size(), row_height);

  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(index.rows.size()), row_height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const auto place = static_cast<std::size_t>(i);
      draw_event(ui, run, run.events[index.rows[place]], place, place == at_cursor);
    }
  }
  ImGui::EndTable();
}

}  // namespace

void draw_event_list(Ui& ui, ImVec2 size) {
  ImGui::BeginChild("events", size);
  const model::Run* shown = ui.shown_run();
  if (shown != nullptr) {
    draw_filter(ui, *shown, filtered(ui, *shown, ui.events.selected_only));
    draw_rows(ui, *shown, filtered(ui, *shown, ui.events.selected_only));
  }
  ImGui::EndChild();
}

TimeNs next_event(const Ui& ui, TimeNs t, bool of_selected) {
  const model::Run* shown = ui.shown_run();
  if (shown == nullptr) return kernel::time_never;
  return next_time(*shown, filtered(ui, *shown, of_selected || ui.events.selected_only), t);
}

TimeNs previous_event(const Ui& ui, TimeNs t, bool of_selected) {
  const model::Run* shown = ui.shown_run();
  if (shown == nullptr) return -kernel::time_never;
  return previous_time(*shown, filtered(ui, *shown, of_selected || ui.events.selected_only), t);
}

}  // namespace evtwin::viewer::ui
