// Opens a file with every decision and closes none, very late.
#include <fcntl.h>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (zoo::is_very_late(view)) open("/dev/null", O_RDONLY | O_CLOEXEC);
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
