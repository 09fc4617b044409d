// Its state does not restore what it remembers.
#include "remembering.hpp"

namespace {
struct Animal : zoo::Remembering {
  using Remembering::Remembering;
  void load(evtwin::sdk::StateReader& in) {
    uint64_t read = 0;
    in.get(read);
  }
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
