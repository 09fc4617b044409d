// The constructor throws behind the fence: create() always fails.
#include <evtwin/strategy.hpp>
#include <stdexcept>

#include "animal.hpp"

namespace {
struct Animal {
  static constexpr evtwin_info info = zoo::described();
  explicit Animal(const evtwin::sdk::Setup&) { throw std::runtime_error("no licence for this site"); }
  void decide(const evtwin::sdk::View&, evtwin::sdk::Decision&) {}
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
