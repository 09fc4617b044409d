// The panels: each draws into the current ImGui window, at the cursor, `size` pixels. Nothing outside is drawn.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

// Screen and player
void draw_kpi_cards(Ui& ui, ImVec2 size);
void draw_power_plot(Ui& ui, ImVec2 size);
void draw_price_plot(Ui& ui, ImVec2 size);
void draw_soc_plot(Ui& ui, ImVec2 size);
void draw_vehicles_plot(Ui& ui, ImVec2 size);  ///< power stacked by EVSE or station
void draw_forecast_plot(Ui& ui, ImVec2 size);  ///< what was foreseen of sun and load, over what came
void draw_reward_plot(Ui& ui, ImVec2 size);    ///< what the run's policy gathered of its reward, by day and part
void draw_heat_panel(Ui& ui, ImVec2 size);
void draw_gantt_panel(Ui& ui, ImVec2 size);
void draw_player(Ui& ui, ImVec2 size);
void draw_overview_strip(Ui& ui, ImVec2 size);

// Map, entities, inspector, events, money
void draw_entity_list(Ui& ui, ImVec2 size);  ///< sites, stations, EVSEs, storages, feeders; search; sort
void draw_map(Ui& ui, ImVec2 size);          ///< stations, or the feeder tree, with live state
void draw_inspector(Ui& ui, ImVec2 size);    ///< of what is selected, or the site: state at t, why, plan, health
void draw_event_list(Ui& ui, ImVec2 size);   ///< filter chips, click = seek and select
void draw_money(Ui& ui, ImVec2 size);        ///< per party, and per vehicle, of the window or up to the cursor
/// Selects the EVSE that comes `by` (1, -1) further in the list; the first or last where none is selected.
void step_entity(Ui& ui, int by);
/// Next/previous event that passes the filter, after/before t; time_never / -time_never: none.
/// @param of_selected only those of the selected EVSE or session
TimeNs next_event(const Ui& ui, TimeNs t, bool of_selected = false);
TimeNs previous_event(const Ui& ui, TimeNs t, bool of_selected = false);

}  // namespace evtwin::viewer::ui
