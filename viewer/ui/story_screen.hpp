// The screen of the first half minute: verdict, stage, and beside them one plot, the money and the story of the day.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// @param compact one panel at a time below the verdict
void draw_story_screen(Ui& ui, ImVec2 size, bool compact);
/// Money so far per party, and what there is: terminals, vehicles, planned kWh, peak.
void draw_money_box(Ui& ui, ImVec2 size);

}  // namespace evtwin::viewer::ui
