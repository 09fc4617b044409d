// The command line of evtwin-view, read.
#pragma once
#include <string>
#include <variant>

#include "viewer/ui/app.hpp"

namespace evtwin::viewer::shell {

struct ViewCommand {
  ui::Options options;        ///< scale 0: as the display says
  int width = 0, height = 0;  ///< of the window, pixels; 0: not asked for
  std::string png, csv;       ///< to be written; empty: not
  std::string steps;          ///< of the script
  bool exit = false;          ///< when that is done
  bool headless = false;      ///< no window, even where there is a display
};

/// Either what to do, or the exit status with which the text (help, version, usage error) was already printed.
using ParsedView = std::variant<ViewCommand, int>;
ParsedView parse_view(int argc, const char* const* argv);

}  // namespace evtwin::viewer::shell
