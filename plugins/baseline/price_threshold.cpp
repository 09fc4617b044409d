#include "price_threshold.hpp"

#include <algorithm>
#include <cmath>

#include "horizon.hpp"
#include "sharing.hpp"

namespace evtwin::baseline {

PriceThreshold::PriceThreshold(sdk::Setup& setup)
    : planner_(setup),
      threshold_per_kwh_(setup.number("price_per_kwh")),
      horizon_steps_(std::isnan(setup.number("horizon_steps"))
                         ? steps_of_a_day(setup.first().raw)
                         : static_cast<std::uint32_t>(setup.number("horizon_steps"))),
      margin_h_(setup.number("margin_min") / 60.0),
      round_trip_(setup.number("v2g_round_trip")),
      v2g_(setup.flag("v2g")) {
  setup.subscribes |= EVTWIN_WHY_PRICE;
  setup.horizon_steps = std::max(setup.horizon_steps, horizon_steps_);
  vehicle_to_grid_.reserve_rows(setup.first().raw);
}

void PriceThreshold::decide(const sdk::View& view, sdk::Decision& decision) {
  const evtwin_view& raw = view.raw;
  const double mean_per_kwh = mean_buy_per_kwh(raw, horizon_steps_);
  const double threshold_per_kwh = std::isnan(threshold_per_kwh_) ? mean_per_kwh : threshold_per_kwh_;
  const bool cheap = raw.buy_per_kwh <= threshold_per_kwh + same_price;

  planner_.begin(raw);
  if (!cheap) planner_.keep_forced(margin_h_);
  for (Car& car : planner_.cars()) car.key = car.laxity_h();
  planner_.put_in_order();
  give_in_order(planner_.rows(), planner_.cars());
  planner_.write_powers(decision);
  if (v2g_ && !cheap && raw.buy_per_kwh >= mean_per_kwh) {
    vehicle_to_grid_.discharge_cars(raw, {threshold_per_kwh, round_trip_}, planner_.expected_grid_kw(), planner_.rows(),
                                    decision.evse_kw);
  }
  planner_.close_decision(decision);
}

}  // namespace evtwin::baseline
