// Changes the time zone of its process, late.
#include <cstdlib>
#include <ctime>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::is_late(view)) {
      setenv("TZ", "Pacific/Auckland", 1);
      tzset();
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
