// price-mean: charge below the mean price, give back at or above it.
#pragma once
#include "parameters.hpp"
#include "planner.hpp"
#include "vehicle_to_grid.hpp"

namespace evtwin::baseline {

/// The rule of price-aware charging in one line, for an import price that is positive when it is paid: below the mean
/// of the day ahead all cars charge, least laxity first; at or above it only those that laxity forces, and opted-in
/// cars are discharged, whether that pays or not, unless `must_pay`. A flat price is never below its mean: then cars
/// charge as late as they can. (EnerV2Gize's "step rule" is meant to be this one; its prices are negative when paid and
/// the comparison was not turned, so that it charged above the mean and discharged below it.)
class PriceMean {
 public:
  static constexpr std::array params{
      sdk::integer("horizon_steps", "steps", 1.0, 86400.0, decided_by_strategy,
                   "Steps of forecast prices of which the mean is taken; default: as many as cover 24 h."),
      sdk::real("margin_min", "min", 0.0, 1440.0, 0.0, "How long before its departure estimate a car shall be done."),
      sdk::boolean("v2g", true, "Discharge opted-in cars at or above the mean."),
      sdk::real("v2g_round_trip", "", 0.5, 1.0, 0.85,
                "Share of a kWh charged that comes back on discharging, meter to meter."),
      sdk::boolean("must_pay", false, "Discharge only where a kWh is worth more than what it costs to put it back."),
      beyond_request("stop"),
      peak_target_kw};
  static constexpr evtwin_info info = sdk::describe(
      "price-mean", "Price mean", "1.0",
      "Charges below the day's mean price, otherwise only what the departure forces; discharges opted-in cars at or "
      "above it.",
      params, EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_USES_V2G | EVTWIN_STRATEGY_STATELESS);
  explicit PriceMean(sdk::Setup& setup);
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  Planner planner_;
  VehicleToGrid vehicle_to_grid_;
  std::uint32_t horizon_steps_;
  double margin_h_;
  double round_trip_;
  bool v2g_;
  bool must_pay_;
};

}  // namespace evtwin::baseline
