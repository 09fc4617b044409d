// The verdict on the open runs, above everything: a sentence for each party, each part of which leads to its figures.
#pragma once
#include <string>
#include <vector>

#include "analysis/verdict.hpp"
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// The open runs as they are judged: A, then B where both are open.
std::vector<analysis::VerdictRun> verdict_runs(const Ui& ui);
/// analysis::give_verdict() of A, then B where both are open. Kept.
const analysis::Verdict& verdict_of(const Ui& ui);

/// Pixels that the verdict needs in this width.
float verdict_height(Ui& ui, float width);
void draw_verdict(Ui& ui, ImVec2 size);

/// Lines over the stage when the player has come to the end: what it cost, who got what, what is still owed.
std::vector<std::string> ending_lines(const Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
