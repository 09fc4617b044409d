// The same by way of the C++ face: assigns a vector to decision.evse_kw, which compiles.
#include <evtwin/strategy.hpp>
#include <vector>

namespace {
namespace sdk = evtwin::sdk;
struct Animal {
  static constexpr evtwin_info info = sdk::describe(ZOO_ID, ZOO_ID, "1.0", "An animal of the zoo.");
  explicit Animal(const sdk::Setup&) {}
  void decide(const sdk::View& view, sdk::Decision& decision) {
    if (view.connected().empty()) return;
    mine.assign(view.evse_car_max_kw().begin(), view.evse_car_max_kw().end());
    decision.evse_kw = mine;
  }
  std::vector<double> mine;
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
