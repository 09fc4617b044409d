// Reads through a null pointer.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    const volatile int* volatile nowhere = nullptr;
    if (zoo::has_car(view) && *nowhere == 1) return EVTWIN_FAILED;
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
