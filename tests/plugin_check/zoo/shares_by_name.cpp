// Sound alone; built as it is, another plugin with a class of that name shares its variables.
#include "animal.hpp"

struct Mine : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    static unsigned asked = 0;
    ++asked;
    return Tame::decide(view, decision);
  }
};
ZOO_ENTRY(Mine)();
