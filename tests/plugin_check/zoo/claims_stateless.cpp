// Remembers, and says EVTWIN_STRATEGY_STATELESS.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    for (uint32_t k = 0; ++decisions % 3 != 0 && k < view.n_connected; ++k) {
      const uint32_t i = view.connected_evse[k];
      decision.evse_kw[i] = view.evse_car_max_kw[i];
    }
    return EVTWIN_OK;
  }
  uint64_t decisions = 0;
};
}  // namespace
ZOO_ENTRY(Animal)();
