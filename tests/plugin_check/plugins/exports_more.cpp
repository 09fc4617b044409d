// A sound strategy in a file that exports a function of its own besides.
#include <evtwin/strategy.hpp>

extern "C" EVTWIN_EXPORT double helper_of_mine(double kw) { return 0.5 * kw; }

namespace {

struct Half {
  static constexpr evtwin_info info =
      evtwin::sdk::describe("half", "Half power", "1.0", "Half of what a car can take.", EVTWIN_STRATEGY_STATELESS);
  explicit Half(const evtwin::sdk::Setup&) {}
  static void decide(const evtwin::sdk::View& view, evtwin::sdk::Decision& decision) {
    for (const std::size_t i : view.connected()) decision.evse_kw[i] = helper_of_mine(view.evse_car_max_kw()[i]);
  }
};

}  // namespace

EVTWIN_STRATEGIES(Half)
