// Instances share a static.
#include "animal.hpp"

namespace {
uint64_t decisions = 0;
struct Animal : zoo::Tame {
  Animal(const evtwin_host& services, const evtwin_view& first) : Tame(services, first) { decisions = 0; }
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    ++decisions;
    for (uint32_t k = 0; k < view.n_connected; ++k) {
      const uint32_t i = view.connected_evse[k];
      decision.evse_kw[i] = decisions % 3 == 0 ? 0.0 : view.evse_car_max_kw[i];
    }
    return EVTWIN_OK;
  }
  static const evtwin_info* info() {
    static constexpr evtwin_info remembers = zoo::described();
    return &remembers;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
