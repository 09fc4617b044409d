// Answers 1e300 kW.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) decision.evse_kw[zoo::first_car(view)] = 1e300;
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
