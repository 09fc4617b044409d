// Crashes when its state is cut short.
#include "remembering.hpp"

namespace {
struct Animal : zoo::Remembering {
  using Remembering::Remembering;
  void load(evtwin::sdk::StateReader& in) {
    try {
      in.get(decisions);
    } catch (const evtwin::sdk::BadState&) {
      volatile int* volatile nowhere = nullptr;
      *nowhere = 1;
    }
  }
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
