// Its answer depends on where its memory lies.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    for (uint32_t k = 0; k < view.n_connected; ++k) {
      const uint32_t i = view.connected_evse[k];
      decision.evse_kw[i] =
          view.evse_car_max_kw[i] * static_cast<double>((reinterpret_cast<uintptr_t>(this) >> 12U) % 1000) / 1000.0;
    }
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
