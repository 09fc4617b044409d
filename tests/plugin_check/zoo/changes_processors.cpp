// Binds its host to one processor.
#include <sched.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    cpu_set_t set;
    if (zoo::has_car(view) && sched_getaffinity(0, sizeof set, &set) == 0) {
      int first = 0;
      while (first < CPU_SETSIZE && !CPU_ISSET(first, &set)) ++first;
      CPU_ZERO(&set);
      CPU_SET(first, &set);
      sched_setaffinity(0, sizeof set, &set);
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
