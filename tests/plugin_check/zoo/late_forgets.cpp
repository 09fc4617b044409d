// Its state is whole for two days; what it remembers from then on is not in it.
#include <algorithm>

#include "remembering.hpp"

namespace {
struct Animal : zoo::Remembering {
  using Remembering::Remembering;
  void save(evtwin::sdk::StateWriter& out) const { out.put(std::min<uint64_t>(decisions, 201)); }
  void load(evtwin::sdk::StateReader& in) { in.get(decisions); }
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
