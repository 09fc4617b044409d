// Strategies in words that need no knowledge of their ids.
#pragma once
#include <string>
#include <string_view>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// "charge at once" of "asap"; null: a strategy that did not come with evtwin.
const Word* plain_strategy(std::string_view id);
/// "charge at once (asap)"; the id alone where there is no plain name.
std::string strategy_text(const Ui& ui, std::string_view id);

}  // namespace evtwin::viewer::ui
