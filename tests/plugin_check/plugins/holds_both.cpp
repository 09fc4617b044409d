// A strategy and a forecaster of one id in one shared object; both sound.
#include <algorithm>
#include <evtwin/forecaster.hpp>

namespace {

namespace sdk = evtwin::sdk;

struct Offering {
  static constexpr evtwin_info info =
      sdk::describe("holds-both", "Offering", "1.0", "Every vehicle gets what it takes.", EVTWIN_STRATEGY_STATELESS);
  explicit Offering(const sdk::Setup&) {}
  void decide(const sdk::View& view, sdk::Decision& decision) {
    for (const auto evse : view.connected()) decision.evse_kw[evse] = view.raw.evse_car_max_kw[evse];
  }
};

struct Nothing {
  static constexpr evtwin_info info =
      sdk::describe("holds-both", "Nothing", "1.0", "Foresees nothing at all.",
                    EVTWIN_FORECASTS(EVTWIN_QUANTITY_PV_KW) | EVTWIN_FORECASTS(EVTWIN_QUANTITY_BUY_PER_KWH));
  explicit Nothing(const sdk::ForecasterSetup&) {}
  void forecast(const sdk::History&, const sdk::Question&, sdk::Answer& answer) {
    std::fill(answer.mean.begin(), answer.mean.end(), 0.0);
  }
};

}  // namespace

EVTWIN_STRATEGIES(Offering)
EVTWIN_FORECASTERS(Nothing)
