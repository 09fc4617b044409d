// The EVSEs that somebody who comes now could use.
#pragma once
#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// Those of the selected site at the cursor, kept.
const std::vector<std::uint32_t>& usable_now(const Ui& ui, const model::Run& run);
/// How many; "-" where nothing is recorded of the cursor's instant.
std::string usable_text(const Ui& ui, const model::Run& run);
/// A line each: name, kind, rating. Into what is left of the window.
void draw_usable_list(Ui& ui, const model::Run& run);

}  // namespace evtwin::viewer::ui
