// round-robin and equal-share: the site's power is divided among the cars.
#pragma once
#include "acn_sim.hpp"
#include "parameters.hpp"
#include "planner.hpp"
#include "sharing.hpp"
#include "sorted.hpp"

namespace evtwin::baseline {

inline constexpr std::array<const char*, 5> order_choices{"fcfs", "lcfs", "edf", "llf", "lrpt"};

class RoundRobin : public NoMemory {
 public:
  static constexpr std::array params{
      sdk::choice("order", order_choices, "fcfs", "Who is first in each turn, as in the strategies of these names."),
      sdk::real("step_a", "A", 0.01, 1000.0, 1.0, "Step of AC cars on EVSEs without finite rates."),
      sdk::real("step_kw", "kW", 0.01, 1000.0, 1.0, "Step of DC cars on EVSEs without finite rates."),
      beyond_request("stop"),
      follow_setpoint,
      peak_target_kw,
      compat,
      acn_param::active_above_kwh,
      acn_param::min_pilot_a,
      acn_param::guaranteed_a,
      acn_param::uninterrupted,
      acn_param::continuous_inc_a,
      acn_param::limit_slack_a,
      acn_param::limit_slack_fraction};
  static constexpr evtwin_info info =
      sdk::describe("round-robin", "Round robin", "1.0",
                    "Cars are raised one step each in turn, in order of arrival or another, while limits allow.",
                    params, EVTWIN_STRATEGY_USES_STORAGE);
  explicit RoundRobin(sdk::Setup& setup)
      : planner_(setup),
        key_(sort_key_of(setup.text("order"))),
        step_{setup.number("step_a"), setup.number("step_kw")} {
    scratch_.reserve_cars(setup.first().evse_count());
  }
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  Planner planner_;
  SortKey key_;
  Step step_;
  SharingScratch scratch_;
};

class EqualShare {
 public:
  static constexpr std::array params{beyond_request("stop"), follow_setpoint, peak_target_kw};
  static constexpr evtwin_info info =
      sdk::describe("equal-share", "Equal share", "1.0", "The same kW to all; what one can not use goes to the others.",
                    params, EVTWIN_STRATEGY_USES_STORAGE | EVTWIN_STRATEGY_STATELESS);
  explicit EqualShare(sdk::Setup& setup) : planner_(setup) { scratch_.reserve_cars(setup.first().evse_count()); }
  void decide(const sdk::View& view, sdk::Decision& decision);

 private:
  Planner planner_;
  SharingScratch scratch_;
};

}  // namespace evtwin::baseline
