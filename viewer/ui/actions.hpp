// Actions of a user on the screen as a whole: the same behind a key, a menu entry and a button.
#pragma once
#include <functional>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

void play_or_pause(Ui& ui);
void step_time(Ui& ui, int steps);  ///< of the run's decision tick
void step_event(Ui& ui, int direction, bool of_selected);
void cycle_compare(Ui& ui);
void set_compare(Ui& ui, Compare compare);
void cycle_heat_metric(Ui& ui);
void toggle_language(Ui& ui);
void toggle_theme(Ui& ui);
void toggle_layout(Ui& ui);
void change_scale(Ui& ui, int steps);  ///< of 25 %
/// Keys pressed in this frame, unless a text is being typed. Esc closes what is on top, one thing a press: a menu or
/// list, a window (`close_top`, false: there is none), then selection, markers and notice.
/// @returns what only the app can do
enum class AppKey : std::uint8_t { none, picture, csv, open };
AppKey handle_keys(Ui& ui, const std::function<bool()>& close_top);

Word name_of(Compare compare);
Word name_of(model::HeatMetric metric);

}  // namespace evtwin::viewer::ui
