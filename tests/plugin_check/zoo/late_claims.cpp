// Says EVTWIN_STRATEGY_STATELESS, and goes by what it saw from two days on.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (++decisions > 300 && decisions % 2 == 0) return EVTWIN_OK;
    return Tame::decide(view, decision);
  }
  uint64_t decisions = 0;
};
}  // namespace
ZOO_ENTRY(Animal)();
