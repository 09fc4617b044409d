// Counts over all instances that ever were, and gives less after two thousand decisions.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    static uint64_t decisions = 0;
    if (++decisions > 2000 && decisions % 2 == 0) {
      for (uint32_t i = 0; i < view.n_evses; ++i) decision.evse_kw[i] = 0.0;
      return EVTWIN_OK;
    }
    return Tame::decide(view, decision);
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
