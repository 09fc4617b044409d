// Puts a column of its own in the place of the host's, which never sees what is written there.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    static double mine[1000];
    if (zoo::has_car(view)) decision.evse_kw = mine;
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
