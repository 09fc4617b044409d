// Makes its host wait for others: raises its nice value.
#include <sys/resource.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::has_car(view)) setpriority(PRIO_PROCESS, 0, 19);
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
