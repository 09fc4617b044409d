// The stage: the site as a picture, of one run or of two beside each other under one clock.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

void draw_stage(Ui& ui, ImVec2 size);

}  // namespace evtwin::viewer::ui
