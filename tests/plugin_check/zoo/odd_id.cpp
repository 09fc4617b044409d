// Its id has capital letters.
#include "animal.hpp"

namespace {
struct Animal : zoo::Tame {
  using Tame::Tame;
  static const evtwin_info* info() {
    static constexpr evtwin_info odd{sizeof(evtwin_info),
                                     EVTWIN_STRATEGY_STATELESS,
                                     "Odd_Id",
                                     ZOO_ID,
                                     "1.0",
                                     "An animal of the zoo.",
                                     nullptr,
                                     0,
                                     0};
    return &odd;
  }
};
}  // namespace
ZOO_ENTRY(Animal)();
