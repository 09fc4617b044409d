// The screen: menu, cards, panels, player; which panel stands where.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

/// Actions that only the app can do.
struct ScreenActions {
  std::function<void(const std::string& file)> open;
  std::function<void()> choose_file, picture, picture_of_plot, csv, quit, plan_charge, change_site, quadrant, fleet;
  std::function<std::vector<std::string>()> recent;  ///< files opened before, the last one first
};

/// Fractions of the screen that a user may drag.
struct Splits {
  float left = 0.0F;                   ///< width of the left column, of the whole; 0: chosen by the size of the screen
  float list = 0.34F, map = 0.26F;     ///< heights in the left column
  float power = 0.36F, price = 0.24F;  ///< heights in the right column
};

void draw_menu(Ui& ui, const ScreenActions& actions);
void draw_screen(Ui& ui, Splits& splits, const std::string& trouble);
void draw_help(Ui& ui);

}  // namespace evtwin::viewer::ui
