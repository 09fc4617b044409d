// price-threshold: charge when energy is cheap, give back when it is dear.
#pragma once
#include "parameters.hpp"
#include "planner.hpp"
#include "vehicle_to_grid.hpp"

namespace evtwin::baseline {

/// At a buy price of at most the threshold all cars charge, least laxity first. Above it only those charge that laxity
/// forces to, as in alap, and opted-in cars are discharged where it pays and the price is at least the horizon's mean.
/// All cars start together when a cheap period begins: the rebound peak that price-only rules are known for.
class PriceThreshold {
 public:
  static constexpr std::array params{
      sdk::real("price_per_kwh", "per kWh", -1e6, 1e6, decided_by_strategy,
                "Buy price up to which cars charge; default: the mean over the horizon."),
      sdk::integer("horizon_steps", "steps", 1.0, 86400.0, decided_by_strategy,
                   "Steps of forecast prices looked at; default: as many as cover 24 h."),
      sdk::real("margin_min", "min", 0.0, 1440.0, 0.0, "How long before its departure estimate a car shall be done."),
      sdk::boolean("v2g", true, "Discharge cars whose drivers opted in where it pays."),
      sdk::real("v2g_round_trip", "", 0.5, 1.0, 0.85,
                "Share of a kWh charged that comes back on discharging, meter to meter."),
      beyond_request("stop"),
      peak_target_kw};
  static constexpr evtwin_info info = sdk::describe(
      "price-threshold", "Price threshold", "1.0",
      "Charges below a price, otherwise only what the departure forces; discharges opted-in cars when it pays.", params,
      EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_USES_V2G | EVTWIN_STRATEGY_STATELESS);
  explicit PriceThreshold(sdk::Setup& setup);
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  Planner planner_;
  VehicleToGrid vehicle_to_grid_;
  double threshold_per_kwh_;  // NaN: the mean
  std::uint32_t horizon_steps_;
  double margin_h_;
  double round_trip_;
  bool v2g_;
};

}  // namespace evtwin::baseline
