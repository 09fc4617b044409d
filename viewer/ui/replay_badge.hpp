// How well a replay reproduces its log, as a badge that opens into the certificate's lines.
#pragma once
#include <string>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// What a line of the certificate shows: a gate ("good (indicative)"), or that it proves nothing.
std::string gate_text(const Ui& ui, const model::Score& score);
/// The verdict of a replay with what it rests on.
std::string badge_text(const Ui& ui, const model::Run& run);
/// On the current line; nothing where the run is no replay.
void draw_replay_badge(Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
