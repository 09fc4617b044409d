// A replay at one EVSE: what was metered and what the twin has, two curves and the error around the twin's.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// Nothing where the run is no replay. @param id of the plot; @param height of it, pixels
void draw_metered_plot(Ui& ui, const model::Run& run, std::uint32_t evse, const char* id, float height);
/// "31#2: metered 23.10 kWh, twin 23.08 kWh, power ±0.3 kW" of the session there at t, or the last before; empty: none
std::string metered_sentence(const Ui& ui, const model::Run& run, std::uint32_t evse, TimeNs t);
/// Label of an error band: "error ±0.7 kW".
std::string error_label(const Ui& ui, double error_kw);

}  // namespace evtwin::viewer::ui
