// Takes state that is cut short for whole.
#include "remembering.hpp"

namespace {
struct Animal : zoo::Remembering {
  using Remembering::Remembering;
  void load(evtwin::sdk::StateReader& in) {
    try {
      in.get(decisions);
    } catch (const evtwin::sdk::BadState&) {
      decisions = 0;
    }
  }
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
