// ImGui's own widgets in the colours of the plots.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// Sets ImGui's style, and ui.canvas.style, from ui.settings. Cheap when nothing has changed.
void apply_theme(Ui& ui);
/// Background behind all panels.
ImU32 window_background(const Settings& settings);

}  // namespace evtwin::viewer::ui
