// "Plan a charge" (the driver's form), "change the site" (the manager's), bookings, and the quadrant of strategies. The
// figures come from evtwin itself, run as a child.
#pragma once
#include <memory>
#include <string>

#include "viewer/ui/ui.hpp"

namespace evtwin::viewer::ui {

class WhatIf {
 public:
  /// @param evtwin  the program
  explicit WhatIf(std::string evtwin);
  ~WhatIf();

  enum class Page : std::uint8_t { none, plan_charge, change_site, quadrant };
  void open_page(Page page);
  bool is_open() const;
  /// The open page as a window over the screen; and looks after running children, whether open or not.
  void draw_window(Ui& ui);
  bool is_running() const;   ///< a child is at work
  void wait_for_children();  ///< until none is, for pictures and tests

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace evtwin::viewer::ui
