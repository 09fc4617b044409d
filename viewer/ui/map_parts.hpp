// The two faces of the map.
#pragma once
#include "viewer/ui/panel_state.hpp"

namespace evtwin::viewer::ui {

/// Stations as boxes with their EVSEs, and the storages, into what is left of the window.
void draw_station_map(Ui& ui, const model::Run& run);
/// Grid connection, feeders, stations: what flows where, against what may.
void draw_feeder_tree(Ui& ui, const model::Run& run);

/// State of the selected site at the cursor, of all sites together where all are selected.
const model::SiteState& site_state_shown(const Ui& ui, const model::Run& run);
/// Flows of the site at that instant; NaN where the run is not over and they have not been recorded.
const model::SiteFlows& flows_shown(const Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
