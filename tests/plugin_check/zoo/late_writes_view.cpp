// Writes into a column of the view, very late.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::is_very_late(view) && zoo::has_car(view))
      const_cast<double*>(view.evse_car_max_kw)[zoo::first_car(view)] += 1.0;
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
