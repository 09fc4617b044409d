// How well a replay reproduces its log, as a badge that opens into the certificate's lines.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// On the current line; nothing where the run is no replay.
void draw_replay_badge(Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
