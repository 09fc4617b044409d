// A parameter whose default is out of its range.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static const evtwin_info* info() {
    static constexpr evtwin_param_info margin{"margin", "kW", "Kept free.", EVTWIN_PARAM_REAL, 0, nullptr, 0.0,
                                              10.0,     20.0, nullptr};
    static constexpr evtwin_info odd{
        sizeof(evtwin_info), EVTWIN_STRATEGY_STATELESS, ZOO_ID, ZOO_ID, "1.0", "An animal of the zoo.", &margin, 1, 0};
    return &odd;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
