// Goes by the nanoseconds of the clock.
#include <chrono>

#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    for (uint32_t k = 0; k < view.n_connected; ++k)
      decision.evse_kw[view.connected_evse[k]] =
          (now + k) % 2 == 0 ? view.evse_car_max_kw[view.connected_evse[k]] : 0.0;
    return EVTWIN_OK;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
