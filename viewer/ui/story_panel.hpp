// The story of the day at the cursor: a line for everything that should not be missed, each a way to its instant.
#pragma once
#include <string>

#include "viewer/model/story.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

void draw_story(Ui& ui, ImVec2 size);
/// "B draws 24.8 kW less until 15:15, while energy is dear: 3,120 KRW less"
std::string moment_text(const Ui& ui, const model::Moment& moment);
/// Moments of the day at t of what is shown, kept; of A and B where both are.
const std::vector<model::Moment>& moments_at(const Ui& ui, TimeNs t);
/// The stretches of the whole run in which A and B differ most, largest first; empty: one run only.
const std::vector<model::Moment>& find_partings(const Ui& ui);

}  // namespace evtwin::viewer::ui
