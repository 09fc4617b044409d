// The roads of a run on a map, at the instant of the cursor: roads, who drives on them, stations and who waits there.
#pragma once
#include <string>
#include <vector>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

bool has_roads(const Ui& ui);  ///< a run that is shown
/// The run on the map: of two that are compared the one that was chosen there, or that alone has roads.
const model::Run* road_run(const Ui& ui);
/// Map, stations as a table where there is room beside it, and which one is the bottleneck.
void draw_road_map(Ui& ui, ImVec2 size);

/// "Bottleneck: Spa, where 19.4 of 23.6 h of waiting are spent; the longest wait is 97 min."
std::string bottleneck_sentence(const Ui& ui, const model::Run& run);
/// "16 on the way, 5 charging, 2 waiting"; and how many are stranded by then, where any is
std::string road_traffic_text(const Ui& ui, const model::Run& run, TimeNs t);
/// A station at an instant and over the run, a line each.
std::vector<std::string> road_station_lines(const Ui& ui, const model::Run& run, std::uint32_t station, TimeNs t);

}  // namespace evtwin::viewer::ui
