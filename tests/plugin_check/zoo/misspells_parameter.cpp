// Reads a parameter that its table has not: a typing error.
#include <array>
#include <evtwin/strategy.hpp>

namespace {
namespace sdk = evtwin::sdk;
struct Animal {
  static constexpr std::array params{sdk::real("factor", "", 0.0, 1.0, 1.0, "Part of what a car can take.")};
  static constexpr evtwin_info info = sdk::describe(ZOO_ID, ZOO_ID, "1.0", "An animal of the zoo.", params);
  explicit Animal(const sdk::Setup& setup) : factor(setup.number("factr")) {}
  void decide(const sdk::View& view, sdk::Decision& decision) {
    for (const auto evse : view.connected()) decision.evse_kw[evse] = factor * view.evse_car_max_kw()[evse];
  }
  double factor;
};
}  // namespace
EVTWIN_STRATEGIES(Animal)
