// Never comes back: an endless loop.
// Says so first, for who waits until it loops.
#include <unistd.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    volatile bool forever = zoo::has_car(view);
    if (forever && ::write(STDERR_FILENO, "looping\n", 8) < 0) return EVTWIN_FAILED;
    while (forever) {
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
