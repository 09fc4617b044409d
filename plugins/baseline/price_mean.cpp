#include "price_mean.hpp"

#include <algorithm>
#include <cmath>

#include "horizon.hpp"
#include "sharing.hpp"

namespace evtwin::baseline {

PriceMean::PriceMean(sdk::Setup& setup)
    : planner_(setup),
      horizon_steps_(std::isnan(setup.number("horizon_steps"))
                         ? steps_of_a_day(setup.first().raw)
                         : static_cast<std::uint32_t>(setup.number("horizon_steps"))),
      margin_h_(setup.number("margin_min") / 60.0),
      round_trip_(setup.number("v2g_round_trip")),
      v2g_(setup.flag("v2g")),
      must_pay_(setup.flag("must_pay")) {
  setup.subscribes |= EVTWIN_WHY_PRICE;
  setup.horizon_steps = std::max(setup.horizon_steps, horizon_steps_);
  vehicle_to_grid_.reserve_rows(setup.first().raw);
}

void PriceMean::decide(const sdk::View& view, sdk::Decision& decision) {
  const evtwin_view& raw = view.raw;
  const double mean_per_kwh = mean_buy_per_kwh(raw, horizon_steps_);
  const bool below = raw.buy_per_kwh < mean_per_kwh - same_price;

  planner_.begin(raw);
  if (!below) planner_.keep_forced(margin_h_);
  for (Car& car : planner_.cars()) car.key = car.laxity_h();
  planner_.put_in_order();
  give_in_order(planner_.rows(), planner_.cars());
  planner_.write_powers(decision);
  if (v2g_ && !below) {
    // Put back only at prices below the mean: cheap_time() counts prices up to its own with same_price to spare.
    const DischargeTerms terms{mean_per_kwh - 2.0 * same_price, round_trip_, must_pay_};
    vehicle_to_grid_.discharge_cars(raw, terms, planner_.expected_grid_kw(), planner_.rows(), decision.evse_kw);
  }
  planner_.close_decision(decision);
}

}  // namespace evtwin::baseline
