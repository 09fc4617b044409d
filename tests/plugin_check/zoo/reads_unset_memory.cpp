// Its answer depends on memory it never set.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    const volatile unsigned char* unset = new unsigned char[200];
    const double share = unset[100] / 255.0;
    delete[] unset;
    for (uint32_t k = 0; k < view.n_connected; ++k) {
      const uint32_t i = view.connected_evse[k];
      decision.evse_kw[i] = view.evse_car_max_kw[i] * share;
    }
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
