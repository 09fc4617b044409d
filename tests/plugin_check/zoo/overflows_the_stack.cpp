// Recurses without end.
#include "animal.hpp"

namespace {
int deeper(volatile int* depth) {
  volatile int here[256];
  here[0] = *depth + 1;
  return deeper(here) + here[0];
}

struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) {
      volatile int depth = 0;
      if (deeper(&depth) == 1) return EVTWIN_FAILED;
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
