// Its state does not restore what it remembers.
#include <evtwin/strategy.hpp>

#include "animal.hpp"

namespace {
struct Animal {
  static constexpr evtwin_info info = zoo::described();
  explicit Animal(const evtwin::sdk::Setup&) {}
  void decide(const evtwin::sdk::View& view, evtwin::sdk::Decision& decision) {
    ++decisions;
    for (const std::size_t i : view.connected()) {
      decision.evse_kw[i] = decisions % 3 == 0 ? 0.0 : view.evse_car_max_kw()[i];
    }
  }
  void save(evtwin::sdk::StateWriter& out) const { out.put(decisions); }
  void load(evtwin::sdk::StateReader& in) {
    uint64_t read = 0;
    in.get(read);
  }
  uint64_t decisions = 0;
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
