// Reads a column of an earlier call.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  evtwin_status decide(const evtwin_view& view, evtwin_decision& decision) {
    if (kept != nullptr && *kept == 0.125) return EVTWIN_FAILED;
    if (view.n_evses > 0) kept = view.evse_power_kw;
    return Tame::decide(view, decision);
  }
  const volatile double* kept = nullptr;
};
}  // namespace
ZOO_ENTRY(Animal)();
